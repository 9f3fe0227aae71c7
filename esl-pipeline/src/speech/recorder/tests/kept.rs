//! What a recording is, and what of it is made again.

use super::*;

#[tokio::test]
async fn a_recording_is_a_file_with_a_transcript() {
    let studio = Studio::new(ToneTts::new().charging());
    let recording = studio.record(&TEXTS, &studio.target()).await.unwrap();
    let key = &recording.key;
    assert_eq!(studio.files(), [format!("{key}.mp3"), format!("{key}.vtt")]);
    let bytes = std::fs::read(&recording.path).unwrap();
    assert_eq!(
        (Digest::of(&bytes), bytes.len() as u64),
        (recording.sha256, recording.bytes)
    );
    let summary = crate::speech::audio::summarize(bytes.as_slice()).unwrap();
    assert_eq!(summary.duration, recording.duration);
    let vtt = std::fs::read_to_string(&recording.vtt_path).unwrap();
    assert_eq!(
        crate::speech::vtt::from_vtt(&vtt),
        Some(recording.transcript.clone())
    );
    let cues = &recording.transcript.cues;
    assert!(cues.windows(2).all(|pair| pair[0].end < pair[1].start));
    assert!(cues.last().unwrap().end < recording.duration);
    let characters: usize = TEXTS.iter().map(|text| text.len()).sum();
    let stats = recording.stats;
    assert_eq!(
        (stats.characters, stats.characters_billed),
        (characters, characters as u64)
    );
    let done = |done| StageStatus::Progress { done, total: 4 };
    assert_eq!(
        *studio.events.0.lock().unwrap(),
        [done(1), done(2), done(3), done(4)]
    );
}

#[tokio::test]
async fn the_same_score_makes_the_same_bytes() {
    let (one, two) = (Studio::new(ToneTts::new()), Studio::new(ToneTts::new()));
    let first = one.record(&TEXTS, &one.target()).await.unwrap();
    let second = two.record(&TEXTS, &two.target()).await.unwrap();
    assert_eq!(first.sha256, second.sha256);
}

#[tokio::test]
async fn a_recording_in_place_is_not_made_again() {
    let studio = Studio::new(ToneTts::new());
    let first = studio.record(&TEXTS, &studio.target()).await.unwrap();
    for key in studio.store.keys() {
        studio.store.delete(&key).await.unwrap();
    }
    let second = studio.record(&TEXTS, &studio.target()).await.unwrap();
    assert_eq!(studio.tts.calls(), TEXTS.len());
    assert!(second.stats.is_reused);
    assert_eq!(second.transcript, first.transcript);
    assert_eq!(
        (second.sha256, second.duration),
        (first.sha256, first.duration)
    );
}

#[tokio::test]
async fn another_title_changes_the_tag_and_nothing_else() {
    let studio = Studio::new(ToneTts::new());
    let first = studio.record(&TEXTS, &studio.target()).await.unwrap();
    let before = frames(&first.path);
    let mut target = studio.target();
    target.tags.title = Some("A much longer title than the one before".into());
    let second = studio.record(&TEXTS, &target).await.unwrap();
    assert_eq!(second.path, first.path);
    assert_ne!(second.sha256, first.sha256);
    assert_eq!(frames(&second.path), before);
    let tag = id3::Tag::read_from_path(&second.path).unwrap();
    assert_eq!(id3::TagLike::title(&tag), target.tags.title.as_deref());
    assert_eq!((studio.tts.calls(), studio.files().len()), (TEXTS.len(), 2));
}

#[tokio::test]
async fn words_that_readers_see_are_brought_up_to_date() {
    let studio = Studio::new(ToneTts::new());
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    let mut shown = score(&TEXTS);
    shown.lines[1].text = "Hello Anna".into();
    let plan = studio.recorder.plan(shown).await.unwrap();
    let sink: Arc<dyn ProgressSink> = Arc::new(Silent);
    let target = studio.target();
    let second = studio
        .recorder
        .record(&plan, &target, &sink, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(second.transcript.cues[1].text, "Hello Anna");
    assert!(
        std::fs::read_to_string(second.vtt_path)
            .unwrap()
            .contains("Hello Anna\n")
    );
}

#[tokio::test]
async fn a_changed_line_costs_its_segment() {
    let studio = Studio::new(ToneTts::new());
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    let mut changed = TEXTS;
    changed[2] = "Shall we stay?";
    let plan = studio.recorder.plan(score(&changed)).await.unwrap();
    assert_eq!(
        (plan.segments, plan.cached, plan.characters_to_speak),
        (4, 3, 14)
    );
    let recording = studio.record(&changed, &studio.target()).await.unwrap();
    assert_eq!((studio.tts.calls(), recording.stats.cached), (5, 3));
}

#[tokio::test]
async fn a_segment_that_another_process_kept_first_stays() {
    let studio = Studio::new(ToneTts::new());
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    let plan = studio.recorder.plan(score(&TEXTS)).await.unwrap();
    let cache = SegmentCache::new(studio.store.clone());
    let address = &plan.addresses[0];
    let first = cache.get(address).await.unwrap().unwrap();
    let other = cache.get(&plan.addresses[1]).await.unwrap().unwrap();
    assert_ne!(other.to_bytes(), first.to_bytes());
    let kept = cache.keep(address, other).await.unwrap();
    assert_eq!(kept.to_bytes(), first.to_bytes());
    let stored = cache.get(address).await.unwrap().unwrap();
    assert_eq!(stored.to_bytes(), first.to_bytes());
}

#[tokio::test]
async fn a_damaged_recording_is_joined_again_from_the_cache() {
    let studio = Studio::new(ToneTts::new());
    let first = studio.record(&TEXTS, &studio.target()).await.unwrap();
    let whole = std::fs::read(&first.path).unwrap();
    for damaged in [&whole[..whole.len() - 300], b"no sound"] {
        std::fs::write(&first.path, damaged).unwrap();
        let again = studio.record(&TEXTS, &studio.target()).await.unwrap();
        assert_eq!(again.sha256, first.sha256);
    }
    std::fs::remove_file(&first.vtt_path).unwrap();
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    assert_eq!((studio.tts.calls(), studio.files().len()), (TEXTS.len(), 2));
}

#[tokio::test]
async fn a_damaged_segment_is_spoken_again() {
    let studio = Studio::new(ToneTts::new());
    let first = studio.record(&TEXTS, &studio.target()).await.unwrap();
    let key = studio.store.keys()[0].clone();
    studio.store.tamper(&key, "damaged");
    let target = Target {
        reuse: Reuse::Segments,
        ..studio.target()
    };
    let second = studio.record(&TEXTS, &target).await.unwrap();
    assert_eq!((studio.tts.calls(), second.stats.cached), (5, 3));
    assert_eq!(second.sha256, first.sha256);
    studio.record(&TEXTS, &target).await.unwrap();
    assert_eq!(studio.tts.calls(), 5);
}

#[tokio::test]
async fn nothing_is_reused_if_so_asked() {
    let studio = Studio::new(ToneTts::new());
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    let target = Target {
        reuse: Reuse::Nothing,
        ..studio.target()
    };
    let recording = studio.record(&TEXTS, &target).await.unwrap();
    assert_eq!((studio.tts.calls(), recording.stats.cached), (8, 0));
}
