//! The first pass: what each line is to the structure, and how far each container reaches.
//!
//! Code, comments and equations are found here too, so that a `:::` inside them means nothing.

mod opaque;
mod stack;

use super::directive::{self, Container, Directive};
use crate::lesson::parse::Line;
use crate::lesson::{Code, Diagnostic, MediaKind, Text};
use opaque::Opaque;
use stack::Stack;

/// A file with more findings is no lesson with slips: what is meant is no longer looked for.
const COMPARED: usize = 1000;

/// What a line is to the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Anything that the second pass looks at: text, headings, items, …
    Text,
    /// A line of plain words, whatever it looks like.
    Words,
    /// A comment or a line that only structures: nothing of it is published.
    Nothing,
    /// The first line of a code block that ends before line `end`.
    Code {
        end: usize,
        is_closed: bool,
    },
    /// The first line of an equation that ends before line `end`.
    Equation {
        end: usize,
    },
    TableOfContents,
    Media(MediaKind),
    /// The first line of a container: an index into [`Outline::extents`].
    Open(usize),
}

/// How far a container reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent<'a> {
    pub container: Container,
    /// All after the name.
    pub head: Text<'a>,
    /// The opening line.
    pub open: usize,
    /// The line after the last one of the content.
    pub end: usize,
    /// The closing line.
    pub close: Option<usize>,
    /// Nested too deep: its content belongs to what it stands in.
    pub is_flattened: bool,
    /// The container around it.
    parent: Option<usize>,
}

impl Extent<'_> {
    /// Whether it may as well be a single line: a reference, or a name that nobody knows.
    fn is_soft(&self) -> bool {
        match self.container {
            Container::SyncedBlock => !self.head.raw.is_empty(),
            Container::Unknown => true,
            _ => false,
        }
    }
}

/// The structure of a run of lines.
pub(super) struct Outline<'a> {
    /// One for each line.
    pub marks: Vec<Mark>,
    pub extents: Vec<Extent<'a>>,
}

/// Finds the structure of a lesson's body; cuts comments off the lines they share with text.
pub(super) fn of_body<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline<'a> {
    let mut stack = Stack::default();
    let marks = marks(source, lines, diagnostics, |at, lines, diagnostics| {
        structure(at, lines, &mut stack, diagnostics)
    });
    let extents = stack.finish(lines, diagnostics);
    Outline { marks, extents }
}

/// The same for the inside of a quote, where directives and further quotes are plain text.
pub(super) fn of_quote<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline<'a> {
    let marks = marks(source, lines, diagnostics, |at, lines, _| {
        match lines[at].text.raw.starts_with('>') {
            true => Mark::Words,
            false => Mark::Text,
        }
    });
    Outline {
        marks,
        extents: Vec::new(),
    }
}

fn marks<'a>(
    source: &'a str,
    lines: &mut [Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
    mut structure: impl FnMut(usize, &[Line<'a>], &mut Vec<Diagnostic>) -> Mark,
) -> Vec<Mark> {
    let mut opaque = Opaque::new(source, lines);
    let mut marks = Vec::with_capacity(lines.len());
    while marks.len() < lines.len() {
        let at = marks.len();
        if let Some((mark, end)) = opaque.starting_at(at, lines, diagnostics) {
            marks.push(mark);
            marks.resize(end, Mark::Nothing);
        } else {
            marks.push(structure(at, lines, diagnostics));
        }
    }
    marks
}

fn structure<'a>(
    at: usize,
    lines: &[Line<'a>],
    stack: &mut Stack<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Mark {
    let line = &lines[at];
    let Some(directive) = directive::read(line.text) else {
        if line.is_section_heading() {
            stack.section_heading(at, lines, diagnostics);
        }
        return Mark::Text;
    };
    match directive {
        Directive::Close => {
            stack.close(at, lines, diagnostics);
            Mark::Nothing
        }
        Directive::TableOfContents => {
            report_indented(line, stack, diagnostics);
            Mark::TableOfContents
        }
        Directive::Media(kind) => {
            report_indented(line, stack, diagnostics);
            Mark::Media(kind)
        }
        Directive::Open { container, head } => {
            if container == Container::Unknown {
                let meant =
                    (diagnostics.len() < COMPARED).then(|| directive::suggestion(line.text));
                diagnostics.push(unknown(line, meant.flatten()));
            }
            stack.open(at, container, head, lines, diagnostics)
        }
        Directive::MalformedStudyText { head } => {
            diagnostics.push(malformed(line));
            stack.open(at, Container::StudyText, head, lines, diagnostics)
        }
    }
}

fn report_indented(line: &Line<'_>, stack: &Stack<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if stack.is_empty() && line.indent > 0 {
        let message = "the directive is indented";
        diagnostics.push(indented(Code::DirectiveIndented, line, message));
    }
}

fn indented(code: Code, line: &Line<'_>, message: &str) -> Diagnostic {
    Diagnostic::new(code, line.span(), message)
        .hint("move it to column 1")
        .fix(line.indentation(), "")
}

fn unknown(line: &Line<'_>, meant: Option<&str>) -> Diagnostic {
    let words = || line.text.raw.trim_start_matches(':').split_whitespace();
    let name: String = words()
        .next()
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    let message = format!("there is no directive `:::{name}`");
    let found = Diagnostic::new(Code::DirectiveUnknown, line.span(), message);
    match meant {
        Some(known) => found.hint(format!("did you mean `:::{known}`?")),
        None => found.hint(
            "use toc, audio, video, callout, column-list, column, synced-block, study-text, \
             toggle-heading, toggle-h1, toggle-h2 or toggle-h3",
        ),
    }
}

fn malformed(line: &Line<'_>) -> Diagnostic {
    let message = "letters directly follow `:::study-text`";
    Diagnostic::new(Code::StudyTextMalformed, line.span(), message)
        .hint("put a space between `:::study-text` and its label")
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
    fn an_unclosed_container_ends_before_the_next_section() {
        let (tree, codes) = parsed(":::callout 💡\nx\n## 2. A\n:::toggle-h2 T\ny\n:::\nz");
        assert_eq!(
            tree,
            "callout 💡\n  p x\nh2 2. A\ntoggle Some(2) T\n  p y\np z\n"
        );
        assert_eq!(codes, ["callout-unclosed: :::callout 💡"]);
    }

    #[test]
    fn a_section_heading_stays_in_a_container_that_is_closed_later() {
        let (tree, codes) = parsed(":::toggle-h2 T\n## 2. A\n:::");
        assert_eq!(tree, "toggle Some(2) T\n  h2 2. A\n");
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn an_unclosed_study_text_ends_before_a_section_or_another_container() {
        let (tree, codes) = parsed(":::study-text\na\n:::callout 💡\nx\n:::\nb");
        assert_eq!(
            tree,
            "study-text None [\"a\"]\n  p a\ncallout 💡\n  p x\np b\n"
        );
        assert_eq!(codes, ["study-text-unclosed: :::study-text"]);
        let (tree, codes) = parsed(":::study-text\na\n## 4. B\nx\n:::\nb");
        assert_eq!(tree, "study-text None [\"a\"]\n  p a\nh2 4. B\np x\np b\n");
        assert_eq!(codes, ["study-text-unclosed: :::study-text"]);
    }

    #[test]
    fn a_closed_study_text_may_hold_a_container() {
        let (tree, codes) = parsed(":::study-text\na\n:::callout 💡\nx\n:::\nb\n:::");
        assert_eq!(
            tree,
            "study-text None [\"a\", \"x\", \"b\"]\n  p a\n  callout 💡\n    p x\n  p b\n"
        );
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn a_column_ends_the_one_before_and_what_is_open_in_it() {
        let (tree, codes) = parsed(
            ":::column-list\n:::column\na\n:::callout 💡\nb\n:::\nc\n:::column\n:::callout 💡\nd\n:::column\ne\n:::\n:::",
        );
        assert_eq!(
            tree,
            "column-list\n  column\n    p a\n    callout 💡\n      p b\n    p c\n  column\n    callout 💡\n      p d\n  column\n    p e\n"
        );
        assert_eq!(codes, ["callout-unclosed: :::callout 💡"]);
    }

    #[test]
    fn stray_closers_and_columns_are_reported() {
        let (tree, codes) = parsed("a\n:::\n:::column\nb\n:::");
        assert_eq!(tree, "p a\norphan column\n  p b\n");
        assert_eq!(
            codes,
            ["directive-stray-close: :::", "column-orphan: :::column"]
        );
    }

    #[test]
    fn a_reference_is_one_line_and_takes_a_closing_line_that_nobody_else_needs() {
        let (tree, codes) = parsed(":::synced-block 1\n\n:::\n:::synced-block 2\ntext\n## 2. A");
        assert_eq!(
            tree,
            "synced Some(\"1\")\nsynced Some(\"2\")\np text\nh2 2. A\n"
        );
        assert_eq!(codes, [""; 0]);
        let (tree, codes) = parsed(
            ":::column-list\n:::column\na\n:::\n:::column\n:::synced-block 3\n:::\n:::\n## 2. A",
        );
        assert_eq!(
            tree,
            "column-list\n  column\n    p a\n  column\n    synced Some(\"3\")\nh2 2. A\n"
        );
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn an_unknown_directive_never_closes_the_container_around_it() {
        let (tree, codes) = parsed(":::callout 💡\n:::iamge u\nx\n:::\ny\n:::calout\nz\n:::");
        assert_eq!(
            tree,
            "callout 💡\n  unknown :::iamge u\n    p x\n  p y\n  unknown :::calout\n  p z\n"
        );
        assert_eq!(
            codes,
            [
                "directive-unknown: :::iamge u",
                "directive-unknown: :::calout"
            ]
        );
    }

    #[test]
    fn indented_directives_are_parsed_and_reported_once() {
        let (tree, codes) =
            parsed("- a\n  :::study-text\n  b\n  :::\n:::callout 💡\nx\n  :::\n  :::toc");
        assert_eq!(
            tree,
            "Bullet a\nstudy-text None [\"b\"]\n  p b\ncallout 💡\n  p x\ntoc\n"
        );
        assert_eq!(
            codes,
            [
                "study-text-indented: :::study-text",
                "directive-indented: :::",
                "directive-indented: :::toc"
            ]
        );
    }

    #[test]
    fn a_malformed_study_text_is_still_one() {
        let (tree, codes) = parsed(":::study-texts\na\n  :::");
        assert_eq!(tree, "study-text Some(\"s\") [\"a\"]\n  p a\n");
        assert_eq!(
            codes,
            [
                "study-text-malformed: :::study-texts",
                "study-text-close-indented: :::"
            ]
        );
    }

    #[test]
    fn unclosed_code_ends_before_the_next_structure() {
        let (tree, codes) = parsed(":::callout 💡\n```js\nx\n:::\n<!-- y\nz");
        assert_eq!(tree, "callout 💡\n  code(js) x\np z\n");
        assert_eq!(codes, ["code-unclosed: ```js", "comment-unclosed: <!-- y"]);
    }

    #[test]
    fn a_comment_may_begin_behind_text_and_end_lines_later() {
        let (tree, codes) = parsed("a <!-- b\n:::callout\n## c\n--> d <!-- e --> f <!--\n-->\ng");
        assert_eq!(tree, "p a\np d <!-- e --> f\np g\n");
        assert_eq!(codes, [""; 0]);
        let (tree, codes) = parsed(":::study-text\nAnna: hi <!-- b\n\n--> Bo: no\n:::");
        assert_eq!(
            tree,
            "study-text None [\"Anna: hi\", \"Bo: no\"]\n  p Anna: hi\n  p Bo: no\n"
        );
        assert_eq!(codes, [""; 0]);
        let (tree, codes) = parsed("> a <!-- b\n> c --> d\n\n> ```\n> x <!-- y\n> ```\nz -->");
        assert_eq!(
            tree,
            "quote None\n  p a\n  p d\nquote None\n  code() x <!-- y\np z -->\n"
        );
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn a_comment_never_begins_in_code() {
        let (tree, codes) = parsed("write `<!--` before\n``` `` <!-- x\ny --> z");
        assert_eq!(tree, "p write `<!--` before\np ``` ``\np z\n");
        assert_eq!(codes, [""; 0]);
    }

    #[test]
    fn of_an_unclosed_comment_only_the_first_line_is_left_out() {
        let (tree, codes) = parsed("a <!-- b\nc <!-- d\n## 2. A");
        assert_eq!(tree, "p a\np c\nh2 2. A\n");
        assert_eq!(
            codes,
            ["comment-unclosed: <!-- b", "comment-unclosed: <!-- d"]
        );
    }

    #[test]
    fn nesting_is_flattened_at_the_limit_and_reported_once() {
        let deep = format!("{}x\n{}", ":::toggle-h1 t\n".repeat(50), ":::\n".repeat(50));
        let (tree, codes) = parsed(&deep);
        assert_eq!(tree.lines().count(), super::super::super::MAX_DEPTH + 1);
        assert_eq!(codes, ["nesting-too-deep: :::toggle-h1 t"]);
        let item = |level: usize| format!("{}- x\n", " ".repeat(level));
        let (tree, codes) = parsed(&(0..50).map(item).collect::<String>());
        assert_eq!(tree.lines().count(), 50);
        assert_eq!(codes, ["nesting-too-deep: - x"]);
    }
}
