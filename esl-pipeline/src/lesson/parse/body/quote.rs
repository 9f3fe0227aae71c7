//! Quotes and alerts: consecutive lines that begin with `>`.

use super::outline;
use super::{Body, node};
use crate::lesson::parse::{Line, MAX_DEPTH};
use crate::lesson::{AlertKind, Code, Diagnostic, Node, NodeKind, Span, Text};

/// Reads the lines of one quote; none if it is nested too deep.
pub(super) fn parse<'a>(
    source: &'a str,
    lines: &[Line<'a>],
    depth: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node<'a>> {
    let span = lines.iter().map(Line::span).reduce(Span::to)?;
    if depth > MAX_DEPTH {
        let message = format!("quotes are nested deeper than {MAX_DEPTH} levels");
        diagnostics.push(Diagnostic::new(Code::NestingTooDeep, span, message));
        return None;
    }
    let mut quoted: Vec<Line<'a>> = lines.iter().map(unquoted).collect();
    let alert = alert(&quoted[0]);
    if let Some((_, rest)) = alert {
        quoted[0] = Line::new(rest);
    }
    let outline = outline::of_quote(source, &mut quoted, diagnostics);
    let mut body = Body {
        source,
        lines: &quoted,
        outline: &outline,
        diagnostics,
    };
    let children = body.nodes(0..quoted.len(), depth);
    let alert = alert.map(|(kind, _)| kind);
    Some(node(span, NodeKind::Quote { alert, children }))
}

fn unquoted<'a>(line: &Line<'a>) -> Line<'a> {
    let after = line.text.slice(1, line.text.raw.len());
    let space = usize::from(after.raw.starts_with(' '));
    Line::new(after.slice(space, after.raw.len()))
}

/// The kind of alert that the first line announces, and what follows on that line.
fn alert<'a>(line: &Line<'a>) -> Option<(AlertKind, Text<'a>)> {
    let name = line.text.raw.strip_prefix("[!")?;
    let end = name.find(']')?;
    let kind = match name[..end].to_ascii_uppercase().as_str() {
        "NOTE" => AlertKind::Note,
        "TIP" => AlertKind::Tip,
        "IMPORTANT" => AlertKind::Important,
        "WARNING" => AlertKind::Warning,
        "CAUTION" => AlertKind::Caution,
        _ => return None,
    };
    Some((kind, line.text.slice(2 + end + 1, line.text.raw.len())))
}
