//! One segment: from the cache, or spoken, checked, finished and kept.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{Speech, TtsError};
use esl_core::{
    CancellationToken, Classify as _, ErrorKind, ProgressSink, Retry, Stage, StageEvent,
    StageStatus,
};
use tokio::time::Instant;

use super::under_way::UnderWay;
use super::{Part, Ready, RecordError, Reuse, Shared};
use crate::speech::audio::{AudioError, FinishedSegment, finish};
use crate::speech::cache::Address;
use crate::speech::limiter::Permit;

/// The longest that one segment may take, all attempts together.
const DEADLINE: Duration = Duration::from_secs(180);
/// How much longer than after a failure to wait where fewer requests are asked for: from 1 s on by
/// the default policy.
const THROTTLED: f64 = 2.5;
/// Each character takes longer than this to say, but for some that are not said at all …
const FASTEST: Duration = Duration::from_millis(12);
const FASTEST_SLACK: Duration = Duration::from_millis(500);
/// … and less than this, but for pauses.
const SLOWEST: Duration = Duration::from_millis(1500);
const SLOWEST_SLACK: Duration = Duration::from_secs(10);

pub(super) struct Task {
    pub(super) shared: Arc<Shared>,
    pub(super) index: usize,
    pub(super) part: Part,
    pub(super) address: Address,
    pub(super) reuse: Reuse,
    pub(super) progress: Arc<dyn ProgressSink>,
    pub(super) under_way: UnderWay,
    /// Ends everything, requests under way included.
    pub(super) cancel: CancellationToken,
    /// Begins nothing new; a child of `cancel`.
    pub(super) stop: CancellationToken,
}

/// What the attempts at one segment cost.
#[derive(Default)]
struct Effort {
    attempts: u32,
    characters_billed: u64,
}

impl Task {
    pub(super) async fn run(self) -> Result<Ready, RecordError> {
        let may_be_cached = self.reuse != Reuse::Nothing;
        if may_be_cached && let Some(segment) = self.shared.cache.get(&self.address).await? {
            return Ok(self.found(&segment));
        }
        let making = self.shared.cache.make(&self.address);
        let _making = unless(&self.stop, making).await?;
        if may_be_cached && let Some(segment) = self.shared.cache.get(&self.address).await? {
            return Ok(self.found(&segment));
        }
        let mut effort = Effort::default();
        let spoken = self.speak(&mut effort).await?;
        let segment = if may_be_cached {
            self.shared.cache.keep(&self.address, spoken).await?
        } else {
            self.shared.cache.put(&self.address, &spoken).await?;
            spoken
        };
        Ok(Ready {
            index: self.index,
            outline: segment.outline().clone(),
            characters_billed: effort.characters_billed,
            retries: effort.attempts.saturating_sub(1),
            was_cached: false,
        })
    }

    fn found(&self, segment: &FinishedSegment) -> Ready {
        Ready {
            index: self.index,
            outline: segment.outline().clone(),
            characters_billed: 0,
            retries: 0,
            was_cached: true,
        }
    }

    /// Asks until there is an answer worth keeping, as often and as long as makes sense.
    async fn speak(&self, effort: &mut Effort) -> Result<FinishedSegment, RecordError> {
        let mut deadline = None;
        loop {
            effort.attempts += 1;
            // Others may hold the permits for long; that is not this segment's time.
            let turn = self
                .under_way
                .enter(&self.shared.limiter, || self.emit(StageStatus::Waiting));
            let (permit, _counted) = unless(&self.stop, turn).await?;
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + DEADLINE);
            let attempt = tokio::time::timeout_at(deadline, self.attempt(permit, effort)).await;
            let failure = match attempt.unwrap_or_else(|_| Err(self.failed(self.out_of_time(), 0)))
            {
                Ok(segment) => return Ok(segment),
                Err(RecordError::Speech { source, .. }) => source,
                Err(error) => return Err(error),
            };
            let Some(delay) = self.delay(effort.attempts, &failure, deadline) else {
                return Err(self.failed(failure, effort.attempts));
            };
            tracing::warn!(
                segment = self.index + 1,
                attempt = effort.attempts,
                error = %failure,
                "speaking a segment failed and is repeated"
            );
            let status = StageStatus::Retry {
                attempt: effort.attempts,
                delay,
            };
            self.emit(status);
            unless(&self.stop, tokio::time::sleep(delay)).await?;
        }
    }

    fn emit(&self, status: StageStatus) {
        let stage = Stage::Tts;
        self.progress.emit(StageEvent { stage, status });
    }

    async fn attempt(
        &self,
        permit: Permit,
        effort: &mut Effort,
    ) -> Result<FinishedSegment, RecordError> {
        let speech = self.request(permit).await?;
        effort.characters_billed += speech.characters_billed;
        let lengths = self.part.turn_lengths();
        let options = self.shared.finish;
        let finished = self
            .shared
            .compute(move || finish(&speech, &lengths, &options))
            .await?;
        match finished.and_then(|segment| self.plausible(segment)) {
            Err(error @ (AudioError::Damaged(_) | AudioError::Empty)) => {
                Err(self.failed(self.unusable(error), effort.attempts))
            }
            other => Ok(other?),
        }
    }

    /// What is asked for is also waited for, finished and kept, whatever becomes of other segments:
    /// it is paid for.
    async fn request(&self, permit: Permit) -> Result<Speech, RecordError> {
        let answer = tokio::select! {
            biased;
            answer = self.shared.tts.synthesize(&self.part.request, &self.cancel) => answer,
            () = self.cancel.cancelled() => Err(TtsError::Cancelled),
        };
        match &answer {
            Err(TtsError::RateLimited { retry_after, .. }) => permit.throttle(*retry_after),
            _ => permit.answered(),
        }
        if let Ok(Speech {
            max_concurrency: Some(max),
            ..
        }) = &answer
        {
            permit.bound(*max);
        }
        if answer
            .as_ref()
            .is_err_and(|error| error.retry() == Retry::Never)
        {
            // Before the permit is free for the next request.
            self.stop.cancel();
        }
        answer.map_err(|error| self.failed(error, 0))
    }

    /// Refuses sound that is not about as long as the words take.
    fn plausible(&self, segment: FinishedSegment) -> Result<FinishedSegment, AudioError> {
        let characters = u32::try_from(self.part.characters()).unwrap_or(u32::MAX);
        let spoken = segment.outline().spoken_time();
        let shortest = (FASTEST * characters).saturating_sub(FASTEST_SLACK);
        if spoken < shortest || spoken > SLOWEST * characters + SLOWEST_SLACK {
            let seconds = spoken.as_secs_f64();
            return Err(AudioError::Damaged(format!(
                "{seconds:.1} s of speech for {characters} characters"
            )));
        }
        Ok(segment)
    }

    fn delay(&self, attempt: u32, failure: &TtsError, deadline: Instant) -> Option<Duration> {
        let dice = (self.shared.dice)();
        let mut policy = self.shared.retry;
        if failure.kind() == ErrorKind::RateLimited {
            policy.base = policy.base.mul_f64(THROTTLED);
        }
        let delay = policy.delay(attempt, failure.retry(), dice)?;
        (Instant::now() + delay < deadline).then_some(delay)
    }

    fn failed(&self, source: TtsError, attempts: u32) -> RecordError {
        match source {
            TtsError::Cancelled => RecordError::Cancelled,
            source => RecordError::Speech {
                number: self.index + 1,
                attempts,
                kept: 0,
                left: 0,
                source,
            },
        }
    }

    fn unusable(&self, error: AudioError) -> TtsError {
        TtsError::Unavailable {
            provider: self.provider(),
            message: error.to_string(),
            source: Some(Box::new(error)),
        }
    }

    fn out_of_time(&self) -> TtsError {
        TtsError::Timeout {
            provider: self.provider(),
            after: DEADLINE,
        }
    }

    fn provider(&self) -> String {
        self.shared.tts.capabilities().provider.clone()
    }
}

/// The result of `wait`, unless the token has fired.
async fn unless<T>(
    token: &CancellationToken,
    wait: impl Future<Output = T>,
) -> Result<T, RecordError> {
    tokio::select! {
        biased;
        () = token.cancelled() => Err(RecordError::Cancelled),
        done = wait => Ok(done),
    }
}
