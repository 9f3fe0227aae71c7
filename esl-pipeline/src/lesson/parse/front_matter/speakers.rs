//! Speaker labels and profiles.

use std::collections::HashMap;

use esl_core::{Gender, VoiceId};

use super::fields::{self, shortened, trimmed};
use super::yaml::{Entry, Kind, Value};
use crate::lesson::{Code, Diagnostic, Field, Severity, Span, SpeakerProfile};
use crate::spelling::closest;

const KEYS: [&str; 8] = [
    "id",
    "display_name",
    "role",
    "gender",
    "age",
    "accent",
    "style",
    "voice",
];

const GENDERS: [Gender; 4] = [Gender::Male, Gender::Female, Gender::Neutral, Gender::Child];

const ROLES: [&str; 4] = ["narrator", "teacher", "student", "system"];

const AGES: [&str; 7] = [
    "child",
    "teen",
    "young",
    "adult",
    "middle_aged",
    "senior",
    "universal",
];

pub(super) fn labels(value: Value, diagnostics: &mut Vec<Diagnostic>) -> Vec<Field<String>> {
    let span = value.span;
    let items = match value.kind {
        Kind::List(items) => items,
        Kind::Null => return Vec::new(),
        Kind::Map(_) => {
            let message = "`speaker_labels` must be a list of names, but is a map";
            diagnostics.push(
                Diagnostic::new(Code::SpeakerLabelsInvalid, span, message)
                    .hint("write `speaker_labels: [Name, Name]`"),
            );
            return Vec::new();
        }
        single => return unlisted_labels(single, span, diagnostics),
    };
    let mut labels = Vec::with_capacity(items.len());
    for Value { kind, span } in items {
        match kind.into_text().as_deref().map(trimmed) {
            Ok(label) if !label.is_empty() => labels.push(field(label, span)),
            _ => {
                let message = "a speaker label must be a name";
                diagnostics.push(
                    Diagnostic::new(Code::SpeakerLabelsInvalid, span, message)
                        .hint("write the name as it stands in the study text, or remove it"),
                );
            }
        }
    }
    without_duplicates(labels, diagnostics)
}

/// Names that stand behind `speaker_labels:` without being a list.
fn unlisted_labels(
    single: Kind,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Field<String>> {
    let names = single.into_text().unwrap_or_default();
    let names = names
        .split(',')
        .map(trimmed)
        .filter(|name| !name.is_empty());
    let labels: Vec<_> = names.map(|name| field(name, span)).collect();
    let written: Vec<&str> = labels.iter().map(|label| label.value.as_str()).collect();
    let list = format!("[{}]", written.join(", "));
    let message = "`speaker_labels` must be a list";
    diagnostics.push(
        Diagnostic::new(Code::SpeakerLabelsInvalid, span, message)
            .hint(format!("write `speaker_labels: {}`", shortened(&list)))
            .fix(span, list),
    );
    labels
}

fn without_duplicates(
    labels: Vec<Field<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Field<String>> {
    let mut first: HashMap<String, Span> = HashMap::new();
    let mut kept = Vec::with_capacity(labels.len());
    for label in labels {
        let folded = label.value.to_lowercase();
        if let Some(first) = first.get(&folded) {
            let message = format!("the label `{}` is given twice", shortened(&label.value));
            diagnostics.push(
                Diagnostic::new(Code::SpeakerLabelDuplicate, label.span, message)
                    .related(*first, "first given here")
                    .hint("remove one of them"),
            );
        } else {
            first.insert(folded, label.span);
            kept.push(label);
        }
    }
    kept
}

pub(super) fn profiles(
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Field<SpeakerProfile>> {
    match value.kind {
        Kind::Null => Vec::new(),
        Kind::List(items) => {
            let profile = |item| profile(item, diagnostics);
            items.into_iter().filter_map(profile).collect()
        }
        other => {
            let message = format!("`speaker_profiles` must be a list, but is {}", other.name());
            diagnostics.push(
                Diagnostic::new(Code::SpeakerProfileInvalid, value.span, message)
                    .hint("begin each profile with `- id:`"),
            );
            Vec::new()
        }
    }
}

fn profile(item: Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Field<SpeakerProfile>> {
    let span = item.span;
    let Kind::Map(entries) = item.kind else {
        let message = format!(
            "a speaker profile must be a map, but is {}",
            item.kind.name()
        );
        diagnostics.push(
            Diagnostic::new(Code::SpeakerProfileInvalid, span, message)
                .hint("begin each profile with `- id:`"),
        );
        return None;
    };
    let mut profile = SpeakerProfile::default();
    for entry in fields::without_duplicates(entries, diagnostics) {
        if KEYS.contains(&entry.key.value.as_str()) {
            set(&mut profile, entry, diagnostics);
        }
    }
    let value = profile;
    Some(Field { value, span })
}

fn set(
    profile: &mut SpeakerProfile,
    Entry { key, value }: Entry,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let span = value.span;
    let Some(text) = scalar(&key, value, diagnostics) else {
        return;
    };
    match key.value.as_str() {
        "role" => check_word("role", &text, &ROLES, span, diagnostics),
        "age" => check_word("age", &text, &AGES, span, diagnostics),
        _ => {}
    }
    match key.value.as_str() {
        "id" => profile.id = Some(text),
        "display_name" => profile.display_name = Some(text),
        "role" => profile.role = Some(text),
        "gender" => profile.gender = gender(&text, span, diagnostics),
        "age" => profile.age = Some(text),
        "accent" => profile.accent = Some(text),
        "style" => profile.style = Some(text),
        _ => profile.voice = voice(&text, span, diagnostics),
    }
}

fn voice(written: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<VoiceId> {
    let parsed = VoiceId::parse(written);
    if let Err(error) = &parsed {
        let message = error.to_string();
        diagnostics.push(
            Diagnostic::new(Code::SpeakerProfileInvalid, span, message)
                .hint("write the voice's id, or leave `voice` out to have one chosen"),
        );
    }
    parsed.ok()
}

fn scalar(key: &Field<String>, value: Value, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let span = value.span;
    match value.kind.into_text() {
        Ok(text) => Some(trimmed(&text).to_owned()).filter(|text| !text.is_empty()),
        Err(Kind::Null) => None,
        Err(other) => {
            let message = format!("`{}` must be a text, but is {}", key.value, other.name());
            diagnostics.push(
                Diagnostic::new(Code::SpeakerProfileInvalid, span, message)
                    .hint("write plain words behind the colon"),
            );
            None
        }
    }
}

fn gender(written: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Gender> {
    let is_it = |gender: &Gender| gender.as_str().eq_ignore_ascii_case(written);
    let known = GENDERS.into_iter().find(is_it);
    if known.is_none() {
        let names = GENDERS.map(Gender::as_str);
        diagnostics.push(unknown_word("gender", written, &names, span));
    }
    known
}

fn check_word(
    name: &str,
    written: &str,
    known: &[&'static str],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !known.iter().any(|word| word.eq_ignore_ascii_case(written)) {
        diagnostics.push(unknown_word(name, written, known, span));
    }
}

/// A word that is not known blocks only in strict mode: the voice is chosen without it.
fn unknown_word(name: &str, written: &str, known: &[&'static str], span: Span) -> Diagnostic {
    let message = format!("there is no {name} `{}`", shortened(written));
    let mut found = Diagnostic::new(Code::SpeakerProfileInvalid, span, message);
    found.severity = Severity::Warning;
    match closest(written, known.iter().copied()) {
        Some(word) => found.hint(format!("did you mean `{word}`?")),
        None => found.hint(format!("use one of {}", known.join(", "))),
    }
}

fn field(text: &str, span: Span) -> Field<String> {
    let value = text.to_owned();
    Field { value, span }
}
