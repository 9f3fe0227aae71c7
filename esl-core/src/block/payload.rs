//! The payloads of blocks.

use serde::{Deserialize, Serialize};

use super::{Block, RichText};
use crate::{BlockId, Color, UploadId};

/// Text with optional blocks below it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TextBlock {
    /// What it says.
    pub rich_text: Vec<RichText>,
    /// Colour of the whole block.
    #[serde(default, skip_serializing_if = "Color::is_default")]
    pub color: Color,
    /// Blocks below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Block>,
}

impl TextBlock {
    /// Text without children.
    #[must_use]
    pub fn new(rich_text: Vec<RichText>) -> Self {
        Self {
            rich_text,
            ..Self::default()
        }
    }
}

/// The levels of headings that Notion knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadingLevel {
    /// The largest.
    One,
    /// The level of a lesson's nine sections.
    Two,
    /// The smallest.
    Three,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// The level; part of the block's type on the wire.
    #[serde(skip, default = "HeadingLevel::lowest")]
    pub level: HeadingLevel,
    /// What it says.
    pub rich_text: Vec<RichText>,
    /// Colour of the whole block; on a toggleable heading it tints the children, too.
    #[serde(default, skip_serializing_if = "Color::is_default")]
    pub color: Color,
    /// Whether it folds its children.
    #[serde(default)]
    pub is_toggleable: bool,
    /// Blocks below it; only with `is_toggleable`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Block>,
}

impl HeadingLevel {
    const fn lowest() -> Self {
        Self::Three
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToDo {
    /// What is to be done.
    pub rich_text: Vec<RichText>,
    /// Whether it is done.
    #[serde(default)]
    pub checked: bool,
    /// Blocks below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Block>,
}

/// A title that folds its children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Toggle {
    /// The title.
    pub rich_text: Vec<RichText>,
    /// Colour of the whole block.
    #[serde(default, skip_serializing_if = "Color::is_default")]
    pub color: Color,
    /// What it folds; written even if empty.
    #[serde(default)]
    pub children: Vec<Block>,
}

/// A box with an icon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callout {
    /// The first text; a single space if the content begins with something else.
    pub rich_text: Vec<RichText>,
    /// The icon.
    pub icon: Icon,
    /// Colour of the whole block.
    #[serde(default, skip_serializing_if = "Color::is_default")]
    pub color: Color,
    /// The rest of the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Block>,
}

/// An icon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Icon {
    /// A single emoji.
    Emoji {
        /// The emoji.
        emoji: String,
    },
}

/// Program text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The text, one unformatted run unless it is too long for one.
    pub rich_text: Vec<RichText>,
    /// One of Notion's languages.
    pub language: String,
}

/// A formula on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equation {
    /// The LaTeX source. Notion takes at most 1000 characters.
    pub expression: String,
}

/// A horizontal rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Divider {}

/// The page's table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableOfContents {}

/// A link shown as a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The address: http or https.
    pub url: String,
}

/// A picture, film, recording or document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Where it is.
    #[serde(flatten)]
    pub source: FileSource,
    /// The text below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caption: Vec<RichText>,
}

impl Media {
    /// Something at an address of the web.
    #[must_use]
    pub fn external(url: impl Into<String>) -> Self {
        let external = Link { url: url.into() };
        Self {
            source: FileSource::External { external },
            caption: Vec::new(),
        }
    }

    /// A file handed to the workspace before.
    #[must_use]
    pub fn upload(id: UploadId) -> Self {
        let file_upload = UploadedFile { id };
        Self {
            source: FileSource::FileUpload { file_upload },
            caption: Vec::new(),
        }
    }
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FileSource {
    /// At an address of the web.
    External {
        /// The address.
        external: Link,
    },
    /// In the workspace.
    FileUpload {
        /// Which file.
        file_upload: UploadedFile,
    },
}

/// A file in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    /// The id that the upload returned.
    pub id: UploadId,
}

/// Columns side by side: at least two, each with at least one block.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ColumnList {
    /// The columns.
    #[serde(default)]
    pub children: Vec<Block>,
}

/// One of the columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ColumnBlock {
    /// What stands in it.
    #[serde(default)]
    pub children: Vec<Block>,
}

/// Blocks shared between pages: an original with children, or a reference to one without.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncedBlock {
    /// The original, if this is a reference.
    pub synced_from: Option<SyncedFrom>,
    /// The shared blocks; written even if empty, but never for a reference.
    pub children: Vec<Block>,
}

/// The original of a synced block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedFrom {
    /// Its id.
    pub block_id: BlockId,
}

/// A table. Every row has `table_width` cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Cells per row.
    pub table_width: usize,
    /// Whether the first row is a header.
    pub has_column_header: bool,
    /// Whether the first column is a header.
    pub has_row_header: bool,
    /// The rows.
    #[serde(default)]
    pub children: Vec<Block>,
}

/// A block of which no more than the type is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherBlock {
    /// Notion's name of the type.
    pub type_name: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableRow {
    /// The cells.
    pub cells: Vec<Vec<RichText>>,
}
