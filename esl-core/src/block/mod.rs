//! What a page is made of: Notion's block objects as typed values, serialised directly.
//!
//! A block is written as `{"type": T, T: {…}}` with its children inside the payload, which is the
//! form Notion takes for new blocks. Only forms that a lesson can produce have a payload here;
//! reading is tolerant of fields that Notion adds (ids, times, plain text) and of other types.
//! (Notion API reference: "Block", "Rich text".)

mod audience;
mod payload;
mod rich_text;
mod wire;

pub use audience::{Audience, visible_to};
pub use payload::{
    Callout, Code, ColumnBlock, ColumnList, Divider, Equation, FileSource, Heading, HeadingLevel,
    Icon, Link, Media, OtherBlock, SyncedBlock, SyncedFrom, Table, TableOfContents, TableRow,
    TextBlock, ToDo, Toggle, UploadedFile,
};
pub use rich_text::{Annotations, Content, Expression, LinkTarget, RichText, Text, plain_text};

use crate::Color;

/// One block of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A line of text.
    Paragraph(TextBlock),
    /// A heading of level 1, 2 or 3; toggleable if it folds its children.
    Heading(Heading),
    /// An item of a bulleted list.
    BulletedListItem(TextBlock),
    /// An item of a numbered list. Notion counts by itself.
    NumberedListItem(TextBlock),
    /// A task with a check box.
    ToDo(ToDo),
    /// A title that folds its children.
    Toggle(Toggle),
    /// A quotation.
    Quote(TextBlock),
    /// A box with an icon.
    Callout(Callout),
    /// Program text.
    Code(Code),
    /// A formula on a line of its own.
    Equation(Equation),
    /// A horizontal rule.
    Divider(Divider),
    /// The page's table of contents.
    TableOfContents(TableOfContents),
    /// A link shown as a card.
    Bookmark(Link),
    /// A picture.
    Image(Media),
    /// A film.
    Video(Media),
    /// A recording with a player.
    Audio(Media),
    /// A PDF document.
    Pdf(Media),
    /// Columns side by side.
    ColumnList(ColumnList),
    /// One of the columns.
    Column(ColumnBlock),
    /// Blocks shared between pages.
    SyncedBlock(SyncedBlock),
    /// A table.
    Table(Table),
    /// A row of a table.
    TableRow(TableRow),
    /// Something that people put on the page and no lesson can say. Read, never written.
    Other(OtherBlock),
}

impl Block {
    /// A paragraph holding `text`.
    #[must_use]
    pub fn paragraph(text: Vec<RichText>) -> Self {
        Self::Paragraph(TextBlock::new(text))
    }

    /// A plain heading that says `text`.
    #[must_use]
    pub fn heading(level: HeadingLevel, text: Vec<RichText>) -> Self {
        Self::Heading(Heading {
            level,
            rich_text: text,
            color: Color::Default,
            is_toggleable: false,
            children: Vec::new(),
        })
    }

    /// A plain toggle with the title `text` that folds `children`.
    #[must_use]
    pub fn toggle(text: Vec<RichText>, children: Vec<Self>) -> Self {
        Self::Toggle(Toggle {
            rich_text: text,
            color: Color::Default,
            children,
        })
    }

    /// The blocks inside this one; empty for blocks that hold none.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Paragraph(text)
            | Self::BulletedListItem(text)
            | Self::NumberedListItem(text)
            | Self::Quote(text) => &text.children,
            Self::Heading(heading) => &heading.children,
            Self::ToDo(to_do) => &to_do.children,
            Self::Toggle(toggle) => &toggle.children,
            Self::Callout(callout) => &callout.children,
            Self::ColumnList(list) => &list.children,
            Self::Column(column) => &column.children,
            Self::SyncedBlock(synced) => &synced.children,
            Self::Table(table) => &table.children,
            Self::Code(_)
            | Self::Equation(_)
            | Self::Divider(_)
            | Self::TableOfContents(_)
            | Self::Bookmark(_)
            | Self::Image(_)
            | Self::Video(_)
            | Self::Audio(_)
            | Self::Pdf(_)
            | Self::TableRow(_)
            | Self::Other(_) => &[],
        }
    }

    /// The blocks inside this one, to be changed; `None` for blocks that cannot hold any.
    pub fn children_mut(&mut self) -> Option<&mut Vec<Self>> {
        Some(match self {
            Self::Paragraph(text)
            | Self::BulletedListItem(text)
            | Self::NumberedListItem(text)
            | Self::Quote(text) => &mut text.children,
            Self::Heading(heading) => &mut heading.children,
            Self::ToDo(to_do) => &mut to_do.children,
            Self::Toggle(toggle) => &mut toggle.children,
            Self::Callout(callout) => &mut callout.children,
            Self::ColumnList(list) => &mut list.children,
            Self::Column(column) => &mut column.children,
            Self::SyncedBlock(synced) => &mut synced.children,
            Self::Table(table) => &mut table.children,
            _ => return None,
        })
    }

    /// The block's own text: what it says or the title it folds under; empty for blocks without.
    #[must_use]
    pub fn rich_text(&self) -> &[RichText] {
        match self {
            Self::Paragraph(text)
            | Self::BulletedListItem(text)
            | Self::NumberedListItem(text)
            | Self::Quote(text) => &text.rich_text,
            Self::Heading(heading) => &heading.rich_text,
            Self::ToDo(to_do) => &to_do.rich_text,
            Self::Toggle(toggle) => &toggle.rich_text,
            Self::Callout(callout) => &callout.rich_text,
            Self::Code(code) => &code.rich_text,
            _ => &[],
        }
    }

    /// The block's own text, to be changed; `None` for blocks without.
    pub fn rich_text_mut(&mut self) -> Option<&mut Vec<RichText>> {
        Some(match self {
            Self::Paragraph(text)
            | Self::BulletedListItem(text)
            | Self::NumberedListItem(text)
            | Self::Quote(text) => &mut text.rich_text,
            Self::Heading(heading) => &mut heading.rich_text,
            Self::ToDo(to_do) => &mut to_do.rich_text,
            Self::Toggle(toggle) => &mut toggle.rich_text,
            Self::Callout(callout) => &mut callout.rich_text,
            Self::Code(code) => &mut code.rich_text,
            _ => return None,
        })
    }

    /// This block and all blocks inside it, counted.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.children().iter().map(Self::count).sum::<usize>()
    }
}
