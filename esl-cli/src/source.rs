//! Reading what the user named: lesson files and settings files, bounded in size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use esl_core::ErrorKind;

use crate::exit::{Exit, Failure};

/// Bytes of the largest lesson that is accepted unless told otherwise.
pub(crate) const DEFAULT_LIMIT: usize = 1024 * 1024;

/// Bytes of the largest settings file that is accepted.
const SETTINGS_LIMIT: usize = 1024 * 1024;

/// The bytes of the file at `path` (`-`: standard input), at most one more than `limit`: a longer
/// file is left to the parser to refuse.
pub(crate) fn read_lesson(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let bytes = if path == Path::new("-") {
        read_at_most(io::stdin().lock(), limit + 1)
    } else {
        File::open(path).and_then(|file| read_at_most(file, limit + 1))
    };
    bytes.map_err(|error| unreadable("lesson", path, &error, Exit::Unexpected))
}

/// The text of the lesson at `path`, for commands that only look.
pub(crate) fn lesson_text(path: &Path) -> Result<String, Failure> {
    let bytes = read_lesson(path, DEFAULT_LIMIT)?;
    decode(&bytes)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// How messages call the file at `path`.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// The text of a settings file.
pub(crate) fn read_settings(what: &str, path: &Path) -> Result<String, Failure> {
    let bytes = File::open(path).and_then(|file| read_at_most(file, SETTINGS_LIMIT));
    bytes
        .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
        .map_err(|error| unreadable(what, path, &error, Exit::Configuration))
}

fn read_at_most(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(what: &str, path: &Path, error: &io::Error, exit: Exit) -> Failure {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::Storage,
    };
    let message = format!("cannot read the {what} {}", name(path));
    Failure {
        causes: vec![error.to_string()],
        ..Failure::new(exit, kind, message)
    }
}
