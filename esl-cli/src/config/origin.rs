//! Where a value came from.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was typed after this flag.
    Flag(&'static str),
    /// This variable of the process says so.
    Variable(&'static str),
    /// This variable in a `.env` file says so.
    DotEnv {
        name: &'static str,
        file: PathBuf,
        /// From 1.
        line: usize,
    },
    /// A line of `esl.toml` says so.
    File {
        file: PathBuf,
        /// From 1.
        line: usize,
    },
    /// It lies in the folder that this variable names.
    FolderOfVariable(&'static str),
    /// It was found in this folder or file.
    Place(PathBuf),
    /// Nobody says anything else.
    BuiltIn,
}

impl<T> Setting<T> {
    pub(super) const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

impl Origin {
    /// It as JSON: what kind of place it is, and which.
    pub(crate) fn json(&self) -> Value {
        let place = |file: &Path| file.display().to_string();
        match self {
            Self::Flag(name) => json!({ "origin": "flag", "name": name }),
            Self::Variable(name) | Self::FolderOfVariable(name) => {
                json!({ "origin": "variable", "name": name })
            }
            Self::DotEnv { name, file, line } => {
                json!({ "origin": "dotenv", "name": name, "file": place(file), "line": line })
            }
            Self::File { file, line } => {
                json!({ "origin": "file", "file": place(file), "line": line })
            }
            Self::Place(found) => json!({ "origin": "place", "file": place(found) }),
            Self::BuiltIn => json!({ "origin": "default" }),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::DotEnv { name, file, line } => write!(f, "{name} ({}:{line})", file.display()),
            Self::File { file, line } => write!(f, "{}:{line}", file.display()),
            Self::FolderOfVariable(name) => write!(f, "folder of {name}"),
            Self::Place(found) => write!(f, "{}", found.display()),
            Self::BuiltIn => f.write_str("default"),
        }
    }
}
