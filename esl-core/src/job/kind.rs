//! Names of kinds of jobs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What sort of work a job is: `lesson.run`, or a name that an application brings along.
///
/// Parts of lower-case letters, digits and `_`, at least two of them, joined by `.`; at most 64
/// characters in all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobKind(Cow<'static, str>);

/// The text names no kind of job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of job: write two or more words joined by dots, such as lesson.run")]
pub struct BadKind(String);

impl JobKind {
    const MAX_LENGTH: usize = 64;

    /// A kind that is named in code.
    ///
    /// # Panics
    /// If the text is no such name; in a constant, that is an error of compilation.
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        assert!(is_kind(name.as_bytes()), "not a kind of job");
        Self(Cow::Borrowed(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether users see such jobs in their lists: `lesson.*` only.
    #[must_use]
    pub fn is_lesson(&self) -> bool {
        self.0.starts_with("lesson.")
    }

    /// Whether such jobs are upkeep, of no interest once they are over: `maintenance.*` only.
    #[must_use]
    pub fn is_upkeep(&self) -> bool {
        self.0.starts_with("maintenance.")
    }
}

const fn is_kind(name: &[u8]) -> bool {
    let (mut at, mut dots, mut after_dot) = (0, 0, true);
    while at < name.len() {
        match name[at] {
            b'.' if after_dot => return false,
            b'.' => dots += 1,
            b'a'..=b'z' | b'0'..=b'9' | b'_' => {}
            _ => return false,
        }
        after_dot = name[at] == b'.';
        at += 1;
    }
    dots > 0 && !after_dot && name.len() <= JobKind::MAX_LENGTH
}

impl FromStr for JobKind {
    type Err = BadKind;

    fn from_str(text: &str) -> Result<Self, BadKind> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for JobKind {
    type Error = BadKind;

    fn try_from(text: String) -> Result<Self, BadKind> {
        if is_kind(text.as_bytes()) {
            Ok(Self(Cow::Owned(text)))
        } else {
            Err(BadKind(text.chars().take(80).collect()))
        }
    }
}

impl From<JobKind> for String {
    fn from(kind: JobKind) -> Self {
        kind.0.into_owned()
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_words_joined_by_dots() {
        for name in ["lesson.run", "a.b.c", "school.print_2"] {
            assert_eq!(name.parse::<JobKind>().unwrap().to_string(), name);
        }
        let long = format!("a.{}", "b".repeat(63));
        for name in [
            "", "lesson", ".run", "lesson.", "a..b", "A.b", "a b.c", &long,
        ] {
            assert!(name.parse::<JobKind>().is_err(), "{name}");
        }
    }
}
