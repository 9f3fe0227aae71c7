//! One process after the other, all but the last of which go wrong.

use std::time::Duration;

use esl_core::{LessonId, Stage};
use esl_pipeline::pipeline::{NextAction, Standing};
use esl_testkit::NotionCall;
use esl_testkit::faults::{Fault, FaultPlan, PortCall};

use crate::storm::{LATE, resume, weather};
use crate::world::{World, edited_text, lesson, lesson_text, on_paused_time, retitled_text};

/// What the page shows if nothing goes wrong.
async fn expected(texts: &[&str]) -> Vec<String> {
    let world = World::new();
    for text in texts {
        world.run(text).await;
    }
    world.page().await
}

/// Lets `fault` happen at every call of a run of the last text, one after the other, each time in a
/// fresh world where the others ran already; then resumes.
async fn at_every_call(texts: &[&str], fault: Fault) {
    let expected = expected(texts).await;
    let (last, earlier) = texts.split_last().unwrap();
    for number in 1.. {
        let world = World::new();
        for text in earlier {
            world.run(text).await;
        }
        let doomed = world.process(FaultPlan::none().at(number, fault));
        let ended = doomed.run(last).await;
        let calls = doomed.faults.calls();
        if calls.len() < number {
            assert!(number > 20, "a run makes {} calls", calls.len());
            break;
        }
        let case = format!(
            "{fault:?} at call {number}, {:?}: {ended:?}",
            calls[number - 1]
        );
        resume(&world, last, &case).await;
        world.check_done(&expected, &case).await;
        let before = world.effects();
        assert!(!world.run(last).await.changed, "{case}");
        assert_eq!(world.effects(), before, "{case}");
    }
}

/// Lets `fault` happen at every call of a first run, one after the other; then resumes with a lesson
/// that was edited meanwhile.
async fn edited_meanwhile(fault: Fault) {
    let (text, edited) = (lesson_text(), retitled_text());
    let expected = expected(&[&edited]).await;
    for number in 1.. {
        let world = World::new();
        let doomed = world.process(FaultPlan::none().at(number, fault));
        let ended = doomed.run(&text).await;
        let calls = doomed.faults.calls();
        if calls.len() < number {
            assert!(number > 20, "a run makes {} calls", calls.len());
            break;
        }
        let case = format!(
            "{fault:?} at call {number}, {:?}: {ended:?}",
            calls[number - 1]
        );
        world.run(&edited).await;
        world.check_done(&expected, &case).await;
    }
}

fn first_run(fault: Fault) {
    let text = lesson_text();
    on_paused_time(at_every_call(&[&text], fault));
}

fn second_run(fault: Fault) {
    let (text, edited) = (lesson_text(), edited_text());
    on_paused_time(at_every_call(&[&text, &edited], fault));
}

#[test]
fn a_first_run_killed_before_any_call_is_resumed() {
    first_run(Fault::KillBefore);
}

#[test]
fn a_first_run_killed_after_any_call_is_resumed() {
    first_run(Fault::KillAfter);
}

#[test]
fn a_first_run_killed_with_a_request_on_its_way_is_resumed() {
    first_run(Fault::KillInFlight(LATE));
}

#[test]
fn a_first_run_survives_any_failing_call() {
    first_run(Fault::Fail);
}

#[test]
fn a_first_run_survives_any_lost_answer() {
    first_run(Fault::LoseAnswer);
}

#[test]
fn a_first_run_survives_any_late_commit() {
    first_run(Fault::CommitLate(LATE));
}

#[test]
fn an_update_killed_before_any_call_is_resumed() {
    second_run(Fault::KillBefore);
}

#[test]
fn an_update_killed_after_any_call_is_resumed() {
    second_run(Fault::KillAfter);
}

#[test]
fn an_update_killed_with_a_request_on_its_way_is_resumed() {
    second_run(Fault::KillInFlight(LATE));
}

#[test]
fn an_update_survives_any_lost_answer() {
    second_run(Fault::LoseAnswer);
}

#[test]
fn a_lesson_edited_after_its_run_was_killed_keeps_its_page() {
    for fault in [Fault::KillAfter, Fault::KillInFlight(LATE)] {
        on_paused_time(edited_meanwhile(fault));
    }
}

#[test]
fn a_file_whose_answer_was_lost_is_handed_over_once_more_and_played_once() {
    for fault in [Fault::LoseAnswer, Fault::KillAfter] {
        on_paused_time(async {
            let text = lesson_text();
            let expected = expected(&[&text]).await;
            let world = World::new();
            let plan = FaultPlan::none().on(PortCall::UploadFile, 1, fault);
            let _ = world.process(plan).run(&text).await;
            world.run(&text).await;
            world.check_done(&expected, &format!("{fault:?}")).await;
            let uploads = world.notion.calls().into_iter();
            let uploads = uploads.filter(|call| *call == NotionCall::UploadFile);
            assert_eq!(uploads.count(), 2);
            assert!(world.spoken().values().all(|times| *times == 1));
        });
    }
}

#[test]
fn a_file_that_expired_before_it_was_shown_is_handed_over_anew() {
    on_paused_time(async {
        let text = lesson_text();
        let expected = expected(&[&text]).await;
        let world = World::new();
        let plan = FaultPlan::none().on(PortCall::AppendChildren, 2, Fault::KillBefore);
        assert!(world.process(plan).run(&text).await.is_none());
        assert!(world.manifest().await.audio.unwrap().upload_id.is_some());
        world.notion.expire_uploads();
        world.run(&text).await;
        world.check_done(&expected, "expired").await;
    });
}

#[test]
fn whatever_happens_how_often_the_lesson_is_done_once() {
    on_paused_time(async {
        let text = lesson_text();
        let expected = expected(&[&text]).await;
        for seed in 0..30 {
            weather(seed, &text, &expected).await;
        }
    });
}

#[test]
fn the_status_tells_what_was_interrupted_and_what_to_do() {
    on_paused_time(async {
        let text = lesson_text();
        for (call, nth, stage) in [
            (PortCall::CreatePage, 1, Stage::Import),
            (PortCall::AppendChildren, 1, Stage::Import),
            (PortCall::AppendChildren, 2, Stage::AddAudio),
        ] {
            let world = World::new();
            let plan = FaultPlan::none().on(call, nth, Fault::KillAfter);
            assert!(world.process(plan).run(&text).await.is_none());
            let observer = world.process(FaultPlan::none()).pipeline;
            let status = observer.status(&lesson(&text)).await.unwrap();
            assert_eq!(status.stages[&stage].status, Standing::Interrupted);
            assert_eq!(status.next, NextAction::Run);
            world.run(&text).await;
            let status = observer.status(&lesson(&text)).await.unwrap();
            assert_eq!(status.stages[&stage].status, Standing::Done);
            assert_eq!(status.next, NextAction::Nothing);
        }
    });
}

/// Kills the first run while its page is being created, lets the clock jump, and resumes.
async fn across_a_jump(fault: Fault, jump: impl FnOnce(&World)) {
    let text = lesson_text();
    let expected = expected(&[&text]).await;
    let world = World::new();
    let plan = FaultPlan::none().on(PortCall::CreatePage, 1, fault);
    assert!(world.process(plan).run(&text).await.is_none());
    jump(&world);
    world.run(&text).await;
    world.check_done(&expected, &format!("{fault:?}")).await;
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_clock_that_jumps_back_only_costs_time() {
    for fault in [Fault::KillAfter, Fault::KillInFlight(LATE)] {
        on_paused_time(across_a_jump(fault, |world| world.clock.jump_back(HOUR)));
    }
}

#[test]
fn a_clock_that_jumps_ahead_hides_no_page() {
    for fault in [Fault::KillAfter, Fault::KillInFlight(LATE)] {
        on_paused_time(across_a_jump(fault, |world| world.clock.jump_ahead(HOUR)));
    }
}

#[test]
fn a_clock_that_was_hours_ahead_hides_no_page() {
    on_paused_time(async {
        let text = lesson_text();
        let world = World::new();
        world.clock.jump_ahead(5 * HOUR);
        let plan = FaultPlan::none().on(PortCall::CreatePage, 1, Fault::KillInFlight(LATE));
        assert!(world.process(plan).run(&text).await.is_none());
        world.clock.jump_back(5 * HOUR);
        world.run(&text).await;
        assert_eq!(world.notion.page_count(), 1);
    });
}

#[test]
fn the_page_of_a_twin_is_not_taken() {
    on_paused_time(async {
        let text = lesson_text();
        let world = World::new();
        let [one, other] = ["one.md", "other.md"].map(|id| LessonId::parse(id).unwrap());
        let run = |id, plan| {
            let process = world.process(plan);
            let text = &text;
            async move { process.run_as(id, text).await }
        };
        let twin = run(other, FaultPlan::none()).await.unwrap().unwrap();
        let plan = FaultPlan::none().on(PortCall::CreatePage, 1, Fault::KillBefore);
        assert!(run(one.clone(), plan).await.is_none());
        let report = run(one, FaultPlan::none()).await.unwrap().unwrap();
        assert_ne!(report.page_id, twin.page_id);
        assert_eq!(world.notion.page_count(), 2);
    });
}

#[test]
fn a_clock_that_is_a_little_ahead_of_the_workspace_hides_no_page() {
    on_paused_time(async {
        let text = lesson_text();
        let world = World::new();
        world.clock.jump_ahead(Duration::from_secs(120));
        let plan = FaultPlan::none().on(PortCall::CreatePage, 1, Fault::KillAfter);
        assert!(world.process(plan).run(&text).await.is_none());
        world.run(&text).await;
        assert_eq!(world.notion.page_count(), 1);
    });
}
