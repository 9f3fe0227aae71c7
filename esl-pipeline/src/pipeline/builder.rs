//! Collects what a pipeline needs.

use std::path::PathBuf;
use std::sync::Arc;

use esl_core::ports::{ArtifactStore, Clock, ManifestStore, Notion, SystemClock, Tts};
use esl_core::{DataSourceId, Presets, RetryPolicy};

use super::Pipeline;
use super::delivery::place;
use super::retrying_notion::POLICY;
use super::stages::tts::Engine;
use crate::speech::cache::SegmentCache;
use crate::speech::encoders::Encoders;
use crate::speech::recorder::Recorder;
use crate::turns::Turns;

/// Collects what a pipeline needs. Setters never fail; [`build`](Self::build) tells what is missing.
#[derive(Debug)]
#[must_use]
pub struct PipelineBuilder {
    notion: Option<(Arc<dyn Notion>, DataSourceId)>,
    retry: RetryPolicy,
    manifests: Option<Arc<dyn ManifestStore>>,
    tts: Option<Arc<dyn Tts>>,
    recordings: Option<Recordings>,
    uploads: Option<Arc<dyn ArtifactStore>>,
    clock: Arc<dyn Clock>,
    presets: Presets,
    max_lesson_bytes: usize,
    encoders: Encoders,
}

/// Where sound is kept.
#[derive(Debug, Clone)]
pub(super) struct Recordings {
    /// Finished segments. One cache for all runs, so that none makes what another is making.
    pub(super) segments: SegmentCache,
    /// The folder for recordings where a run names none.
    pub(super) out: PathBuf,
}

/// A pipeline cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a pipeline needs {}", missing.join(" and "))]
pub struct BuildError {
    /// What was not given.
    pub missing: Vec<&'static str>,
}

impl Default for PipelineBuilder {
    fn default() -> Self {
        Self {
            notion: None,
            retry: POLICY,
            manifests: None,
            tts: None,
            recordings: None,
            uploads: None,
            clock: Arc::new(SystemClock),
            presets: Presets::default(),
            max_lesson_bytes: Self::MAX_LESSON_BYTES,
            encoders: Encoders::default(),
        }
    }
}

impl PipelineBuilder {
    /// The default limit of a lesson's size: 1 MiB.
    pub const MAX_LESSON_BYTES: usize = 1024 * 1024;

    /// The workspace, and where in it pages are created. Required.
    pub fn notion(mut self, notion: Arc<dyn Notion>, source: DataSourceId) -> Self {
        self.notion = Some((notion, source));
        self
    }

    /// How often the workspace is asked again after a failure that may pass. Unless set, five attempts
    /// are made, up to 350 ms apart at first and 30 s at last.
    pub fn notion_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Where manifests are kept. Required.
    pub fn manifest_store(mut self, manifests: Arc<dyn ManifestStore>) -> Self {
        self.manifests = Some(manifests);
        self
    }

    /// The speech engine. Without one, only runs with an account of their own make audio.
    pub fn tts(mut self, tts: Arc<dyn Tts>) -> Self {
        self.tts = Some(tts);
        self
    }

    /// The store of finished segments, and the folder for recordings where a run names none.
    /// Required to make audio.
    pub fn recordings(mut self, segments: Arc<dyn ArtifactStore>, out: impl Into<PathBuf>) -> Self {
        self.recordings = Some(Recordings {
            segments: SegmentCache::new(segments),
            out: out.into(),
        });
        self
    }

    /// The store in which pages find recordings. Without one, or if it has no addresses to give, the
    /// workspace takes them.
    pub fn uploads(mut self, uploads: Arc<dyn ArtifactStore>) -> Self {
        self.uploads = Some(uploads);
        self
    }

    /// The clock; the machine's unless set.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The heading presets; the built-in one unless set.
    pub fn presets(mut self, presets: Presets) -> Self {
        self.presets = presets;
        self
    }

    /// The largest lesson taken; [`MAX_LESSON_BYTES`](Self::MAX_LESSON_BYTES) unless set.
    pub fn max_lesson_bytes(mut self, bytes: usize) -> Self {
        self.max_lesson_bytes = bytes;
        self
    }

    /// How many pieces of sound are worked on at once: share one among all pipelines of a machine. As
    /// many as there are processors unless set.
    pub fn encoders(mut self, encoders: Encoders) -> Self {
        self.encoders = encoders;
        self
    }

    /// The pipeline.
    ///
    /// # Errors
    /// [`BuildError`] names everything required that was not given.
    pub fn build(self) -> Result<Pipeline, BuildError> {
        let missing = [
            (self.notion.is_none(), "a workspace"),
            (self.manifests.is_none(), "a manifest store"),
            (
                self.tts.is_some() && self.recordings.is_none(),
                "a place for recordings",
            ),
        ];
        let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
        let missing: Vec<_> = missing.map(|(_, name)| name).collect();
        let (Some((notion, source)), Some(manifests), []) =
            (self.notion, self.manifests, &*missing)
        else {
            return Err(BuildError { missing });
        };
        let recordings = self.recordings.as_ref();
        let engine = self.tts.zip(recordings).map(|(tts, recordings)| Engine {
            recorder: Recorder::new(tts.clone(), recordings.segments.clone())
                .with_encoders(self.encoders.clone()),
            tts,
        });
        Ok(Pipeline {
            notion,
            retry: self.retry,
            source,
            manifests,
            turns: Turns::default(),
            engine,
            recordings: self.recordings,
            uploads: self.uploads.filter(|store| place(&**store, None).is_some()),
            clock: self.clock,
            presets: self.presets,
            max_lesson_bytes: self.max_lesson_bytes,
            encoders: self.encoders,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_named_at_once() {
        let error = PipelineBuilder::default().build().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a pipeline needs a workspace and a manifest store"
        );
    }
}
