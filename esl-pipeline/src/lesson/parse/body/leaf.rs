//! Elements of a single line: headings, items, dividers, images, links, paragraphs.

use std::ops::Range;

use super::items::Tree;
use crate::lesson::inline::link_target;
use crate::lesson::parse::Line;
use crate::lesson::parse::lines::heading_level;
use crate::lesson::{Diagnostic, Item, LinkKind, Marker, Node, NodeKind, Text};

/// Adds the element of a line that is not blank.
pub(super) fn parse<'a>(line: &Line<'a>, tree: &mut Tree<'a>, diagnostics: &mut Vec<Diagnostic>) {
    if is_divider(line.text.raw) {
        return tree.hang(line.indent, node(line, NodeKind::Divider));
    }
    if let Some((marker, text)) = item(line.text) {
        let children = Vec::new();
        let item = Item {
            marker,
            text,
            children,
        };
        return tree.open_item(line, item, diagnostics);
    }
    if is_empty_bullet(line.text.raw) {
        return;
    }
    if let Some(kind) = heading(line, tree)
        .or_else(|| image(line.text))
        .or_else(|| link(line.text))
    {
        return tree.hang(line.indent, node(line, kind));
    }
    paragraph(line, tree);
}

/// Adds a line as plain text.
pub(super) fn paragraph<'a>(line: &Line<'a>, tree: &mut Tree<'a>) {
    let text = line.text;
    tree.hang(line.indent, node(line, NodeKind::Paragraph { text }));
}

fn node<'a>(line: &Line<'a>, kind: NodeKind<'a>) -> Node<'a> {
    let span = line.span();
    Node { span, kind }
}

/// Three or more `-` or `*`, spaces between them allowed. Never `_`: that is an answer blank.
fn is_divider(text: &str) -> bool {
    let Some(mark) = text.chars().next().filter(|mark| matches!(mark, '-' | '*')) else {
        return false;
    };
    let marks = || text.chars().filter(|character| !character.is_whitespace());
    marks().all(|character| character == mark) && marks().take(3).count() == 3
}

fn is_empty_bullet(text: &str) -> bool {
    matches!(text, "-" | "*" | "+")
}

fn item(line: Text<'_>) -> Option<(Marker, Text<'_>)> {
    let digits = line.raw.len()
        - line
            .raw
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let after_digits = &line.raw[digits..];
    let (marker, length) = match (digits, after_digits.as_bytes().first()?) {
        (0, b'-' | b'*' | b'+') => (Marker::Bullet, 1),
        (1.., b'.' | b')') => (Marker::Number, digits + 1),
        _ => return None,
    };
    let rest = line.slice(length, line.raw.len());
    if !rest.raw.starts_with(char::is_whitespace) {
        return None;
    }
    let text = rest.trimmed();
    Some(match marker {
        Marker::Bullet => task(text).unwrap_or((marker, text)),
        _ => (marker, text),
    })
}

/// `[ ] text` or `[x] text`.
fn task(text: Text<'_>) -> Option<(Marker, Text<'_>)> {
    let checked = match text.raw.get(..3)? {
        "[ ]" => false,
        "[x]" | "[X]" => true,
        _ => return None,
    };
    let rest = text.slice(3, text.raw.len());
    let stands_alone = rest.raw.is_empty() || rest.raw.starts_with(char::is_whitespace);
    stands_alone.then(|| (Marker::Task { checked }, rest.trimmed()))
}

/// A heading; at document depth only at the left margin or under an item.
fn heading<'a>(line: &Line<'a>, tree: &Tree<'a>) -> Option<NodeKind<'a>> {
    let level = heading_level(line.text.raw)?;
    if line.indent > 0 && tree.is_document() && !tree.has_open_item(line) {
        return None;
    }
    let text = line.text.slice(level.into(), line.text.raw.len()).trimmed();
    Some(NodeKind::Heading { level, text })
}

/// `![alt](url "title")` and nothing else.
fn image(line: Text<'_>) -> Option<NodeKind<'_>> {
    if !line.raw.starts_with("![") || !line.raw.ends_with(')') {
        return None;
    }
    let alt_end = 1 + closing_bracket(&line.raw[1..])?;
    let target = link_target(line.raw, alt_end + 1)?;
    if target.end != line.raw.len() {
        return None;
    }
    let part = |range: Range<usize>| line.slice(range.start, range.end);
    Some(NodeKind::Image {
        alt: part(2..alt_end).trimmed(),
        url: part(target.url),
        title: target.title.map(part),
    })
}

/// The byte of the bracket that closes the one at the beginning.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'[' => depth += 1,
            b']' if depth == 1 => return Some(at),
            b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// An http or https address and nothing else, in angle brackets or not.
fn link(line: Text<'_>) -> Option<NodeKind<'_>> {
    let bracketed = line.raw.starts_with('<') && line.raw.ends_with('>');
    let url = match bracketed {
        true => line.slice(1, line.raw.len() - 1),
        false => line,
    };
    let scheme = url.raw.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_one_word = !url
        .raw
        .contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
    let kind = link_kind(url.raw);
    (is_web && is_one_word).then_some(NodeKind::Link { kind, url })
}

fn link_kind(url: &str) -> LinkKind {
    let address = url.split(['?', '#']).next().unwrap_or(url);
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = after_scheme.split_once('/').unwrap_or((after_scheme, ""));
    let host = host.to_ascii_lowercase();
    let host = host.trim_start_matches("www.").trim_start_matches("m.");
    if matches!(
        host,
        "youtube.com" | "youtu.be" | "vimeo.com" | "player.vimeo.com"
    ) {
        return LinkKind::Video;
    }
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "mp3" | "wav" | "m4a" | "ogg" => LinkKind::Audio,
        "pdf" => LinkKind::Pdf,
        _ => LinkKind::Bookmark,
    }
}
