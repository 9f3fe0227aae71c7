//! A workspace in memory, as strict as Notion about the size and form of requests.

mod request;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::block::{Block, FileSource, Media};
use esl_core::ports::{
    ChildBlock, Children, Clock, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion,
    NotionError, NotionLimits, PageHead, PageQuery, Position, SourceSchema, SystemClock,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};
use uuid::Uuid;

use request::check_request;
use state::{Page, State, Stored};

/// A [`Notion`] that forgets everything when dropped. It enforces the limits of the real service
/// and counts the calls that have an effect.
#[derive(Debug)]
pub struct MemoryNotion {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    limits: NotionLimits,
}

/// A call that reached the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotionCall {
    /// `create_page`
    CreatePage,
    /// `update_page`
    UpdatePage,
    /// `append_children`
    AppendChildren,
    /// `update_block`
    UpdateBlock,
    /// `delete_block`
    DeleteBlock,
    /// `upload_file`
    UploadFile,
}

/// Children in one answer (Notion API reference, "Pagination").
const PAGE_SIZE: usize = 100;

/// Notion API reference, "Request limits" and "Block".
const LIMITS: NotionLimits = NotionLimits {
    children_per_array: 100,
    depth: 2,
    nested_column_lists: false,
    blocks_per_request: 1000,
    bytes_per_request: 500_000,
    characters_per_run: 2000,
    runs_per_text: 100,
    visibility_delay: Duration::ZERO,
    request_deadline: Duration::ZERO,
};

impl Default for MemoryNotion {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl MemoryNotion {
    /// An empty workspace that dates pages by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Mutex::default(),
            clock,
            limits: LIMITS,
        }
    }

    /// An empty workspace that takes requests of any size, as a local one does.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::limited(NotionLimits::NONE)
    }

    /// An empty workspace with limits of its own.
    #[must_use]
    pub fn limited(limits: NotionLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The one source there is.
    #[must_use]
    pub fn source() -> DataSourceId {
        DataSourceId::from(Uuid::from_u128(0x5ca1_ab1e))
    }

    /// The calls that reached the workspace and may have had an effect, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<NotionCall> {
        self.lock().calls.clone()
    }

    /// How many pages there are.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.lock().pages.len()
    }

    /// Forgets every file that was handed over, as Notion does after an hour with those that no block
    /// shows. (Notion API reference, "File upload".)
    pub fn expire_uploads(&self) {
        self.lock().uploads.clear();
    }

    /// Lets the next call of this kind fail, before it has an effect.
    pub fn fail_next(&self, call: NotionCall, error: NotionError) {
        self.lock().failures.push((call, error));
    }

    /// The whole tree of blocks of a page; empty if there is no such page.
    #[must_use]
    pub fn page_blocks(&self, page: PageId) -> Vec<Block> {
        self.lock().tree(page.into())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    fn called(&self, call: NotionCall) -> Result<MutexGuard<'_, State>, NotionError> {
        let mut state = self.lock();
        state.calls.push(call);
        match state.failures.iter().position(|(kind, _)| *kind == call) {
            Some(at) => Err(state.failures.remove(at).1),
            None => Ok(state),
        }
    }
}

fn not_found(what: &'static str, id: &impl ToString) -> NotionError {
    NotionError::NotFound {
        what,
        id: id.to_string(),
    }
}

fn refused(operation: &'static str, message: impl Into<String>) -> NotionError {
    NotionError::Refused {
        operation,
        message: message.into(),
    }
}

fn check_source(source: DataSourceId) -> Result<(), NotionError> {
    if source == MemoryNotion::source() {
        Ok(())
    } else {
        Err(not_found("data source", &source))
    }
}

/// Once a block shows an uploaded file, Notion lists it by an address and tells the upload no more.
/// (Notion API reference, "File".)
fn as_listed(mut block: Block) -> Block {
    if let Block::Audio(media) | Block::Image(media) | Block::Video(media) | Block::Pdf(media) =
        &mut block
        && let FileSource::FileUpload { file_upload } = &media.source
    {
        let url = format!("https://files.invalid/{}", file_upload.id);
        media.source = Media::external(url).source;
    }
    block
}

fn created(page: PageId) -> CreatedPage {
    CreatedPage {
        id: page,
        url: format!("memory:{page}"),
        student_url: None,
    }
}

#[async_trait]
impl Notion for MemoryNotion {
    fn limits(&self) -> &NotionLimits {
        &self.limits
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        check_source(source)?;
        Ok(SourceSchema {
            title: "Name".into(),
            properties: Default::default(),
            is_open: true,
        })
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        let is_there = self.lock().pages.iter().any(|stored| stored.id == page);
        is_there
            .then(|| created(page))
            .ok_or_else(|| not_found("page", &page))
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        let mut state = self.called(NotionCall::CreatePage)?;
        check_source(page.source)?;
        check_request(&self.limits, "create the page", &page.children)?;
        state.check_uploads(&page.children)?;
        let id = PageId::from(Uuid::new_v4());
        state.blocks.insert(
            id.into(),
            Stored {
                payload: None,
                parent: None,
                children: Vec::new(),
            },
        );
        let children = page.children.into_iter();
        let ids = children
            .map(|block| state.insert(id.into(), block))
            .collect();
        state.find(id.into())?.children = ids;
        let (head, created_at) = (page.head, self.clock.now());
        state.pages.push(Page {
            id,
            head,
            created: created_at,
        });
        Ok(created(id))
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        check_source(query.source)?;
        let state = self.lock();
        let matches = |page: &&Page| {
            query
                .title
                .as_ref()
                .is_none_or(|title| *title == page.head.title)
                && query
                    .created_since
                    .is_none_or(|since| page.created >= since)
        };
        let found = |page: &Page| FoundPage {
            page: created(page.id),
            title: page.head.title.clone(),
            created: page.created,
        };
        let mut pages: Vec<_> = state.pages.iter().filter(matches).map(found).collect();
        pages.sort_by_key(|page| page.created);
        pages.truncate(query.at_most);
        Ok(pages)
    }

    async fn update_page(&self, page: PageId, head: PageHead) -> Result<CreatedPage, NotionError> {
        let mut state = self.called(NotionCall::UpdatePage)?;
        let Some(stored) = state.pages.iter_mut().find(|stored| stored.id == page) else {
            return Err(not_found("page", &page));
        };
        let mut properties = std::mem::take(&mut stored.head.properties);
        properties.extend(head.properties);
        stored.head = PageHead { properties, ..head };
        Ok(created(page))
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let mut state = self.called(NotionCall::AppendChildren)?;
        check_request(&self.limits, "append blocks", &blocks)?;
        state.check_uploads(&blocks)?;
        let siblings = &state.find(parent)?.children;
        let at = match position {
            Position::Start => 0,
            Position::End => siblings.len(),
            Position::After(id) => match siblings.iter().position(|sibling| *sibling == id) {
                Some(at) => at + 1,
                None => return Err(not_found("block", &id)),
            },
        };
        let insert = |block| state.insert(parent, block);
        let ids: Vec<_> = blocks.into_iter().map(insert).collect();
        state
            .find(parent)?
            .children
            .splice(at..at, ids.iter().copied());
        Ok(ids)
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        let mut state = self.lock();
        let ids = state.find(parent)?.children.clone();
        let start = match cursor {
            Some(cursor) => cursor
                .as_str()
                .parse()
                .map_err(|_| refused("list blocks", "the cursor is not from here"))?,
            None => 0,
        };
        let page: Vec<_> = ids.iter().skip(start).take(PAGE_SIZE).collect();
        let end = start + page.len();
        let blocks = page.into_iter().map(|id| {
            let stored = &state.blocks[id];
            ChildBlock {
                id: *id,
                block: as_listed(stored.payload.clone().expect("only roots have none")),
                has_children: !stored.children.is_empty(),
            }
        });
        let blocks = blocks.collect();
        let next = (end < ids.len()).then(|| Cursor::new(end.to_string()));
        Ok(Children { blocks, next })
    }

    async fn update_block(&self, id: BlockId, mut block: Block) -> Result<(), NotionError> {
        let mut state = self.called(NotionCall::UpdateBlock)?;
        if let Some(children) = block.children_mut() {
            children.clear();
        }
        state.check_uploads(std::slice::from_ref(&block))?;
        let stored = state.find(id)?;
        match &mut stored.payload {
            Some(payload) if payload.type_name() == block.type_name() => {
                *payload = block;
                Ok(())
            }
            _ => Err(refused("update the block", "its type cannot change")),
        }
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        self.called(NotionCall::DeleteBlock)?.remove(id);
        Ok(())
    }

    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        let mut state = self.called(NotionCall::UploadFile)?;
        std::fs::metadata(&file.path).map_err(|source| NotionError::Storage {
            operation: "read",
            location: file.path.display().to_string(),
            source,
        })?;
        let id = UploadId::parse(&Uuid::new_v4().to_string()).expect("a UUID is a valid id");
        state.uploads.insert(id.clone());
        Ok(id)
    }
}
