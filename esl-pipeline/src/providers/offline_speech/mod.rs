//! Speech by programs on this machine: flite and espeak-ng, run as processes and never linked.
//!
//! The words go to the engine's standard input, never to its command line, where every user of
//! the machine could read them; the sound comes back as a file in a private folder.

mod engine;
mod espeak_ng;
mod flite;
mod process;
#[cfg(all(test, unix))]
mod tests;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::ports::{Audio, Speech, SpeechRequest, Tts, TtsCapabilities, TtsError, Turn};
use esl_core::{CancellationToken, Voice};

use super::wav::{self, BadSound};
use engine::Engine;
use process::Failure;

const PROVIDER: &str = "offline";
/// Most characters of one turn: some minutes of speech.
const MAX_CHARACTERS: usize = 3000;
/// Largest sound file that is read.
const MAX_WAV_BYTES: u64 = 256 * 1024 * 1024;
/// The one command that installs an engine.
const INSTALL: &str = if cfg!(target_os = "macos") {
    "brew install flite"
} else if cfg!(windows) {
    "winget install eSpeak-NG.eSpeak-NG"
} else {
    "sudo apt-get install flite"
};

/// Which programs to run, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineOptions {
    /// The program flite. Default `flite`, looked up in the search path.
    pub flite: PathBuf,
    /// The program espeak-ng. Default `espeak-ng`, looked up in the search path.
    pub espeak_ng: PathBuf,
    /// The longest that one request may take. Default 60 s.
    pub timeout: Duration,
    /// Requests worth having under way at once. Default: one per processor.
    pub concurrency: usize,
}

impl Default for OfflineOptions {
    fn default() -> Self {
        Self {
            flite: "flite".into(),
            espeak_ng: "espeak-ng".into(),
            timeout: Duration::from_secs(60),
            concurrency: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// All voices of the engines on this machine, flite's first. Voice ids are `engine:voice`, such as
/// `flite:slt` and `espeak-ng:en-gb+f3`.
#[derive(Debug)]
pub struct OfflineSpeech {
    engines: Vec<Engine>,
    capabilities: TtsCapabilities,
    timeout: Duration,
}

impl OfflineSpeech {
    /// Asks each program for its version and voices, and takes those that answer.
    ///
    /// # Errors
    /// [`TtsError::NotInstalled`] if none does.
    pub async fn detect(options: &OfflineOptions) -> Result<Self, TtsError> {
        let (flite, espeak_ng) = tokio::join!(
            flite::detect(&options.flite, options.timeout),
            espeak_ng::detect(&options.espeak_ng, options.timeout)
        );
        let engines: Vec<Engine> = flite.into_iter().chain(espeak_ng).collect();
        if engines.is_empty() {
            let programs = [&options.flite, &options.espeak_ng];
            return Err(TtsError::NotInstalled {
                looked_for: programs
                    .map(|program| program.display().to_string())
                    .join(", "),
                install: INSTALL.into(),
            });
        }
        let names: Vec<_> = engines.iter().map(Engine::versioned_name).collect();
        Ok(Self {
            engines,
            capabilities: TtsCapabilities {
                provider: PROVIDER.into(),
                model: names.join(", "),
                variant: String::new(),
                max_characters: MAX_CHARACTERS,
                stabilities: Vec::new(),
                dialogue: None,
                concurrency: options.concurrency,
                is_paid: false,
                lists_all_voices: true,
            },
            timeout: options.timeout,
        })
    }

    fn engine_of(&self, turn: &Turn) -> Result<&Engine, TtsError> {
        self.engines
            .iter()
            .find(|engine| engine.has(&turn.voice))
            .ok_or_else(|| TtsError::UnknownVoice {
                provider: PROVIDER.into(),
                voice: turn.voice.clone(),
            })
    }

    async fn speak(&self, engine: &Engine, turn: &Turn) -> Result<Audio, TtsError> {
        let words = engine.words(&turn.text).ok_or_else(|| TtsError::Refused {
            provider: PROVIDER.into(),
            message: format!("{} has no sounds for these letters", engine.name),
        })?;
        let folder = tempfile::tempdir().map_err(|error| no_folder("create", error))?;
        let wav = folder.path().join("speech.wav");
        let command = engine.command(&turn.voice, &wav);
        process::run(command, &words, self.timeout)
            .await
            .map_err(|failure| self.failed(engine, failure))?;
        let read = move || read_wav(&wav);
        let audio = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| unavailable(engine, &error))?;
        drop(folder);
        audio.map_err(|error| unavailable(engine, &error))
    }

    fn failed(&self, engine: &Engine, failure: Failure) -> TtsError {
        match failure {
            Failure::TimedOut => TtsError::Timeout {
                provider: engine.name.into(),
                after: self.timeout,
            },
            other => unavailable(engine, &other),
        }
    }
}

#[async_trait]
impl Tts for OfflineSpeech {
    fn capabilities(&self) -> &TtsCapabilities {
        &self.capabilities
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        Ok(self
            .engines
            .iter()
            .flat_map(|engine| engine.voices.iter().cloned())
            .collect())
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        let [turn] = request.turns.as_slice() else {
            let turns = request.turns.len();
            return Err(TtsError::Refused {
                provider: PROVIDER.into(),
                message: format!("{turns} turns in one request, it takes one"),
            });
        };
        let engine = self.engine_of(turn)?;
        let characters = turn.text.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(TtsError::TooLong {
                provider: PROVIDER.into(),
                characters,
                max: MAX_CHARACTERS,
            });
        }
        // Dropping the other future ends the process.
        let audio = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(TtsError::Cancelled),
            audio = self.speak(engine, turn) => audio?,
        };
        Ok(Speech {
            audio,
            characters_billed: 0,
            timings: Vec::new(),
            max_concurrency: None,
        })
    }
}

fn read_wav(path: &Path) -> Result<Audio, BadSound> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_WAV_BYTES {
        return Err(BadSound::TooLarge(size));
    }
    wav::parse(BufReader::new(file))
}

fn unavailable(engine: &Engine, cause: &dyn std::error::Error) -> TtsError {
    TtsError::Unavailable {
        provider: engine.name.into(),
        message: cause.to_string(),
        source: None,
    }
}

fn no_folder(operation: &str, error: std::io::Error) -> TtsError {
    TtsError::Unavailable {
        provider: PROVIDER.into(),
        message: format!("cannot {operation} a temporary folder"),
        source: Some(Box::new(error)),
    }
}
