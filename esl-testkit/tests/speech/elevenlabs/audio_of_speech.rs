//! What is spoken: formats, lengths, times, streams.

use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::elevenlabs::Tier;
use serde_json::Value;
use serde_json::json;

use super::{GEORGE, World, lines, list, turn_of};
use crate::audio;

#[tokio::test]
async fn speech_is_mp3_as_long_as_its_text_and_is_charged() {
    let world = World::new().await;
    let short = world.say(&json!({ "text": "a".repeat(20) })).await;
    assert_eq!(short.status(), 200);
    assert_eq!(short.headers()["content-type"], "audio/mpeg");
    assert_eq!(short.headers()["character-cost"], "20");
    assert_eq!(short.headers()["current-concurrent-requests"], "1");
    assert_eq!(short.headers()["maximum-concurrent-requests"], "5");
    assert_eq!(short.headers()["request-id"], short.headers()["x-trace-id"]);
    let short = audio::mp3(&short.bytes().await.unwrap());
    let long = world.say(&json!({ "text": "a".repeat(60) })).await;
    let long = audio::mp3(&long.bytes().await.unwrap());

    assert_eq!((short.sample_rate, short.channels), (44_100, 1));
    assert!((long.seconds() - short.seconds() - 40.0 * 0.06).abs() < 0.06);
    assert!(short.peak(0.0, 0.08) < 0.01 && short.peak(0.2, 1.2) > 0.1);
    assert_eq!(world.used(), 80);
}

#[tokio::test]
async fn every_mp3_format_is_valid_and_has_its_length_and_bit_rate() {
    let world = World::new().await;
    let text = "a".repeat(50);
    let formats = [
        (22_050, 32),
        (24_000, 48),
        (44_100, 32),
        (44_100, 64),
        (44_100, 96),
        (44_100, 128),
        (44_100, 192),
    ];
    for (rate, kbits) in formats {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format=mp3_{rate}_{kbits}");
        let file = world
            .post(&path, &json!({ "text": text }))
            .await
            .bytes()
            .await
            .unwrap();
        let heard = audio::mp3(&file);
        assert_eq!((heard.sample_rate, heard.channels), (rate, 1));
        let expected = 50.0 * 0.06 + 0.24;
        assert!(
            (heard.seconds() - expected).abs() < 0.06,
            "{rate} {}",
            heard.seconds()
        );
        let bits_per_second = file.len() as f64 * 8.0 / heard.seconds();
        let ratio = bits_per_second / f64::from(kbits * 1000);
        assert!((0.97..1.05).contains(&ratio), "{rate} {kbits}: {ratio}");
        assert!(heard.peak(0.2, 3.0) > 0.1);
    }
}

#[tokio::test]
async fn uncompressed_formats_have_the_samples_of_their_length() {
    let world = World::with(ElevenLabsAccount {
        tier: Tier::Pro,
        ..Default::default()
    })
    .await;
    let file = async |format: &str| {
        let path = format!("/v1/text-to-speech/{GEORGE}?output_format={format}");
        let response = world.post(&path, &json!({ "text": "a".repeat(50) })).await;
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (content_type, response.bytes().await.unwrap())
    };
    let seconds: f64 = 50.0 * 0.06 + 0.24;
    let (content_type, pcm) = file("pcm_16000").await;
    assert_eq!(
        (content_type.as_str(), pcm.len()),
        ("audio/pcm", (seconds * 32_000.0).round() as usize)
    );
    let (content_type, wav) = file("wav_44100").await;
    assert_eq!(content_type, "audio/wav");
    assert_eq!(&wav[..4], b"RIFF");
    assert_eq!(
        u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize,
        wav.len() - 8
    );
    assert_eq!(u32::from_le_bytes(wav[24..28].try_into().unwrap()), 44_100);
    assert_eq!(
        u32::from_le_bytes(wav[40..44].try_into().unwrap()) as usize,
        wav.len() - 44
    );
    assert_eq!(wav.len() - 44, (seconds * 88_200.0).round() as usize);
    assert_eq!(
        file("ulaw_8000").await.1.len(),
        (seconds * 8000.0).round() as usize
    );
    assert_eq!(
        file("alaw_8000").await.1.len(),
        (seconds * 8000.0).round() as usize
    );
    assert_eq!(&file("opus_48000_32").await.1[..4], b"OggS");
}

#[tokio::test]
async fn the_speed_shortens_speech_and_the_quick_models_cost_half() {
    let world = World::new().await;
    let body = json!({
        "text": "a".repeat(60), "model_id": "eleven_flash_v2_5", "voice_settings": { "speed": 1.2 },
    });
    let response = world.say(&body).await;
    assert_eq!(response.headers()["character-cost"], "30");
    assert_eq!(response.headers()["maximum-concurrent-requests"], "10");
    let heard = audio::mp3(&response.bytes().await.unwrap());
    assert!((heard.seconds() - 0.24 - 3.0).abs() < 0.06);
}

#[tokio::test]
async fn times_cover_every_character_in_order() {
    let world = World::new().await;
    let text = "Grüß dich 👋 world";
    let path = format!("/v1/text-to-speech/{GEORGE}/with-timestamps");
    let body: Value = world
        .post(&path, &json!({ "text": text }))
        .await
        .json()
        .await
        .unwrap();
    let alignment = &body["alignment"];
    let words: Vec<&str> = list(&alignment["characters"], |it| it.as_str().unwrap());
    assert_eq!(words.concat(), text);
    let starts = list(&alignment["character_start_times_seconds"], |it| {
        it.as_f64().unwrap()
    });
    let ends = list(&alignment["character_end_times_seconds"], |it| {
        it.as_f64().unwrap()
    });
    assert_eq!((starts.len(), ends.len()), (words.len(), words.len()));
    assert!(starts.is_sorted() && ends.is_sorted());
    assert!(starts.iter().zip(&ends).all(|(start, end)| start < end));
    assert!(body.get("voice_segments").is_none());
}

#[tokio::test]
async fn a_dialogue_has_a_segment_for_each_input_where_its_voice_sounds() {
    let world = World::new().await;
    let inputs = lines(3, "How are you today?");
    let response = world
        .post("/v1/text-to-dialogue/with-timestamps", &inputs)
        .await;
    assert_eq!(response.headers()["character-cost"], "54");
    let body: Value = response.json().await.unwrap();
    let segments = body["voice_segments"].as_array().unwrap();
    assert_eq!(segments.len(), 3);
    let file = base64_decode(body["audio_base64"].as_str().unwrap());
    let heard = audio::mp3(&file);
    for (index, segment) in segments.iter().enumerate() {
        assert_eq!(segment["dialogue_input_index"], index);
        assert_eq!(segment["voice_id"], turn_of(index));
        assert_eq!(segment["character_start_index"], index * 18);
        assert_eq!(segment["character_end_index"], (index + 1) * 18);
        let start = segment["start_time_seconds"].as_f64().unwrap();
        let end = segment["end_time_seconds"].as_f64().unwrap();
        assert!(heard.peak(start + 0.1, end - 0.1) > 0.1);
        assert!(heard.peak(end + 0.08, end + 0.14) < 0.02);
    }
}

fn base64_decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[tokio::test]
async fn the_pieces_of_a_stream_with_times_are_the_whole() {
    let world = World::new().await;
    let inputs = lines(4, "This is a line that takes more than two seconds to say.");
    let whole = world
        .post("/v1/text-to-dialogue/with-timestamps", &inputs)
        .await;
    let whole: Value = whole.json().await.unwrap();
    let stream = world
        .post("/v1/text-to-dialogue/stream/with-timestamps", &inputs)
        .await;
    let stream = stream.text().await.unwrap();
    let pieces: Vec<Value> = stream
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert!(pieces.len() > 3);
    let audio: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| base64_decode(piece["audio_base64"].as_str().unwrap()))
        .collect();
    assert_eq!(
        audio,
        base64_decode(whole["audio_base64"].as_str().unwrap())
    );
    let joined = |key: &str| -> Vec<Value> {
        let parts = pieces.iter();
        parts
            .flat_map(|piece| piece["alignment"][key].as_array().unwrap().clone())
            .collect()
    };
    for key in [
        "characters",
        "character_start_times_seconds",
        "character_end_times_seconds",
    ] {
        assert_eq!(Value::from(joined(key)), whole["alignment"][key]);
    }
    let segments = pieces
        .iter()
        .flat_map(|it| it["voice_segments"].as_array().unwrap().clone());
    assert_eq!(
        Value::from(segments.collect::<Vec<_>>()),
        whole["voice_segments"]
    );
}
