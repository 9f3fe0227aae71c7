//! A studio with a fake service behind it, and a text to speak.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{SpeechRequest, SpeechSettings, Tts, Turn};
use esl_core::{CancellationToken, ProgressSink, RetryPolicy, Silent, VoiceId, VoiceSettings};
use esl_pipeline::lesson::{Lesson, Script};
use esl_pipeline::providers::elevenlabs::{ElevenLabsOptions, ElevenLabsSpeech};
use esl_pipeline::speech::audio::Tags;
use esl_pipeline::speech::cache::SegmentCache;
use esl_pipeline::speech::casting::{CastingOptions, VoiceMap, cast, speakers};
use esl_pipeline::speech::limiter::Limiter;
use esl_pipeline::speech::recorder::{RecordError, Recorder, Recording, Reuse, Score, Target};
use esl_pipeline::speech::segments::{Gaps, SpeechMode, plan};
use esl_testkit::MemoryArtifactStore;
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{Fakes, FakesOptions, LoggedRequest, Service};

pub(crate) const KEY: &str = "fake-elevenlabs-key";
pub(crate) const GEORGE: &str = "JBFqnCBsd6RMkjVDRZzb";

/// Six turns of two speakers.
pub(crate) const TALK: &str = "\
Ann: Excuse me, is there a bakery near here?
Tom: Yes, go straight on and turn left at the old stone bridge.
Ann: Is it far?
Tom: No, it takes five minutes on foot.
Ann: Thank you very much!
Tom: You are welcome. Enjoy your bread.
";

pub(crate) struct World {
    pub(crate) fakes: Fakes,
    pub(crate) segments: Arc<MemoryArtifactStore>,
    out: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(FakesOptions::default()).await
    }

    pub(crate) async fn of(account: ElevenLabsAccount) -> Self {
        Self::with(FakesOptions {
            elevenlabs: account,
            ..FakesOptions::default()
        })
        .await
    }

    pub(crate) async fn with(options: FakesOptions) -> Self {
        Self {
            fakes: Fakes::start(options).await.unwrap(),
            segments: Arc::default(),
            out: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn out(&self) -> &Path {
        self.out.path()
    }

    pub(crate) fn elevenlabs(
        &self,
        change: impl FnOnce(&mut ElevenLabsOptions),
    ) -> Arc<ElevenLabsSpeech> {
        let mut options = ElevenLabsOptions::new(KEY.into());
        options.base_url = self.fakes.url(Service::ElevenLabs).parse().unwrap();
        change(&mut options);
        Arc::new(ElevenLabsSpeech::new(options).unwrap())
    }

    /// A recorder that tries again almost at once.
    pub(crate) fn recorder(&self, tts: Arc<dyn Tts>) -> Recorder {
        let policy = RetryPolicy {
            base: Duration::from_millis(2),
            ..RetryPolicy::default()
        };
        let limiter = Limiter::new(tts.capabilities().concurrency);
        Recorder::new(tts, SegmentCache::new(self.segments.clone()))
            .with_retry(policy, || 0.5)
            .with_limiter(limiter)
    }

    pub(crate) async fn record(
        &self,
        tts: &Arc<impl Tts>,
        talk: &str,
        mode: SpeechMode,
    ) -> Result<Recording, RecordError> {
        let recorder = self.recorder(tts.clone());
        let score = score(&**tts, &recorder, talk, mode).await;
        let plan = recorder.plan(score).await.unwrap();
        let target = Target {
            dir: self.out().to_owned(),
            prefix: String::new(),
            tags: Tags::default(),
            reuse: Reuse::default(),
        };
        let progress: Arc<dyn ProgressSink> = Arc::new(Silent);
        let cancel = CancellationToken::new();
        recorder.record(&plan, &target, &progress, &cancel).await
    }

    /// Credits that the account has spent.
    pub(crate) fn spent(&self) -> u64 {
        self.fakes.elevenlabs().account().character_count
    }

    /// The requests to speak, in the order of their arrival.
    pub(crate) fn orders(&self, service: Service) -> Vec<LoggedRequest> {
        let requests = self.fakes.requests(service).into_iter();
        requests
            .filter(|request| request.method == "POST")
            .collect()
    }
}

async fn score(tts: &dyn Tts, recorder: &Recorder, talk: &str, mode: SpeechMode) -> Score {
    let text = format!("---\ntitle: Talk\n---\n:::study-text\n{talk}:::\n");
    let lesson = Lesson::parse(&text);
    let script = Script::of(&lesson).unwrap();
    let catalog = tts.voices().await.unwrap();
    let speakers = speakers(&script, &lesson.front_matter);
    let (map, options) = (VoiceMap::default(), CastingOptions::default());
    let casting = cast(&speakers, &catalog, &map, &options).unwrap();
    let (settings, capabilities) = (SpeechSettings::default(), tts.capabilities());
    let plan = plan(
        &script,
        &casting,
        mode,
        &settings,
        capabilities,
        &Gaps::default(),
    );
    plan.unwrap().score(capabilities, &recorder.assembly())
}

/// `number` lines of one speaker.
pub(crate) fn letter(number: usize) -> String {
    let lines = (1..=number).map(|at| format!("This is line number {at} of a long letter.\n\n"));
    lines.collect()
}

/// What a text of lines costs.
pub(crate) fn characters(talk: &str) -> u64 {
    let words = talk.lines().map(|line| match line.split_once(": ") {
        Some((_, words)) => words.chars().count(),
        None => line.chars().count(),
    });
    words.sum::<usize>() as u64
}

pub(crate) fn turn(voice: &str, text: &str) -> Turn {
    Turn {
        voice: VoiceId::parse(voice).unwrap(),
        text: text.to_owned(),
        settings: VoiceSettings::default(),
    }
}

pub(crate) fn line(voice: &str, text: &str) -> SpeechRequest {
    SpeechRequest {
        turns: vec![turn(voice, text)],
        is_dialogue: false,
        settings: SpeechSettings::default(),
    }
}
