//! How many requests a lesson takes, and how fast they come.

use std::sync::Arc;

use esl_core::RunId;
use esl_pipeline::pipeline::{RunContext, StudentLink};
use esl_pipeline::providers::notion::{NotionWorkspace, Pace};
use esl_testkit::fakes::{Rate, Service, ServiceLimits};

use super::world::{LESSON, School, config, request};

#[tokio::test]
async fn a_new_page_takes_its_creation_and_one_look_at_its_blocks() {
    let school = School::new().await;
    let run = school.run_with(LESSON, |options| options.with_tts = Some(false));
    run.await.unwrap();
    assert_eq!(
        school.calls(),
        [
            "GET /v1/data_sources/*",
            "POST /v1/data_sources/*/query",
            "POST /v1/pages",
            "GET /v1/blocks/*/children",
        ]
    );
}

#[tokio::test]
async fn a_new_page_with_a_recording_is_looked_at_once() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    let mut calls = school.calls();
    calls.sort_unstable();
    assert_eq!(
        calls,
        [
            "GET /v1/blocks/*/children",
            "GET /v1/data_sources/*",
            "GET /v1/users/me",
            "PATCH /v1/blocks/*/children",
            "POST /v1/data_sources/*/query",
            "POST /v1/file_uploads",
            "POST /v1/file_uploads/*/send",
            "POST /v1/pages",
        ]
    );
}

#[tokio::test]
async fn a_student_takes_one_query_however_the_name_is_written() {
    for (written, link) in [
        ("Anna Example", StudentLink::Linked),
        ("anna example", StudentLink::Linked),
        ("Anne", StudentLink::NotFound),
    ] {
        let school = School::new().await;
        let run = school.run_with(LESSON, |options| {
            options.with_tts = Some(false);
            options.student = Some(written.to_owned());
        });
        assert_eq!(run.await.unwrap().student, link, "{written}");
        let calls = school.calls();
        let queries = calls.iter().filter(|call| call.ends_with("/query"));
        assert_eq!(queries.count(), 1, "{written}: {calls:?}");
    }
}

#[tokio::test]
async fn a_recording_takes_one_upload_and_one_block() {
    let school = School::new().await;
    let silent = school.run_with(LESSON, |options| options.with_tts = Some(false));
    silent.await.unwrap();
    school.fakes.clear_log();
    let speaking = school.run_with(LESSON, |options| options.with_tts = Some(true));
    speaking.await.unwrap();
    let calls = school.calls();
    let of_the_recording: Vec<_> = calls.iter().map(String::as_str).skip(3).collect();
    assert_eq!(
        of_the_recording,
        [
            "GET /v1/users/me",
            "POST /v1/file_uploads",
            "POST /v1/file_uploads/*/send",
            "GET /v1/blocks/*/children",
            "PATCH /v1/blocks/*/children",
        ],
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_long_lesson_takes_the_appends_that_the_limits_force() {
    let school = School::new().await;
    let paragraphs: String = (1..=250).map(|n| format!("Read street {n}.\n\n")).collect();
    let lesson = LESSON.replace("## 7. ", &format!("{paragraphs}## 7. "));
    let plan = school
        .pipeline()
        .plan(request(&lesson), RunContext::new(RunId::random()))
        .await
        .unwrap();
    school.fakes.clear_log();
    school
        .run_with(&lesson, |options| options.with_tts = Some(false))
        .await
        .unwrap();
    let writes = school.writes();
    assert_eq!(writes.len(), plan.page.chunks, "{writes:?}");
    assert!(writes.len() <= 5);
}

#[tokio::test]
async fn the_pace_of_notion_is_kept() {
    let school = School::new().await;
    let rate = Some(Rate {
        per_second: 60.0,
        burst: 5,
    });
    school.fakes.set_limits(
        Service::Notion,
        ServiceLimits {
            rate,
            ..ServiceLimits::default()
        },
    );
    let mut config = config(&school.fakes);
    config.pace = Pace {
        per_second: 40.0,
        burst: 3,
    };
    let workspace = Arc::new(NotionWorkspace::new(&config).unwrap());
    let pipeline = school.builder_on(workspace).build().unwrap();
    let context = RunContext::new(RunId::random());
    pipeline.run(request(LESSON), context).await.unwrap();
    let refused = school
        .requests()
        .into_iter()
        .filter(|request| request.status == Some(429));
    assert_eq!(refused.count(), 0);
}
