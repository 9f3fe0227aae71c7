//! YAML as a tree of values with their places in the lesson file.
//!
//! The library's types stay in this file, in `syntax` and in [`crate::yaml`].

use serde_saphyr::{DuplicateKeyPolicy, Location, MergeKeyPolicy, Spanned};

use crate::lesson::{Field, Span, Text};
use crate::yaml::Node;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub kind: Kind,
    pub span: Span,
}

/// What a value is by YAML's core schema.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool { value: bool, written: String },
    Number { value: f64, written: String },
    Text(String),
    List(Vec<Value>),
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: Field<String>,
    pub value: Value,
}

impl Kind {
    /// What people call it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool { .. } => "true or false",
            Self::Number { .. } => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// A single value as it is written, whatever its type.
    pub(super) fn into_text(self) -> Result<String, Self> {
        match self {
            Self::Text(written) | Self::Bool { written, .. } | Self::Number { written, .. } => {
                Ok(written)
            }
            other => Err(other),
        }
    }
}

/// Reads one YAML document.
pub(super) fn read(raw: Text<'_>) -> Result<Value, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 1_000,
            max_replay_stack_depth: 8,
            max_alias_expansions_per_anchor: 100,
        },
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    let node: Spanned<Node> = serde_saphyr::from_str_with_options(raw.raw, options)?;
    Ok(value(raw, node))
}

/// The bytes of the file that a place in the YAML text stands for.
pub(super) fn span(raw: Text<'_>, location: Location) -> Span {
    let place = location.span();
    let start = place.byte_offset().unwrap_or(0) as usize;
    let length = place.byte_len().unwrap_or(0) as usize;
    let start = floor(raw.raw, start);
    let end = floor(raw.raw, start.saturating_add(length));
    Span::new(raw.start + start, raw.start + end)
}

/// The nearest character boundary that is not behind `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

fn value(raw: Text<'_>, node: Spanned<Node>) -> Value {
    let whole = trimmed(raw, span(raw, node.referenced));
    let written = || {
        let place = trimmed(raw, span(raw, node.defined));
        raw.raw[place.start - raw.start..place.end - raw.start].to_owned()
    };
    let kind = match node.value {
        Node::Null => Kind::Null,
        Node::Bool(value) => Kind::Bool {
            value,
            written: written(),
        },
        Node::Number(value) => Kind::Number {
            value,
            written: written(),
        },
        Node::Text(text) => Kind::Text(text),
        Node::List(nodes) => Kind::List(nodes.into_iter().map(|node| value(raw, node)).collect()),
        Node::Map(entries) => Kind::Map(entries.into_iter().map(|pair| entry(raw, pair)).collect()),
    };
    let span = last_child(&kind).map_or(whole, |last| with_bracket(raw, whole.to(last)));
    Value { kind, span }
}

/// A list or map with the bracket that closes it.
fn with_bracket(raw: Text<'_>, span: Span) -> Span {
    let is_flow = raw.raw[span.start - raw.start..].starts_with(['[', '{']);
    let behind = &raw.raw[span.end - raw.start..];
    let rest = behind.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    match is_flow && rest.starts_with([']', '}']) {
        true => Span::new(span.start, span.end + behind.len() - rest.len() + 1),
        false => span,
    }
}

fn entry(raw: Text<'_>, (key, node): (Spanned<String>, Spanned<Node>)) -> Entry {
    let span = span(raw, key.referenced);
    let key = Field {
        value: key.value,
        span,
    };
    let value = value(raw, node);
    Entry { key, value }
}

/// The library gives a list or map the place of its first character only.
fn last_child(kind: &Kind) -> Option<Span> {
    match kind {
        Kind::List(values) => values.last().map(|value| value.span),
        Kind::Map(entries) => entries
            .last()
            .map(|entry| entry.key.span.to(entry.value.span)),
        _ => None,
    }
}

/// A block scalar's place includes its line breaks.
fn trimmed(raw: Text<'_>, span: Span) -> Span {
    let text = raw.slice(span.start - raw.start, span.end - raw.start);
    text.trimmed().span()
}
