//! Where in a request something is wrong, and the words for it.

use std::fmt;

use serde_json::Value;

use super::error::ApiError;

/// The way from the root of a request to one of its values: `body.children[1].paragraph`.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    pub(super) const fn root(name: &'a str) -> Self {
        Self {
            parent: None,
            step: Step::Key(name),
        }
    }

    pub(super) const fn key(&'a self, key: &'a str) -> Path<'a> {
        Self {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    pub(super) const fn item(&'a self, at: usize) -> Path<'a> {
        Self {
            parent: Some(self),
            step: Step::Item(at),
        }
    }

    pub(super) fn root_name(&self) -> &'a str {
        match (self.parent, self.step) {
            (Some(parent), _) => parent.root_name(),
            (None, Step::Key(name)) => name,
            (None, Step::Item(_)) => "body",
        }
    }

    /// The refusal of `value`, which is absent if `None`.
    pub(super) fn refuse(&self, expectation: &str, value: Option<&Value>) -> ApiError {
        ApiError::validation(format!(
            "{} failed validation: {}",
            self.root_name(),
            self.problem(expectation, value)
        ))
    }

    pub(super) fn problem(&self, expectation: &str, value: Option<&Value>) -> String {
        format!(
            "{self} should be {expectation}, instead was `{}`.",
            preview(value)
        )
    }

    pub(super) fn refuse_length(&self, most: usize, length: usize) -> ApiError {
        let length = Value::from(length);
        self.key("length")
            .refuse(&format!("≤ `{most}`"), Some(&length))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Key(key) if self.parent.is_some() => write!(f, ".{key}"),
            Step::Key(key) => f.write_str(key),
            Step::Item(at) => write!(f, "[{at}]"),
        }
    }
}

/// The value as it is quoted in a refusal, cut to about 50 characters.
fn preview(value: Option<&Value>) -> String {
    const LENGTH: usize = 50;
    let Some(value) = value else {
        return "undefined".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
