//! Recordings against tones and stores in memory.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::ports::{
    ArtifactStore as _, Audio, Speech, SpeechRequest, SpeechSettings, TtsCapabilities, TtsError,
    Turn,
};
use esl_core::{Classify as _, Retry, Silent, Voice, VoiceId, VoiceSettings};
use esl_testkit::{MemoryArtifactStore, ToneTts};

use super::*;
use crate::speech::audio::Tags;

mod failing;
mod kept;

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
