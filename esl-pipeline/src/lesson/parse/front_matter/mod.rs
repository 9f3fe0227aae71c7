//! The settings at the top: found, read as YAML, checked field by field.

mod fields;
mod page;
mod speakers;
mod syntax;
mod yaml;

use super::Line;
use crate::lesson::{Code, Diagnostic, FrontMatter, Span, Text};

const SKELETON: &str =
    "begin the lesson with `---`, then title, student, level, topic and input_type, then `---`";

/// Reads the front matter; returns it and the lines behind it.
pub(super) fn parse<'l, 'a>(
    source: &'a str,
    lines: &'l [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (FrontMatter<'a>, &'l [Line<'a>]) {
    let open = lines.iter().position(|line| !line.is_blank());
    let Some(open) = open.filter(|at| is_opening(lines[*at].text.raw)) else {
        diagnostics.push(missing(lines, open.unwrap_or(0)));
        return (FrontMatter::default(), lines);
    };
    let content = &lines[open + 1..];
    let close = content
        .iter()
        .position(|line| line.raw.raw.trim_end() == "---");
    let end = close.unwrap_or_else(|| recovery(content));
    let body = &content[close.map_or(end, |close| close + 1)..];
    let raw = text(source, &lines[open], &content[..end]);
    let language = lines[open]
        .text
        .slice(3, lines[open].text.raw.len())
        .trimmed();
    if !matches!(
        language.raw.to_ascii_lowercase().as_str(),
        "" | "yaml" | "yml"
    ) {
        diagnostics.push(refused(language));
        return (unread(raw), body);
    }
    if close.is_none() {
        diagnostics.push(unclosed(&lines[open]));
    }
    let front_matter = match yaml::read(raw) {
        Ok(settings) => fields::check(raw, settings, diagnostics),
        Err(_) if close.is_none() => unread(raw),
        Err(error) => {
            diagnostics.push(syntax::report(raw, &error));
            unread(raw)
        }
    };
    (front_matter, body)
}

/// `---`, followed at most by a word that names a language.
fn is_opening(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| !rest.starts_with('-'))
}

/// Where unclosed front matter ends: before the first line that can only be body.
fn recovery(content: &[Line<'_>]) -> usize {
    let is_body = |line: &Line<'_>| line.is_section_heading() || line.text.raw.starts_with(":::");
    content.iter().position(is_body).unwrap_or(content.len())
}

/// The lines between the two `---` as one text.
fn text<'a>(source: &'a str, open: &Line<'a>, content: &[Line<'a>]) -> Text<'a> {
    let after_open = open.raw.span().end;
    let start = content.first().map_or(after_open, |line| line.raw.start);
    let end = content.last().map_or(start, |line| line.raw.span().end);
    Text::new(&source[start..end], start)
}

fn unread(raw: Text<'_>) -> FrontMatter<'_> {
    FrontMatter {
        raw: Some(raw),
        ..FrontMatter::default()
    }
}

fn missing(lines: &[Line<'_>], at: usize) -> Diagnostic {
    let span = lines.get(at).map_or(Span::default(), Line::span);
    let message = "the lesson does not begin with front matter";
    Diagnostic::new(Code::FrontMatterMissing, span, message).hint(SKELETON)
}

fn unclosed(open: &Line<'_>) -> Diagnostic {
    let message = "the front matter is never closed";
    Diagnostic::new(Code::FrontMatterUnclosed, open.span(), message)
        .hint("put a line `---` after the last setting")
}

fn refused(language: Text<'_>) -> Diagnostic {
    let name: String = language.raw.chars().take(40).collect();
    let message = format!("front matter must be YAML, not {name}");
    Diagnostic::new(Code::FrontMatterLanguage, language.span(), message)
        .hint("write `---` alone on the line")
        .fix(language.span(), "")
}
