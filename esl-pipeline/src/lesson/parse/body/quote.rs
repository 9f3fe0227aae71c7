//! Quotes and alerts: consecutive lines that begin with `>`.

use super::outline;
use super::{Body, node};
use crate::lesson::parse::Line;
use crate::lesson::{AlertKind, Diagnostic, Node, NodeKind, Text};

/// Reads the lines of one quote, of which there is one at least.
pub(super) fn parse<'a>(
    source: &'a str,
    lines: &[Line<'a>],
    depth: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Node<'a> {
    let (first, last) = (lines[0].span(), lines[lines.len() - 1].span());
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
    node(first.to(last), NodeKind::Quote { alert, children })
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
