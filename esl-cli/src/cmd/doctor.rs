//! `esl doctor`: whether this machine can make homework, and how to mend it if not.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use esl_core::Voice;
use serde::Serialize;
use serde_json::{Value, json};

use super::Session;
use crate::args::PlaceArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failure};
use crate::output::{
    Answer, Outcome,
    style::{self, printable},
    summary,
};
use crate::wiring;

/// Files counted for the size of the cache. Bounds the work in a folder that is something else.
const MOST_FILES: usize = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    Warn,
    Fail,
}

/// What was looked at, how it stands and how to mend it.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    health: Health,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

struct Diagnosis(Vec<Check>);

pub(super) async fn doctor(args: &PlaceArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings())?;
    Ok(Box::new(Diagnosis(vec![
        speech().await,
        encoder(),
        cache(&settings),
        folder("pages", &settings.workspace.value, "--workspace"),
        presets(&settings),
        voice_map(&settings),
        terminal(),
    ])))
}

impl Check {
    fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Ok,
            message: message.into(),
            mend: None,
        }
    }

    fn warn(name: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            health: Health::Warn,
            mend: Some(mend.into()),
            ..Self::ok(name, message)
        }
    }

    fn fail(name: &'static str, message: impl Into<String>, mend: Option<String>) -> Self {
        Self {
            health: Health::Fail,
            mend,
            ..Self::ok(name, message)
        }
    }

    fn failed(name: &'static str, failure: Failure) -> Self {
        let mut message = vec![failure.message];
        message.extend(failure.causes);
        Self::fail(name, message.join(": "), failure.hint)
    }
}

async fn speech() -> Check {
    let engine = match wiring::speech(wiring::default_concurrency()).await {
        Ok(engine) => engine,
        Err(failure) => return Check::failed("speech", failure),
    };
    match engine.voices().await {
        Ok(voices) => Check::ok("speech", voices_of(&engine.capabilities().model, &voices)),
        Err(error) => Check::failed("speech", Failure::of(&error)),
    }
}

/// `flite-2.2, espeak-ng-1.51: 5 voices of flite, 12 of espeak-ng`
fn voices_of(engines: &str, voices: &[Voice]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for voice in voices {
        let engine = voice.id.as_str().split(':').next().unwrap_or_default();
        match counts.iter_mut().find(|(name, _)| *name == engine) {
            Some((_, count)) => *count += 1,
            None => counts.push((engine, 1)),
        }
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(engine, count)| format!("{count} voices of {engine}"))
        .collect();
    format!("{engines}: {}", counts.join(", "))
}

fn encoder() -> Check {
    if cfg!(feature = "mp3-encoder") {
        return Check::ok("MP3 encoder", "built in");
    }
    let mend = "cargo install esl-cli --features mp3-encoder".to_owned();
    Check::fail("MP3 encoder", "left out of this build", Some(mend))
}

fn cache(settings: &Settings) -> Check {
    let folder_of_segments = match settings.cache() {
        Ok(folder) => folder,
        Err(failure) => return Check::failed("spoken segments", failure),
    };
    let mut check = folder("spoken segments", folder_of_segments, "XDG_CACHE_HOME");
    if check.health == Health::Ok && folder_of_segments.exists() {
        let (files, bytes) = size(folder_of_segments);
        let megabytes = bytes as f64 / 1_000_000.0;
        let more = if files == MOST_FILES { "at least " } else { "" };
        check.message += &format!(", {more}{files} files, {megabytes:.1} MB");
    }
    check
}

/// Files below `folder` and their bytes. Links are not followed; what cannot be read counts
/// nothing.
fn size(folder: &Path) -> (usize, u64) {
    let mut folders = vec![folder.to_owned()];
    let (mut files, mut bytes) = (0, 0);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.take(MOST_FILES - files) {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) => {
                    files += 1;
                    bytes += data.len();
                }
                Err(_) => {}
            }
        }
    }
    (files, bytes)
}

/// Whether files can be made in a folder, or in the nearest one above it that is there.
fn folder(name: &'static str, folder: &Path, setting: &str) -> Check {
    let shown = folder.display();
    let existing = folder.ancestors().find(|above| above.exists());
    let is_new = existing != Some(folder);
    let tried = existing.map_or_else(
        || Err(io::Error::from(io::ErrorKind::NotFound)),
        tempfile::tempfile_in,
    );
    match tried {
        Ok(_) if is_new => Check::ok(name, format!("{shown}, made by the first run")),
        Ok(_) => Check::ok(name, shown.to_string()),
        Err(error) => {
            let mend = format!("choose another folder with {setting}");
            Check::fail(
                name,
                format!("cannot write to {shown}: {error}"),
                Some(mend),
            )
        }
    }
}

fn presets(settings: &Settings) -> Check {
    let path = settings.presets.value.as_deref();
    match wiring::presets(path) {
        Ok(presets) => {
            let names: Vec<_> = presets.names().collect();
            Check::ok(
                "presets",
                format!("{} in {}", names.join(", "), place(path)),
            )
        }
        Err(failure) => Check::failed("presets", failure),
    }
}

fn voice_map(settings: &Settings) -> Check {
    let path = settings.voices.value.as_deref();
    match wiring::voice_map(path) {
        Ok(_) if path.is_none() => Check::ok("voice map", "none, voices are chosen by points"),
        Ok(_) => Check::ok("voice map", place(path)),
        Err(failure) => Check::failed("voice map", failure),
    }
}

fn place(path: Option<&Path>) -> String {
    path.map_or("this program".to_owned(), |path| path.display().to_string())
}

fn terminal() -> Check {
    if !io::stderr().is_terminal() {
        return Check::ok("terminal", "none: progress comes as lines");
    }
    if style::colours_stderr() {
        return Check::ok("terminal", "colours and moving progress");
    }
    let mend = "unset NO_COLOR, or set TERM to what your terminal is";
    Check::warn("terminal", "no colours, as NO_COLOR or TERM asks", mend)
}

impl Answer for Diagnosis {
    fn exit(&self) -> Exit {
        match self.0.iter().any(|check| check.health == Health::Fail) {
            true => Exit::Configuration,
            false => Exit::Success,
        }
    }

    fn json(&self) -> Value {
        json!({ "ok": self.exit() == Exit::Success, "checks": summary::json(&self.0) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for check in &self.0 {
            let health = match check.health {
                Health::Ok => "ok",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            let message = printable(&check.message);
            writeln!(out, "{health:4}  {:15}  {message}", check.name)?;
            if let Some(mend) = &check.mend {
                writeln!(out, "{:23}{}", "", printable(mend))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_counts_files_in_folders_below() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("a/b"), "four").unwrap();
        fs::write(root.path().join("c"), "!").unwrap();
        assert_eq!(size(root.path()), (2, 5));
        assert_eq!(size(&root.path().join("nowhere")), (0, 0));
    }
}
