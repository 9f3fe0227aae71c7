//! What accompanies one run: who asked, how long it may take, who listens, whose accounts it uses.

use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::ports::{ArtifactStore, Notion, Tts};
use esl_core::{CancellationToken, ProgressSink, RetryPolicy, RunId, Silent};

use crate::speech::limiter::Limiter;

/// The circumstances of one run.
#[derive(Debug, Clone)]
pub struct RunContext {
    /// The run, named by the caller so that a job and its run share the id.
    pub run_id: RunId,
    /// Ends the run at the next safe point. What was done until then stays recorded.
    pub cancel: CancellationToken,
    /// Ends the run before its next stage or piece of speech; what is under way comes to its end.
    pub wind_down: CancellationToken,
    /// Ends the run like `cancel`, at this instant.
    pub deadline: Option<Instant>,
    /// Hears of every stage.
    pub progress: Arc<dyn ProgressSink>,
    /// Whose accounts the run uses.
    pub accounts: Accounts,
    /// What the run may not exceed.
    pub limits: RunLimits,
    /// How it updates the blocks that a page has.
    pub updates: UpdatePace,
    /// How many copies of earlier manifests stay once the run has kept one of the last; absent, it
    /// keeps none and leaves those that are there.
    pub kept_manifests: Option<usize>,
}

/// How the blocks that a page has are updated: their words, and their colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpdatePace {
    /// How often an update is tried again after a failure that may pass; as often as everything else
    /// if absent.
    pub retries: Option<u32>,
    /// How long to wait after each.
    pub pause: Duration,
}

impl UpdatePace {
    /// The policy of updates where that of other calls is `usual`.
    pub(super) fn policy(self, usual: RetryPolicy) -> RetryPolicy {
        let attempts = self.retries.map(|retries| retries.saturating_add(1));
        RetryPolicy {
            attempts: attempts.unwrap_or(usual.attempts),
            ..usual
        }
    }
}

/// What a run may not exceed. It fails before it changes or pays for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunLimits {
    /// The size of the lesson; the pipeline's own limit if absent.
    pub lesson_bytes: Option<usize>,
    /// The characters that are spoken; no limit if absent.
    pub spoken_characters: Option<usize>,
}

/// Ports with the credentials of one user; where absent, the pipeline's own are used.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// The workspace.
    pub notion: Option<Arc<dyn Notion>>,
    /// The speech provider.
    pub speech: Option<SpeechAccount>,
    /// The store of uploads.
    pub uploads: Option<Arc<dyn ArtifactStore>>,
}

/// A speech provider with the credential of one user.
#[derive(Debug, Clone)]
pub struct SpeechAccount {
    /// The provider.
    pub tts: Arc<dyn Tts>,
    /// Bounds the requests under way: share one among all runs of the credential.
    pub limiter: Limiter,
}

impl RunContext {
    /// A run that nobody listens to, without deadline, on the pipeline's own accounts.
    #[must_use]
    pub fn new(run_id: RunId) -> Self {
        Self {
            run_id,
            cancel: CancellationToken::new(),
            wind_down: CancellationToken::new(),
            deadline: None,
            progress: Arc::new(Silent),
            accounts: Accounts::default(),
            limits: RunLimits::default(),
            updates: UpdatePace::default(),
            kept_manifests: None,
        }
    }
}
