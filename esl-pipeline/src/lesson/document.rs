//! The lesson as a tree. Every node says where it stands in the source and borrows its text.

use super::{Diagnostic, FrontMatter, Span, Text};

/// A parsed lesson.
#[derive(Debug, Clone)]
pub struct Lesson<'a> {
    /// The whole file, as it was read.
    pub source: &'a str,
    /// What the lesson stands in.
    pub wrapper: Wrapper,
    /// The settings at the top.
    pub front_matter: FrontMatter<'a>,
    /// The nodes at document depth.
    pub body: Vec<Node<'a>>,
    /// What the parser itself found wrong: wrapper, front matter and structure.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a lesson stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapper {
    /// A fenced block.
    Fenced {
        /// The opening line.
        open: Span,
        /// The closing line; none if it is missing.
        close: Option<Span>,
    },
    /// Nothing: the file is the lesson.
    Bare,
}

/// One element of the body.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// All of it, children and closing line included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind<'a>,
}

/// The kinds of elements.
///
/// Texts are inline Markdown, trimmed, not yet parsed: `blocks::inline` does that.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NodeKind<'a> {
    /// `# …` to `###### …`.
    Heading {
        /// 1 to 6.
        level: u8,
        /// The title.
        text: Text<'a>,
    },
    /// A line of text.
    Paragraph {
        /// The line.
        text: Text<'a>,
    },
    /// A list item.
    Item(Item<'a>),
    /// Consecutive `>` lines.
    Quote {
        /// For `> [!NOTE]` and its like.
        alert: Option<AlertKind>,
        /// The content without the `>`; the alert's marker is not part of it.
        children: Vec<Node<'a>>,
    },
    /// A fenced code block.
    Code {
        /// All after the opening fence.
        info: Text<'a>,
        /// The lines, without their container's common indentation.
        lines: Vec<Text<'a>>,
    },
    /// A table.
    Table {
        /// Whether a delimiter row follows the first row.
        has_header: bool,
        /// All rows but the delimiter row.
        rows: Vec<Row<'a>>,
    },
    /// `![alt](url "title")` alone on a line.
    Image {
        /// The alternative text; may be empty.
        alt: Text<'a>,
        /// The address.
        url: Text<'a>,
        /// The title, without its quotes.
        title: Option<Text<'a>>,
    },
    /// An address alone on a line.
    Link {
        /// What it leads to, by host or extension.
        kind: LinkKind,
        /// The address.
        url: Text<'a>,
    },
    /// `---` or `***`.
    Divider,
    /// `$$` … `$$`.
    Equation {
        /// The lines between.
        lines: Vec<Text<'a>>,
    },
    /// `:::toc`.
    TableOfContents,
    /// `:::audio URL` or `:::video URL`.
    Media {
        /// Which of them.
        kind: MediaKind,
        /// The address as written; empty if missing.
        url: Text<'a>,
    },
    /// `:::callout ICON [COLOUR] [WORDS]`.
    Callout {
        /// All after the name.
        head: Text<'a>,
        /// The content.
        children: Vec<Node<'a>>,
    },
    /// `:::column-list`.
    ColumnList {
        /// The columns, explicit or closed implicitly by the next one.
        columns: Vec<Column<'a>>,
        /// Content outside any column.
        stray: Vec<Node<'a>>,
    },
    /// `:::column` outside a list.
    OrphanColumn {
        /// The content.
        children: Vec<Node<'a>>,
    },
    /// `:::synced-block` or `:::synced-block ID`.
    SyncedBlock {
        /// The id as written, for a reference.
        reference: Option<Text<'a>>,
        /// The content; a reference should have none.
        children: Vec<Node<'a>>,
    },
    /// `:::study-text [LABEL]`.
    StudyText(StudyText<'a>),
    /// `:::toggle-heading TITLE`, `:::toggle-h1 TITLE`, `…-h2`, `…-h3`.
    Toggle {
        /// 1 to 3 for a toggleable heading, none for a plain toggle.
        level: Option<u8>,
        /// The title; empty if missing.
        title: Text<'a>,
        /// The content.
        children: Vec<Node<'a>>,
    },
    /// A directive of no known name. Its content, if it was closed, follows as children.
    UnknownDirective {
        /// The opening line, trimmed.
        line: Text<'a>,
        /// The content.
        children: Vec<Node<'a>>,
    },
}

impl<'a> NodeKind<'a> {
    /// What stands inside, in groups: a column list has one for each column and one for the rest.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = &[Node<'a>]> {
        let (columns, children): (&[Column<'a>], &[Node<'a>]) = match self {
            Self::Quote { children, .. }
            | Self::Callout { children, .. }
            | Self::OrphanColumn { children }
            | Self::SyncedBlock { children, .. }
            | Self::Toggle { children, .. }
            | Self::UnknownDirective { children, .. } => (&[], children),
            Self::Item(item) => (&[], &item.children),
            Self::StudyText(study_text) => (&[], &study_text.children),
            Self::ColumnList { columns, stray } => (columns, stray),
            Self::Heading { .. }
            | Self::Paragraph { .. }
            | Self::Code { .. }
            | Self::Table { .. }
            | Self::Image { .. }
            | Self::Link { .. }
            | Self::Divider
            | Self::Equation { .. }
            | Self::TableOfContents
            | Self::Media { .. } => (&[], &[]),
        };
        let columns = columns.iter().map(|column| column.children.as_slice());
        columns.chain(std::iter::once(children))
    }
}

/// A list item.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// What stands before the text.
    pub marker: Marker,
    /// The text.
    pub text: Text<'a>,
    /// What is indented under it.
    pub children: Vec<Node<'a>>,
}

/// What a list item begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// `-`, `*` or `+`.
    Bullet,
    /// `1.` or `1)`.
    Number,
    /// `- [ ]` or `- [x]`.
    Task {
        /// Whether it is ticked.
        checked: bool,
    },
}

/// The kinds of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// `[!NOTE]`
    Note,
    /// `[!TIP]`
    Tip,
    /// `[!IMPORTANT]`
    Important,
    /// `[!WARNING]`
    Warning,
    /// `[!CAUTION]`
    Caution,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The line.
    pub span: Span,
    /// The cells, trimmed; escaped pipes and pipes in code do not split.
    pub cells: Vec<Text<'a>>,
}

/// A column of a column list.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// All of it.
    pub span: Span,
    /// The content.
    pub children: Vec<Node<'a>>,
}

/// What an address alone on a line leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Any page.
    Bookmark,
    /// A known video host.
    Video,
    /// A sound file.
    Audio,
    /// A PDF document.
    Pdf,
}

/// The media that have a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// A recording.
    Audio,
    /// A film.
    Video,
}

/// The text that is spoken.
#[derive(Debug, Clone)]
pub struct StudyText<'a> {
    /// The opening line.
    pub open: Span,
    /// The words after the marker.
    pub label: Option<Text<'a>>,
    /// The content as elements, for the page.
    pub children: Vec<Node<'a>>,
    /// The non-blank lines, trimmed, for speech; media directives and a first line that repeats the
    /// label are left out.
    pub lines: Vec<SpeechLine<'a>>,
}

/// A line of the study text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeechLine<'a> {
    /// The line, trimmed.
    pub text: Text<'a>,
    /// Whether a blank line stands before it.
    pub after_blank: bool,
}
