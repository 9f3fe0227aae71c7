//! What a run leaves behind for its caller.

use esl_core::manifest::AudioRecord;
use esl_core::{PageId, RunId, Stage, Timestamp, VoiceAssignment};
use serde::Serialize;

use super::StudentLink;
use super::plan::{Action, Plan};
use crate::blocks::ColorCounts;
use crate::blocks::diff::{Conflict, ConflictOutcome};
use crate::lesson::{Diagnostic, Severity};

/// What a run did and where the results are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunReport {
    /// The run.
    pub run_id: RunId,
    /// Whether anything was written or made; `false` if all was there already.
    pub changed: bool,
    /// The page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_id: Option<PageId>,
    /// Where people open the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_url: Option<String>,
    /// Where students open their copy, in workspaces that keep one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student_page_url: Option<String>,
    /// Whether the page points to its student.
    pub student: StudentLink,
    /// What this run did to the page's blocks; none if it left them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageReport>,
    /// The recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioReport>,
    /// Whether this run coloured headings.
    pub colorized: bool,
    /// Where the manifest is kept.
    pub manifest_path: String,
    /// What was done, in the terms of the stages: `import`, `skip:tts`, `colorize:b1-default:9/4/2`.
    pub steps: Vec<String>,
    /// Every stage in the order of effects.
    pub stages: Vec<StageReport>,
    /// What the user should know though the run succeeded.
    pub warnings: Vec<String>,
    /// How many findings the lesson has.
    pub diagnostics: DiagnosticCounts,
}

/// What became of the blocks of a page. Blocks inside others count, too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageReport {
    /// Blocks made.
    pub inserted: usize,
    /// Blocks that say something else than before.
    pub updated: usize,
    /// Blocks deleted.
    pub deleted: usize,
    /// Blocks of the lesson that stay as they were.
    pub kept: usize,
    /// Where people had changed the page and the run had to decide.
    pub conflicts: Vec<Conflict>,
}

/// The recording of a lesson.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudioReport {
    /// The local MP3 file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its address for others, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the address stops working, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_expires_at: Option<Timestamp>,
    /// Digest of everything that determines the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Exact length in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// Size of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Who speaks with which voice.
    pub voices: Vec<VoiceAssignment>,
    /// What this run spoke; none if it took an earlier recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<SynthesisReport>,
}

/// What it took to make a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SynthesisReport {
    /// Segments of the recording.
    pub segments: usize,
    /// Those that were there already.
    pub cached_segments: usize,
    /// Characters of all segments.
    pub characters: usize,
    /// Characters that the provider charges for.
    pub characters_billed: u64,
    /// Requests that failed and were repeated.
    pub retries: u32,
}

/// What became of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageReport {
    /// The stage.
    pub stage: Stage,
    /// How it ended.
    pub status: StageEnd,
    /// Why it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// How a stage ended in a run that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StageEnd {
    /// It did its work.
    Done,
    /// There was nothing to do.
    Noop,
    /// It was left out.
    Skipped,
}

/// How many findings a lesson has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DiagnosticCounts {
    /// That block.
    pub errors: usize,
    /// That block in strict mode.
    pub warnings: usize,
    /// That never block.
    pub infos: usize,
}

impl DiagnosticCounts {
    /// Counts findings by how much they matter.
    #[must_use]
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| {
            let found = diagnostics
                .iter()
                .filter(|found| found.severity == severity);
            found.count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
        }
    }
}

impl PageReport {
    /// What people should know, without the words of anybody.
    pub(super) fn warnings(&self) -> Vec<String> {
        let told = [
            (
                ConflictOutcome::Overwritten,
                "changed by hand and in the lesson: the page says what the lesson says",
            ),
            (
                ConflictOutcome::Deleted,
                "changed by hand, but no longer in the lesson: deleted",
            ),
            (
                ConflictOutcome::StaysDeleted,
                "deleted by hand, but still in the lesson: not made again",
            ),
            (
                ConflictOutcome::KeptForOthers,
                "no longer in the lesson, but others wrote inside: left to them",
            ),
            (
                ConflictOutcome::KeptUnknown,
                "not in the lesson, and it is not known whose they are: left as they are",
            ),
        ];
        let warning = |(outcome, what)| {
            let conflicts = self.conflicts.iter();
            let count = conflicts
                .filter(|conflict| conflict.outcome == outcome)
                .count();
            (count > 0).then(|| format!("blocks on the page {what} ({count})"))
        };
        told.into_iter().filter_map(warning).collect()
    }
}

impl AudioReport {
    /// What the manifest knows of the recording, and what it took to make it in this run.
    pub(super) fn of(audio: AudioRecord, synthesis: Option<SynthesisReport>) -> Self {
        Self {
            path: audio.path,
            url: audio.url,
            url_expires_at: audio.url_expires_at,
            hash: audio.hash,
            duration_seconds: audio.duration_seconds,
            bytes: audio.bytes,
            voices: audio.voices,
            synthesis,
        }
    }
}

/// The stages that had work, and those that the caller left out by a flag; in the order of effects.
pub(super) fn steps(plan: &Plan, preset: Option<(&str, ColorCounts)>) -> Vec<String> {
    let mut steps = Vec::new();
    for stage in Stage::ALL {
        let decision = plan.decision(stage);
        match decision.action {
            Action::Run => steps.push(stage.to_string()),
            Action::Skip if decision.is_flagged() => steps.push(format!("skip:{stage}")),
            Action::Skip | Action::Noop => {}
        }
        if stage == Stage::Colorize
            && decision.runs()
            && let Some((
                name,
                ColorCounts {
                    h2, h3, toggles, ..
                },
            )) = preset
        {
            steps.push(format!("colorize:{name}:{h2}/{h3}/{toggles}"));
        }
    }
    steps
}
