//! One process after the other, all but the last of which go wrong.

use std::time::Duration;

use esl_testkit::faults::{Fault, FaultPlan, PortCall};

use crate::world::{World, edited_text, lesson_text, on_paused_time};

/// Less than the request deadline: what is on its way has to be waited for.
const LATE: Duration = Duration::from_secs(20);

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

/// Runs once more, and checks that nothing is spoken whose sound was kept.
async fn resume(world: &World, text: &str, case: &str) {
    let (kept, spoken) = (world.segments.keys().len(), world.spoken());
    world.run(text).await;
    let needed = world.segments.keys().len() - kept;
    let again: usize = world.spoken().values().sum::<usize>() - spoken.values().sum::<usize>();
    assert!(again <= needed, "{again} spoken, {needed} missing, {case}");
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
fn whatever_happens_how_often_the_lesson_is_done_once() {
    on_paused_time(async {
        let text = lesson_text();
        let expected = expected(&[&text]).await;
        for seed in 0..30 {
            let world = World::new();
            for attempt in 0..6 {
                let seed = seed * 100 + attempt;
                let plan = [
                    Fault::KillBefore,
                    Fault::KillAfter,
                    Fault::KillInFlight(LATE),
                    Fault::LoseAnswer,
                    Fault::CommitLate(LATE),
                    Fault::Delay(LATE),
                ]
                .into_iter()
                .fold(FaultPlan::none(), |plan, fault| {
                    plan.sometimes(seed, 15, fault)
                });
                let _ = world.process(plan).run(&text).await;
            }
            let case = format!("seed {seed}");
            resume(&world, &text, &case).await;
            world.check_done(&expected, &case).await;
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
    on_paused_time(across_a_jump(Fault::KillAfter, |world| {
        world.clock.jump_ahead(HOUR);
    }));
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
