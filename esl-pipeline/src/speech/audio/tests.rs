//! Recordings as a listener's player sees them: decoded from the file alone.

use std::time::Duration;

use esl_core::ports::{Speech, SpeechRequest, SpeechSettings, Tts as _, Turn};
use esl_core::{CancellationToken, VoiceId, VoiceSettings};
use esl_testkit::ToneTts;
use symphonia::core::audio::Audio as _;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder as _, AudioDecoderOptions};
use symphonia::core::formats::{FormatOptions, FormatReader as _};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::{codecs::MpaDecoder, formats::MpaReader};

use super::measure::Surroundings;
use super::*;

const TOLERANCE: Duration = Duration::from_millis(30);

/// Samples per second and all samples, as a player decodes the file.
fn play(file: Vec<u8>) -> (u32, Vec<f32>) {
    let source = Box::new(std::io::Cursor::new(file));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut reader = MpaReader::try_new(stream, FormatOptions::default()).unwrap();
    let parameters = reader.tracks()[0].codec_params.clone().unwrap();
    let parameters = parameters.audio().unwrap().clone();
    let mut decoder = MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default()).unwrap();
    let mut samples = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        let GenericAudioBufferRef::F32(buffer) = decoder.decode(&packet).unwrap() else {
            panic!()
        };
        samples.extend_from_slice(buffer.plane(0).unwrap());
    }
    (parameters.sample_rate.unwrap(), samples)
}

fn join(parts: &[(FinishedSegment, Duration)], tail: Duration) -> (Timeline, Vec<u8>) {
    let outlines = parts
        .iter()
        .map(|(segment, gap)| (segment.outline().clone(), *gap))
        .collect();
    let timeline = Timeline::new(outlines, tail).unwrap();
    let mut joiner = Joiner::begin(Vec::new(), &[], &timeline).unwrap();
    for (segment, _) in parts {
        joiner.append(segment).unwrap();
    }
    (timeline, joiner.finish().unwrap())
}

/// Says `texts` in turn, by two voices.
async fn tones(tts: &ToneTts, texts: &[&str]) -> Speech {
    let voices = ["tone-anna", "tone-tom"].map(|id| VoiceId::parse(id).unwrap());
    let turns = texts.iter().zip(voices.iter().cycle());
    let request = SpeechRequest {
        turns: turns
            .map(|(text, voice)| Turn {
                voice: voice.clone(),
                text: (*text).to_owned(),
                settings: VoiceSettings::default(),
            })
            .collect(),
        is_dialogue: texts.len() > 1,
        settings: SpeechSettings::default(),
    };
    tts.synthesize(&request, &CancellationToken::new())
        .await
        .unwrap()
}

fn finish_all(speech: &Speech, lengths: &[usize]) -> FinishedSegment {
    finish(speech, lengths, &FinishOptions::default()).unwrap()
}

/// A file is what its timeline says: as long to the sample, and its cues where sound begins.
fn assert_cues_match_the_sound(timeline: &Timeline, file: Vec<u8>, tolerance: Duration) {
    assert_eq!(
        summarize(file.as_slice()).unwrap().duration,
        timeline.duration()
    );
    let (rate, samples) = play(file);
    assert_eq!(samples.len() as u64, timeline.samples());
    let heard = measure::measure_samples(rate, &samples, Surroundings::Nothing).unwrap();
    for cue in timeline.turns().flatten() {
        let before = cue.start.saturating_sub(tolerance).as_secs_f64() * f64::from(rate);
        let onset = heard.onset_near(before as u64, 0).unwrap();
        let late = Duration::from_secs_f64(onset as f64 / f64::from(rate));
        assert!(
            late.abs_diff(cue.start) <= tolerance,
            "cue at {:?}, sound at {late:?}",
            cue.start
        );
        let silent = heard.end_before(before as u64);
        assert!(
            silent.is_none_or(|end| end < before as u64),
            "there is sound before the cue at {:?}",
            cue.start
        );
    }
}

#[tokio::test]
async fn mp3_speech_is_joined_without_an_encoder() {
    let tts = ToneTts::new().delivering_mp3();
    let mut parts = Vec::new();
    for text in ["Hello, Tom.", "Hi! How are you today, dear Anna?", "Fine."] {
        let segment = finish_all(&tones(&tts, &[text]).await, &[text.len()]);
        parts.push((segment, Duration::from_millis(450)));
    }
    let (timeline, file) = join(&parts, Duration::from_millis(400));
    assert_cues_match_the_sound(&timeline, file.clone(), TOLERANCE);
    let (_, again) = join(&parts, Duration::from_millis(400));
    assert_eq!(file, again);
}

#[tokio::test]
async fn pauses_are_heard_as_long_as_asked_for() {
    let tts = ToneTts::new().delivering_mp3();
    let segment = finish_all(&tones(&tts, &["Hello there."]).await, &[12]);
    let pause = Duration::from_millis(600);
    let (timeline, _) = join(&[(segment.clone(), pause), (segment, pause)], pause);
    let cues: Vec<_> = timeline.turns().flatten().collect();
    let heard = cues[1].start - cues[0].end;
    assert!(
        heard.abs_diff(pause) < Duration::from_millis(14),
        "{heard:?}"
    );
    let tail = timeline.duration() - cues[1].end;
    assert!(tail.abs_diff(pause) < Duration::from_millis(14), "{tail:?}");
}

#[tokio::test]
async fn turns_of_one_recording_have_their_own_cues() {
    let tts = ToneTts::new().delivering_mp3().speaking_dialogues(4);
    let texts = ["Hello, Tom.", "Hi! How are you?", "Fine."];
    let speech = tones(&tts, &texts).await;
    let segment = finish_all(&speech, &texts.map(str::len));
    let (timeline, file) = join(&[(segment, Duration::ZERO)], Duration::ZERO);
    assert_eq!(timeline.turns().flatten().count(), 3);
    assert_cues_match_the_sound(&timeline, file, TOLERANCE);
}

#[tokio::test]
async fn cues_keep_to_the_sound_when_the_clock_drifts_or_ends_early() {
    let tts = ToneTts::new().delivering_mp3().speaking_dialogues(8);
    let texts = [
        "Hello, Tom.",
        "Hi! How are you?",
        "Fine, and you?",
        "Well.",
        "Good to hear!",
    ];
    let told = tones(&tts, &texts).await;
    let drifting = |factor: f64, early: f64| {
        let mut speech = told.clone();
        for timing in &mut speech.timings {
            timing.start = timing.start.mul_f64(factor);
            timing.end = timing.end.mul_f64(factor);
        }
        let last = speech.timings.last_mut().unwrap();
        last.end = last.end.saturating_sub(Duration::from_secs_f64(early));
        speech
    };
    for (factor, early) in [(1.0, 0.0), (1.06, 0.0), (0.94, 0.0), (1.0, 0.8)] {
        let segment = finish_all(&drifting(factor, early), &texts.map(str::len));
        let (timeline, file) = join(&[(segment, Duration::ZERO)], Duration::ZERO);
        assert_cues_match_the_sound(&timeline, file, TOLERANCE);
    }
}

#[tokio::test]
async fn sound_that_ends_before_its_last_turn_is_damaged() {
    let tts = ToneTts::new().delivering_mp3().speaking_dialogues(4);
    let mut speech = tones(&tts, &["Hello, Tom.", "Hi!"]).await;
    speech.timings[1].end += Duration::from_secs(4);
    let error = finish(&speech, &[11, 3], &FinishOptions::default()).unwrap_err();
    assert!(matches!(error, AudioError::Damaged(_)), "{error}");
}

#[test]
fn segments_of_different_kinds_are_not_joined() {
    let outline = |header: [u8; 4]| {
        let frame = FrameHeader::parse(&header).unwrap().blank_frame(0);
        FinishedSegment::of_frames(frame, 0..2, vec![0..1, 1..2])
            .unwrap()
            .outline()
            .clone()
    };
    let parts = vec![
        (outline([0xFF, 0xF3, 0x80, 0xC0]), Duration::ZERO),
        (outline([0xFF, 0xFB, 0x80, 0xC0]), Duration::ZERO),
    ];
    assert!(matches!(
        Timeline::new(parts, Duration::ZERO),
        Err(AudioError::Damaged(_))
    ));
    assert!(matches!(
        Timeline::new(Vec::new(), Duration::ZERO),
        Err(AudioError::Empty)
    ));
}

#[cfg(not(feature = "mp3-encoder"))]
#[tokio::test]
async fn without_the_encoder_uncompressed_speech_is_refused_by_the_features_name() {
    let speech = tones(&ToneTts::new(), &["Hello."]).await;
    let error = finish(&speech, &[6], &FinishOptions::default()).unwrap_err();
    assert!(error.to_string().contains("`mp3-encoder`"), "{error}");
}

#[cfg(feature = "mp3-encoder")]
mod encoded {
    use esl_core::ports::Audio;
    use proptest::prelude::*;

    use super::*;

    /// Something like speech: voiced syllables of changing pitch with hissing between them.
    fn babble(rate: u32, seconds: f64, amplitude: f32) -> Vec<f32> {
        let mut noise = 1_u32;
        let mut phase = 0.0_f64;
        (0..(seconds * f64::from(rate)) as usize)
            .map(|at| {
                let time = at as f64 / f64::from(rate);
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = f64::from(noise >> 8) / f64::from(1 << 23) - 1.0;
                let syllable = (time * 4.0 * std::f64::consts::PI).sin().abs();
                phase += (140.0 + 30.0 * (time * 3.0).sin()) / f64::from(rate);
                let voice: f64 = (1..12)
                    .map(|k| (phase * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k))
                    .sum();
                ((voice * syllable + 0.05 * hiss) * 0.4) as f32 * amplitude
            })
            .collect()
    }

    fn silence(rate: u32, seconds: f64) -> Vec<f32> {
        vec![0.0; (seconds * f64::from(rate)) as usize]
    }

    fn spoken(rate: u32, lead: f64, seconds: f64, amplitude: f32) -> Vec<f32> {
        [
            silence(rate, lead),
            babble(rate, seconds, amplitude),
            silence(rate, 0.7),
        ]
        .concat()
    }

    fn speech(audio: Audio) -> Speech {
        Speech {
            audio,
            characters_billed: 0,
            timings: Vec::new(),
            max_concurrency: None,
        }
    }

    fn pcm(sample_rate: u32, samples: &[f32]) -> Speech {
        let samples = samples
            .iter()
            .map(|sample| (sample * 32_767.0) as i16)
            .collect();
        speech(Audio::Pcm {
            sample_rate,
            samples,
        })
    }

    fn mp3(sample_rate: u32, kbits: u32, samples: &[f32]) -> Speech {
        let format = Format { sample_rate, kbits };
        speech(Audio::Mp3(
            encode::encode(samples, sample_rate, format, "a test")
                .unwrap()
                .into(),
        ))
    }

    fn loudness(file: Vec<u8>) -> (f64, f64) {
        let (rate, samples) = play(file);
        let measured = measure::measure_samples(rate, &samples, Surroundings::Nothing).unwrap();
        (measured.loudness.unwrap(), measured.true_peak)
    }

    #[test]
    fn every_rate_is_levelled_to_within_one_unit() {
        for (rate, provided) in [(8_000, 64), (16_000, 64), (22_050, 32), (44_100, 128)] {
            for amplitude in [0.03, 0.6] {
                let samples = spoken(rate, 0.5, 3.0, amplitude);
                for speech in [pcm(rate, &samples), mp3(rate, provided, &samples)] {
                    let segment = finish_all(&speech, &[40]);
                    let pause = Duration::from_millis(250);
                    let parts = [(segment.clone(), pause), (segment, pause)];
                    let (timeline, file) = join(&parts, Duration::from_millis(400));
                    assert_cues_match_the_sound(&timeline, file.clone(), TOLERANCE);
                    let (loudness, peak) = loudness(file);
                    assert!((loudness + 16.0).abs() < 1.0, "{rate} Hz: {loudness} LUFS");
                    assert!(peak < 0.0, "{rate} Hz: {peak} dBTP");
                }
            }
        }
    }

    #[test]
    fn peaks_stay_below_the_limit_whatever_the_loudness() {
        let mut samples = spoken(22_050, 0.2, 2.0, 0.05);
        for at in (5000..30_000).step_by(2000) {
            samples[at..at + 3].copy_from_slice(&[0.7, 0.7, 0.7]);
        }
        for speech in [pcm(22_050, &samples), mp3(22_050, 64, &samples)] {
            let segment = finish_all(&speech, &[40]);
            let (_, file) = join(&[(segment, Duration::ZERO)], Duration::ZERO);
            let (_, peak) = loudness(file);
            assert!(peak < -0.5, "{peak} dBTP");
        }
    }

    #[test]
    fn trimming_mp3_keeps_every_sample_of_the_speech() {
        for (rate, kbits) in [
            (44_100, 128),
            (44_100, 64),
            (22_050, 32),
            (16_000, 64),
            (8_000, 24),
        ] {
            let loud = FinishOptions {
                loudness: 0.0,
                peak: -60.0,
            };
            for lead in [0.0, 0.31, 2.2] {
                let speech = mp3(rate, kbits, &spoken(rate, lead, 1.5, 0.3));
                let Audio::Mp3(file) = &speech.audio else {
                    unreachable!()
                };
                let (_, whole) = play(file.to_vec());
                let whole_heard =
                    measure::measure_samples(rate, &whole, Surroundings::Pauses).unwrap();
                let steps = level::gain_steps(&whole_heard, &loud);
                let segment = finish(&speech, &[40], &loud).unwrap();
                let (_, trimmed) = play(segment.frames().to_vec());
                let onset = whole_heard.speech().unwrap();
                let kept = segment.outline().speech.clone();
                assert_eq!(onset.end - onset.start, kept.end - kept.start);
                if lead > 0.5 {
                    assert!(
                        trimmed.len() + rate as usize / 2 < whole.len(),
                        "nothing was cut"
                    );
                }
                let factor = 2_f32.powf(steps as f32 / 4.0);
                let before = &whole[onset.start as usize..onset.end as usize];
                let after = &trimmed[kept.start as usize..kept.end as usize];
                let worst = before
                    .iter()
                    .zip(after)
                    .map(|(before, after)| (before * factor - after).abs())
                    .fold(0.0, f32::max);
                assert!(worst < 3e-5, "{rate} Hz, {kbits} kbit/s, {lead} s: {worst}");
            }
        }
    }

    /// MP3 of two channels, as few providers deliver it; the second is a little quieter.
    fn stereo_mp3(sample_rate: u32, samples: &[f32]) -> Speech {
        use mp3lame_encoder::{Bitrate, Builder, DualPcm, FlushGap};
        let mut builder = Builder::new().unwrap();
        builder.set_num_channels(2).unwrap();
        builder.set_sample_rate(sample_rate).unwrap();
        builder.set_brate(Bitrate::Kbps128).unwrap();
        builder.set_to_write_vbr_tag(false).unwrap();
        let mut encoder = builder.build().unwrap();
        let right: Vec<f32> = samples.iter().map(|sample| sample * 0.8).collect();
        let pcm = DualPcm {
            left: samples,
            right: &right,
        };
        let mut file = Vec::with_capacity(samples.len() * 2 + 20_000);
        encoder.encode_to_vec(pcm, &mut file).unwrap();
        encoder.flush_to_vec::<FlushGap>(&mut file).unwrap();
        speech(Audio::Mp3(file.into()))
    }

    #[test]
    fn stereo_is_mixed_and_encoded_once() {
        for rate in [44_100, 22_050] {
            let segment = finish_all(&stereo_mp3(rate, &spoken(rate, 0.5, 2.0, 0.3)), &[30]);
            assert!(segment.outline().header().unwrap().is_mono);
            let pause = Duration::from_millis(450);
            let (timeline, file) = join(&[(segment.clone(), pause), (segment, pause)], pause);
            assert_cues_match_the_sound(&timeline, file.clone(), TOLERANCE);
            let (loudness, _) = loudness(file);
            assert!((loudness + 16.0).abs() < 1.0, "{rate} Hz: {loudness} LUFS");
        }
    }

    #[test]
    fn the_frame_that_describes_the_others_is_dropped() {
        for (rate, kbits) in [(44_100, 128), (22_050, 32)] {
            let plain = mp3(rate, kbits, &spoken(rate, 0.5, 2.0, 0.3));
            let Audio::Mp3(frames) = &plain.audio else {
                unreachable!()
            };
            let header = FrameHeader::parse(frames).unwrap();
            let count = stream::frames(frames).unwrap().len() as u64;
            let mut file = b"ID3\x04\0\0\0\0\0\x05title".to_vec();
            file.extend(info::info_frame(&info::Contents {
                header,
                frames: count,
                bytes: frames.len() as u64,
                marks: Vec::new(),
                is_constant: true,
            }));
            file.extend_from_slice(frames);
            let described = speech(Audio::Mp3(file.into()));
            assert_eq!(finish_all(&described, &[30]), finish_all(&plain, &[30]));
        }
    }

    #[test]
    fn segments_of_another_rate_are_encoded_to_fit() {
        let first = finish_all(&pcm(16_000, &spoken(16_000, 0.1, 1.0, 0.3)), &[20]);
        let second = finish_all(&pcm(22_050, &spoken(22_050, 0.1, 1.0, 0.3)), &[20]);
        let second = convert(&second, first.outline().format().unwrap()).unwrap();
        let pause = Duration::from_millis(450);
        let (timeline, file) = join(&[(first, pause), (second, pause)], pause);
        assert_cues_match_the_sound(&timeline, file, TOLERANCE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn any_sequence_joins_to_what_was_predicted(
            rate in prop::sample::select(vec![16_000_u32, 22_050, 44_100]),
            parts in prop::collection::vec((0.05_f64..1.2, 0.0_f64..0.6, 0_u64..900, any::<bool>()), 1..6),
            tail in 0_u64..900,
        ) {
            let parts: Vec<_> = parts
                .into_iter()
                .map(|(length, lead, gap, is_mp3)| {
                    let samples = spoken(rate, lead, length, 0.4);
                    let speech = if is_mp3 { mp3(rate, 48, &samples) } else { pcm(rate, &samples) };
                    (finish_all(&speech, &[10]), Duration::from_millis(gap))
                })
                .collect();
            let (timeline, file) = join(&parts, Duration::from_millis(tail));
            // Segments may stand so close that no silence is heard between them.
            let (played, samples) = play(file.clone());
            prop_assert_eq!(played, rate);
            prop_assert_eq!(samples.len() as u64, timeline.samples());
            prop_assert_eq!(summarize(file.as_slice()).unwrap().duration, timeline.duration());
            assert_cues_match_the_sound(&timeline, file, TOLERANCE);
        }
    }
}
