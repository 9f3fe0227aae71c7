//! Providers that fail, are slow or deliver nonsense, and runs that share one.

use super::*;

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
