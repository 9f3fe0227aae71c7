//! From bytes to text: what no lesson can be is refused before it is parsed.

use esl_core::{Classify, ErrorKind};

/// How large a lesson file may be unless the caller says otherwise: 1 MiB.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;

/// Why bytes are no lesson.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LessonReadError {
    /// More bytes than allowed.
    #[error("the lesson has {size} bytes, more than the {limit} allowed")]
    TooLarge {
        /// Bytes of the lesson.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A byte that no text has.
    #[error("the lesson is not a text file: byte {offset} (line {line}) is zero")]
    Binary {
        /// The byte, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
    /// Bytes that are no characters.
    #[error("the lesson is not UTF-8 at byte {offset} (line {line})")]
    NotUtf8 {
        /// The first such byte, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
}

impl Classify for LessonReadError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::InvalidInput
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooLarge { .. } => "split the lesson, or raise the limit",
            Self::Binary { .. } => "give a Markdown file, not a document or picture",
            Self::NotUtf8 { .. } => "save the file as UTF-8",
        };
        Some(hint.to_owned())
    }
}

/// The text of a lesson file of at most `limit` bytes.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if it is larger, not UTF-8 or has a zero byte.
pub fn decode(bytes: &[u8], limit: usize) -> Result<&str, LessonReadError> {
    let size = bytes.len();
    if size > limit {
        return Err(LessonReadError::TooLarge { size, limit });
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        let line = line_of(bytes, offset);
        return Err(LessonReadError::Binary { offset, line });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let line = line_of(bytes, offset);
        LessonReadError::NotUtf8 { offset, line }
    })
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    let before = bytes[..offset].iter();
    1 + before.filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_within_the_limit_is_read() {
        assert_eq!(decode("é\n".as_bytes(), 3), Ok("é\n"));
        let (size, limit) = (3, 2);
        assert_eq!(
            decode("é\n".as_bytes(), 2),
            Err(LessonReadError::TooLarge { size, limit })
        );
    }

    #[test]
    fn the_first_wrong_byte_is_named() {
        let (offset, line) = (4, 2);
        assert_eq!(
            decode(b"ab\nc\xff", 9),
            Err(LessonReadError::NotUtf8 { offset, line })
        );
        assert_eq!(
            decode(b"ab\nc\0\xff", 9),
            Err(LessonReadError::Binary { offset, line })
        );
    }
}
