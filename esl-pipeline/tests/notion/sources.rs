//! Data sources are found by whatever people call them.

use esl_core::{Classify, ErrorKind};
use esl_pipeline::providers::notion::SourceError;

use super::world::{fakes, lessons, workspace};

#[tokio::test]
async fn a_data_source_is_found_by_id_link_or_name() {
    let fakes = fakes().await;
    let database = fakes.notion().database_id().simple().to_string();
    let source = fakes.notion().data_source_id().to_string();
    let workspace = workspace(&fakes);
    for (asked, name) in [
        (source.clone(), None),
        (database.clone(), None),
        (database.clone(), Some("lessons")),
        (format!("https://www.notion.so/school/{database}?v=1"), None),
        (" lessons ".to_owned(), None),
        ("LESSONS".to_owned(), Some("Lessons")),
    ] {
        let found = workspace.find_source(&asked, name).await;
        assert_eq!(found.unwrap(), lessons(&fakes), "{asked} {name:?}");
    }
}

#[tokio::test]
async fn what_is_known_is_not_asked_again() {
    let fakes = fakes().await;
    let workspace = workspace(&fakes);
    let find = || workspace.find_source("Lessons", None);
    let (one, other) = tokio::join!(find(), find());
    assert_eq!(one.unwrap(), other.unwrap());
    let requests = fakes.requests(esl_testkit::fakes::Service::Notion);
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_told_with_a_way_out() {
    let fakes = fakes().await;
    let workspace = workspace(&fakes);
    let nowhere = uuid::Uuid::from_u128(7).to_string();
    let database = fakes.notion().database_id().to_string();
    for (asked, name) in [
        ("Lesson", None),
        (&*nowhere, None),
        (&*database, Some("Other")),
    ] {
        let error = workspace.find_source(asked, name).await.unwrap_err();
        assert!(matches!(error, SourceError::NotFound { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.hint().unwrap().contains("Connections"));
    }
}

#[tokio::test]
async fn the_account_tells_whether_the_token_works() {
    let fakes = fakes().await;
    let account = workspace(&fakes).account().await.unwrap();
    assert_eq!(account.max_upload_bytes, Some(5 << 30));
    fakes.notion().revoke_token();
    let error = workspace(&fakes).account().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
}
