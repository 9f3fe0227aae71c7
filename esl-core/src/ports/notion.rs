//! The workspace that holds the pages: Notion, or a local folder that behaves like it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::NotionError;
use crate::block::Block;
use crate::{BlockId, DataSourceId, PageId, Timestamp, Transcript, UploadId};

/// Pages made of blocks.
///
/// Contract (`esl_testkit::conformance::notion`):
/// - Each call is one effect. `create_page`, `append_children` and `upload_file` are **not**
///   idempotent: after an error that [leaves doubt](NotionError::leaves_doubt) the effect may have
///   happened, and callers look before they try again. The others can be repeated.
/// - A request over [`NotionLimits`] is refused as [`NotionError::Refused`] before any effect.
/// - `append_children` keeps the order given, and returns the ids of the blocks appended at the top
///   level, in that order.
/// - `children` lists direct children in page order, each once, over as many calls as cursors are
///   returned; the blocks listed carry no children of their own.
/// - `update_block` replaces what the block says and leaves its children; its type cannot change.
/// - `delete_block` takes the block's children with it; deleting twice succeeds.
/// - A page in the trash is gone: every call that names it, or what is on it, says `NotFound`.
/// - `find_pages` sees every page that was created before the call, possibly with a delay that
///   [`NotionLimits::visibility_delay`] bounds.
#[async_trait]
pub trait Notion: fmt::Debug + Send + Sync + 'static {
    /// What one request may hold. Never changes.
    fn limits(&self) -> &NotionLimits;

    /// The properties of the pages of `source`.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if there is no such source.
    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError>;

    /// A page by its id.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if the page is gone.
    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError>;

    /// Creates a page with its first blocks.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] for an unknown source, [`NotionError::Refused`] for a property that
    /// the schema does not take.
    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError>;

    /// Pages of a source, oldest first.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if there is no such source.
    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError>;

    /// Sets title, icon, cover and the given properties of a page; other properties stay.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if the page is gone.
    async fn update_page(
        &self,
        page: PageId,
        content: PageHead,
    ) -> Result<CreatedPage, NotionError>;

    /// Adds blocks to a page or block.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if the parent, or the block to stand after, is gone.
    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError>;

    /// Up to 100 direct children of a page or block, from `cursor` or the first.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if the parent is gone.
    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError>;

    /// Replaces what a block says. Children given with `block` are not looked at.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if the block is gone, [`NotionError::Refused`] if its type differs.
    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError>;

    /// Deletes a block.
    ///
    /// # Errors
    /// [`NotionError::Unavailable`] and the like; never that the block is gone.
    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError>;

    /// Hands a local file to the workspace, for a block to name.
    ///
    /// # Errors
    /// [`NotionError::Refused`] for a file that is too large or of a type not taken.
    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError>;
}

/// What one request may hold. `usize::MAX` stands for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotionLimits {
    /// Blocks in one `children` array.
    pub children_per_array: usize,
    /// Levels of `children` below the blocks of a request. Columns stand on the level of their
    /// column list, so that what is in them is one level below it.
    pub depth: usize,
    /// Whether a column list may come inside another block of the request.
    pub nested_column_lists: bool,
    /// Blocks in one request, descendants included.
    pub blocks_per_request: usize,
    /// Bytes of one request.
    pub bytes_per_request: usize,
    /// UTF-16 units in one run of text.
    pub characters_per_run: usize,
    /// Runs in one text.
    pub runs_per_text: usize,
    /// How long a created page may stay out of [`Notion::find_pages`].
    pub visibility_delay: Duration,
    /// How long after it was sent a request without an answer may still take effect.
    pub request_deadline: Duration,
}

impl NotionLimits {
    /// No limits at all.
    pub const NONE: Self = Self {
        children_per_array: usize::MAX,
        depth: usize::MAX,
        nested_column_lists: true,
        blocks_per_request: usize::MAX,
        bytes_per_request: usize::MAX,
        characters_per_run: usize::MAX,
        runs_per_text: usize::MAX,
        visibility_delay: Duration::ZERO,
        request_deadline: Duration::ZERO,
    };
}

/// What a page shows above its blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageHead {
    /// The title.
    pub title: String,
    /// A single emoji.
    pub icon: Option<String>,
    /// The address of a picture.
    pub cover: Option<String>,
    /// Properties by their name in the schema, the title not among them.
    pub properties: BTreeMap<String, PropertyValue>,
}

/// A page to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPage {
    /// Where.
    pub source: DataSourceId,
    /// What it shows above its blocks.
    pub head: PageHead,
    /// Its first blocks.
    pub children: Vec<Block>,
}

/// A page that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedPage {
    /// Its id.
    pub id: PageId,
    /// Where people open it.
    pub url: String,
    /// Where students open their copy, in workspaces that keep one.
    pub student_url: Option<String>,
}

/// Which pages to find. All conditions hold at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// Where.
    pub source: DataSourceId,
    /// Exactly this title.
    pub title: Option<String>,
    /// Created at this instant or later.
    pub created_since: Option<Timestamp>,
    /// Not more than so many: the oldest. Asking for few takes few requests.
    pub at_most: usize,
}

impl PageQuery {
    /// All pages of `source`.
    #[must_use]
    pub const fn all_of(source: DataSourceId) -> Self {
        Self {
            source,
            title: None,
            created_since: None,
            at_most: usize::MAX,
        }
    }
}

/// A page that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPage {
    /// Its id and addresses.
    pub page: CreatedPage,
    /// Its title.
    pub title: String,
    /// When it was created, by the workspace's clock.
    pub created: Timestamp,
}

/// Where new blocks go among their siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Before all others.
    Start,
    /// Directly after this sibling.
    After(BlockId),
    /// After all others.
    End,
}

/// Where a listing goes on. Made by the workspace, opaque to callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Wraps the workspace's own mark.
    #[must_use]
    pub fn new(mark: impl Into<String>) -> Self {
        Self(mark.into())
    }

    /// The workspace's own mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Some direct children of a page or block.
#[derive(Debug, Clone, PartialEq)]
pub struct Children {
    /// The children, in page order.
    pub blocks: Vec<ChildBlock>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// A block as it stands on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildBlock {
    /// Its id.
    pub id: BlockId,
    /// What it says, without its children.
    pub block: Block,
    /// Whether there are blocks inside it.
    pub has_children: bool,
}

/// A file for the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpload {
    /// The local file. It must not change meanwhile.
    pub path: PathBuf,
    /// The name to show.
    pub name: String,
    /// The media type, such as `audio/mpeg`.
    pub content_type: String,
    /// What is said in it and when, for workspaces that can show it beside a player.
    pub transcript: Option<Transcript>,
}

/// The properties of the pages of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSchema {
    /// Name of the property that is the title.
    pub title: String,
    /// The other properties by name.
    pub properties: BTreeMap<String, PropertySchema>,
    /// Whether properties that are not listed are taken, too.
    pub is_open: bool,
}

/// One property of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySchema {
    /// What values it takes.
    pub kind: PropertyType,
    /// The options of a select, status or multi-select.
    pub options: Vec<String>,
    /// Where the pages of a relation are.
    pub related: Option<DataSourceId>,
}

impl From<PropertyType> for PropertySchema {
    /// A property of this type, without options.
    fn from(kind: PropertyType) -> Self {
        Self {
            kind,
            options: Vec::new(),
            related: None,
        }
    }
}

/// What values a property takes. (Notion API reference: "Data source properties".)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PropertyType {
    /// Text.
    RichText,
    /// A number.
    Number,
    /// One option.
    Select,
    /// One option of a workflow.
    Status,
    /// Several options.
    MultiSelect,
    /// A day or instant, or a span of them.
    Date,
    /// Yes or no.
    Checkbox,
    /// An address of the web.
    Url,
    /// A mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// Other pages.
    Relation,
    /// Users.
    People,
    /// Files.
    Files,
    /// Computed by Notion; nothing can be written.
    ReadOnly,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PropertyValue {
    /// Text.
    RichText(String),
    /// A number.
    Number(f64),
    /// One option.
    Select(String),
    /// One option of a workflow.
    Status(String),
    /// Several options.
    MultiSelect(Vec<String>),
    /// From, and optionally to: ISO 8601 dates or instants.
    Date {
        /// The day or the first of the span.
        start: String,
        /// The last of the span.
        end: Option<String>,
    },
    /// Yes or no.
    Checkbox(bool),
    /// An address of the web.
    Url(String),
    /// A mail address.
    Email(String),
    /// A phone number.
    PhoneNumber(String),
    /// Other pages.
    Relation(Vec<PageId>),
    /// Users, by their ids.
    People(Vec<Uuid>),
    /// Files at addresses of the web.
    Files(Vec<String>),
}
