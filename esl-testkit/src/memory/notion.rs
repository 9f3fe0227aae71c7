//! A workspace in memory, as strict as Notion about the size and form of requests.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use esl_core::block::{Block, FileSource, Media, RichText};
use esl_core::ports::{
    ChildBlock, Children, Clock, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion,
    NotionError, NotionLimits, PageHead, PageQuery, Position, SourceSchema, SystemClock,
};
use esl_core::{BlockId, DataSourceId, PageId, Timestamp, UploadId};
use uuid::Uuid;

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

#[derive(Debug, Default)]
struct State {
    pages: Vec<Page>,
    blocks: HashMap<BlockId, Stored>,
    uploads: HashSet<UploadId>,
    calls: Vec<NotionCall>,
    failures: Vec<(NotionCall, NotionError)>,
}

#[derive(Debug)]
struct Page {
    id: PageId,
    head: PageHead,
    created: Timestamp,
}

/// A block, or the root of a page, which has no payload.
#[derive(Debug)]
struct Stored {
    payload: Option<Block>,
    parent: Option<BlockId>,
    children: Vec<BlockId>,
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

impl State {
    fn tree(&self, parent: BlockId) -> Vec<Block> {
        let children = self
            .blocks
            .get(&parent)
            .map_or(&[][..], |stored| &stored.children);
        let rebuild = |id: &BlockId| {
            let mut block = self.blocks[id]
                .payload
                .clone()
                .expect("only roots have none");
            if let Some(children) = block.children_mut() {
                *children = self.tree(*id);
            }
            block
        };
        children.iter().map(rebuild).collect()
    }

    fn insert(&mut self, parent: BlockId, mut block: Block) -> BlockId {
        let id = BlockId::from(Uuid::new_v4());
        let children = block.children_mut().map(std::mem::take).unwrap_or_default();
        self.blocks.insert(
            id,
            Stored {
                payload: Some(block),
                parent: Some(parent),
                children: Vec::new(),
            },
        );
        let ids = children
            .into_iter()
            .map(|child| self.insert(id, child))
            .collect();
        self.blocks.get_mut(&id).expect("just inserted").children = ids;
        id
    }

    fn remove(&mut self, id: BlockId) {
        if let Some(stored) = self.blocks.remove(&id) {
            if let Some(parent) = stored
                .parent
                .and_then(|parent| self.blocks.get_mut(&parent))
            {
                parent.children.retain(|child| *child != id);
            }
            for child in stored.children {
                self.remove(child);
            }
        }
    }

    fn find(&mut self, id: BlockId) -> Result<&mut Stored, NotionError> {
        self.blocks
            .get_mut(&id)
            .ok_or_else(|| not_found("block", &id))
    }

    fn check_uploads(&self, blocks: &[Block]) -> Result<(), NotionError> {
        for block in blocks {
            if let Block::Audio(media)
            | Block::Image(media)
            | Block::Video(media)
            | Block::Pdf(media) = block
                && let Media {
                    source: FileSource::FileUpload { file_upload },
                    ..
                } = media
                && !self.uploads.contains(&file_upload.id)
            {
                return Err(not_found("file", &file_upload.id));
            }
            self.check_uploads(block.children())?;
        }
        Ok(())
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

/// Refuses what Notion refuses about the blocks of one request.
fn check_request(
    limits: &NotionLimits,
    operation: &'static str,
    blocks: &[Block],
) -> Result<(), NotionError> {
    let count: usize = blocks.iter().map(Block::count).sum();
    if count > limits.blocks_per_request {
        return Err(refused(operation, format!("{count} blocks in one request")));
    }
    let bytes = serde_json::to_vec(blocks).map_or(usize::MAX, |json| json.len());
    if bytes > limits.bytes_per_request {
        return Err(refused(operation, format!("{bytes} bytes in one request")));
    }
    check_array(limits, operation, blocks, 0)
}

fn check_array(
    limits: &NotionLimits,
    operation: &'static str,
    blocks: &[Block],
    depth: usize,
) -> Result<(), NotionError> {
    if blocks.len() > limits.children_per_array {
        let message = format!("{} blocks in one children array", blocks.len());
        return Err(refused(operation, message));
    }
    if depth > limits.depth && !blocks.is_empty() {
        return Err(refused(
            operation,
            "blocks are nested too deep in one request",
        ));
    }
    for block in blocks {
        check_block(limits, operation, block)?;
        if depth > 0 && !limits.nested_column_lists && matches!(block, Block::ColumnList(_)) {
            return Err(refused(operation, "a column list comes inside a block"));
        }
        let level = usize::from(!matches!(block, Block::ColumnList(_)));
        check_array(limits, operation, block.children(), depth + level)?;
    }
    Ok(())
}

fn check_block(
    limits: &NotionLimits,
    operation: &'static str,
    block: &Block,
) -> Result<(), NotionError> {
    if texts(block).any(|runs| is_too_long(limits, runs)) {
        return Err(refused(
            operation,
            format!("the text of a {} is too long", block.type_name()),
        ));
    }
    let message = match block {
        Block::ColumnList(list) if list.children.len() < 2 => "a column list needs two columns",
        Block::Column(column) if column.children.is_empty() => "a column needs a block",
        Block::Table(table) if table.children.is_empty() => "a table needs a row",
        Block::Table(table)
            if !table
                .children
                .iter()
                .all(|row| is_row(row, table.table_width)) =>
        {
            "every row of a table has table_width cells"
        }
        Block::Heading(heading) if !heading.is_toggleable && !heading.children.is_empty() => {
            "only a toggleable heading has children"
        }
        _ => return Ok(()),
    };
    Err(refused(operation, message))
}

/// What a block says, in its caption and cells, too.
fn texts(block: &Block) -> impl Iterator<Item = &[RichText]> {
    let (cells, caption) = match block {
        Block::TableRow(row) => (&row.cells[..], &[][..]),
        Block::Image(media) | Block::Video(media) | Block::Audio(media) | Block::Pdf(media) => {
            (&[][..], &media.caption[..])
        }
        _ => (&[][..], &[][..]),
    };
    let cells = cells.iter().map(Vec::as_slice);
    cells.chain([caption, block.rich_text()])
}

fn is_too_long(limits: &NotionLimits, runs: &[RichText]) -> bool {
    let units = |run: &RichText| run.as_str().encode_utf16().count();
    runs.len() > limits.runs_per_text
        || runs
            .iter()
            .any(|run| units(run) > limits.characters_per_run)
}

fn is_row(block: &Block, width: usize) -> bool {
    matches!(block, Block::TableRow(row) if row.cells.len() == width)
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
                block: stored.payload.clone().expect("only roots have none"),
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
