//! Reading what the user named: lesson files and settings files, bounded in size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use esl_core::ErrorKind;
use esl_pipeline::lesson::{DEFAULT_LIMIT, LessonReadError, decode};

use crate::exit::{Exit, Failure};

/// Bytes that are read of a file that is too large, so that a finding can tell its size.
pub(crate) const MOST_READ: usize = 4 * DEFAULT_LIMIT;

/// Bytes of the largest settings file that is accepted.
const SETTINGS_LIMIT: usize = 1024 * 1024;

/// The bytes of the lesson at `path` (`-`: standard input). Those of a file somewhat larger than
/// `limit`, too: it is left to the pipeline to refuse.
pub(crate) fn read_lesson(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let most = limit.max(MOST_READ);
    let bytes = if path == Path::new("-") {
        read_at_most(io::stdin().lock(), most)
    } else {
        File::open(path).and_then(|file| read_at_most(file, most))
    };
    bytes.map_err(|error| {
        let exit = match error.kind() {
            io::ErrorKind::FileTooLarge => Exit::InvalidLesson,
            _ => Exit::Unexpected,
        };
        unreadable("lesson", path, &error, exit)
    })
}

/// The text of the lesson at `path`, for commands that only look.
pub(crate) fn lesson_text(path: &Path, limit: usize) -> Result<String, Failure> {
    let bytes = read_lesson(path, limit)?;
    let text = decode(&bytes, limit).map_err(|error| {
        let failure = Failure::of(&error).in_file(path);
        match error {
            LessonReadError::TooLarge { .. } => Failure {
                exit: Exit::InvalidLesson,
                ..failure.hint("split the lesson, or raise limits.max_lesson_bytes")
            },
            _ => Failure {
                exit: Exit::Unexpected,
                ..failure
            },
        }
    })?;
    Ok(text.to_owned())
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

fn read_at_most(reader: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        let message = format!("it is larger than {most} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

fn unreadable(what: &str, path: &Path, error: &io::Error, exit: Exit) -> Failure {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        io::ErrorKind::FileTooLarge => ErrorKind::InvalidInput,
        _ => ErrorKind::Storage,
    };
    let message = format!("cannot read the {what} {}", name(path));
    Failure {
        causes: vec![error.to_string()],
        ..Failure::new(exit, kind, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_allowed() {
        assert_eq!(read_at_most(&b"abc"[..], 3).unwrap(), b"abc");
        let error = read_at_most(io::repeat(b'x'), 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
