//! What holds for any text whatever.

use proptest::prelude::*;

use super::sketch::with_body;
use crate::lesson::{Lesson, Node, NodeKind, Script, Span, Text};

/// Lines that mean something, and some that nearly do.
fn line() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        "",
        "",
        "text",
        "é🧭 text",
        "## 2. A",
        "### B",
        "#### c",
        "- a",
        "* [x] b",
        "1. c",
        "2) d",
        "---",
        "***",
        "____",
        "```",
        "```js",
        "~~~",
        "$$",
        "$$ x $$",
        "<!-- a",
        "b -->",
        "<!-- c --> d",
        "d <!-- e",
        "`<!--` f <!-- g --> h",
        ":::",
        ":::callout 💡",
        ":::callout",
        ":::column-list",
        ":::column",
        ":::study-text L",
        "L",
        ":::synced-block",
        ":::synced-block 1",
        ":::toggle-h2 T",
        ":::toc",
        ":::audio http://x",
        ":::nope",
        "::: callout",
        "| a | `b|` |",
        "|---|---|",
        "|",
        "> q",
        "> - q",
        ">> r",
        "> ```",
        "> [!NOTE]",
        "![a](u)",
        "![a](u) ![b](v)",
        "https://x.com/a.pdf",
        "<https://x.com>",
        "Anna: hi",
        "[Bob]: hi",
        "**Anna:** hi",
        "[ ]: hi",
        "title: T",
        "title: a: b",
        "speaker_labels: [Anna, Bob]",
        "topic: [é, 'x']",
        "icon: 🧭",
        "properties: {a: [1, 2]}",
        "\u{200b}x",
        "\u{a0}- nb",
    ]);
    let indent = prop::sample::select(vec!["", "", "", "  ", "    ", "\t", "\u{feff}"]);
    (indent, text).prop_map(|(indent, text)| format!("{indent}{text}"))
}

fn lines() -> impl Strategy<Value = String> {
    let line_break = prop::sample::select(vec!["\n", "\n", "\r\n"]);
    prop::collection::vec((line(), line_break), 0..60)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

proptest! {
    #[test]
    fn any_text_parses_and_every_place_is_in_it(source in any::<String>()) {
        check(&Lesson::parse(&source));
    }

    #[test]
    fn any_lines_parse_and_every_place_is_in_them(source in lines()) {
        check(&Lesson::parse(&source));
    }

    #[test]
    fn no_line_of_a_body_is_lost(text in lines()) {
        let source = with_body(&text).replacen("```", "``````", 1) + "``````\n";
        let lesson = Lesson::parse(&source);
        check(&lesson);
        let start = lesson.front_matter.raw.map_or(0, |raw| raw.span().end);
        let nodes = lesson.body.iter().map(|node| node.span);
        let covered: Vec<Span> = nodes.chain(lesson.diagnostics.iter().map(|it| it.span)).collect();
        let mut at = 0;
        let mut in_comment = false;
        for with_break in source.split_inclusive('\n') {
            let line = Text::new(with_break, at).trimmed();
            at += with_break.len();
            let is_plain = !in_comment && !line.raw.contains("<!--") && !line.raw.contains("-->");
            in_comment = (in_comment || line.raw.contains("<!--")) && !line.raw.contains("-->");
            let is_marker = matches!(line.raw, "" | ":::" | "-" | "---" | "```" | "``````");
            if line.start > start && is_plain && !is_marker {
                let is_covered = covered.iter().any(|span| span.start <= line.start && line.span().end <= span.end);
                prop_assert!(is_covered, "{:?} in {source:?}", line.raw);
            }
        }
    }
}

/// Everything in a lesson stands in its source, children inside their parents and in order.
fn check(lesson: &Lesson<'_>) {
    let whole = Span::new(0, lesson.source.len());
    check_nodes(lesson, &lesson.body, whole, 0);
    for found in &lesson.diagnostics {
        let related = found.related.iter().map(|related| related.span);
        let fix = found.fix.iter().map(|fix| fix.span);
        for span in related.chain(fix).chain([found.span]) {
            assert!(
                lesson.source.get(span.start..span.end).is_some(),
                "{found:?}"
            );
        }
    }
    for utterance in Script::of(lesson)
        .iter()
        .flat_map(|script| &script.utterances)
    {
        check_text(lesson, utterance.text);
    }
}

fn check_nodes(lesson: &Lesson<'_>, nodes: &[Node<'_>], around: Span, depth: usize) {
    assert!(depth <= 2 * super::MAX_DEPTH);
    let mut from = around.start;
    for node in nodes {
        assert!(
            from <= node.span.start && node.span.end <= around.end,
            "{node:?}"
        );
        assert!(lesson.source.get(node.span.start..node.span.end).is_some());
        from = node.span.end;
        if let NodeKind::Paragraph { text } | NodeKind::Heading { text, .. } = node.kind {
            check_text(lesson, text);
        }
        for children in node.kind.children() {
            check_nodes(lesson, children, node.span, depth + 1);
        }
    }
}

fn check_text(lesson: &Lesson<'_>, text: Text<'_>) {
    let span = text.span();
    assert_eq!(lesson.source.get(span.start..span.end), Some(text.raw));
}
