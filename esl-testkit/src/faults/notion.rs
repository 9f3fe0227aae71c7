use std::time::Duration;

use async_trait::async_trait;
use esl_core::block::Block;
use esl_core::ports::{
    Children, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion, NotionError,
    NotionLimits, PageHead, PageQuery, Position, SourceSchema,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};

use super::{Faulty, PortCall};

fn failure(operation: &'static str) -> impl FnOnce() -> NotionError {
    move || NotionError::Unanswered {
        operation,
        after: Duration::ZERO,
        source: "an injected fault".into(),
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: Notion + ?Sized> Notion for Faulty<P> {
    fn limits(&self) -> &NotionLimits {
        self.inner.limits()
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.schema(source).await };
        let failure = failure("read the properties");
        self.faults.call(PortCall::Schema, failure, effect).await
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.page(page).await };
        let failure = failure("read the page");
        self.faults.call(PortCall::Page, failure, effect).await
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.create_page(page).await };
        let failure = failure("create the page");
        let call = PortCall::CreatePage;
        self.faults.call(call, failure, effect).await
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        let (inner, query) = (self.inner.clone(), query.clone());
        let effect = async move { inner.find_pages(&query).await };
        let failure = failure("find pages");
        self.faults.call(PortCall::FindPages, failure, effect).await
    }

    async fn update_page(&self, page: PageId, head: PageHead) -> Result<CreatedPage, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.update_page(page, head).await };
        let failure = failure("update the page");
        let call = PortCall::UpdatePage;
        self.faults.call(call, failure, effect).await
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.append_children(parent, position, blocks).await };
        let failure = failure("append blocks");
        let call = PortCall::AppendChildren;
        self.faults.call(call, failure, effect).await
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.children(parent, cursor).await };
        let failure = failure("list blocks");
        self.faults.call(PortCall::Children, failure, effect).await
    }

    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.update_block(id, block).await };
        let failure = failure("update the block");
        let call = PortCall::UpdateBlock;
        self.faults.call(call, failure, effect).await
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.delete_block(id).await };
        let failure = failure("delete the block");
        let call = PortCall::DeleteBlock;
        self.faults.call(call, failure, effect).await
    }

    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        let inner = self.inner.clone();
        let effect = async move { inner.upload_file(file).await };
        let failure = failure("upload the file");
        let call = PortCall::UploadFile;
        self.faults.call(call, failure, effect).await
    }
}
