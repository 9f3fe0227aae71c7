//! The body: lines to a tree.
//!
//! A first pass ([`outline`]) finds how far containers, code, comments and equations reach; the
//! second pass, here, turns each line into a node and hangs it where it belongs.

mod directive;
pub(super) mod fence;
mod items;
mod leaf;
mod outline;
mod quote;
mod study_text;
mod table;

use std::ops::Range;

use super::Line;
use crate::lesson::{Column, Diagnostic, MediaKind, Node, NodeKind, Span};
use directive::Container;
use fence::Fence;
use items::Tree;
use outline::{Extent, Mark, Outline};

/// Parses the lines after the front matter.
pub(super) fn parse<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Node<'a>> {
    let outline = outline::of_body(source, lines, diagnostics);
    let all = 0..lines.len();
    let mut body = Body {
        source,
        lines,
        outline: &outline,
        diagnostics,
    };
    body.nodes(all, 0)
}

/// The second pass. Recursion is as deep as the outline nests, which is bounded.
struct Body<'b, 'a> {
    source: &'a str,
    lines: &'b [Line<'a>],
    outline: &'b Outline<'a>,
    diagnostics: &'b mut Vec<Diagnostic>,
}

impl<'a> Body<'_, 'a> {
    /// The nodes of a range of lines that stands `depth` levels deep.
    fn nodes(&mut self, range: Range<usize>, depth: usize) -> Vec<Node<'a>> {
        let mut tree = Tree::new(depth);
        let mut at = range.start;
        while at < range.end {
            at = self.node(at, range.end, depth, &mut tree);
        }
        tree.finish()
    }

    /// Adds what begins at line `at`; returns the line after it.
    fn node(&mut self, at: usize, end: usize, depth: usize, tree: &mut Tree<'a>) -> usize {
        let line = &self.lines[at];
        match self.outline.marks[at] {
            Mark::Nothing => at + 1,
            Mark::Text => self.text(at, end, depth, tree),
            Mark::Words => {
                leaf::paragraph(line, tree);
                at + 1
            }
            Mark::Code { end, is_closed } => {
                let is_margin = tree.is_document() && !tree.has_open_item(line);
                let strip = if is_margin { 0 } else { line.indent };
                tree.hang(line.indent, self.code(at, end, is_closed, strip));
                end
            }
            Mark::Equation { end } => {
                tree.hang(line.indent, self.equation(at..end));
                end
            }
            Mark::TableOfContents => {
                tree.hang(0, node(line.span(), NodeKind::TableOfContents));
                at + 1
            }
            Mark::Media(kind) => {
                tree.hang(0, media(line, kind));
                at + 1
            }
            Mark::Open(extent) => {
                let extent = self.outline.extents[extent];
                if extent.is_flattened {
                    return at + 1;
                }
                tree.hang(0, self.container(&extent, end, depth));
                extent.close.map_or(extent.end, |close| close + 1).min(end)
            }
        }
    }

    fn text(&mut self, at: usize, end: usize, depth: usize, tree: &mut Tree<'a>) -> usize {
        let line = &self.lines[at];
        let run = |mark: char| {
            let is_other =
                |at: &usize| !self.is_text(*at) || !self.lines[*at].text.raw.starts_with(mark);
            (at..end).find(is_other).unwrap_or(end)
        };
        match line.text.raw.as_bytes().first() {
            None => at + 1,
            Some(b'|') => {
                let end = run('|');
                tree.hang(line.indent, table::parse(&self.lines[at..end]));
                end
            }
            Some(b'>') => {
                let end = run('>');
                let quoted = &self.lines[at..end];
                let quote = quote::parse(self.source, quoted, depth + 1, self.diagnostics);
                tree.hang(line.indent, quote);
                end
            }
            Some(_) => {
                leaf::parse(line, tree, self.diagnostics);
                at + 1
            }
        }
    }

    fn is_text(&self, at: usize) -> bool {
        self.outline.marks[at] == Mark::Text
    }

    fn code(&self, at: usize, end: usize, is_closed: bool, strip: usize) -> Node<'a> {
        let open = &self.lines[at];
        let content = at + 1..end - usize::from(is_closed);
        let lines = &self.lines[content];
        let kind = NodeKind::Code {
            info: Fence::open(open.text).map_or(open.text, |fence| fence.info),
            lines: lines.iter().map(|line| line.dedented(strip)).collect(),
        };
        node(self.span(at..end), kind)
    }

    fn equation(&self, range: Range<usize>) -> Node<'a> {
        let unmarked = |line: &Line<'a>| {
            let text = line.text;
            let from = if text.raw.starts_with("$$") { 2 } else { 0 };
            let to = text.raw.strip_suffix("$$").map_or(text.raw.len(), str::len);
            text.slice(from, to.max(from)).trimmed()
        };
        let lines = self.lines[range.clone()].iter().map(unmarked);
        let kind = NodeKind::Equation {
            lines: lines.filter(|line| !line.raw.is_empty()).collect(),
        };
        node(self.span(range), kind)
    }

    fn container(&mut self, extent: &Extent<'a>, end: usize, depth: usize) -> Node<'a> {
        let open = &self.lines[extent.open];
        let content = extent.open + 1..extent.end.min(end);
        let whole = extent.open..extent.close.map_or(content.end, |close| close + 1);
        if extent.container == Container::ColumnList {
            let kind = self.column_list(content, depth + 1);
            return node(self.span(whole), kind);
        }
        let children = self.nodes(content.clone(), depth + 1);
        let head = extent.head;
        let kind = match extent.container {
            Container::Callout => NodeKind::Callout { head, children },
            Container::Column | Container::ColumnList => NodeKind::OrphanColumn { children },
            Container::SyncedBlock => NodeKind::SyncedBlock {
                reference: (!head.raw.is_empty()).then_some(head),
                children,
            },
            Container::StudyText => NodeKind::StudyText(study_text::collect(
                self,
                open.span(),
                head,
                content,
                children,
            )),
            Container::Toggle { level } => NodeKind::Toggle {
                level,
                title: head,
                children,
            },
            Container::Unknown => NodeKind::UnknownDirective {
                line: open.text,
                children,
            },
        };
        node(self.span(whole), kind)
    }

    /// The columns of a list, and what stands between them.
    fn column_list(&mut self, content: Range<usize>, depth: usize) -> NodeKind<'a> {
        let nodes = self.nodes(content, depth);
        let mut columns = Vec::new();
        let mut stray = Vec::new();
        for Node { span, kind } in nodes {
            match kind {
                NodeKind::OrphanColumn { children } => columns.push(Column { span, children }),
                kind => stray.push(Node { span, kind }),
            }
        }
        NodeKind::ColumnList { columns, stray }
    }

    /// From the first to the last line of a range that is not blank.
    fn span(&self, range: Range<usize>) -> Span {
        let first = self.lines[range.start].span();
        let last = self.lines[range].iter().rev().find(|line| !line.is_blank());
        last.map_or(first, |last| first.to(last.span()))
    }
}

fn node(span: Span, kind: NodeKind<'_>) -> Node<'_> {
    Node { span, kind }
}

fn media<'a>(line: &Line<'a>, kind: MediaKind) -> Node<'a> {
    let name = line.text.raw.find(char::is_whitespace);
    let from = name.unwrap_or(line.text.raw.len());
    let url = line.text.slice(from, line.text.raw.len()).trimmed();
    node(line.span(), NodeKind::Media { kind, url })
}

#[cfg(test)]
mod tests {
    use crate::lesson::Lesson;
    use crate::lesson::parse::sketch::{body, codes, with_body};

    fn parsed(text: &str) -> (String, Vec<String>) {
        let source = with_body(text);
        let lesson = Lesson::parse(&source);
        (body(&lesson), codes(&lesson))
    }

    #[test]
    fn indented_columns_lose_only_their_common_indentation() {
        let (tree, codes) = parsed(
            ":::column-list\n    :::column\n    - a\n      - b\n    :::\n    :::column\n    c\n:::\n:::",
        );
        assert_eq!(
            tree,
            "column-list\n  column\n    Bullet a\n      Bullet b\n  column\n    p c\n"
        );
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn a_blank_line_keeps_the_list_open_for_what_is_indented_deeper() {
        let (tree, _) =
            parsed("- a\n\n  - b\n\n    text\n    ```js\n    x\n      y\n    ```\n\nend");
        assert_eq!(
            tree,
            "Bullet a\n  Bullet b\n    p text\n    code(js) x⏎  y\np end\n"
        );
    }

    #[test]
    fn an_indented_line_belongs_to_the_item_above_and_an_unindented_one_to_none() {
        let (tree, _) = parsed("- a\n  one\n  - b\n> q\n  ## no heading\n- c\n  ## heading");
        assert_eq!(
            tree,
            "Bullet a\n  p one\n  Bullet b\nquote None\n  p q\np ## no heading\nBullet c\n  h2 heading\n"
        );
    }

    #[test]
    fn markers_and_dividers() {
        let (tree, _) =
            parsed("1) one\n+ plus\n- [ ] open\n- [x] done\n* * *\n---\n____\n-\n-x\n1.x");
        assert_eq!(
            tree,
            "Number one\nBullet plus\nTask { checked: false } open\nTask { checked: true } done\ndivider\ndivider\np ____\np -x\np 1.x\n"
        );
    }

    #[test]
    fn code_hides_directives_and_comments_hide_everything() {
        let (tree, codes) = parsed(
            ":::callout 💡\n~~~\n:::\n~~~\n:::\n<!-- :::callout\n## x\n--> after\n<!-- a --> <!-- b --> both\nend",
        );
        assert_eq!(tree, "callout 💡\n  code() :::\np after\np both\np end\n");
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn a_table_splits_at_pipes_outside_code_and_escapes() {
        let (tree, _) =
            parsed("| a \\| b | `x|y` |\n| :-- | --- |\n| ``p ` | q`` | `r |\n\n|\n| x | |");
        assert_eq!(
            tree,
            "table header=true [\"a \\\\| b⏎`x|y`\", \"``p ` | q``⏎`r\"]\ntable header=false [\"\", \"x⏎\"]\n"
        );
    }

    #[test]
    fn quotes_hold_blocks_and_may_be_alerts() {
        let (tree, _) = parsed("> [!tip] Try\n> - a\n>   - b\n\n> :::callout x");
        assert_eq!(
            tree,
            "quote Some(Tip)\n  p Try\n  Bullet a\n    Bullet b\nquote None\n  p :::callout x\n"
        );
    }

    #[test]
    fn a_second_mark_of_quotation_is_text() {
        let (tree, codes) = parsed(">> a\n> > - b\n>>> c\n> ```\n> > d\n> ```");
        assert_eq!(
            tree,
            "quote None\n  p > a\n  p > - b\n  p >> c\n  code() > d\n"
        );
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn images_and_links_stand_alone_on_their_line() {
        let (tree, _) = parsed(
            "![a [b]](http://x/(1).png \"T\")\n![a](u) ![b](v)\n![](u)\n<https://x.com/a.pdf?b>\nhttps://www.youtube.com/watch?v=1\nhttps://x.com/s.MP3\nhttps://x.com y",
        );
        assert_eq!(
            tree,
            "image a [b] <http://x/(1).png> Some(\"T\")\np ![a](u) ![b](v)\nimage  <u> None\nlink Pdf https://x.com/a.pdf?b\nlink Video https://www.youtube.com/watch?v=1\nlink Audio https://x.com/s.MP3\np https://x.com y\n"
        );
    }

    #[test]
    fn angle_brackets_around_the_address_of_an_image_are_no_part_of_it() {
        let (tree, _) = parsed("![a](<http://x/a b.png> \"T\")\n![](<u>)\n![](u (v) 't (\\'x')");
        assert_eq!(
            tree,
            "image a <http://x/a b.png> Some(\"T\")\nimage  <u> None\nimage  <u (v)> Some(\"t (\\\\'x\")\n"
        );
    }

    #[test]
    fn equations_stand_on_one_line_or_between_two() {
        let (tree, codes) = parsed("$$ x^2 $$\n$$\na\nb\n$$\n$$5 is a lot\n$$\n## 2");
        assert_eq!(
            tree,
            "equation x^2\nequation a⏎b\np $$5 is a lot\np $$\nh2 2\n"
        );
        assert_eq!(codes, ["equation-unclosed: $$"]);
    }

    #[test]
    fn the_study_text_keeps_its_lines_for_speech() {
        let (tree, _) = parsed(
            ":::study-text Transcript\ntranscript\n[Anna]: Hi\n- Anna: hi\n<!-- x -->\n:::audio https://x/y.mp3\n\n**Anna:** hi\n:::",
        );
        assert_eq!(
            tree,
            "study-text Some(\"Transcript\") [\"[Anna]: Hi\", \"- Anna: hi\", \"**Anna:** hi\"]\n  p transcript\n  p [Anna]: Hi\n  Bullet Anna: hi\n  Audio https://x/y.mp3\n  p **Anna:** hi\n"
        );
    }
}
