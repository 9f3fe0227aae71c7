//! Who speaks in a labelled dialogue.

use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use super::wording::{counted, shortened};
use crate::lesson::diagnostic::LISTED_PER_RULE;
use crate::lesson::script::{Label, Role, folded, is_narrator};
use crate::lesson::{Code, Diagnostic, Field, Span, Text};
use crate::spelling::closest;

/// So many labels and unknown names are compared with each other.
const COMPARED: usize = 100;

/// A fix rewrites at most so many bytes.
const LONGEST_FIX: usize = 16 * 1024;

/// A line of the dialogue and what it is.
struct Line<'l, 'a> {
    text: Text<'a>,
    role: Role<'l, 'a>,
}

/// A name that is no label, wherever it speaks.
struct Unknown<'l, 'a> {
    first: Text<'a>,
    others: Vec<Text<'a>>,
    /// The labels that differ only in a letter or two.
    meant: Vec<&'l str>,
}

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let lines = dialogue(facts);
    if lines.is_empty() {
        return vec![];
    }
    let unknown = unknown(facts, &lines);
    let mut found: Vec<_> = unknown
        .iter()
        .take(LISTED_PER_RULE)
        .map(|unknown| report_unknown(facts, unknown))
        .collect();
    found.extend(before_first_turn(facts, &lines));
    found.extend(lines.iter().filter_map(blank));
    found.extend(unused(facts, &lines, &unknown));
    found
}

/// The names, folded, that are reported as unknown.
pub(super) fn unlabelled(facts: &Facts<'_, '_>) -> HashSet<String> {
    let unknown = unknown(facts, &dialogue(facts));
    let names = unknown.iter().map(|unknown| folded(unknown.first.raw));
    names.collect()
}

/// The lines of the study text; none unless each must belong to a label.
fn dialogue<'l, 'a>(facts: &Facts<'l, 'a>) -> Vec<Line<'l, 'a>> {
    let study_texts = facts.study_texts();
    let Some((span, study_text)) = study_texts.first() else {
        return vec![];
    };
    if !facts.speakers.is_labelled || !facts.knows_settings() || facts.is_unclosed(*span) {
        return vec![];
    }
    let lines = study_text.lines.iter().map(|line| Line {
        text: line.text,
        role: facts.speakers.classify(line.text),
    });
    lines.collect()
}

fn labels<'l>(facts: &Facts<'l, '_>) -> &'l [Field<String>] {
    &facts.lesson.front_matter.speaker_labels
}

/// The unknown names in the order of their first lines.
fn unknown<'l, 'a>(facts: &Facts<'l, 'a>, lines: &[Line<'l, 'a>]) -> Vec<Unknown<'l, 'a>> {
    let mut places: HashMap<String, Option<usize>> = HashMap::new();
    let mut unknown: Vec<Unknown<'l, 'a>> = Vec::new();
    for line in lines {
        let Some((name, is_certain)) = unknown_name(line) else {
            continue;
        };
        let is_compared = places.len() < COMPARED;
        let place = *places.entry(name.raw.to_lowercase()).or_insert_with(|| {
            let meant = if is_compared {
                close_labels(facts, name.raw)
            } else {
                vec![]
            };
            let is_reported = is_certain || !meant.is_empty();
            is_reported.then(|| {
                unknown.push(Unknown {
                    first: name,
                    others: vec![],
                    meant,
                });
                unknown.len() - 1
            })
        });
        if let Some(known) = place.and_then(|place| unknown.get_mut(place))
            && known.first != name
        {
            known.others.push(name);
        }
    }
    unknown
}

/// The name of a line that is no label, and whether the line is certainly a turn.
fn unknown_name<'a>(line: &Line<'_, 'a>) -> Option<(Text<'a>, bool)> {
    match line.role {
        Role::Turn {
            speaker: Some(speaker),
            ..
        } if speaker.is_label => None,
        Role::Turn { label, .. } => Some((label.name, true)),
        Role::BlankName => None,
        Role::Continuation => Some((Label::parse(line.text)?.name, false)),
    }
}

fn close_labels<'l>(facts: &Facts<'l, '_>, name: &str) -> Vec<&'l str> {
    let labels = labels(facts)
        .iter()
        .take(COMPARED)
        .map(|label| label.value.as_str());
    labels
        .filter(|label| closest(name, [*label]).is_some())
        .collect()
}

fn report_unknown(facts: &Facts<'_, '_>, unknown: &Unknown<'_, '_>) -> Diagnostic {
    let Unknown {
        first,
        others,
        meant,
    } = unknown;
    let message = format!("`{}` is not one of the speaker labels", first.raw);
    let mut found = Diagnostic::new(Code::SpeakerUnknown, first.span(), message);
    for other in others {
        found = found.related(other.span(), "speaks here, too");
    }
    match meant.as_slice() {
        [] => found.hint(add_label(facts, first.raw)),
        [meant] => {
            let found = found.hint(format!("did you mean `{meant}`?"));
            match renamed(facts, unknown, meant) {
                Some((span, replacement)) => found.fix(span, replacement),
                None => found,
            }
        }
        several => found.hint(format!("did you mean one of `{}`?", several.join("`, `"))),
    }
}

fn add_label(facts: &Facts<'_, '_>, name: &str) -> String {
    const SHOWN: usize = 8;
    let known = labels(facts)
        .iter()
        .take(SHOWN)
        .map(|label| label.value.as_str());
    let known = known.collect::<Vec<_>>().join("`, `");
    format!("add `{name}` to `speaker_labels`, or use one of `{known}`")
}

/// One change that gives the unknown name another spelling wherever it speaks.
fn renamed(facts: &Facts<'_, '_>, unknown: &Unknown<'_, '_>, name: &str) -> Option<(Span, String)> {
    let Unknown { first, others, .. } = unknown;
    let span = first.span().to(others.last().unwrap_or(first).span());
    if span.end - span.start > LONGEST_FIX {
        return None;
    }
    let mut replacement = String::new();
    let mut done = span.start;
    for old in std::iter::once(first).chain(others) {
        replacement.push_str(facts.lesson.source.get(done..old.start)?);
        replacement.push_str(name);
        done = old.span().end;
    }
    Some((span, replacement))
}

fn before_first_turn(facts: &Facts<'_, '_>, lines: &[Line<'_, '_>]) -> Option<Diagnostic> {
    let is_turn = |line: &Line<'_, '_>| !matches!(line.role, Role::Continuation);
    let count = lines.iter().position(is_turn).unwrap_or(lines.len());
    let (first, last) = (lines[..count].first()?, lines[..count].last()?);
    let span = first.text.span().to(last.text.span());
    let place = "before the first speaker";
    if facts.speakers.narrator().is_some() {
        let message = match count {
            1 => format!("the line {place} belongs to the narrator"),
            _ => format!("the {count} lines {place} belong to the narrator"),
        };
        let found = Diagnostic::new(Code::SpeakerNarrated, span, message);
        return Some(found.hint("begin with `Narrator: …` to say it openly"));
    }
    let message = match count == lines.len() {
        true => "no line names its speaker".to_owned(),
        false => format!("{} {place}", counted(count, "line")),
    };
    let found = Diagnostic::new(Code::SpeakerMissing, span, message);
    let label = labels(facts)
        .first()
        .map_or("Narrator", |label| label.value.as_str());
    Some(found.hint(format!(
        "begin with a speaker, such as `{label}: …`, or add `Narrator` to `speaker_labels`"
    )))
}

fn blank(line: &Line<'_, '_>) -> Option<Diagnostic> {
    let Role::BlankName = line.role else {
        return None;
    };
    let raw = line.text.raw;
    let open = raw.find('[')?;
    let close = raw[open..].find(']')?;
    let span = line.text.slice(open, open + close + 1).span();
    let message = "the brackets hold no speaker's name";
    Some(Diagnostic::new(Code::SpeakerBlank, span, message).hint("write the name: `[Name]: …`"))
}

/// Labels that never speak, unless another finding explains it.
fn unused(
    facts: &Facts<'_, '_>,
    lines: &[Line<'_, '_>],
    unknown: &[Unknown<'_, '_>],
) -> Vec<Diagnostic> {
    let speaking = lines.iter().filter_map(|line| match line.role {
        Role::Turn { speaker, .. } => speaker.map(|speaker| speaker.name),
        _ => None,
    });
    let meant = unknown
        .iter()
        .flat_map(|unknown| unknown.meant.iter().copied());
    let mut used: HashSet<String> = speaking.chain(meant).map(str::to_lowercase).collect();
    if used.is_empty() || facts.is_of_other_kind() {
        return vec![];
    }
    let mut is_silent = |label: &&Field<String>| {
        !is_narrator(&label.value) && used.insert(label.value.to_lowercase())
    };
    let report = |label: &Field<String>| {
        let message = format!("`{}` never speaks", shortened(&label.value));
        let found = Diagnostic::new(Code::SpeakerUnused, label.span, message);
        found.hint("remove the label, or compare its spelling with the study text")
    };
    labels(facts)
        .iter()
        .filter(|label| is_silent(label))
        .map(report)
        .collect()
}
