//! Whatever Notion and the network do: one page, one player, everything on it.

use esl_core::{Classify, ErrorKind, RunId};
use esl_pipeline::pipeline::{ErrorClass, RunContext};
use esl_testkit::fakes::{Answer, Fault, LoggedRequest, Service};
use tokio::task::JoinSet;

use super::world::{DEADLINE, LESSON, School, call, request};

/// The kinds of requests of a first run.
const KINDS: [(&str, &str); 9] = [
    ("GET", "/v1/data_sources/*"),
    ("POST", "/v1/data_sources/*/query"),
    ("POST", "/v1/pages"),
    ("GET", "/v1/blocks/*/children"),
    ("PATCH", "/v1/blocks/*/children"),
    ("GET", "/v1/users/me"),
    ("POST", "/v1/file_uploads"),
    ("POST", "/v1/file_uploads/*/send"),
    ("PATCH", "/v1/blocks/*"),
];

/// A lesson of more blocks than one request takes.
fn lesson() -> String {
    let paragraphs: String = (1..=90).map(|n| format!("Read street {n}.\n\n")).collect();
    LESSON.replace("## 7. ", &format!("{paragraphs}## 7. "))
}

/// The page of a run to which nothing happens, and its requests.
async fn undisturbed() -> (Vec<String>, Vec<LoggedRequest>) {
    let school = School::new().await;
    school.run(&lesson()).await.unwrap();
    (school.page(), school.requests())
}

/// Lets `fault` hit each request of a first run in turn, each in a school of its own. The run copes
/// by itself.
async fn whichever_request_is_hit_by(fault: fn() -> Fault) {
    let (page, requests) = undisturbed().await;
    let mut runs = JoinSet::new();
    for (nth, request) in (1..).zip(requests) {
        let page = page.clone();
        runs.spawn(async move {
            let school = School::new().await;
            school.fakes.inject(Service::Notion, fault().nth(nth));
            let run = school.run(&lesson()).await;
            let case = call(&request);
            assert!(run.is_ok(), "{case}: {run:?}");
            // What is still on its way arrives.
            tokio::time::sleep(2 * DEADLINE).await;
            assert_eq!(school.page(), page, "{case}");
            assert!(
                school.requests()[nth as usize - 1].fault.is_some(),
                "{case}"
            );
        });
    }
    runs.join_all().await;
}

/// Lets `fault` hit the first request of each kind, in one run.
async fn every_kind_is_hit_by(fault: impl Fn() -> Fault) {
    let (page, _) = undisturbed().await;
    let school = School::new().await;
    for (method, path) in KINDS {
        school
            .fakes
            .inject(Service::Notion, fault().on(method, path));
    }
    school.run(&lesson()).await.unwrap();
    assert_eq!(school.page(), page);
    let hit = school
        .requests()
        .iter()
        .filter(|request| request.fault.is_some())
        .count();
    assert!(hit >= 8, "{hit} faults");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_answer_may_be_lost() {
    whichever_request_is_hit_by(Fault::drop_after).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_request_may_be_lost() {
    whichever_request_is_hit_by(Fault::drop_before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_request_may_take_effect_late() {
    whichever_request_is_hit_by(|| Fault::late_commit(DEADLINE / 3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_answer_may_be_cut_short_or_never_end() {
    whichever_request_is_hit_by(Fault::truncate).await;
    every_kind_is_hit_by(Fault::stall).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_failure_of_the_service_is_survived_done_or_not() {
    for status in [500, 502, 503, 504] {
        every_kind_is_hit_by(|| Fault::status(status)).await;
        every_kind_is_hit_by(|| Fault::answer(Answer::status(status).applied())).await;
    }
    every_kind_is_hit_by(Fault::html_bad_gateway).await;
    every_kind_is_hit_by(|| Fault::status(409)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_refusals_is_waited_out() {
    for status in [429, 529] {
        let (page, _) = undisturbed().await;
        let school = School::new().await;
        let asks = Answer::status(status).header("retry-after", 1);
        school
            .fakes
            .inject(Service::Notion, Fault::answer(asks).nth(3).times(2));
        school
            .fakes
            .inject(Service::Notion, Fault::status(status).nth(6).times(2));
        school.run(&lesson()).await.unwrap();
        assert_eq!(school.page(), page);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_while_notion_wants_a_pause() {
    let school = School::new().await;
    let asks = Answer::status(429).header("retry-after", 1);
    school
        .fakes
        .inject(Service::Notion, Fault::answer(asks).on("POST", "/v1/pages"));
    school.run(LESSON).await.unwrap();
    let requests = school.requests();
    let refused = requests
        .iter()
        .position(|request| request.status == Some(429))
        .unwrap();
    let pause = requests[refused + 1].started - requests[refused].ended.unwrap();
    assert!(pause.as_secs_f64() >= 0.99, "{pause:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_request_is_resumed() {
    let (page, requests) = undisturbed().await;
    let mut runs = JoinSet::new();
    for (nth, request) in (1..).zip(requests) {
        let page = page.clone();
        runs.spawn(async move {
            let school = School::new().await;
            school
                .fakes
                .inject(Service::Notion, Fault::stall().nth(nth));
            let text = lesson();
            tokio::select! {
                run = school.run(&text) => panic!("it ended with {run:?}"),
                () = until_hit(&school) => {}
            }
            let resumed = school.run(&lesson()).await;
            let case = call(&request);
            assert!(resumed.is_ok(), "{case}: {resumed:?}");
            assert_eq!(school.page(), page, "{case}");
        });
    }
    runs.join_all().await;
}

async fn until_hit(school: &School) {
    let is_hit = |request: &LoggedRequest| request.fault.is_some();
    while !school.requests().iter().any(is_hit) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_in_the_middle_can_be_replaced() {
    let (page, requests) = undisturbed().await;
    for nth in 1..=requests.len() as u64 {
        let school = School::new().await;
        school
            .fakes
            .inject(Service::Notion, Fault::status(401).nth(nth).always());
        let error = school.run(&lesson()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!(error.class(), ErrorClass::ConfigurationError);
        assert!(!format!("{error:?}").contains(school.fakes.notion().token()));
        let refused = school.requests().len() as u64;
        assert_eq!(refused, nth, "nothing is asked again");
        school.fakes.clear_faults();
        school.run(&lesson()).await.unwrap();
        assert_eq!(school.page(), page);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_make_one_page() {
    let (page, _) = undisturbed().await;
    let school = School::new().await;
    let (one, other) = (school.pipeline(), school.pipeline());
    let run = |pipeline| {
        let text = lesson();
        async move {
            let pipeline: esl_pipeline::pipeline::Pipeline = pipeline;
            pipeline
                .run(request(&text), RunContext::new(RunId::random()))
                .await
        }
    };
    let (one, other) = tokio::join!(run(one), run(other));
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    school.run(&lesson()).await.unwrap();
    assert_eq!(school.page(), page);
}
