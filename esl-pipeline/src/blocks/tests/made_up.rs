//! Properties that hold for every document, also for ones the parser never builds.

use esl_core::block::{Media, RichText, plain_text};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use crate::lesson::inline::{self, is_linkable, is_web_address};
use crate::lesson::{
    AlertKind, Column, FrontMatter, Item, LinkKind, Marker, MediaKind, Node, NodeKind, Row, Span,
    StudyText, Text, Wrapper,
};

/// The lines of which made-up documents consist.
const SOURCE: &str = r#"one
**two** and *three*
see [four](https://example.com/4) and [five](#5)
`six` $x^2$ ~~seven~~
<u>eight</u> [nine]{red} ____
https://example.com/ten, ten
![eleven](pic.png) twelve
![thirteen](https://example.com/13.png)
**fourteen [fifteen](https://example.com/15 "dropped") end**
💡 blue_background sixteen
💡
seventeen
:::audio nowhere
:::synced-block eighteen
0a1b2c3d4e5f60718293a4b5c6d7e8f9
https://example.com/19
nineteen &amp; \*twenty\*
"#;

fn source_lines() -> Vec<Text<'static>> {
    let mut start = 0;
    let line = |raw: &'static str| {
        let text = Text::new(raw, start);
        start += raw.len() + 1;
        text
    };
    SOURCE.lines().map(line).collect()
}

fn source_line(beginning: &str) -> Text<'static> {
    let mut lines = source_lines().into_iter();
    lines.find(|line| line.raw.starts_with(beginning)).unwrap()
}

fn lesson(body: Vec<Node<'static>>) -> Lesson<'static> {
    Lesson {
        source: SOURCE,
        wrapper: Wrapper::Bare,
        front_matter: FrontMatter::default(),
        body,
        diagnostics: vec![],
    }
}

fn node(span: Span, kind: NodeKind<'static>) -> Node<'static> {
    Node { span, kind }
}

fn leaf() -> impl Strategy<Value = Node<'static>> {
    let lines = source_lines();
    let line = || select(source_lines());
    let table = prop::collection::vec(prop::collection::vec(line(), 0..4), 1..4);
    let web = lines.iter().filter(|line| is_web_address(line.raw));
    let urls: Vec<_> = web.copied().chain([Text::new("#bad", 0)]).collect();
    let texts = prop_oneof![
        4 => line().prop_map(|text| NodeKind::Paragraph { text }),
        1 => (1..9_u8, line()).prop_map(|(level, text)| NodeKind::Heading { level, text }),
        1 => prop::collection::vec(line(), 0..3)
            .prop_map(|lines| NodeKind::Code { info: Text::new("js", 0), lines }),
        1 => prop::collection::vec(line(), 0..3).prop_map(|lines| NodeKind::Equation { lines }),
        1 => Just(NodeKind::Divider),
        1 => Just(NodeKind::TableOfContents),
        1 => (any::<bool>(), table).prop_map(|(has_header, rows)| NodeKind::Table {
            has_header,
            rows: rows.into_iter().map(|cells| Row { span: Span::default(), cells }).collect(),
        }),
    ];
    let media = (
        line(),
        select(urls),
        select(vec![LinkKind::Bookmark, LinkKind::Pdf]),
    );
    prop_oneof![
        4 => texts.prop_map(|kind| node(Span::default(), kind)),
        1 => media.prop_map(|(line, url, kind)| match is_web_address(url.raw) {
            true => node(url.span(), NodeKind::Link { kind, url }),
            false => node(line.span(), NodeKind::Image { alt: line, url, title: None }),
        }),
        1 => Just(node(
            source_line(":::audio").span(),
            NodeKind::Media { kind: MediaKind::Audio, url: Text::new("nowhere", 0) },
        )),
    ]
}

fn nodes() -> impl Strategy<Value = Vec<Node<'static>>> {
    let tree = leaf().prop_recursive(4, 60, 5, |inner| {
        let children = || prop::collection::vec(inner.clone(), 0..5);
        let line = || select(source_lines());
        let marker = select(vec![
            Marker::Bullet,
            Marker::Number,
            Marker::Task { checked: true },
        ]);
        let columns = prop::collection::vec(children(), 0..4);
        let reference = select(vec![
            None,
            Some(source_line("0a1b")),
            Some(Text::new("eighteen", 0)),
        ]);
        let kind = prop_oneof![
            (marker, line(), children()).prop_map(|(marker, text, children)| NodeKind::Item(
                Item {
                    marker,
                    text,
                    children
                }
            )),
            (any::<bool>(), children()).prop_map(|(is_alert, children)| NodeKind::Quote {
                alert: is_alert.then_some(AlertKind::Tip),
                children
            }),
            (line(), children()).prop_map(|(head, children)| NodeKind::Callout { head, children }),
            (columns, children()).prop_map(|(columns, stray)| NodeKind::ColumnList {
                columns: columns.into_iter().map(column).collect(),
                stray
            }),
            children().prop_map(|children| NodeKind::OrphanColumn { children }),
            (reference, children()).prop_map(|(reference, children)| NodeKind::SyncedBlock {
                reference,
                children
            }),
            children().prop_map(|children| NodeKind::StudyText(StudyText {
                open: Span::default(),
                label: None,
                children,
                lines: vec![]
            })),
            (prop::option::of(1..4_u8), line(), children()).prop_map(|(level, title, children)| {
                NodeKind::Toggle {
                    level,
                    title,
                    children,
                }
            }),
            (line(), children())
                .prop_map(|(line, children)| NodeKind::UnknownDirective { line, children }),
        ];
        kind.prop_map(|kind| node(source_line(":::synced").span(), kind))
    });
    prop::collection::vec(tree, 0..6)
}

fn column(children: Vec<Node<'static>>) -> Column<'static> {
    Column {
        span: Span::new(usize::MAX, usize::MAX),
        children,
    }
}

/// What the author wrote to be read, in order.
fn written(nodes: &[Node<'_>], words: &mut Vec<String>) {
    for node in nodes {
        let mut line = |text: &Text<'_>| words.push(inline::plain_text(*text));
        match &node.kind {
            NodeKind::Heading { text, .. } | NodeKind::Paragraph { text } => line(text),
            NodeKind::Item(item) => line(&item.text),
            NodeKind::Code { lines, .. } | NodeKind::Equation { lines } => {
                words.extend(lines.iter().map(|line| line.raw.to_owned()));
            }
            NodeKind::Table { rows, .. } => rows.iter().flat_map(|row| &row.cells).for_each(line),
            NodeKind::Image { alt, url, .. } => match is_web_address(url.raw) {
                true => line(alt),
                false => words.push(alt.raw.to_owned()),
            },
            NodeKind::Link { url, .. } => words.push(url.raw.to_owned()),
            NodeKind::Media { .. } => words.push(":::audio nowhere".to_owned()),
            NodeKind::Callout { head, .. } => line(&crate::lesson::CalloutHead::parse(*head).words),
            NodeKind::SyncedBlock {
                reference: Some(reference),
                ..
            } => words.push(match reference.raw {
                "eighteen" => ":::synced-block eighteen".to_owned(),
                _ => "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9".to_owned(),
            }),
            NodeKind::StudyText(_) => words.push("study-text".to_owned()),
            NodeKind::Toggle { title, .. } => line(title),
            NodeKind::UnknownDirective { line, .. } => words.push(line.raw.to_owned()),
            _ => {}
        }
        match &node.kind {
            NodeKind::Item(Item { children, .. })
            | NodeKind::Quote { children, .. }
            | NodeKind::Callout { children, .. }
            | NodeKind::OrphanColumn { children }
            | NodeKind::SyncedBlock { children, .. }
            | NodeKind::StudyText(StudyText { children, .. })
            | NodeKind::Toggle { children, .. }
            | NodeKind::UnknownDirective { children, .. } => written(children, words),
            NodeKind::ColumnList { columns, stray } => {
                written(stray, words);
                columns
                    .iter()
                    .for_each(|column| written(&column.children, words));
            }
            _ => {}
        }
    }
}

/// What a reader of the page can read, in order.
fn readable(blocks: &[Block], words: &mut Vec<String>) {
    for block in blocks {
        words.push(plain_text(block.rich_text()));
        match block {
            Block::Equation(equation) => words.push(equation.expression.clone()),
            Block::Bookmark(link) => words.push(link.url.clone()),
            Block::Pdf(media) => words.push(address(media)),
            Block::Image(media) => words.push(plain_text(&media.caption)),
            Block::SyncedBlock(synced) => {
                words.extend(synced.synced_from.map(|from| from.block_id.to_string()));
            }
            Block::TableRow(row) => words.extend(row.cells.iter().map(|cell| plain_text(cell))),
            _ => {}
        }
        readable(block.children(), words);
    }
}

fn address(media: &Media) -> String {
    match &media.source {
        esl_core::block::FileSource::External { external } => external.url.clone(),
        esl_core::block::FileSource::FileUpload { .. } => unreachable!("lessons hold no uploads"),
    }
}

fn letters(words: &[String]) -> String {
    words
        .concat()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

fn every_block(blocks: &[Block], check: &mut impl FnMut(&Block)) {
    for block in blocks {
        check(block);
        every_block(block.children(), check);
    }
}

fn all_text(block: &Block) -> Vec<&RichText> {
    let mut runs: Vec<_> = block.rich_text().iter().collect();
    match block {
        Block::TableRow(row) => runs.extend(row.cells.iter().flatten()),
        Block::Image(media) => runs.extend(&media.caption),
        _ => {}
    }
    runs
}

proptest! {
    #[test]
    fn no_word_is_lost_or_moved(body in nodes(), join_soft_wraps: bool) {
        let lesson = lesson(body);
        let options = ConvertOptions { join_soft_wraps, ..ConvertOptions::default() };
        let (mut before, mut after) = (vec![], vec![]);
        written(&lesson.body, &mut before);
        readable(&convert(&lesson, &options), &mut after);
        prop_assert_eq!(letters(&before), letters(&after));
    }

    #[test]
    fn notion_takes_every_block(body in nodes()) {
        every_block(&convert(&lesson(body), &ConvertOptions::default()), &mut |block| {
            for run in all_text(block) {
                assert!(run.link().is_none_or(is_linkable), "{run:?}");
            }
            match block {
                Block::Table(table) => for row in &table.children {
                    let Block::TableRow(row) = row else { panic!("{row:?} in a table") };
                    assert_eq!(row.cells.len(), table.table_width);
                },
                Block::ColumnList(list) => assert!(list.children.len() >= 2),
                Block::Column(column) => assert!(!column.children.is_empty()),
                Block::Heading(heading) => {
                    assert!(heading.is_toggleable || heading.children.is_empty());
                }
                _ => {}
            }
        });
    }

    #[test]
    fn blocks_survive_json(body in nodes()) {
        let blocks = convert(&lesson(body), &ConvertOptions::default());
        let json = serde_json::to_string(&blocks).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Block>>(&json).unwrap(), blocks);
    }
}
