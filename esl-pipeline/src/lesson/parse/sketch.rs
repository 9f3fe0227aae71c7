//! Trees as text, one node a line, for tests.

use std::fmt::Write;

use crate::lesson::{Lesson, Node, NodeKind, Text};

/// The body as an indented list of kinds and texts.
pub(super) fn body(lesson: &Lesson<'_>) -> String {
    let mut out = String::new();
    write(&lesson.body, 0, &mut out);
    out
}

/// The codes of what the parser found, with the source of each.
pub(super) fn codes(lesson: &Lesson<'_>) -> Vec<String> {
    let code = |found: &crate::lesson::Diagnostic| {
        format!(
            "{}: {}",
            found.code,
            &lesson.source[found.span.start..found.span.end]
        )
    };
    lesson.diagnostics.iter().map(code).collect()
}

/// A lesson with nothing wrong at its top, whatever the body.
pub(super) fn with_body(body: &str) -> String {
    format!(
        "```\n---\ntitle: T\nstudent: S\nlevel: A2\ntopic: X\ninput_type: generate\n---\n{body}\n```\n"
    )
}

fn write(nodes: &[Node<'_>], depth: usize, out: &mut String) {
    for node in nodes {
        write_node(&node.kind, depth, out);
    }
}

fn write_node(kind: &NodeKind<'_>, depth: usize, out: &mut String) {
    let text = |texts: &[Text<'_>]| {
        let raw: Vec<&str> = texts.iter().map(|text| text.raw).collect();
        raw.join("⏎")
    };
    let (line, children): (String, &[Node<'_>]) = match kind {
        NodeKind::Heading { level, text } => (format!("h{level} {}", text.raw), &[]),
        NodeKind::Paragraph { text } => (format!("p {}", text.raw), &[]),
        NodeKind::Item(item) => (
            format!("{:?} {}", item.marker, item.text.raw),
            &item.children,
        ),
        NodeKind::Quote { alert, children } => (format!("quote {alert:?}"), children),
        NodeKind::Code { info, lines } => (format!("code({}) {}", info.raw, text(lines)), &[]),
        NodeKind::Table { has_header, rows } => {
            let rows: Vec<String> = rows.iter().map(|row| text(&row.cells)).collect();
            (format!("table header={has_header} {rows:?}"), &[])
        }
        NodeKind::Image { alt, url, title } => {
            let title = title.map(|title| title.raw);
            (format!("image {} <{}> {title:?}", alt.raw, url.raw), &[])
        }
        NodeKind::Link { kind, url } => (format!("link {kind:?} {}", url.raw), &[]),
        NodeKind::Divider => ("divider".into(), &[]),
        NodeKind::Equation { lines } => (format!("equation {}", text(lines)), &[]),
        NodeKind::TableOfContents => ("toc".into(), &[]),
        NodeKind::Media { kind, url } => (format!("{kind:?} {}", url.raw), &[]),
        NodeKind::Callout { head, children } => (format!("callout {}", head.raw), children),
        NodeKind::ColumnList { columns, stray } => {
            let _ = writeln!(out, "{:depth$}column-list", "", depth = depth * 2);
            for column in columns {
                let _ = writeln!(out, "{:depth$}column", "", depth = depth * 2 + 2);
                write(&column.children, depth + 2, out);
            }
            return write(stray, depth + 1, out);
        }
        NodeKind::OrphanColumn { children } => ("orphan column".into(), children),
        NodeKind::SyncedBlock {
            reference,
            children,
        } => (format!("synced {:?}", reference.map(|id| id.raw)), children),
        NodeKind::StudyText(study) => {
            let lines: Vec<&str> = study.lines.iter().map(|line| line.text.raw).collect();
            let label = study.label.map(|label| label.raw);
            (format!("study-text {label:?} {lines:?}"), &study.children)
        }
        NodeKind::Toggle {
            level,
            title,
            children,
        } => (format!("toggle {level:?} {}", title.raw), children),
        NodeKind::UnknownDirective { line, children } => {
            (format!("unknown {}", line.raw), children)
        }
    };
    let _ = writeln!(out, "{:depth$}{line}", "", depth = depth * 2);
    write(children, depth + 1, out);
}
