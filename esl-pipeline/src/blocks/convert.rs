//! One element of the document to the blocks that publish it.

use esl_core::Color;
use esl_core::block::{
    Block, Code, Divider, Equation, Heading, HeadingLevel, RichText, TableOfContents, TextBlock,
    ToDo,
};

use super::text::{self, rich_text};
use super::{ConvertOptions, containers, media};
use crate::lesson::{Item, Marker, Node, NodeKind, Span, Text, code_language};

/// Audio is attached above the toggle of this title.
const STUDY_TEXT_TITLE: &str = "study-text";

/// The language of code that names none, or one that Notion does not know.
const NO_LANGUAGE: &str = "plain text";

/// Walks a document. Parsing bounds its depth.
#[derive(Clone, Copy)]
pub(super) struct Converter<'a> {
    source: &'a str,
    joins_lines: bool,
}

impl<'a> Converter<'a> {
    pub(super) fn new(source: &'a str, options: &ConvertOptions) -> Self {
        Self {
            source,
            joins_lines: options.join_soft_wraps,
        }
    }

    pub(super) fn blocks(&self, nodes: &[Node<'_>]) -> Vec<Block> {
        let mut blocks = Vec::with_capacity(nodes.len());
        self.add_blocks(nodes, &mut blocks);
        blocks
    }

    pub(super) fn add_blocks(&self, mut nodes: &[Node<'_>], out: &mut Vec<Block>) {
        while let [node, following @ ..] = nodes {
            nodes = self.add(node, following, out);
        }
    }

    /// Adds a node and returns the nodes behind it that are not a continuation of its text.
    fn add<'n, 'l>(
        &self,
        node: &Node<'l>,
        following: &'n [Node<'l>],
        out: &mut Vec<Block>,
    ) -> &'n [Node<'l>] {
        let block = match &node.kind {
            NodeKind::Paragraph { text } => return self.add_paragraph(*text, following, out),
            NodeKind::Item(item) => return self.add_item(item, following, out),
            NodeKind::ColumnList { columns, stray } => {
                self.add_columns(columns, stray, out);
                return following;
            }
            NodeKind::OrphanColumn { children } => {
                self.add_blocks(children, out);
                return following;
            }
            NodeKind::SyncedBlock {
                reference: Some(id),
                children,
            } => {
                self.add_reference(*id, node.span, children, out);
                return following;
            }
            NodeKind::UnknownDirective { line, children } => {
                out.push(as_text(line.raw));
                self.add_blocks(children, out);
                return following;
            }
            NodeKind::Heading { level, text } => heading(*level, *text),
            NodeKind::Quote {
                alert: Some(alert),
                children,
            } => self.alert(*alert, children),
            NodeKind::Quote {
                alert: None,
                children,
            } => self.quote(children),
            NodeKind::Code { info, lines } => code(info.raw, lines),
            NodeKind::Table { has_header, rows } => containers::table(*has_header, rows),
            NodeKind::Image { alt, url, title } => {
                self.or_as_written(media::image(*alt, *url, *title), node)
            }
            NodeKind::Link { kind, url } => self.or_as_written(media::link(*kind, *url), node),
            NodeKind::Media { kind, url } => self.or_as_written(media::media(*kind, *url), node),
            NodeKind::Divider => Block::Divider(Divider {}),
            NodeKind::Equation { lines } => equation(lines),
            NodeKind::TableOfContents => Block::TableOfContents(TableOfContents {}),
            NodeKind::Callout { head, children } => self.callout(*head, children),
            NodeKind::SyncedBlock {
                reference: None,
                children,
            } => self.synced_original(children),
            NodeKind::StudyText(study_text) => self.study_text(&study_text.children),
            NodeKind::Toggle {
                level,
                title,
                children,
            } => self.toggle(*level, *title, children),
        };
        out.push(block);
        following
    }

    fn add_paragraph<'n, 'l>(
        &self,
        text: Text<'l>,
        following: &'n [Node<'l>],
        out: &mut Vec<Block>,
    ) -> &'n [Node<'l>] {
        let (continuation, rest) = self.continuation(text, following);
        out.push(Block::paragraph(text::lines(text, continuation, " ")));
        rest
    }

    fn add_item<'n, 'l>(
        &self,
        item: &Item<'l>,
        following: &'n [Node<'l>],
        out: &mut Vec<Block>,
    ) -> &'n [Node<'l>] {
        let (mut continuation, below) = self.continuation(item.text, &item.children);
        let mut rest = following;
        if below.is_empty() {
            let last = continuation.last().copied().unwrap_or(item.text);
            let (unindented, behind) = self.continuation(last, following);
            continuation.extend(unindented);
            rest = behind;
        }
        let rich_text = text::lines(item.text, continuation, " ");
        out.push(list_item(item.marker, rich_text, self.blocks(below)));
        rest
    }

    /// The lines of the study text are speech: each is a paragraph of its own.
    fn study_text(&self, children: &[Node<'_>]) -> Block {
        let by_line = Self {
            joins_lines: false,
            ..*self
        };
        Block::toggle(
            vec![RichText::plain(STUDY_TEXT_TITLE)],
            by_line.blocks(children),
        )
    }

    fn toggle(&self, level: Option<u8>, title: Text<'_>, children: &[Node<'_>]) -> Block {
        let rich_text = rich_text(title);
        let children = self.blocks(children);
        match level {
            None => Block::toggle(rich_text, children),
            Some(level) => Block::Heading(Heading {
                level: heading_level(level),
                rich_text,
                color: Color::Default,
                is_toggleable: true,
                children,
            }),
        }
    }

    /// The text with which a box begins, if it begins with text, and the nodes below it.
    pub(super) fn opening_text<'n, 'l>(
        &self,
        nodes: &'n [Node<'l>],
    ) -> (Option<Vec<RichText>>, &'n [Node<'l>]) {
        let Some((first, rest)) = split_paragraph(nodes) else {
            return (None, nodes);
        };
        let (continuation, rest) = self.continuation(first, rest);
        (Some(text::lines(first, continuation, " ")), rest)
    }

    /// The text on the consecutive lines with which a quote begins, and the nodes below it.
    pub(super) fn quoted_text<'n, 'l>(
        &self,
        nodes: &'n [Node<'l>],
    ) -> (Option<Vec<RichText>>, &'n [Node<'l>]) {
        let Some((first, rest)) = split_paragraph(nodes) else {
            return (None, nodes);
        };
        let (continuation, rest) = self.consecutive(first, rest);
        (Some(text::lines(first, continuation, "\n")), rest)
    }

    /// The lines that go on with the text of `line`, if lines are joined at all, and the rest.
    fn continuation<'n, 'l>(
        &self,
        line: Text<'l>,
        nodes: &'n [Node<'l>],
    ) -> (Vec<Text<'l>>, &'n [Node<'l>]) {
        if self.joins_lines {
            self.consecutive(line, nodes)
        } else {
            (Vec::new(), nodes)
        }
    }

    /// The paragraphs on the lines directly below `line`, and the rest.
    fn consecutive<'n, 'l>(
        &self,
        line: Text<'l>,
        mut nodes: &'n [Node<'l>],
    ) -> (Vec<Text<'l>>, &'n [Node<'l>]) {
        let mut lines = Vec::new();
        let mut last = line;
        while let Some((next, rest)) = split_paragraph(nodes)
            && self.are_consecutive(last, next)
        {
            lines.push(next);
            last = next;
            nodes = rest;
        }
        (lines, nodes)
    }

    fn are_consecutive(&self, line: Text<'_>, next: Text<'_>) -> bool {
        let between = self.source.get(line.span().end..next.start);
        between.is_some_and(|between| between.matches('\n').count() == 1)
    }

    fn or_as_written(&self, block: Option<Block>, node: &Node<'_>) -> Block {
        block.unwrap_or_else(|| self.as_written(node.span))
    }

    /// The first line of an element, unformatted.
    pub(super) fn as_written(&self, span: Span) -> Block {
        let source = self.source.get(span.start..span.end).unwrap_or_default();
        as_text(source.lines().next().unwrap_or_default().trim())
    }
}

/// A paragraph of words in which nothing is a mark.
fn as_text(line: &str) -> Block {
    Block::paragraph(vec![RichText::plain(line)])
}

fn split_paragraph<'n, 'l>(nodes: &'n [Node<'l>]) -> Option<(Text<'l>, &'n [Node<'l>])> {
    match nodes {
        [
            Node {
                kind: NodeKind::Paragraph { text },
                ..
            },
            rest @ ..,
        ] => Some((*text, rest)),
        _ => None,
    }
}

fn list_item(marker: Marker, rich_text: Vec<RichText>, children: Vec<Block>) -> Block {
    let text = TextBlock {
        rich_text,
        color: Color::Default,
        children,
    };
    match marker {
        Marker::Bullet => Block::BulletedListItem(text),
        Marker::Number => Block::NumberedListItem(text),
        Marker::Task { checked } => Block::ToDo(ToDo {
            rich_text: text.rich_text,
            checked,
            children: text.children,
        }),
    }
}

fn heading(level: u8, text: Text<'_>) -> Block {
    Block::heading(heading_level(level), rich_text(text))
}

/// Notion has three levels; deeper ones are the third.
const fn heading_level(level: u8) -> HeadingLevel {
    match level {
        0 | 1 => HeadingLevel::One,
        2 => HeadingLevel::Two,
        _ => HeadingLevel::Three,
    }
}

fn code(info: &str, lines: &[Text<'_>]) -> Block {
    code_block(code_language(info).unwrap_or(NO_LANGUAGE), lines)
}

fn code_block(language: &str, lines: &[Text<'_>]) -> Block {
    Block::Code(Code {
        rich_text: vec![RichText::plain(joined(lines))],
        language: language.to_owned(),
    })
}

/// A formula that Notion would refuse for its length is shown as code.
fn equation(lines: &[Text<'_>]) -> Block {
    let expression = joined(lines);
    if text::is_formula(&expression) {
        Block::Equation(Equation { expression })
    } else {
        code_block("latex", lines)
    }
}

fn joined(lines: &[Text<'_>]) -> String {
    let length = lines.iter().map(|line| line.raw.len() + 1).sum();
    let mut text = String::with_capacity(length);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(line.raw);
    }
    text
}
