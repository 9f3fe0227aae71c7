//! A workspace in a local folder: pages as JSON, and for each a teacher's and a student's copy as
//! self-contained HTML.
//!
//! ```text
//! <root>/<page id>/page.json      the truth: properties and blocks with ids
//! <root>/<page id>/teacher.html   everything, with the recording inside
//! <root>/<page id>/student.html   the same without answer key and follow-up plan
//! <root>/files/                   uploaded recordings and their transcripts, by content
//! ```
//!
//! Several processes may work on one folder. Nothing here reaches the network, and neither do the
//! pages: a lesson's remote pictures and films become links. HTML is made in `render` alone.

mod files;
mod folder;
mod head;
mod page;
mod render;
mod store;
mod url;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use esl_core::block::Block;
use esl_core::ports::{
    Children, Clock, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion, NotionError,
    NotionLimits, PageHead, PageQuery, Position, SourceSchema, SystemClock,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};
use uuid::Uuid;

use store::Store;

/// The port [`Notion`] on a local folder.
#[derive(Debug, Clone)]
pub struct LocalWorkspace {
    store: Arc<Store>,
}

/// How a [`LocalWorkspace`] behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LocalWorkspaceOptions {
    /// Whether the student's copy keeps the answer key. The follow-up plan it never has.
    /// Default: no.
    pub students_see_answers: bool,
    /// Dates the pages. Default: the machine's clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for LocalWorkspaceOptions {
    fn default() -> Self {
        Self {
            students_see_answers: false,
            clock: Arc::new(SystemClock),
        }
    }
}

impl LocalWorkspace {
    /// The one data source of every local workspace. It takes any property.
    pub const SOURCE: DataSourceId =
        DataSourceId::from_uuid(Uuid::from_u128(0x6c6f_6361_6c00_4000_8000_0065_736c_0001));

    /// How deep blocks may be nested, whatever number of requests they come in.
    pub const MAX_DEPTH: usize = page::MAX_DEPTH;

    const LIMITS: NotionLimits = NotionLimits {
        depth: Self::MAX_DEPTH - 1,
        ..NotionLimits::NONE
    };

    /// The workspace in the folder `root`, which need not exist yet. Touches no file.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use esl_core::block::{Block, RichText};
    /// use esl_core::ports::{NewPage, Notion, PageHead};
    /// use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let root = folder.path();
    /// let workspace = LocalWorkspace::open(root, LocalWorkspaceOptions::default());
    /// let page = workspace
    ///     .create_page(NewPage {
    ///         source: LocalWorkspace::SOURCE,
    ///         head: PageHead {
    ///             title: "Lost near the station".to_owned(),
    ///             ..PageHead::default()
    ///         },
    ///         children: vec![Block::paragraph(vec![RichText::plain("Where is the museum?")])],
    ///     })
    ///     .await?;
    /// assert!(page.url.starts_with("file://") && page.url.ends_with("/teacher.html"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn open(root: impl Into<PathBuf>, options: LocalWorkspaceOptions) -> Self {
        Self {
            store: Arc::new(Store::new(root.into(), options)),
        }
    }

    /// Writes the HTML of a page anew, such as after an update of this program.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if there is no such page, [`NotionError::Corrupt`] or
    /// [`NotionError::Storage`] if it cannot be read or written.
    pub async fn render(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        self.blocking("render a page", move |store| store.render(page))
            .await
    }

    /// The folder of a page; `None` if there is no such page.
    #[must_use]
    pub fn folder(&self, page: PageId) -> Option<PathBuf> {
        self.store.folder_of(page)
    }

    /// Removes a page with all its files. Recordings that other pages show stay.
    ///
    /// # Errors
    /// [`NotionError::NotFound`] if there is no such page, [`NotionError::Storage`] if it cannot be
    /// removed.
    pub async fn remove(&self, page: PageId) -> Result<(), NotionError> {
        self.blocking("remove a page", move |store| store.remove_page(page))
            .await
    }

    /// Runs `work` where it may block. Dropping the future does not cut it short.
    async fn blocking<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Store) -> Result<T, NotionError> + Send + 'static,
    ) -> Result<T, NotionError> {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(|error| NotionError::Unavailable {
                operation,
                source: error.into(),
            })?
    }
}

#[async_trait]
impl Notion for LocalWorkspace {
    fn limits(&self) -> &NotionLimits {
        &Self::LIMITS
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        store::known_source(source)?;
        Ok(SourceSchema {
            title: "Name".to_owned(),
            properties: BTreeMap::new(),
            is_open: true,
        })
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        self.blocking("read a page", move |store| store.page(page))
            .await
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        self.blocking("create a page", |store| store.create_page(page))
            .await
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        let query = query.clone();
        self.blocking("find pages", move |store| store.find_pages(&query))
            .await
    }

    async fn update_page(
        &self,
        page: PageId,
        content: PageHead,
    ) -> Result<CreatedPage, NotionError> {
        self.blocking("update a page", move |store| {
            store.update_page(page, content)
        })
        .await
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        self.blocking("append blocks", move |store| {
            store.append_children(parent, position, blocks)
        })
        .await
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        self.blocking("list blocks", move |store| {
            store.children(parent, cursor.as_ref())
        })
        .await
    }

    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        self.blocking("update a block", move |store| store.update_block(id, block))
            .await
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        self.blocking("delete a block", move |store| store.delete_block(id))
            .await
    }

    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        self.blocking("upload a file", |store| store.upload_file(file))
            .await
    }
}
