//! The keys at top level: which exist, which must be there, and the text fields.

use super::yaml::{Entry, Kind, Value};
use super::{page, speakers};
use crate::lesson::{Code, Diagnostic, Field, FrontMatter, Span, Text};
use crate::spelling::closest;

const REQUIRED: [&str; 5] = ["title", "student", "level", "topic", "input_type"];

const OPTIONAL: [&str; 5] = [
    "speaker_labels",
    "speaker_profiles",
    "icon",
    "cover",
    "properties",
];

const INPUT_TYPES: [&str; 2] = ["generate", "authentic"];

/// Turns the YAML into settings.
pub(super) fn check<'a>(
    raw: Text<'a>,
    settings: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> FrontMatter<'a> {
    let mut front_matter = super::unread(raw);
    let entries = match settings.kind {
        Kind::Map(entries) => without_duplicates(entries, diagnostics),
        Kind::Null => Vec::new(),
        other => {
            diagnostics.push(not_settings(&other, settings.span));
            return front_matter;
        }
    };
    let misspelt = report_missing(raw, &entries, diagnostics);
    for Entry { key, value } in entries {
        if misspelt.contains(&key.span) {
            continue;
        }
        set(&mut front_matter, &key, value, diagnostics);
    }
    front_matter
}

fn set(
    front_matter: &mut FrontMatter<'_>,
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match key.value.as_str() {
        "title" => front_matter.title = text(key, value, diagnostics),
        "student" => front_matter.student = text(key, value, diagnostics),
        "level" => front_matter.level = level(key, value, diagnostics),
        "topic" => front_matter.topic = topic(key, value, diagnostics),
        "input_type" => front_matter.input_type = input_type(key, value, diagnostics),
        "speaker_labels" => front_matter.speaker_labels = speakers::labels(value, diagnostics),
        "speaker_profiles" => {
            front_matter.speaker_profiles = speakers::profiles(value, diagnostics);
        }
        "icon" => front_matter.icon = page::icon(key, value, diagnostics),
        "cover" => front_matter.cover = page::cover(key, value, diagnostics),
        "properties" => front_matter.properties = page::properties(value, diagnostics),
        _ => diagnostics.push(unknown(key)),
    }
}

/// Keeps the first of equal keys and reports the others.
pub(super) fn without_duplicates(
    entries: Vec<Entry>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let mut first = std::collections::HashMap::new();
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let Field { value: name, span } = &entry.key;
        if let Some(first) = first.get(name) {
            let message = format!("`{}` is given twice", shortened(name));
            diagnostics.push(
                Diagnostic::new(Code::FrontMatterDuplicateKey, *span, message)
                    .related(*first, "first given here; this value is used")
                    .hint("remove one of them"),
            );
        } else {
            first.insert(name.clone(), *span);
            kept.push(entry);
        }
    }
    kept
}

/// Reports required keys that are not there; returns the keys that were meant for them.
fn report_missing(
    raw: Text<'_>,
    entries: &[Entry],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Span> {
    let is_given = |name: &str| entries.iter().any(|entry| entry.key.value == name);
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|name| !is_given(name))
        .collect();
    let mut unknown: Vec<&Field<String>> = entries.iter().map(|entry| &entry.key).collect();
    unknown.retain(|key| !is_known(&key.value));
    let meant = |name: &str| {
        let key = unknown
            .iter()
            .find(|key| closest(&key.value, [name]).is_some());
        key.map(|key| key.span)
    };
    let mut misspelt = Vec::new();
    for name in missing {
        let message = format!("`{name}` is missing");
        let start = Span::new(raw.start, raw.start);
        let span = meant(name);
        let found = Diagnostic::new(Code::FieldMissing, span.unwrap_or(start), message);
        diagnostics.push(match span {
            Some(span) => found
                .hint(format!("did you mean `{name}`?"))
                .fix(span, name),
            None => found.hint(format!("add `{name}:`")),
        });
        misspelt.extend(span);
    }
    misspelt
}

fn is_known(name: &str) -> bool {
    REQUIRED.contains(&name) || OPTIONAL.contains(&name)
}

fn unknown(key: &Field<String>) -> Diagnostic {
    let message = format!("there is no field `{}`", shortened(&key.value));
    let found = Diagnostic::new(Code::FieldUnknown, key.span, message);
    match closest(&key.value, REQUIRED.into_iter().chain(OPTIONAL)) {
        Some(known) => found.hint(format!("did you mean `{known}`?")),
        None => found.hint("remove it, or put it under `properties` to set a page property"),
    }
}

fn not_settings(kind: &Kind, span: Span) -> Diagnostic {
    let message = format!("front matter must be settings, but is {}", kind.name());
    Diagnostic::new(Code::FrontMatterSyntax, span, message).hint("write lines such as `title: …`")
}

/// A text field; numbers, dates and booleans are taken as written.
pub(super) fn text(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let span = value.span;
    let name = &key.value;
    match value.kind.into_text() {
        Ok(text) => non_empty(name, &text, span, diagnostics),
        Err(Kind::Null) if REQUIRED.contains(&name.as_str()) => {
            let message = format!("`{name}` has no value");
            let found = Diagnostic::new(Code::FieldMissing, key.span, message);
            diagnostics.push(found.hint(format!("write it behind `{name}:`")));
            None
        }
        Err(Kind::Null) => None,
        Err(other) => {
            let found = wrong_type(name, "a text", &other, span);
            diagnostics.push(found.hint("write plain words behind the colon"));
            None
        }
    }
}

fn non_empty(
    name: &str,
    text: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let text = trimmed(text);
    if text.is_empty() {
        let message = format!("`{name}` is empty");
        let hint = match REQUIRED.contains(&name) {
            true => format!("write it behind `{name}:`"),
            false => format!("write a value behind `{name}:`, or remove the line"),
        };
        diagnostics.push(Diagnostic::new(Code::FieldEmpty, span, message).hint(hint));
        return None;
    }
    let value = text.to_owned();
    Some(Field { value, span })
}

fn topic(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let span = value.span;
    let Kind::List(items) = value.kind else {
        return text(key, value, diagnostics);
    };
    let mut topics = Vec::with_capacity(items.len());
    for Value { kind, span } in items {
        match kind.into_text() {
            Ok(topic) => topics.push(trimmed(&topic).to_owned()),
            Err(Kind::Null) => {}
            Err(other) => {
                let found = wrong_type("topic", "a list of texts", &other, span);
                diagnostics.push(found.hint("write the topics with commas between them"));
            }
        }
    }
    topics.retain(|topic| !topic.is_empty());
    non_empty("topic", &topics.join(", "), span, diagnostics)
}

fn level(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let level = text(key, value, diagnostics)?;
    if !is_cefr(&level.value) {
        let message = format!("`{}` is no CEFR level", shortened(&level.value));
        diagnostics.push(
            Diagnostic::new(Code::LevelUnknown, level.span, message)
                .hint("write a level such as A2, A1+ or A2-B1"),
        );
    }
    Some(level)
}

/// `A2`, `a1+`, `Pre-A1`, `A2-B1`, `B1.2`, …
fn is_cefr(level: &str) -> bool {
    let upper = level.to_uppercase();
    let separates = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/' | ',');
    let mut words = upper
        .split(separates)
        .filter(|word| !matches!(*word, "" | "PRE" | "TO"));
    let is_level = |word: &str| {
        let mut letters = word.chars();
        matches!(letters.next(), Some('A'..='C'))
            && matches!(letters.next(), Some('0'..='2'))
            && letters.all(|c| c.is_ascii_digit() || matches!(c, '+' | '.'))
    };
    words.next().is_some_and(is_level) && words.all(is_level)
}

fn input_type(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let input_type = text(key, value, diagnostics)?;
    let is_known = |known: &&str| known.eq_ignore_ascii_case(&input_type.value);
    if INPUT_TYPES.iter().any(is_known) {
        return Some(input_type);
    }
    let written = &input_type.value;
    let message = format!("there is no input type `{}`", shortened(written));
    let found = Diagnostic::new(Code::InputTypeUnknown, input_type.span, message);
    let is_form = matches!(
        written.to_lowercase().as_str(),
        "dialogue" | "dialog" | "monologue"
    );
    let meant = closest(written, INPUT_TYPES).or(is_form.then_some("generate"));
    diagnostics.push(match meant {
        Some(known) => found.hint(format!("did you mean `{known}`?")),
        None => found.hint("write `generate` or `authentic`"),
    });
    Some(input_type)
}

/// A field whose value is of the wrong type.
pub(super) fn wrong_type(name: &str, expected: &str, kind: &Kind, span: Span) -> Diagnostic {
    let message = format!("`{name}` must be {expected}, but is {}", kind.name());
    Diagnostic::new(Code::FieldType, span, message)
}

/// Without white space around it, in the sense of [`Text::trimmed`].
pub(super) fn trimmed(text: &str) -> &str {
    Text::new(text, 0).trimmed().raw
}

/// A name from the file, short enough for a message.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}
