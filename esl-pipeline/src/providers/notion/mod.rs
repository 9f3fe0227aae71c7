//! Pages in Notion.
//!
//! [`NotionWorkspace`] is the port over Notion's HTTP API, one for each token: it holds the pace that
//! all jobs of the token share. [`NotionAccounts`] gives out the one that belongs to a token. Each
//! call of the port is tried once; who calls decides what may be tried again.
//!
//! What Notion's JSON looks like is known in `wire` alone.

mod accounts;
mod cache;
mod client;
mod config;
mod error;
mod pacing;
mod resolve;
mod upload;
mod wire;

use async_trait::async_trait;
use esl_core::block::Block;
use esl_core::ports::{
    Children, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion, NotionError,
    NotionLimits, PageHead, PageQuery, Position, SourceSchema,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};

pub use accounts::NotionAccounts;
pub use config::{NotionConfig, Pace};
pub use resolve::{SourceChoice, SourceError, SourceKind};
pub use upload::Account;

pub use super::http::{BadBaseUrl, BaseUrl};
pub use secrecy::SecretString;

use self::cache::Cache;
use self::client::{Call, Client};
use self::wire::List;
use self::wire::blocks;
use self::wire::pages::{self, Page};
use self::wire::read::{Listed, Named};
use self::wire::sources::DataSource;
use crate::turns::Turns;

/// Blocks and pages in one answer (Notion API reference, "Pagination").
const PAGE_SIZE: usize = 100;

/// A Notion workspace, as one token sees it.
#[derive(Debug)]
pub struct NotionWorkspace {
    client: Client,
    limits: NotionLimits,
    schemas: Cache<DataSourceId, SourceSchema>,
    sources: Cache<resolve::Question, DataSourceId>,
    account: Cache<(), Account>,
    /// Notion refuses appends to the same block that meet. (Notion API reference, "Status codes":
    /// `conflict_error`.)
    appends: Turns<BlockId>,
}

impl NotionWorkspace {
    /// The workspace of a token. Asks nothing of Notion yet.
    ///
    /// # Errors
    /// [`NotionError::Refused`] if the token cannot be one, [`NotionError::Unreachable`] if the
    /// machine lacks what a connection needs.
    pub fn new(config: &NotionConfig) -> Result<Self, NotionError> {
        Ok(Self {
            client: Client::new(config)?,
            limits: limits(config),
            schemas: Cache::new(config.cache_lifetime),
            sources: Cache::new(config.cache_lifetime),
            account: Cache::new(config.cache_lifetime),
            appends: Turns::default(),
        })
    }

    async fn ask_for_schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        let call = Call::get("read the data source", format!("/v1/data_sources/{source}")).about(
            "data source shared with the integration under the id",
            &source,
        );
        let not_found = call.not_found();
        let found: DataSource = self.client.call(call).await?;
        if found.in_trash {
            return Err(not_found);
        }
        Ok(found.into_schema())
    }

    async fn append(
        &self,
        parent: BlockId,
        position: Position,
        blocks: &[Block],
    ) -> Result<Vec<BlockId>, NotionError> {
        let _turn = self.appends.wait_for(&parent).await;
        let body = blocks::append(blocks, position);
        let call = Call::patch(
            "append blocks",
            format!("/v1/blocks/{parent}/children"),
            body,
        )
        .about("page or block", &parent);
        let appended: List<Named> = self.client.call(call).await?;
        Ok(appended.results.into_iter().map(|block| block.id).collect())
    }

    /// Whether a block is where it was taken to be: Notion does not say why it refuses to append
    /// after one.
    async fn check_sibling(&self, parent: BlockId, sibling: BlockId) -> Result<(), NotionError> {
        let call =
            Call::get("look for a block", format!("/v1/blocks/{sibling}")).about("block", &sibling);
        let not_found = call.not_found();
        let found: wire::read::Placed = self.client.call(call).await?;
        if found.stands_in(parent) {
            Ok(())
        } else {
            Err(not_found)
        }
    }
}

/// Notion API reference: "Request limits", "Block", "Append block children".
fn limits(config: &NotionConfig) -> NotionLimits {
    NotionLimits {
        children_per_array: 100,
        depth: 2,
        nested_column_lists: false,
        blocks_per_request: 1000,
        bytes_per_request: 500_000,
        characters_per_run: 2000,
        runs_per_text: 100,
        visibility_delay: config.visibility_delay,
        request_deadline: config.timeout,
    }
}

#[async_trait]
impl Notion for NotionWorkspace {
    fn limits(&self) -> &NotionLimits {
        &self.limits
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        self.schemas.get(source, self.ask_for_schema(source)).await
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        let call = Call::get("read the page", format!("/v1/pages/{page}")).about("page", &page);
        let not_found = call.not_found();
        let found: Page = self.client.call(call).await?;
        if found.in_trash {
            return Err(not_found);
        }
        Ok(found.into())
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        let body = pages::new_page(&page);
        let call = Call::post("create the page", "/v1/pages".to_owned(), body).about(
            "data source shared with the integration under the id",
            &page.source,
        );
        let created: Result<Page, _> = self.client.call(call).await;
        if let Err(NotionError::Refused { .. }) = created {
            // Perhaps the properties are not those that were known.
            self.schemas.forget(&page.source);
        }
        created.map(Into::into)
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        let source = query.source;
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let path = format!("/v1/data_sources/{source}/query");
            let wanted = PAGE_SIZE.min(query.at_most - found.len()).max(1);
            let call = Call::post("find pages", path, pages::query(query, wanted, cursor)).about(
                "data source shared with the integration under the id",
                &source,
            );
            let mut list: List<Page> = self.client.call(call).await?;
            cursor = list.next();
            found.extend(list.results.into_iter().map(FoundPage::from));
            if cursor.is_none() || found.len() >= query.at_most {
                found.truncate(query.at_most);
                return Ok(found);
            }
        }
    }

    async fn update_page(&self, page: PageId, head: PageHead) -> Result<CreatedPage, NotionError> {
        let path = format!("/v1/pages/{page}");
        let call =
            Call::patch("update the page", path, pages::new_head(&head)).about("page", &page);
        self.client.call::<Page>(call).await.map(Into::into)
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let appended = self.append(parent, position, &blocks).await;
        if let (Err(NotionError::Refused { .. }), Position::After(sibling)) = (&appended, position)
        {
            self.check_sibling(parent, sibling).await?;
        }
        appended
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        let mut call = Call::get("list blocks", format!("/v1/blocks/{parent}/children"))
            .with("page_size", &PAGE_SIZE)
            .about("page or block", &parent);
        if let Some(cursor) = cursor {
            call = call.with("start_cursor", &cursor.as_str());
        }
        let mut list: List<Listed> = self.client.call(call).await?;
        Ok(Children {
            next: list.next().map(Cursor::new),
            blocks: list.results.into_iter().map(Into::into).collect(),
        })
    }

    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        let Some(body) = blocks::update(&block) else {
            return Ok(());
        };
        let call = Call::patch("update the block", format!("/v1/blocks/{id}"), body);
        self.client.run(call.about("block", &id)).await
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        let call = Call::delete("delete the block", format!("/v1/blocks/{id}"));
        match self.client.run(call.about("block", &id)).await {
            Err(NotionError::NotFound { .. }) => Ok(()),
            deleted => deleted,
        }
    }

    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        self.upload(&file).await
    }
}
