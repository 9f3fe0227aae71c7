use super::*;

fn actions(facts: &Facts<'_>) -> [Action; 5] {
    let plan = Plan::of(facts);
    [
        plan.import.action,
        plan.colorize.action,
        plan.tts.action,
        plan.add_audio.action,
        plan.manifest.action,
    ]
}

fn complete(options: &RunOptions) -> Facts<'_> {
    Facts {
        options,
        steps: &[],
        page: PageFact::Current,
        page_is_ours: false,
        has_preset: true,
        wants_audio: true,
        recording: RecordingFact::Current,
        recording_is_ours: false,
        delivery: Delivery::Workspace,
        upload: UploadFact::Missing,
        has_player: true,
        is_attached: true,
        is_recorded: true,
    }
}

fn uploaded(options: &RunOptions) -> Facts<'_> {
    Facts {
        delivery: Delivery::Store,
        upload: UploadFact::Current,
        ..complete(options)
    }
}

/// What to do about upload and player.
fn delivery(facts: &Facts<'_>) -> [Action; 2] {
    let plan = Plan::of(facts);
    [plan.upload.action, plan.add_audio.action]
}

use Action::{Noop, Run, Skip};

#[test]
fn a_new_lesson_needs_everything() {
    let options = RunOptions::default();
    let facts = Facts {
        page: PageFact::Missing,
        recording: RecordingFact::Missing,
        is_attached: false,
        is_recorded: false,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Run; 5]);
    assert!(Plan::of(&facts).makes_page);
}

#[test]
fn a_complete_lesson_needs_nothing() {
    assert_eq!(actions(&complete(&RunOptions::default())), [Noop; 5]);
}

#[test]
fn a_changed_page_keeps_its_recording_but_has_to_play_it_again() {
    let options = RunOptions::default();
    let facts = Facts {
        page: PageFact::Outdated,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Run, Run, Noop, Run, Run]);
    assert!(!Plan::of(&facts).makes_page);
}

#[test]
fn without_audio_an_earlier_recording_stays_on_the_page() {
    let options = RunOptions::default();
    let facts = Facts {
        wants_audio: false,
        recording: RecordingFact::Outdated,
        page: PageFact::Outdated,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Run, Run, Skip, Run, Run]);
}

#[test]
fn a_change_that_shows_nowhere_is_recorded_alone() {
    let options = RunOptions::default();
    let facts = Facts {
        is_recorded: false,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Noop, Noop, Noop, Noop, Run]);
}

#[test]
fn another_page_is_made_once_per_run() {
    let options = RunOptions {
        on_existing: OnExisting::New,
        ..RunOptions::default()
    };
    assert!(Plan::of(&complete(&options)).makes_page);
    let resumed = Facts {
        page_is_ours: true,
        ..complete(&options)
    };
    assert_eq!(actions(&resumed), [Noop; 5]);
}

#[test]
fn of_named_stages_each_is_done_and_no_other() {
    let options = RunOptions::default();
    let facts = Facts {
        steps: &[Stage::AddAudio],
        page: PageFact::Outdated,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Skip, Skip, Skip, Run, Run]);
    assert!(Plan::of(&facts).leaves_something_outdated);
    let facts = Facts {
        steps: &[Stage::Colorize],
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Run, Run, Skip, Skip, Run]);
}

#[test]
fn skip_flags_leave_page_and_recording_as_they_are() {
    let options = RunOptions {
        skip_import: true,
        skip_tts: true,
        ..RunOptions::default()
    };
    let facts = Facts {
        page: PageFact::Outdated,
        recording: RecordingFact::Outdated,
        ..complete(&options)
    };
    assert_eq!(actions(&facts), [Skip, Skip, Skip, Noop, Noop]);
}

#[test]
fn what_is_uploaded_is_not_uploaded_again() {
    let options = RunOptions::default();
    assert_eq!(delivery(&uploaded(&options)), [Noop, Noop]);
    let missing = Facts {
        upload: UploadFact::Missing,
        ..uploaded(&options)
    };
    assert_eq!(delivery(&missing), [Run, Run]);
}

#[test]
fn an_address_that_ends_is_replaced_even_if_the_file_is_gone() {
    let options = RunOptions::default();
    let facts = Facts {
        wants_audio: false,
        recording: RecordingFact::Gone,
        upload: UploadFact::Outdated,
        ..uploaded(&options)
    };
    assert_eq!(delivery(&facts), [Run, Run]);
}

#[test]
fn skipping_the_upload_leaves_the_player_alone() {
    let options = RunOptions {
        skip_upload: true,
        ..RunOptions::default()
    };
    let facts = Facts {
        recording: RecordingFact::Outdated,
        upload: UploadFact::Outdated,
        ..uploaded(&options)
    };
    assert_eq!(delivery(&facts), [Skip, Skip]);
}

#[test]
fn a_player_is_kept_where_there_is_one() {
    let options = RunOptions {
        keep_player: true,
        ..RunOptions::default()
    };
    let facts = Facts {
        recording: RecordingFact::Outdated,
        ..uploaded(&options)
    };
    assert_eq!(delivery(&facts), [Run, Skip]);
    for facts in [
        Facts {
            has_player: false,
            ..facts.clone()
        },
        Facts {
            page: PageFact::Gone,
            ..facts
        },
    ] {
        assert_eq!(delivery(&facts), [Run, Run]);
    }
}

#[test]
fn a_recording_that_nobody_is_to_fetch_gets_no_player() {
    let options = RunOptions::default();
    let facts = Facts {
        delivery: Delivery::Nowhere,
        is_attached: false,
        ..complete(&options)
    };
    assert_eq!(delivery(&facts), [Skip, Skip]);
}
