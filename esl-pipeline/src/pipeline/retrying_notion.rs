//! A workspace that is asked again where that is safe.
//!
//! What changes nothing, and what can be done twice, is tried again after every failure that may
//! pass. What cannot be done twice is tried again only if it was certainly not done; whoever asked
//! for it looks what came of it otherwise.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::block::Block;
use esl_core::ports::{
    Children, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, Notion, NotionError,
    NotionLimits, PageHead, PageQuery, Position, SourceSchema,
};
use esl_core::{BlockId, CancellationToken, Classify, DataSourceId, PageId, RetryPolicy, UploadId};

use super::UpdatePace;
use crate::dice::roll;

/// How long a workspace is obeyed that asks for fewer requests, for each call.
const MAX_PAUSE: Duration = Duration::from_secs(10 * 60);

/// The retry policy of workspaces: five attempts, up to 350 ms apart at first and 30 s at last.
pub(super) const POLICY: RetryPolicy = RetryPolicy {
    attempts: 5,
    base: Duration::from_millis(350),
    cap: Duration::from_secs(30),
};

/// A [`Notion`] that tries again.
///
/// A call that is turned away because there are too many requests waits as long as it is told, up to
/// ten minutes in all, and that does not count as an attempt.
#[derive(Debug, Clone)]
pub struct RetryingNotion {
    inner: Arc<dyn Notion>,
    policy: RetryPolicy,
    updates: UpdatePace,
    stop: CancellationToken,
}

/// Whether a call may be made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Safe,
    UnlessDone,
}

impl RetryingNotion {
    /// Asks `inner` again by `policy`.
    #[must_use]
    pub fn new(inner: Arc<dyn Notion>, policy: RetryPolicy) -> Self {
        Self {
            inner,
            policy,
            updates: UpdatePace::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Updates blocks at another pace than that of all other calls.
    #[must_use]
    pub fn with_updates(self, updates: UpdatePace) -> Self {
        Self { updates, ..self }
    }

    /// Gives up waiting when `stop` is cancelled: the call then ends with its last failure.
    #[must_use]
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    async fn call<T, F>(&self, repeat: Repeat, call: impl Fn() -> F) -> Result<T, NotionError>
    where
        F: Future<Output = Result<T, NotionError>>,
    {
        self.call_by(&self.policy, repeat, call).await
    }

    async fn call_by<T, F>(
        &self,
        policy: &RetryPolicy,
        repeat: Repeat,
        call: impl Fn() -> F,
    ) -> Result<T, NotionError>
    where
        F: Future<Output = Result<T, NotionError>>,
    {
        let mut waits = Waits::default();
        loop {
            let error = match call().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if repeat == Repeat::UnlessDone && error.leaves_doubt() {
                return Err(error);
            }
            let Some(delay) = waits.next(policy, &error) else {
                return Err(error);
            };
            tracing::warn!(%error, delay_ms = delay.as_millis(), "the workspace is asked again");
            if !self.wait_out(delay).await {
                return Err(error);
            }
        }
    }

    /// Waits until it is told to stop; tells whether the whole time has passed.
    async fn wait_out(&self, delay: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(delay) => true,
        }
    }
}

/// What a call has waited for so far.
#[derive(Debug, Default)]
struct Waits {
    failures: u32,
    pauses: u32,
    paused: Duration,
}

impl Waits {
    /// How long to wait after `error`; `None` to give up.
    fn next(&mut self, policy: &RetryPolicy, error: &NotionError) -> Option<Duration> {
        let NotionError::RateLimited { .. } = error else {
            self.failures += 1;
            return policy.delay(self.failures, error.retry(), roll());
        };
        self.pauses += 1;
        let attempt = self.pauses.min(policy.attempts.saturating_sub(1)).max(1);
        let delay = policy.delay(attempt, error.retry(), roll())?;
        self.paused += delay.max(Duration::from_millis(1));
        (self.paused <= MAX_PAUSE).then_some(delay)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Notion for RetryingNotion {
    fn limits(&self) -> &NotionLimits {
        self.inner.limits()
    }

    async fn schema(&self, source: DataSourceId) -> Result<SourceSchema, NotionError> {
        self.call(Repeat::Safe, || self.inner.schema(source)).await
    }

    async fn page(&self, page: PageId) -> Result<CreatedPage, NotionError> {
        self.call(Repeat::Safe, || self.inner.page(page)).await
    }

    async fn create_page(&self, page: NewPage) -> Result<CreatedPage, NotionError> {
        let create = || self.inner.create_page(page.clone());
        self.call(Repeat::UnlessDone, create).await
    }

    async fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        self.call(Repeat::Safe, || self.inner.find_pages(query))
            .await
    }

    async fn update_page(&self, page: PageId, head: PageHead) -> Result<CreatedPage, NotionError> {
        let update = || self.inner.update_page(page, head.clone());
        self.call(Repeat::Safe, update).await
    }

    async fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let append = || self.inner.append_children(parent, position, blocks.clone());
        self.call(Repeat::UnlessDone, append).await
    }

    async fn children(
        &self,
        parent: BlockId,
        cursor: Option<Cursor>,
    ) -> Result<Children, NotionError> {
        let list = || self.inner.children(parent, cursor.clone());
        self.call(Repeat::Safe, list).await
    }

    async fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        let update = || self.inner.update_block(id, block.clone());
        let policy = self.updates.policy(self.policy);
        self.call_by(&policy, Repeat::Safe, update).await?;
        // Whoever stops now has made the update, and finds out at the next safe point.
        self.wait_out(self.updates.pause).await;
        Ok(())
    }

    async fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        self.call(Repeat::Safe, || self.inner.delete_block(id))
            .await
    }

    /// A file that was handed over twice is dropped by the workspace unless a block shows it.
    async fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        self.call(Repeat::Safe, || self.inner.upload_file(file.clone()))
            .await
    }
}

#[cfg(test)]
mod tests {
    use esl_core::ErrorKind;
    use esl_core::block::RichText;
    use esl_testkit::{MemoryNotion, NotionCall};
    use tokio::time::Instant;

    use super::*;

    fn unavailable() -> NotionError {
        NotionError::Unavailable {
            operation: "try",
            source: "503".into(),
        }
    }

    fn limited(seconds: u64) -> NotionError {
        let retry_after = Some(Duration::from_secs(seconds));
        NotionError::RateLimited { retry_after }
    }

    fn failing(
        call: NotionCall,
        failures: Vec<NotionError>,
    ) -> (Arc<MemoryNotion>, RetryingNotion) {
        let memory = Arc::new(MemoryNotion::default());
        for failure in failures {
            memory.fail_next(call, failure);
        }
        (memory.clone(), RetryingNotion::new(memory, POLICY))
    }

    async fn create(notion: &RetryingNotion) -> Result<CreatedPage, NotionError> {
        let page = NewPage {
            source: MemoryNotion::source(),
            head: PageHead::default(),
            children: vec![Block::paragraph(vec![RichText::plain("x")])],
        };
        notion.create_page(page).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_be_done_twice_is_tried_five_times() {
        let call = NotionCall::DeleteBlock;
        let block = BlockId::from_uuid(uuid::Uuid::nil());
        let failures = || std::iter::repeat_with(unavailable);
        let (memory, notion) = failing(call, failures().take(4).collect());
        notion.delete_block(block).await.unwrap();
        assert_eq!(memory.calls().len(), 5);
        let (memory, notion) = failing(call, failures().take(9).collect());
        let error = notion.delete_block(block).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(memory.calls().len(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn updates_of_blocks_have_a_pace_of_their_own() {
        let call = NotionCall::UpdateBlock;
        let (memory, notion) = failing(call, vec![unavailable(), unavailable()]);
        let page = create(&notion).await.unwrap().id;
        let block = notion.children(page.into(), None).await.unwrap();
        let block = &block.blocks[0];
        let pace = |retries, pause| UpdatePace { retries, pause };
        let update = async |notion: &RetryingNotion| {
            let updated = notion.update_block(block.id, block.block.clone()).await;
            let calls = memory.calls();
            let updates = calls.iter().filter(|made| **made == call).count();
            (updated.is_ok(), updates)
        };
        let never = notion.clone().with_updates(pace(Some(0), Duration::ZERO));
        assert_eq!(update(&never).await, (false, 1));
        let slow = notion.with_updates(pace(Some(1), Duration::from_secs(60)));
        let start = Instant::now();
        assert_eq!(update(&slow).await, (true, 3));
        assert!(start.elapsed() >= Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_done_is_left_to_the_caller() {
        let (memory, notion) = failing(NotionCall::CreatePage, vec![unavailable()]);
        create(&notion).await.unwrap_err();
        assert_eq!(memory.calls().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_certainly_not_done_is_tried_again() {
        let operation = "create the page";
        let conflict = NotionError::Conflict { operation };
        let source = "refused".into();
        let unreachable = NotionError::Unreachable { operation, source };
        let failures = vec![conflict, unreachable, limited(1)];
        let (memory, notion) = failing(NotionCall::CreatePage, failures);
        create(&notion).await.unwrap();
        assert_eq!((memory.calls().len(), memory.page_count()), (4, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_waited_out_however_often_it_is_asked_for_up_to_ten_minutes() {
        let pauses = |count| std::iter::repeat_with(|| limited(50)).take(count).collect();
        let (_, notion) = failing(NotionCall::CreatePage, pauses(11));
        let start = Instant::now();
        create(&notion).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(550));
        let (memory, notion) = failing(NotionCall::CreatePage, pauses(20));
        let error = create(&notion).await.unwrap_err();
        assert_eq!(
            (error.kind(), memory.page_count()),
            (ErrorKind::RateLimited, 0)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_wait() {
        let (_, notion) = failing(NotionCall::CreatePage, vec![limited(500)]);
        let stop = CancellationToken::new();
        let notion = notion.until(stop.clone());
        let start = Instant::now();
        let (created, ()) = tokio::join!(create(&notion), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stop.cancel();
        });
        assert_eq!(created.unwrap_err().kind(), ErrorKind::RateLimited);
        assert_eq!(start.elapsed().as_secs(), 1);
    }
}
