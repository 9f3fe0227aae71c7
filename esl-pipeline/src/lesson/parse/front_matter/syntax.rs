//! YAML errors in the words of somebody who writes lessons.

use super::yaml;
use crate::lesson::parse::lines::split_lines;
use crate::lesson::{Code, Diagnostic, Span, Text};

/// Characters that mean something to YAML at the beginning of a value.
const SPECIAL: [char; 7] = ['*', '&', '!', '%', '@', '`', '|'];

/// Says where and why the YAML cannot be read.
pub(super) fn report(raw: Text<'_>, error: &serde_saphyr::Error) -> Diagnostic {
    let place = place(raw, error);
    let line = line_at(raw, place.start);
    if let Some(found) = line.and_then(unquoted_value) {
        return found;
    }
    let message = error.to_string();
    let reason = message.lines().next().unwrap_or_default();
    let reason = reason
        .rsplit_once(" at line ")
        .map_or(reason, |(reason, _)| reason);
    let message = format!("the front matter is not valid YAML: {reason}");
    Diagnostic::new(Code::FrontMatterSyntax, place, message)
        .hint("check the indentation, and quote values that contain `: ` or begin with a sign")
}

fn place(raw: Text<'_>, error: &serde_saphyr::Error) -> Span {
    let Some(location) = error.location() else {
        return Span::new(raw.start, raw.start);
    };
    if location.span().byte_offset().is_some() {
        return yaml::span(raw, location);
    }
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX);
    let lines = split_lines(raw.raw);
    let Some(line) = lines.get(line.saturating_sub(1)).or(lines.last()) else {
        return Span::new(raw.start, raw.start);
    };
    let mut characters = line.raw.raw.char_indices().skip(column.saturating_sub(1));
    let character = characters.next();
    let from = character.map_or(line.raw.raw.len(), |(at, _)| at);
    let length = character.map_or(0, |(_, character)| character.len_utf8());
    let start = raw.start + line.raw.start + from;
    Span::new(start, start + length)
}

fn line_at(raw: Text<'_>, offset: usize) -> Option<Text<'_>> {
    let at = offset.checked_sub(raw.start)?.min(raw.raw.len());
    let start = raw.raw[..at]
        .rfind('\n')
        .map_or(0, |line_break| line_break + 1);
    let end = raw.raw[at..]
        .find('\n')
        .map_or(raw.raw.len(), |length| at + length);
    Some(raw.slice(start, end))
}

/// `key: value` where the value needs quotes: it has a colon of its own or begins with a sign.
fn unquoted_value(line: Text<'_>) -> Option<Diagnostic> {
    let colon = line.raw.find(": ")?;
    let value = line.slice(colon + 2, line.raw.len()).trimmed();
    let comment = value.raw.find(" #").unwrap_or(value.raw.len());
    let value = value.slice(0, comment).trimmed();
    let first = value.raw.chars().next()?;
    let (span, message) = if SPECIAL.contains(&first) {
        let span = Span::new(value.start, value.start + first.len_utf8());
        (span, format!("a value must not begin with `{first}`"))
    } else if matches!(first, '"' | '\'' | '[' | '{') {
        return None;
    } else {
        let second = second_colon(value.raw)? + value.start;
        let message = "a second `: ` in the line makes the value a key";
        (Span::new(second, second + 1), message.to_owned())
    };
    let quoted = format!(
        "\"{}\"",
        value.raw.replace('\\', "\\\\").replace('"', "\\\"")
    );
    Some(
        Diagnostic::new(Code::FrontMatterSyntax, span, message)
            .hint("quote the value")
            .fix(value.span(), quoted),
    )
}

fn second_colon(value: &str) -> Option<usize> {
    value
        .find(": ")
        .or_else(|| value.ends_with(':').then(|| value.len() - 1))
}
