//! A program that speaks, as data.

use std::path::{Path, PathBuf};

use esl_core::{Voice, VoiceId, VoiceLabels};
use tokio::process::Command;

/// A program that was found to work.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) name: &'static str,
    pub(super) version: String,
    pub(super) program: PathBuf,
    pub(super) voices: Vec<Voice>,
    /// Arguments that make it speak its standard input by the voice into the file.
    pub(super) speak: fn(&mut Command, voice: &str, wav: &Path),
    /// The text without what the program has no sounds for.
    pub(super) pronounceable: fn(&str) -> String,
}

impl Engine {
    pub(super) fn versioned_name(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    pub(super) fn has(&self, voice: &VoiceId) -> bool {
        self.voices.iter().any(|other| other.id == *voice)
    }

    pub(super) fn words(&self, text: &str) -> Option<String> {
        Some((self.pronounceable)(text)).filter(|words| words.chars().any(char::is_alphanumeric))
    }

    pub(super) fn command(&self, voice: &VoiceId, wav: &Path) -> Command {
        let mut command = Command::new(&self.program);
        let own_name = voice.as_str().split_once(':').map_or("", |(_, name)| name);
        (self.speak)(&mut command, own_name, wav);
        command
    }
}

/// A voice of `engine`; none if its name is not fit for an id.
pub(super) fn voice(
    engine: &str,
    id: &str,
    name: &str,
    gender: Option<&str>,
    accent: Option<&str>,
) -> Option<Voice> {
    Some(Voice {
        id: VoiceId::parse(&format!("{engine}:{id}")).ok()?,
        name: name.to_owned(),
        category: Some("offline".into()),
        labels: VoiceLabels {
            gender: gender.map(str::to_owned),
            accent: accent.map(str::to_owned),
            language: Some("en".into()),
            ..VoiceLabels::default()
        },
        preview_url: None,
    })
}
