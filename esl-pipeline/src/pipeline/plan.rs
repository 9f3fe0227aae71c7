//! Which stages a run has to do, and why. Pure: facts in, decisions out.

use esl_core::Stage;
use serde::Serialize;

use super::delivery::{Delivery, UploadFact};
use super::{OnExisting, RunOptions};

/// What a run finds before it begins.
#[derive(Debug, Clone)]
pub(super) struct Facts<'a> {
    /// What the caller asked for.
    pub(super) options: &'a RunOptions,
    /// The stages to do, and no others; empty for whatever needs it.
    pub(super) steps: &'a [Stage],
    /// The lesson's page.
    pub(super) page: PageFact,
    /// Whether an earlier attempt of this very run made or rebuilt the page.
    pub(super) page_is_ours: bool,
    /// Whether the page is to have heading colours.
    pub(super) has_preset: bool,
    /// Whether audio is to be made.
    pub(super) wants_audio: bool,
    /// The lesson's recording.
    pub(super) recording: RecordingFact,
    /// Whether an earlier attempt of this very run made the recording.
    pub(super) recording_is_ours: bool,
    /// Where the page is to take the recording from.
    pub(super) delivery: Delivery,
    /// The recording in the store of uploads.
    pub(super) upload: UploadFact,
    /// Whether the page has a player of ours.
    pub(super) has_player: bool,
    /// Whether the page plays the recording.
    pub(super) is_attached: bool,
    /// Whether the manifest already says what it would say after this run.
    pub(super) is_recorded: bool,
}

/// How the lesson's page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageFact {
    /// There was never one.
    Missing,
    /// The manifest names one that is not there any more.
    Gone,
    /// It shows something else than the lesson.
    Outdated,
    /// It shows the lesson.
    Current,
}

/// How the lesson's recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordingFact {
    /// There is none.
    Missing,
    /// The manifest names a file that is not there any more.
    Gone,
    /// It speaks something else than the study text, or otherwise.
    Outdated,
    /// It is what a run would make.
    Current,
}

/// What to do with a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Do it.
    Run,
    /// Leave it out, as asked.
    Skip,
    /// Nothing is left to do.
    Noop,
}

/// What to do with a stage, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) action: Action,
    /// In words for people.
    pub(super) reason: &'static str,
}

const fn run(reason: &'static str) -> Decision {
    let action = Action::Run;
    Decision { action, reason }
}

const fn skip(reason: &'static str) -> Decision {
    let action = Action::Skip;
    Decision { action, reason }
}

const fn noop(reason: &'static str) -> Decision {
    let action = Action::Noop;
    Decision { action, reason }
}

const NOT_REQUESTED: Decision = skip("not requested");
const SKIP_IMPORT: Decision = skip("skip-import flag set");
const SKIP_TTS: Decision = skip("skip-tts flag set");
const SKIP_UPLOAD: Decision = skip("skip-upload flag set");
const KEEP_PLAYER: Decision = skip("the page keeps the player it has");

impl Decision {
    /// Whether the caller left the stage out by a flag of its own.
    pub(super) fn is_flagged(self) -> bool {
        [SKIP_IMPORT, SKIP_TTS, SKIP_UPLOAD].contains(&self)
    }

    /// Whether the stage has work to do.
    pub(super) fn runs(self) -> bool {
        self.action == Action::Run
    }
}

/// What to do with every stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) import: Decision,
    /// Whether importing makes a page rather than changing the one there is.
    pub(super) makes_page: bool,
    pub(super) colorize: Decision,
    pub(super) tts: Decision,
    pub(super) upload: Decision,
    pub(super) add_audio: Decision,
    pub(super) manifest: Decision,
    /// Whether page or recording will not be what the lesson says, because they were left out.
    pub(super) leaves_something_outdated: bool,
}

impl Plan {
    /// Decides for every stage.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let (import, makes_page) = import(facts);
        let import = match as_asked(facts, Stage::Import, import) {
            NOT_REQUESTED if facts.steps.contains(&Stage::Colorize) => {
                run("the page brings the colours with it")
            }
            decision => decision,
        };
        let tts = as_asked(facts, Stage::Tts, tts(facts));
        let upload = as_asked(facts, Stage::Upload, upload(facts, tts));
        let add_audio = match facts.options.keep_player && facts.has_player && !makes_page {
            true => KEEP_PLAYER,
            false => add_audio(facts, import, tts, upload),
        };
        let add_audio = as_asked(facts, Stage::AddAudio, add_audio);
        let leaves_something_outdated = (import.action == Action::Skip
            && facts.page == PageFact::Outdated)
            || (tts.action == Action::Skip && facts.recording == RecordingFact::Outdated);
        let works = [import, tts, upload, add_audio]
            .iter()
            .any(|stage| stage.runs());
        Self {
            import,
            makes_page,
            colorize: colorize(facts, import),
            tts,
            upload,
            add_audio,
            manifest: if works {
                run("there is something to record")
            } else if facts.is_recorded || leaves_something_outdated {
                noop("nothing has changed")
            } else {
                run("the lesson file has changed")
            },
            leaves_something_outdated,
        }
    }

    /// The decision for `stage`.
    pub(super) const fn decision(&self, stage: Stage) -> Decision {
        match stage {
            Stage::Validate => run("a lesson is always checked"),
            Stage::Import => self.import,
            Stage::Colorize => self.colorize,
            Stage::Tts => self.tts,
            Stage::Upload => self.upload,
            Stage::AddAudio => self.add_audio,
            Stage::Manifest => self.manifest,
        }
    }
}

/// The decision for a stage if the caller named the stages to do.
fn as_asked(facts: &Facts<'_>, stage: Stage, decision: Decision) -> Decision {
    match decision.action {
        _ if facts.steps.is_empty() => decision,
        _ if !facts.steps.contains(&stage) => NOT_REQUESTED,
        Action::Noop => run("asked to do it again"),
        Action::Run | Action::Skip => decision,
    }
}

/// What to do about the page, and whether that makes one.
fn import(facts: &Facts<'_>) -> (Decision, bool) {
    let options = facts.options;
    if options.skip_import {
        return (SKIP_IMPORT, false);
    }
    match facts.page {
        PageFact::Missing => (run("the lesson has no page yet"), true),
        PageFact::Gone => (run("the page is gone"), true),
        _ if options.on_existing == OnExisting::New && !facts.page_is_ours => {
            (run("another page was asked for"), true)
        }
        PageFact::Outdated => (run("the lesson has changed"), false),
        PageFact::Current if options.force && !facts.page_is_ours => {
            (run("asked to do everything again"), false)
        }
        PageFact::Current => (noop("the page is up to date"), false),
    }
}

fn colorize(facts: &Facts<'_>, import: Decision) -> Decision {
    match import.action {
        _ if !facts.has_preset => skip("no preset selected"),
        Action::Run => run("headings are coloured as the page is built"),
        Action::Skip => skip("the page is left as it is"),
        Action::Noop => noop("the page is up to date"),
    }
}

fn tts(facts: &Facts<'_>) -> Decision {
    let options = facts.options;
    if options.skip_tts {
        return SKIP_TTS;
    }
    if !facts.wants_audio {
        return skip("tts disabled");
    }
    match facts.recording {
        RecordingFact::Missing => run("there is no recording yet"),
        RecordingFact::Gone => run("the recording is gone"),
        RecordingFact::Outdated => run("the study text or its voices have changed"),
        RecordingFact::Current
            if (options.force || options.redo_tts) && !facts.recording_is_ours =>
        {
            run("asked to speak again")
        }
        RecordingFact::Current => noop("the recording is up to date"),
    }
}

fn upload(facts: &Facts<'_>, tts: Decision) -> Decision {
    let has_file = !matches!(
        facts.recording,
        RecordingFact::Missing | RecordingFact::Gone
    );
    if facts.options.skip_upload {
        return SKIP_UPLOAD;
    }
    if facts.delivery != Delivery::Store {
        return skip("upload disabled");
    }
    if tts.runs() {
        return run("there is a new recording");
    }
    match facts.upload {
        UploadFact::Missing if !has_file => skip("no audio path available"),
        UploadFact::Missing => run("the recording is not uploaded yet"),
        UploadFact::Outdated => run("the address of the recording ends"),
        UploadFact::Current => noop("the recording is uploaded"),
    }
}

fn add_audio(facts: &Facts<'_>, import: Decision, tts: Decision, upload: Decision) -> Decision {
    let has_file = !matches!(
        facts.recording,
        RecordingFact::Missing | RecordingFact::Gone
    );
    let is_reachable = match facts.delivery {
        Delivery::Store => upload.runs() || facts.upload != UploadFact::Missing,
        Delivery::Workspace => tts.runs() || has_file,
        Delivery::Nowhere => false,
    };
    if facts.options.skip_upload {
        SKIP_UPLOAD
    } else if facts.delivery == Delivery::Nowhere {
        skip("upload disabled")
    } else if !is_reachable {
        skip("no audio available")
    } else if tts.runs() {
        run("there is a new recording")
    } else if upload.runs() {
        run("the recording has a new address")
    } else if import.runs() {
        run("the page has changed")
    } else if facts.is_attached {
        noop("the page plays this recording")
    } else {
        run("the page does not play this recording yet")
    }
}

#[cfg(test)]
mod tests;
