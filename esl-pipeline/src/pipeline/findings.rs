//! What stands between a run and its plan: the manifest, held against the lesson.

use std::path::Path;

use esl_core::manifest::{AudioRecord, Manifest};
use esl_core::{Digest, ErrorKind, RunId, Stage};

use super::delivery::{Delivery, UploadFact};
use super::plan::{Facts, PageFact, Plan, RecordingFact};
use super::{ErrorClass, OnExisting, Problem, RunOptions, strays};

/// What the run will find.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    pub(super) options: &'a RunOptions,
    /// What a rerun was asked to do; none if this is no rerun.
    pub(super) rerun: Option<&'a [Stage]>,
    pub(super) manifest: &'a Manifest,
    pub(super) page_digest: &'a Digest,
    pub(super) page_is_there: bool,
    pub(super) preset: Option<&'a str>,
    pub(super) wants_audio: bool,
    /// Addresses the recording that would be made; none if it is not this run's business.
    pub(super) recording_key: Option<&'a Digest>,
    pub(super) delivery: Delivery,
    pub(super) upload: UploadFact,
    pub(super) study_text: &'a Digest,
    pub(super) md_hash: &'a Digest,
    pub(super) run_id: RunId,
}

impl Findings<'_> {
    /// What follows from the findings.
    pub(super) fn plan(&self) -> Plan {
        Plan::of(&Facts {
            options: self.options,
            steps: self.rerun.unwrap_or_default(),
            page: self.page_fact(),
            page_is_ours: self.is_ours(Stage::Import),
            has_preset: self.preset.is_some(),
            wants_audio: self.wants_audio,
            recording: self.recording_fact(),
            recording_is_ours: self.is_ours(Stage::Tts),
            delivery: self.delivery,
            upload: self.upload,
            has_player: audio_has_player(self.manifest),
            is_attached: self.delivery.has_reached_page(self.manifest),
            is_recorded: self.manifest.md_hash == self.md_hash.as_str()
                && self.manifest.preset.as_deref() == self.preset
                && !strays::are_left(self.manifest),
        })
    }

    /// What of the options cannot be done as things stand.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let options = self.options;
        let mut problems = Vec::new();
        let page = self.page_fact();
        if options.skip_import && matches!(page, PageFact::Missing | PageFact::Gone) {
            problems.push(lacking(
                Stage::Import,
                "the lesson has no page to keep",
                "skipImport",
            ));
        }
        if options.skip_tts && audio_of(self.manifest).is_none() {
            problems.push(lacking(
                Stage::Tts,
                "the lesson has no recording to keep",
                "skipTts",
            ));
        }
        if options.skip_upload && !self.has_been_delivered() {
            problems.push(lacking(
                Stage::Upload,
                "the lesson has no uploaded recording to keep",
                "skipUpload",
            ));
        }
        let is_anothers = page == PageFact::Outdated && !self.is_ours(Stage::Import);
        if options.on_existing == OnExisting::Fail && is_anothers {
            problems.push(Problem {
                stage: Stage::Import,
                class: ErrorClass::ValidationError,
                field: Some("onExisting"),
                message: "the lesson has a page and has changed since".to_owned(),
                hint: Some("let the run update the page or make another".to_owned()),
                kind: ErrorKind::Conflict,
            });
        }
        problems.extend(self.never_ran());
        problems
    }

    /// What the page plays, unless its player is to be told again anyway.
    pub(super) fn playing(&self) -> Option<Digest> {
        let is_asked = self
            .rerun
            .is_some_and(|steps| steps.contains(&Stage::AddAudio));
        let record = self.manifest.stages.get(&Stage::AddAudio);
        let record = record.filter(|_| !is_asked && !self.options.force);
        record?.key.clone()
    }

    /// Whether others can fetch a recording, from its address or from the page.
    fn has_been_delivered(&self) -> bool {
        let audio = self.manifest.audio.as_ref();
        audio.is_some_and(|audio| audio.url.is_some() || audio.block_id.is_some())
    }

    /// Whether an earlier attempt of this very run did the stage: beginning, a run strikes out the
    /// stages that it is going to do.
    fn is_ours(&self, stage: Stage) -> bool {
        let last = self.manifest.run.as_ref();
        let is_done = self.manifest.stages.contains_key(&stage);
        is_done && last.is_some_and(|run| run.id == self.run_id)
    }

    /// A rerun goes on from an earlier run, and without a page there is nothing to attach to.
    fn never_ran(&self) -> Option<Problem> {
        let steps = self.rerun?;
        let attaches_only = steps.contains(&Stage::AddAudio)
            && !steps.contains(&Stage::Import)
            && self.page_fact() == PageFact::Missing;
        let is_missing = self.manifest.run.is_none() && self.manifest.page_id.is_none();
        (is_missing || attaches_only).then(|| Problem {
            stage: Stage::Manifest,
            class: ErrorClass::ManifestError,
            field: None,
            message: "the lesson has no page to work on".to_owned(),
            hint: Some("run the lesson once before you rerun parts of it".to_owned()),
            kind: ErrorKind::NotFound,
        })
    }

    fn page_fact(&self) -> PageFact {
        match (self.manifest.page_id, &self.manifest.imported_hash) {
            (None, _) => PageFact::Missing,
            (Some(_), _) if !self.page_is_there => PageFact::Gone,
            (Some(_), Some(digest)) if digest == self.page_digest => PageFact::Current,
            (Some(_), _) => PageFact::Outdated,
        }
    }

    fn recording_fact(&self) -> RecordingFact {
        let Some(audio) = audio_of(self.manifest) else {
            return RecordingFact::Missing;
        };
        let spoken = self.manifest.stages.get(&Stage::Tts);
        let is_current = match self.recording_key {
            Some(key) => spoken.is_some_and(|record| record.key.as_ref() == Some(key)),
            None => self.manifest.study_text_hash.as_ref() == Some(self.study_text),
        };
        if !is_whole(audio) {
            RecordingFact::Gone
        } else if is_current {
            RecordingFact::Current
        } else {
            RecordingFact::Outdated
        }
    }
}

fn audio_has_player(manifest: &Manifest) -> bool {
    let audio = manifest.audio.as_ref();
    audio.is_some_and(|audio| audio.block_id.is_some())
}

/// The recording that the manifest names.
pub(super) fn audio_of(manifest: &Manifest) -> Option<&AudioRecord> {
    manifest.audio.as_ref().filter(|audio| audio.path.is_some())
}

/// Whether the recording's file is there in its full size.
pub(super) fn is_whole(audio: &AudioRecord) -> bool {
    let Some(path) = &audio.path else {
        return false;
    };
    std::fs::metadata(Path::new(path)).is_ok_and(|file| {
        file.is_file()
            && audio
                .bytes
                .map_or(file.len() > 0, |bytes| file.len() == bytes)
    })
}

fn lacking(stage: Stage, message: &str, option: &'static str) -> Problem {
    Problem {
        stage,
        class: ErrorClass::ManifestError,
        field: Some(option),
        message: message.to_owned(),
        hint: Some(format!("run the lesson once without {option}")),
        kind: ErrorKind::NotFound,
    }
}
