//! A workspace whose listings lag behind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::block::Block;
use esl_core::ports::{
    Children, Clock, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion, NotionError,
    NotionLimits, PageHead, PageQuery, Position, SourceSchema,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};

/// A workspace in which a new page is found only after a while, and requests without an answer may
/// take effect late. It says so in its limits.
#[derive(Debug)]
pub struct ShowsLate<P: ?Sized> {
    limits: NotionLimits,
    clock: Arc<dyn Clock>,
    inner: Arc<P>,
}

impl<P: Notion + ?Sized> ShowsLate<P> {
    /// `inner`, whose pages are found `visible_after` they were created, by `clock`.
    #[must_use]
    pub fn new(inner: Arc<P>, clock: Arc<dyn Clock>, visible_after: Duration) -> Self {
        let limits = NotionLimits {
            visibility_delay: visible_after,
            ..*inner.limits()
        };
        Self {
            limits,
            clock,
            inner,
        }
    }

    /// Says that requests may take effect up to `delay` late; a fault has to make them.
    #[must_use]
    pub fn admitting_delays(mut self, delay: Duration) -> Self {
        self.limits.request_deadline = delay;
        self
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: Notion + ?Sized> Notion for ShowsLate<P> {
    fn limits(&self) -> &NotionLimits {
        &self.limits
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        self.inner.schema(source).await
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        self.inner.page(page).await
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        self.inner.create_page(page).await
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        let now = self.clock.now();
        let mut pages = self.inner.find_pages(query).await?;
        pages.retain(|page| now.since(page.created) >= self.limits.visibility_delay);
        Ok(pages)
    }

    async fn update_page(&self, page: PageId, head: PageHead) -> Result<CreatedPage, NotionError> {
        self.inner.update_page(page, head).await
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        self.inner.append_children(parent, position, blocks).await
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        self.inner.children(parent, cursor).await
    }

    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        self.inner.update_block(id, block).await
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        self.inner.delete_block(id).await
    }

    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        self.inner.upload_file(file).await
    }
}
