//! The recorder: what is to be said becomes one MP3 file and its transcript.
//!
//! Segments are synthesized concurrently and each is kept as soon as it is finished, so nothing is
//! paid for twice whatever happens to the rest. The recording is written beside its place and
//! renamed into it: a reader finds a whole file or none.
//!
//! No provider is named here, and nothing of a page is known.

mod error;
mod harmonize;
mod plan;
mod publish;
mod recording;
mod slug;
mod synthesize;
#[cfg(test)]
mod tests;
mod under_way;

use std::sync::Arc;

use esl_core::ports::Tts;
use esl_core::{
    CancellationToken, Digest, ProgressSink, RetryPolicy, Stage, StageEvent, StageStatus,
};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::audio::{FinishOptions, FinishedSegment, Outline, Timeline};
use super::cache::{Address, SegmentCache};
use super::encoders::Encoders;
use super::limiter::Limiter;
pub use error::RecordError;
pub use plan::{CueLine, Part, RecordingPlan, Score};
pub use recording::{Recording, RecordingStats, Reuse, Target};
pub use slug::file_prefix;
use under_way::UnderWay;

use crate::dice::roll;

/// Makes recordings with one speech provider. Clones share everything.
#[derive(Debug, Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Shared {
    tts: Arc<dyn Tts>,
    cache: SegmentCache,
    limiter: Limiter,
    retry: RetryPolicy,
    finish: FinishOptions,
    dice: Arc<dyn Fn() -> f64 + Send + Sync>,
    wind_down: CancellationToken,
    encoders: Encoders,
}

/// A segment that is in the cache now.
struct Ready {
    index: usize,
    outline: Outline,
    characters_billed: u64,
    retries: u32,
    was_cached: bool,
}

impl Recorder {
    /// A recorder that keeps finished segments in `cache`, with the provider's own limit of
    /// concurrent requests and the default retry policy.
    #[must_use]
    pub fn new(tts: Arc<dyn Tts>, cache: SegmentCache) -> Self {
        let limiter = Limiter::new(tts.capabilities().concurrency);
        let shared = Shared {
            tts,
            cache,
            limiter,
            retry: RetryPolicy::default(),
            finish: FinishOptions::default(),
            dice: Arc::new(roll),
            wind_down: CancellationToken::new(),
            encoders: Encoders::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Shares `limiter` with all who use the same credential.
    #[must_use]
    pub fn with_limiter(self, limiter: Limiter) -> Self {
        self.changed(|shared| shared.limiter = limiter)
    }

    /// Shares `encoders` with all that runs on this machine.
    #[must_use]
    pub fn with_encoders(self, encoders: Encoders) -> Self {
        self.changed(|shared| shared.encoders = encoders)
    }

    /// Repeats failed requests by `policy`; `dice` returns numbers from 0 to 1 for its jitter.
    #[must_use]
    pub fn with_retry(
        self,
        policy: RetryPolicy,
        dice: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.changed(|shared| {
            shared.retry = policy;
            shared.dice = Arc::new(dice);
        })
    }

    /// Finishes segments by `options`.
    #[must_use]
    pub fn with_finish(self, options: FinishOptions) -> Self {
        self.changed(|shared| shared.finish = options)
    }

    /// Begins no further request once `wind_down` is cancelled, and fails as if it were cancelled when
    /// those under way have been answered.
    #[must_use]
    pub fn until(self, wind_down: CancellationToken) -> Self {
        self.changed(|shared| shared.wind_down = wind_down)
    }

    fn changed(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.shared));
        self
    }

    /// Requests that are made at once, at most.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        self.shared.limiter.allowed()
    }

    /// The part of all cache addresses that says how recordings are finished and joined.
    #[must_use]
    pub fn assembly(&self) -> Digest {
        Digest::of(self.shared.finish.fingerprint())
    }

    /// Looks up what of `score` is there already. Changes nothing.
    ///
    /// # Errors
    /// [`RecordError::Cache`].
    pub async fn plan(&self, score: Score) -> Result<RecordingPlan, RecordError> {
        let address = |part: &Part| Address::of(&part.key, &self.shared.finish);
        let addresses: Vec<_> = score.parts.iter().map(address).collect();
        let (mut cached, mut characters, mut characters_to_speak) = (0, 0, 0);
        for (part, address) in score.parts.iter().zip(&addresses) {
            characters += part.characters();
            if self.shared.cache.contains(address).await? {
                cached += 1;
            } else {
                characters_to_speak += part.characters();
            }
        }
        Ok(RecordingPlan {
            key: score.key.clone(),
            segments: score.parts.len(),
            cached,
            characters,
            characters_to_speak,
            score,
            addresses,
        })
    }

    /// Makes the recording: speaks what is missing, joins all, puts file and transcript in place.
    ///
    /// Emits [`StageStatus::Progress`] per segment, [`StageStatus::Retry`] per repeated request, and
    /// [`StageStatus::Waiting`] when all turns are others'.
    /// After the first failure that is final no new request begins; those under way are still
    /// waited for, since they are paid for, and what is finished stays in the cache.
    ///
    /// # Errors
    /// [`RecordError`]; then there is no file that was not there before.
    pub async fn record(
        &self,
        plan: &RecordingPlan,
        target: &Target,
        progress: &Arc<dyn ProgressSink>,
        cancel: &CancellationToken,
    ) -> Result<Recording, RecordError> {
        let stats = RecordingStats {
            segments: plan.segments,
            characters: plan.characters,
            ..RecordingStats::default()
        };
        if target.reuse == Reuse::Recording
            && let Some(recording) = publish::reuse(plan, target, stats).await?
        {
            return Ok(recording);
        }
        let ready = self.speak_all(plan, target.reuse, progress, cancel).await?;
        let stats = ready.iter().fold(stats, |stats, ready| RecordingStats {
            cached: stats.cached + usize::from(ready.was_cached),
            characters_billed: stats.characters_billed + ready.characters_billed,
            retries: stats.retries + ready.retries,
            ..stats
        });
        let outlines = ready.into_iter().map(|ready| ready.outline).collect();
        let (addresses, outlines) = self.harmonized(&plan.addresses, outlines, cancel).await?;
        let gaps = plan.score.parts.iter().map(|part| part.gap_before);
        let timeline = Timeline::new(outlines.into_iter().zip(gaps).collect(), plan.score.tail)?;
        let draft = publish::Draft::begin(plan, target, &timeline).await?;
        let draft = self.write(draft, &addresses, cancel).await?;
        let mut recording = draft.publish(stats).await?;
        let converted = addresses.into_iter().zip(&plan.addresses);
        let converted = converted.filter(|(address, source)| address != *source);
        recording.segments = plan.addresses.clone();
        recording
            .segments
            .extend(converted.map(|(address, _)| address));
        Ok(recording)
    }

    async fn write(
        &self,
        mut draft: publish::Draft,
        addresses: &[Address],
        cancel: &CancellationToken,
    ) -> Result<publish::Draft, RecordError> {
        for address in addresses {
            if cancel.is_cancelled() {
                return Err(RecordError::Cancelled);
            }
            draft = draft.append(self.load(address).await?).await?;
        }
        Ok(draft)
    }

    async fn load(&self, address: &Address) -> Result<FinishedSegment, RecordError> {
        self.shared
            .cache
            .get(address)
            .await?
            .ok_or(RecordError::Lost)
    }

    /// Brings every segment into the cache; the outlines in order.
    async fn speak_all(
        &self,
        plan: &RecordingPlan,
        reuse: Reuse,
        progress: &Arc<dyn ProgressSink>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Ready>, RecordError> {
        let stop = cancel.child_token();
        let under_way = UnderWay::default();
        let mut tasks = JoinSet::new();
        let mut ready = Vec::with_capacity(plan.segments);
        let mut failure = None;
        let mut parts = plan.score.parts.iter().zip(&plan.addresses).enumerate();
        loop {
            while failure.is_none() && tasks.len() < self.tasks() {
                let Some((index, (part, address))) = parts.next() else {
                    break;
                };
                let task = synthesize::Task {
                    shared: Arc::clone(&self.shared),
                    index,
                    part: part.clone(),
                    address: address.clone(),
                    reuse,
                    progress: Arc::clone(progress),
                    under_way: under_way.clone(),
                    cancel: cancel.clone(),
                    stop: stop.clone(),
                };
                tasks.spawn(task.run().in_current_span());
            }
            let joined = tokio::select! {
                biased;
                joined = tasks.join_next() => joined,
                () = self.shared.wind_down.cancelled(), if !stop.is_cancelled() => {
                    stop.cancel();
                    failure.get_or_insert(RecordError::Cancelled);
                    continue;
                }
            };
            let Some(joined) = joined else {
                break;
            };
            match joined.unwrap_or(Err(RecordError::Crashed)) {
                Ok(one) => {
                    ready.push(one);
                    let (done, total) = (ready.len() as u64, plan.segments as u64);
                    let status = StageStatus::Progress { done, total };
                    progress.emit(StageEvent {
                        stage: Stage::Tts,
                        status,
                    });
                }
                Err(error) => {
                    stop.cancel();
                    failure.get_or_insert(error);
                }
            }
        }
        if let Some(failure) = failure {
            let spoken = ready
                .iter()
                .map(|ready| plan.score.parts[ready.index].characters());
            let left = plan.characters - spoken.sum::<usize>();
            return Err(failure.after(ready.len(), left));
        }
        ready.sort_unstable_by_key(|ready| ready.index);
        Ok(ready)
    }

    /// Tasks worth having at once: as many requests as the limiter lets through, and some that read
    /// the cache or finish what arrived.
    fn tasks(&self) -> usize {
        self.shared.limiter.allowed() + 2
    }
}

impl Shared {
    /// Runs work for the processor where it holds up nobody.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RecordError> {
        let turn = self.encoders.turn().await;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| RecordError::Crashed)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("tts", &self.tts)
            .field("cache", &self.cache)
            .field("limiter", &self.limiter)
            .field("retry", &self.retry)
            .field("finish", &self.finish)
            .finish_non_exhaustive()
    }
}
