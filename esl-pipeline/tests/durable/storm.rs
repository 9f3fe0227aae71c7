//! A lesson that is run again and again while anything may go wrong; then once more in peace. Also
//! run a thousand times by the measuring program `kill-and-resume`.

use std::time::Duration;

use esl_testkit::faults::{Fault, FaultPlan, PortCall};

use crate::world::World;

/// Less than the request deadline: what is on its way has to be waited for.
pub(crate) const LATE: Duration = Duration::from_secs(20);
/// Processes that are started before the one to which nothing happens.
const ATTEMPTS: u64 = 6;

/// Runs the lesson in a world of its own, where of a thousand calls fifteen go wrong in each of six
/// ways, and checks what the last run makes of it. How many processes died.
pub(crate) async fn weather(seed: u64, text: &str, expected: &[String]) -> usize {
    let world = World::new();
    let mut deaths = 0;
    for attempt in 0..ATTEMPTS {
        let process = world.process(foul(seed * 100 + attempt));
        deaths += usize::from(process.run(text).await.is_none());
    }
    let case = format!("seed {seed}");
    resume(&world, text, &case).await;
    world.check_done(expected, &case).await;
    deaths
}

fn foul(seed: u64) -> FaultPlan {
    let faults = [
        Fault::KillBefore,
        Fault::KillAfter,
        Fault::KillInFlight(LATE),
        Fault::LoseAnswer,
        Fault::CommitLate(LATE),
        Fault::Delay(LATE),
    ];
    faults.into_iter().fold(FaultPlan::none(), |plan, fault| {
        plan.sometimes(seed, 15, fault)
    })
}

/// Runs once more, and checks that nothing is spoken whose sound was kept.
pub(crate) async fn resume(world: &World, text: &str, case: &str) {
    let kept = world.segments.keys().len();
    let process = world.process(FaultPlan::none());
    process.run(text).await.expect("nobody kills it").unwrap();
    let missing = world.segments.keys().len() - kept;
    let spoken = process.faults.count(PortCall::Synthesize);
    assert!(
        spoken <= missing,
        "{spoken} spoken, {missing} missing, {case}"
    );
}
