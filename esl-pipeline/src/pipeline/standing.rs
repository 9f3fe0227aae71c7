//! How each stage of a lesson stands. Pure: the manifest and what is stale, in the stages' terms.

use std::collections::BTreeMap;
use std::fmt;

use esl_core::manifest::{Manifest, StageOutcome};
use esl_core::{Digest, Stage, Timestamp};
use serde::{Serialize, Serializer};

use super::Stale;

/// How a stage stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageStanding {
    /// In a word.
    pub status: Standing,
    /// Digest of the inputs that it worked on last, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
    /// When it ended last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// How a stage stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Its effect is there and up to date.
    Done,
    /// Its effect is there and out of date.
    Stale,
    /// A run was stopped in the middle of it; the next one goes on there.
    Interrupted,
    /// The last run left it out.
    Skipped,
    /// It was never done, or has to be done anew.
    Missing,
}

/// What to do with a lesson. In JSON and in words `nothing`, `run` or `rerun --steps tts,add-audio`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextAction {
    /// All is there and up to date.
    Nothing,
    /// Run it.
    Run,
    /// Do these stages again; the others are up to date.
    Rerun(Vec<Stage>),
}

impl fmt::Display for NextAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Run => f.write_str("run"),
            Self::Rerun(steps) => {
                let steps: Vec<_> = steps.iter().map(|step| step.as_str()).collect();
                write!(f, "rerun --steps {}", steps.join(","))
            }
        }
    }
}

impl Serialize for NextAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl NextAction {
    /// The least that brings everything up to date.
    pub(super) fn of(stale: Stale) -> Self {
        let parts = [
            (stale.colors, Stage::Colorize),
            (stale.audio, Stage::Tts),
            (stale.upload, Stage::Upload),
            (
                stale.audio || stale.upload || stale.attachment,
                Stage::AddAudio,
            ),
        ];
        let parts = parts.into_iter().filter(|(is_stale, _)| *is_stale);
        let steps: Vec<_> = parts.map(|(_, step)| step).collect();
        match steps.is_empty() {
            _ if stale.page => Self::Run,
            true => Self::Nothing,
            false => Self::Rerun(steps),
        }
    }
}

/// How every stage stands.
pub(super) fn standings(manifest: &Manifest, stale: Stale) -> BTreeMap<Stage, StageStanding> {
    let standing = |stage| {
        let record = manifest.stages.get(&stage);
        let status = match record.map(|record| record.status) {
            _ if is_interrupted(manifest, stage) => Standing::Interrupted,
            None => Standing::Missing,
            Some(StageOutcome::Skipped) => Standing::Skipped,
            Some(StageOutcome::Done) if is_stale(stage, stale) => Standing::Stale,
            Some(StageOutcome::Done) => Standing::Done,
        };
        let standing = StageStanding {
            status,
            key: record.and_then(|record| record.key.clone()),
            finished_at: record.map(|record| record.finished_at),
        };
        (stage, standing)
    };
    Stage::ALL.into_iter().map(standing).collect()
}

fn is_interrupted(manifest: &Manifest, stage: Stage) -> bool {
    match stage {
        Stage::Import => manifest.pending_import.is_some() || manifest.pending_append.is_some(),
        Stage::AddAudio => manifest.pending_audio.is_some(),
        _ => false,
    }
}

fn is_stale(stage: Stage, stale: Stale) -> bool {
    match stage {
        Stage::Validate | Stage::Import => stale.page,
        Stage::Colorize => stale.page || stale.colors,
        Stage::Tts => stale.audio,
        Stage::AddAudio => stale.upload || stale.attachment,
        Stage::Upload => stale.upload,
        Stage::Manifest => stale != Stale::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_action_is_the_least_that_helps() {
        let stale = Stale::default();
        assert_eq!(NextAction::of(stale), NextAction::Nothing);
        let attachment = true;
        let next = NextAction::of(Stale {
            attachment,
            ..stale
        });
        assert_eq!(next.to_string(), "rerun --steps add-audio");
        let next = NextAction::of(Stale {
            audio: true,
            colors: true,
            ..stale
        });
        assert_eq!(next.to_string(), "rerun --steps colorize,tts,add-audio");
        let next = NextAction::of(Stale {
            page: true,
            attachment,
            ..stale
        });
        assert_eq!(next, NextAction::Run);
    }
}
