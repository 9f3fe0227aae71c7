use esl_core::Timestamp;
use esl_core::job::payload::LessonRun;
use esl_core::job::{Failure, Job, NewJob};
use serde_json::json;

use super::*;

fn lesson(file_name: Option<&str>) -> Job {
    let lesson = LessonRun {
        md: "lesson:a1/cafe.md".into(),
        file_name: file_name.map(str::to_owned),
        ..LessonRun::default()
    };
    let new = NewJob {
        id: "0190b6f0-0000-7000-8000-000000000001".parse().unwrap(),
        ..NewJob::new(&lesson)
    };
    new.admit(Timestamp::from_millis(0), 0).job
}

fn succeeded(page: &str) -> JobView {
    let mut job = lesson(Some("unit1.md"));
    job.head.state = JobState::Succeeded;
    job.output.insert("notionUrl".into(), json!(page));
    JobView::from(&job)
}

fn failed(code: FailureCode, message: &str) -> JobView {
    let mut job = lesson(None);
    job.head.state = JobState::Failed;
    job.head.failure = Some(Failure::new(code, message));
    JobView::from(&job)
}

#[test]
fn a_success_says_where_the_page_is() {
    let letter = Writer::new(None).about_job(&succeeded("https://www.notion.so/1"));
    assert_eq!(letter.subject, "The lesson \"unit1.md\" is ready");
    assert_eq!(
        letter.text,
        "The lesson \"unit1.md\" is ready.\n\nPage: https://www.notion.so/1\n\n\
         There is nothing left to do.\n\nJob 0190b6f0-0000-7000-8000-000000000001\n"
    );
}

#[test]
fn a_failure_says_why_and_what_to_do() {
    let letter =
        Writer::new(None).about_job(&failed(FailureCode::LESSON_INVALID, "line 3:\nno title"));
    assert_eq!(letter.subject, "The lesson \"a1/cafe.md\" failed");
    assert_eq!(
        letter.text,
        "The lesson \"a1/cafe.md\" could not be made.\n\nReason: line 3: no title\n\n\
         Correct this and submit it again.\n\nJob 0190b6f0-0000-7000-8000-000000000001\n"
    );
}

#[test]
fn every_failure_has_some_advice_and_unknown_ones_a_person_to_ask() {
    let said = |code| advice(&failed(code, "it broke"));
    assert_ne!(said(FailureCode::NETWORK), ASK);
    assert_ne!(said(FailureCode::QUOTA_EXHAUSTED), ASK);
    assert_ne!(said(FailureCode::CREDENTIALS_REJECTED), ASK);
    assert_eq!(said(FailureCode::INTERNAL), ASK);
    assert_eq!(said(FailureCode::custom("school_closed")), ASK);
}

#[test]
fn a_page_of_this_service_is_linked_only_where_people_can_follow() {
    let local = succeeded("/jobs/1/page");
    let without = Writer::new(None).about_job(&local).text;
    assert!(!without.contains("Page"), "{without}");
    let with = Writer::new(Some("https://esl.example.com/"))
        .about_job(&local)
        .text;
    assert!(
        with.contains("Page: https://esl.example.com/jobs/1/page\n"),
        "{with}"
    );
}

#[test]
fn a_name_cannot_add_lines_to_a_mail() {
    let mut job = succeeded("https://www.notion.so/1");
    job.file_name = Some("a\r\nBcc: all@example.com".into());
    let letter = Writer::new(None).about_job(&job);
    assert_eq!(letter.subject.lines().count(), 1);
}

#[test]
fn a_batch_says_how_many_and_lists_them() {
    let cancelled = JobView::from(&{
        let mut job = lesson(Some("unit3.md"));
        job.head.state = JobState::Cancelled;
        job
    });
    let members = [
        succeeded("https://www.notion.so/1"),
        failed(FailureCode::NETWORK, "unplugged"),
        cancelled,
    ];
    let batch = "0190b6f0-0000-7000-8000-00000000000b".parse().unwrap();
    let letter = Writer::new(None).about_batch(batch, &members);
    assert_eq!(letter.subject, "1 of 3 succeeded");
    assert_eq!(
        letter.text,
        "Of the 3 jobs that you submitted together, 1 succeeded.\n\n\
         - lesson \"unit1.md\": succeeded, https://www.notion.so/1\n\
         - lesson \"a1/cafe.md\": failed (unplugged)\n\
         - lesson \"unit3.md\": cancelled\n\n\
         Correct what has to be corrected and submit the others again.\n\n\
         Batch 0190b6f0-0000-7000-8000-00000000000b\n"
    );
    let many = vec![succeeded("https://www.notion.so/1"); 105];
    let text = Writer::new(None).about_batch(batch, &many).text;
    assert!(text.contains("- and 5 more\n"), "{text}");
}
