//! The wrappers are invisible until a fault is due, and then do what the fault says.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::{
    ArtifactStore, Clock, ManifestStore, NewPage, Notion, PageHead, PageQuery, Tts,
};
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall, ShowsLate};
use esl_testkit::{
    Fixture, MemoryArtifactStore, MemoryManifestStore, MemoryNotion, NotionFixture, RuntimeClock,
    ToneTts,
};

fn faultless<P>(port: P) -> Arc<Faulty<P>> {
    Arc::new(Faulty::new(Arc::new(port), Arc::default()))
}

mod manifests {
    use super::*;

    async fn fresh() -> Fixture<dyn ManifestStore> {
        Fixture::new(faultless(MemoryManifestStore::default()))
    }
    esl_testkit::manifest_store_suite!(fresh);
}

mod artifacts {
    use super::*;

    async fn fresh() -> Fixture<dyn ArtifactStore> {
        Fixture::new(faultless(MemoryArtifactStore::default()))
    }
    esl_testkit::artifact_store_suite!(fresh);
}

mod speech {
    use super::*;

    async fn fresh() -> Fixture<dyn Tts> {
        Fixture::new(faultless(ToneTts::new()))
    }
    esl_testkit::tts_suite!(fresh);
}

mod workspace {
    use super::*;

    async fn fresh() -> NotionFixture {
        NotionFixture {
            workspace: Fixture::new(faultless(MemoryNotion::default())),
            source: MemoryNotion::source(),
        }
    }
    esl_testkit::notion_suite!(fresh);
}

/// Creates a page while this goes wrong; whether it was answered, and how many pages there are at
/// once and after a minute.
async fn create_with(fault: Fault) -> (Option<bool>, usize, usize) {
    let notion = Arc::new(MemoryNotion::default());
    let faults = Arc::new(Faults::new(FaultPlan::none().at(1, fault)));
    let faulty = Faulty::new(notion.clone(), faults.clone());
    let answer = faults.until_death(faulty.create_page(page())).await;
    let at_once = notion.page_count();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let is_created = answer.map(|answer| answer.is_ok());
    (is_created, at_once, notion.page_count())
}

fn page() -> NewPage {
    NewPage {
        source: MemoryNotion::source(),
        head: PageHead::default(),
        children: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_answers_and_happens_as_it_says() {
    let soon = Duration::from_secs(30);
    for (fault, expected) in [
        (Fault::Fail, (Some(false), 0, 0)),
        (Fault::LoseAnswer, (Some(false), 1, 1)),
        (Fault::Delay(soon), (Some(true), 1, 1)),
        (Fault::CommitLate(soon), (Some(false), 0, 1)),
        (Fault::KillBefore, (None, 0, 0)),
        (Fault::KillAfter, (None, 1, 1)),
        (Fault::KillInFlight(soon), (None, 0, 1)),
    ] {
        assert_eq!(create_with(fault).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn a_dead_process_makes_no_more_calls() {
    let notion = Arc::new(MemoryNotion::default());
    let faults = Arc::new(Faults::new(FaultPlan::none().at(1, Fault::KillBefore)));
    let faulty = Faulty::new(notion.clone(), faults.clone());
    for _ in 0..2 {
        assert!(
            faults
                .until_death(faulty.create_page(page()))
                .await
                .is_none()
        );
    }
    assert_eq!(notion.page_count(), 0);
    assert_eq!(faults.calls(), [PortCall::CreatePage]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_shows_late_is_found_in_the_end() {
    let clock: Arc<dyn Clock> = Arc::new(RuntimeClock::default());
    let delay = Duration::from_secs(5);
    let notion = Arc::new(MemoryNotion::new(clock.clone()));
    let notion = ShowsLate::new(notion, clock, delay);
    assert_eq!(notion.limits().visibility_delay, delay);
    notion.create_page(page()).await.unwrap();
    let query = PageQuery::all_of(MemoryNotion::source());
    assert!(notion.find_pages(&query).await.unwrap().is_empty());
    tokio::time::sleep(delay).await;
    assert_eq!(notion.find_pages(&query).await.unwrap().len(), 1);
}
