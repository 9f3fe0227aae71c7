use std::sync::Arc;

use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};
use esl_testkit::{ManualClock, MemoryManifestStore};

use super::*;

const SLOW: Duration = Duration::from_secs(1);

/// A store whose every write takes its time.
fn slow() -> (Faulty<MemoryManifestStore>, Arc<Faults>) {
    let plan = (1..20).fold(FaultPlan::none(), |plan, nth| {
        plan.on(PortCall::WriteManifest, nth, Fault::Delay(SLOW))
    });
    let faults = Arc::new(Faults::new(plan));
    (Faulty::new(Arc::default(), faults.clone()), faults)
}

fn lesson() -> LessonId {
    LessonId::parse("lesson.md").unwrap()
}

fn mark(number: usize) -> impl FnOnce(&mut Manifest) {
    move |manifest| {
        manifest.extra.insert(number.to_string(), number.into());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_noted_during_a_write_goes_into_the_next_one() {
    let (store, faults) = slow();
    let (clock, lesson) = (ManualClock::default(), lesson());
    let journal = Journal::open(&store, &clock, &lesson).await.unwrap();
    let branch = async |first: usize| {
        for number in first..first + 4 {
            journal.note(mark(number));
            tokio::time::sleep(SLOW / 10).await;
        }
        journal.record(mark(first + 4)).await
    };
    let work = async {
        let (one, other) = tokio::join!(branch(0), branch(10));
        one.and(other)
    };
    journal.keep_during(work).await.unwrap();
    assert_eq!(faults.count(PortCall::WriteManifest), 2);
    let stored = store.read(&lesson).await.unwrap().unwrap();
    assert_eq!(stored.manifest.extra.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_record_is_on_the_disk_when_it_returns() {
    let (store, _) = slow();
    let (clock, lesson) = (ManualClock::default(), lesson());
    let journal = Journal::open(&store, &clock, &lesson).await.unwrap();
    let work = async {
        journal.note(mark(1));
        tokio::task::yield_now().await;
        journal.record(mark(2)).await?;
        Ok(store.read(&lesson).await.unwrap().unwrap())
    };
    let stored = journal.keep_during(work).await.unwrap();
    assert_eq!(stored.manifest, journal.manifest());
    assert!(journal.was_confirmed_within(2 * SLOW));
    assert!(!journal.was_confirmed_within(SLOW));
}

#[tokio::test(start_paused = true)]
async fn a_lesson_that_is_lost_ends_the_work_and_tells_why() {
    let (store, faults) = slow();
    let (clock, lesson) = (ManualClock::default(), lesson());
    let journal = Journal::open(&store, &clock, &lesson).await.unwrap();
    let other = Manifest::new(&Digest::of(""), clock.now());
    store.write(&lesson, &other, None).await.unwrap();
    let work = async {
        journal.record(mark(1)).await?;
        panic!("the lesson is another's");
    };
    let lost = journal.keep_during::<()>(work).await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Conflict);
    assert_eq!(faults.count(PortCall::WriteManifest), 2);
    assert!(!journal.was_confirmed_within(SLOW));
}

#[tokio::test(start_paused = true)]
async fn what_failing_work_had_noted_is_written() {
    let (store, _) = slow();
    let (clock, lesson) = (ManualClock::default(), lesson());
    let journal = Journal::open(&store, &clock, &lesson).await.unwrap();
    let work = async {
        journal.note(mark(1));
        Err::<(), _>(PipelineError::NoStudyText)
    };
    let failed = journal.keep_during(work).await.unwrap_err();
    assert!(matches!(failed, PipelineError::NoStudyText));
    let stored = store.read(&lesson).await.unwrap().unwrap();
    assert_eq!(stored.manifest.extra.len(), 1);
}
