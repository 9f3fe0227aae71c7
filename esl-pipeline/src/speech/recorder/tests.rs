//! Recordings against tones and stores in memory.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use esl_core::ports::{
    ArtifactStore as _, Audio, Speech, SpeechRequest, SpeechSettings, TtsCapabilities, TtsError,
    Turn,
};
use esl_core::{Classify as _, Retry, Silent, Voice, VoiceId, VoiceSettings};
use esl_testkit::{MemoryArtifactStore, ToneTts};

use super::*;

const TEXTS: [&str; 4] = [
    "Good morning, Tom.",
    "Hello, Anna!",
    "Shall we go?",
    "Yes, let us go.",
];

/// A recorder, what it works with, and a folder for its files.
struct Studio {
    tts: Arc<ToneTts>,
    store: Arc<MemoryArtifactStore>,
    recorder: Recorder,
    dir: tempfile::TempDir,
    events: Arc<Events>,
}

#[derive(Debug, Default)]
struct Events(Mutex<Vec<StageStatus>>);

impl ProgressSink for Events {
    fn emit(&self, event: StageEvent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.status);
    }
}

impl Studio {
    fn new(tts: ToneTts) -> Self {
        let tts = Arc::new(tts.delivering_mp3());
        let store = Arc::new(MemoryArtifactStore::default());
        Self {
            recorder: recorder(tts.clone(), &store),
            tts,
            store,
            dir: tempfile::tempdir().unwrap(),
            events: Arc::default(),
        }
    }

    fn target(&self) -> Target {
        Target {
            dir: self.dir.path().join("audio"),
            prefix: String::new(),
            tags: Tags {
                title: Some("Museum".into()),
                ..Tags::default()
            },
            reuse: Reuse::default(),
        }
    }

    async fn record(&self, texts: &[&str], target: &Target) -> Result<Recording, RecordError> {
        let plan = self.recorder.plan(score(texts)).await?;
        let progress: Arc<dyn ProgressSink> = self.events.clone();
        self.recorder
            .record(&plan, target, &progress, &CancellationToken::new())
            .await
    }

    fn files(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.target().dir) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn recorder(tts: Arc<dyn Tts>, store: &Arc<MemoryArtifactStore>) -> Recorder {
    let at_once = RetryPolicy {
        base: Duration::ZERO,
        ..RetryPolicy::default()
    };
    Recorder::new(tts, SegmentCache::new(store.clone())).with_retry(at_once, || 0.0)
}

/// One part and line for each text, spoken in turn by Anna and Tom.
fn score(texts: &[&str]) -> Score {
    let speakers = [("Anna", "tone-anna"), ("Tom", "tone-tom")];
    let parts = texts.iter().enumerate().map(|(line, text)| {
        let voice = VoiceId::parse(speakers[line % 2].1).unwrap();
        Part {
            key: Digest::of(format!("{voice} {text}")),
            request: SpeechRequest {
                turns: vec![Turn {
                    voice,
                    text: (*text).to_owned(),
                    settings: VoiceSettings::default(),
                }],
                is_dialogue: false,
                settings: SpeechSettings::default(),
            },
            lines: vec![line],
            gap_before: Duration::from_millis(450),
        }
    });
    let lines = texts.iter().enumerate().map(|(line, text)| CueLine {
        speaker: Some(speakers[line % 2].0.to_owned()),
        text: (*text).to_owned(),
    });
    Score {
        key: Digest::of(texts.join("\n")),
        lines: lines.collect(),
        parts: parts.collect(),
        tail: Duration::from_millis(400),
    }
}

fn unavailable() -> TtsError {
    TtsError::Unavailable {
        provider: "tone".into(),
        message: "busy".into(),
        source: None,
    }
}

fn refused() -> TtsError {
    TtsError::Refused {
        provider: "tone".into(),
        message: "no".into(),
    }
}

/// The file without its tag.
fn frames(path: &Path) -> Vec<u8> {
    let file = std::fs::read(path).unwrap();
    let tag = crate::speech::audio::tag_bytes(&mut std::io::Cursor::new(&file)).unwrap();
    file[tag.len()..].to_vec()
}

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

#[tokio::test]
async fn passing_failures_are_repeated() {
    let studio = Studio::new(ToneTts::new());
    studio.tts.fail_next(unavailable());
    studio.tts.fail_next(TtsError::RateLimited {
        provider: "tone".into(),
        retry_after: Some(Duration::ZERO),
    });
    let recording = studio.record(&TEXTS, &studio.target()).await.unwrap();
    assert_eq!((studio.tts.calls(), recording.stats.retries), (6, 2));
    let events = studio.events.0.lock().unwrap();
    let retries = events
        .iter()
        .filter(|status| matches!(status, StageStatus::Retry { .. }));
    assert_eq!(retries.count(), 2);
}

#[tokio::test]
async fn what_keeps_failing_is_given_up_as_exhausted() {
    let studio = Studio::new(ToneTts::new());
    for _ in 0..5 {
        studio.tts.fail_next(unavailable());
    }
    let error = studio
        .record(&TEXTS[..1], &studio.target())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            RecordError::Speech {
                number: 1,
                attempts: 5,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.retry(), Retry::Exhausted);
}

#[tokio::test]
async fn after_a_final_failure_what_is_finished_stays() {
    let studio = Studio::new(ToneTts::new());
    let voiceless = |texts: &[&str]| {
        let mut score = score(texts);
        score.parts[3].request.turns[0].voice = VoiceId::parse("nobody").unwrap();
        score
    };
    let plan = studio.recorder.plan(voiceless(&TEXTS)).await.unwrap();
    let sink: Arc<dyn ProgressSink> = Arc::new(Silent);
    let target = studio.target();
    let outcome = studio
        .recorder
        .record(&plan, &target, &sink, &CancellationToken::new())
        .await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(
            error,
            RecordError::Speech {
                number: 4,
                attempts: 1,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.retry(), Retry::Never);
    assert!(studio.files().is_empty());
    let (calls, kept) = (studio.tts.calls(), studio.store.keys().len());
    studio.record(&TEXTS, &studio.target()).await.unwrap();
    assert_eq!(studio.tts.calls() - calls, TEXTS.len() - kept);
}

#[tokio::test]
async fn a_final_failure_begins_no_new_request() {
    let studio = Studio::new(ToneTts::new());
    let texts: Vec<String> = (0..40).map(|at| format!("Line number {at}.")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    studio.tts.fail_next(refused());
    studio.record(&texts, &studio.target()).await.unwrap_err();
    let under_way = studio.tts.capabilities().concurrency;
    let calls = studio.tts.calls();
    assert!(calls <= under_way, "{calls} calls");
    assert_eq!(
        studio.store.keys().len(),
        calls - 1,
        "what was paid for is kept"
    );
}

#[tokio::test]
async fn two_runs_speak_shared_lines_once() {
    let studio = Studio::new(ToneTts::new());
    let (one, two) = (
        studio.target(),
        Target {
            prefix: "two-".into(),
            ..studio.target()
        },
    );
    let (one, two) = tokio::join!(
        studio.record(&TEXTS, &one),
        studio.record(&TEXTS[..3], &two)
    );
    one.unwrap();
    assert!(
        two.unwrap()
            .path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("two-")
    );
    assert_eq!(studio.tts.calls(), TEXTS.len());
}

#[tokio::test]
async fn recorders_that_share_a_limiter_keep_it_together() {
    let studio = Studio::new(ToneTts::new());
    let limiter = Limiter::new(2);
    let shared = |store: &Arc<MemoryArtifactStore>| {
        recorder(studio.tts.clone(), store).with_limiter(limiter.clone())
    };
    let (one, two) = (shared(&studio.store), shared(&Arc::default()));
    let plan = one.plan(score(&TEXTS)).await.unwrap();
    let sink: Arc<dyn ProgressSink> = Arc::new(Silent);
    let cancel = CancellationToken::new();
    let (first, second) = (
        studio.target(),
        Target {
            prefix: "b-".into(),
            ..studio.target()
        },
    );
    let (first, second) = tokio::join!(
        one.record(&plan, &first, &sink, &cancel),
        two.record(&plan, &second, &sink, &cancel)
    );
    first.and(second).unwrap();
    assert_eq!(studio.tts.calls(), 8);
    assert!(studio.tts.most_under_way() <= 2);
}

/// Says nothing of use the first time, or nothing at all ever.
#[derive(Debug)]
struct Faulty {
    tts: ToneTts,
    first_answer: Mutex<Option<Audio>>,
    hangs: bool,
}

#[async_trait]
impl Tts for Faulty {
    fn capabilities(&self) -> &TtsCapabilities {
        self.tts.capabilities()
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        self.tts.voices().await
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let first = self.first_answer.lock().unwrap().take();
        match first {
            Some(audio) => Ok(Speech {
                audio,
                characters_billed: 10,
                timings: Vec::new(),
                max_concurrency: None,
            }),
            None => self.tts.synthesize(request, cancel).await,
        }
    }
}

#[tokio::test]
async fn useless_sound_is_not_kept_but_asked_for_again() {
    let answers = [
        Audio::Mp3("busy, try later".into()),
        Audio::Mp3(Default::default()),
        Audio::Pcm {
            sample_rate: 22_050,
            samples: vec![0; 44_100],
        },
        Audio::Pcm {
            sample_rate: 22_050,
            samples: Vec::new(),
        },
    ];
    for answer in answers {
        let tts = ToneTts::new().delivering_mp3().charging();
        let faulty = Faulty {
            tts,
            first_answer: Mutex::new(Some(answer)),
            hangs: false,
        };
        let mut studio = Studio::new(ToneTts::new());
        studio.recorder = recorder(Arc::new(faulty), &studio.store);
        let recording = studio.record(&TEXTS[..1], &studio.target()).await.unwrap();
        let billed = 10 + TEXTS[0].len() as u64;
        assert_eq!(
            (recording.stats.retries, recording.stats.characters_billed),
            (1, billed)
        );
    }
}

#[tokio::test]
async fn a_cancelled_recording_leaves_no_file() {
    let mut studio = Studio::new(ToneTts::new());
    let faulty = Faulty {
        tts: ToneTts::new(),
        first_answer: Mutex::default(),
        hangs: true,
    };
    studio.recorder = recorder(Arc::new(faulty), &studio.store);
    let plan = studio.recorder.plan(score(&TEXTS)).await.unwrap();
    let (sink, cancel): (Arc<dyn ProgressSink>, _) = (Arc::new(Silent), CancellationToken::new());
    let target = studio.target();
    let recording = studio.recorder.record(&plan, &target, &sink, &cancel);
    let (outcome, ()) = tokio::join!(recording, async {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert!(
        matches!(outcome, Err(RecordError::Cancelled)),
        "{outcome:?}"
    );
    assert!(studio.files().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_never_answers_is_given_up() {
    let mut studio = Studio::new(ToneTts::new());
    let faulty = Faulty {
        tts: ToneTts::new(),
        first_answer: Mutex::default(),
        hangs: true,
    };
    studio.recorder = recorder(Arc::new(faulty), &studio.store);
    let error = studio
        .record(&TEXTS[..1], &studio.target())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), esl_core::ErrorKind::Timeout);
}

#[cfg(feature = "mp3-encoder")]
#[tokio::test]
async fn segments_of_several_rates_become_one_recording() {
    let studio = Studio::new(ToneTts::new());
    studio.record(&TEXTS[..3], &studio.target()).await.unwrap();
    let samples = (0..16_000)
        .map(|at| ((at as f32 * 0.2).sin() * 9000.0) as i16)
        .collect();
    let other = Audio::Pcm {
        sample_rate: 16_000,
        samples,
    };
    let faulty = Faulty {
        tts: ToneTts::new(),
        first_answer: Mutex::new(Some(other)),
        hangs: false,
    };
    let recorder = recorder(Arc::new(faulty), &studio.store);
    let plan = recorder.plan(score(&TEXTS)).await.unwrap();
    let (sink, cancel): (Arc<dyn ProgressSink>, _) = (Arc::new(Silent), CancellationToken::new());
    let recording = recorder
        .record(&plan, &studio.target(), &sink, &cancel)
        .await
        .unwrap();
    assert_eq!(recording.stats.cached, 3);
    let file = std::fs::File::open(recording.path).unwrap();
    assert_eq!(
        crate::speech::audio::summarize(file).unwrap().duration,
        recording.duration
    );
}
