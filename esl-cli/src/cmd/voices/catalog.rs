//! The voices of a provider: kept in a file, or listened to.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use esl_core::{ErrorKind, Voice};
use esl_pipeline::speech::casting::{find_voice, write_catalog};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable};
use crate::saving;

struct Synced {
    file: PathBuf,
    voices: usize,
}

struct Preview {
    voice: Voice,
    url: String,
}

/// Writes the catalog file, replacing an older one.
pub(super) fn sync(file: &Path, voices: &[Voice]) -> Outcome {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            let message = format!("cannot make the folder {}: {error}", folder.display());
            Failure::new(Exit::Permanent, ErrorKind::Storage, message)
        })?;
    }
    saving::create(file, &write_catalog(voices), true)?;
    let (file, voices) = (file.to_owned(), voices.len());
    Ok(Box::new(Synced { file, voices }))
}

/// Tells where `named`, an id or name, can be heard.
pub(super) fn preview(named: &str, voices: &[Voice]) -> Outcome {
    let Some(voice) = find_voice(voices, named) else {
        let message = format!("there is no voice {named:?}");
        let failure = Failure::new(Exit::Configuration, ErrorKind::NotFound, message);
        return Err(failure.hint("`esl voices list` shows the voices"));
    };
    let Some(url) = voice.preview_url.clone() else {
        let message = format!("the provider has no sample of {}", voice.name);
        let failure = Failure::new(Exit::Permanent, ErrorKind::NotFound, message);
        return Err(failure.hint("`esl tts LESSON --voice VOICE` speaks a lesson with it"));
    };
    let voice = voice.clone();
    Ok(Box::new(Preview { voice, url }))
}

impl Answer for Synced {
    fn json(&self) -> Value {
        json!({ "file": self.file.display().to_string(), "voices": self.voices })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let file = printable(&self.file.display().to_string());
        writeln!(out, "{} voices in {file}", self.voices)
    }
}

impl Answer for Preview {
    fn json(&self) -> Value {
        json!({ "voiceId": self.voice.id, "name": self.voice.name, "previewUrl": self.url })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", printable(&self.url))
    }
}
