//! Data sources are found by whatever people call them.

use esl_core::ports::Notion as _;
use esl_core::{Classify, ErrorKind};
use esl_pipeline::providers::notion::{SourceError, SourceKind};
use esl_testkit::fakes::Service;

use super::world::{call, fakes, lessons, workspace};

#[tokio::test]
async fn a_data_source_is_found_by_id_link_or_name() {
    let fakes = fakes().await;
    let database = fakes.notion().database_id().simple().to_string();
    let source = fakes.notion().data_source_id().to_string();
    for (asked, name) in [
        (source.clone(), None),
        (database.clone(), None),
        (database.clone(), Some("lessons")),
        (format!("https://www.notion.so/school/{database}?v=1"), None),
        (" lessons ".to_owned(), None),
        ("LESSONS".to_owned(), Some("Lessons")),
    ] {
        for kind in [SourceKind::Database, SourceKind::DataSource] {
            let workspace = workspace(&fakes);
            let found = workspace.find_source(&asked, kind, name).await;
            assert_eq!(found.unwrap(), lessons(&fakes), "{asked} {kind:?} {name:?}");
        }
    }
}

#[tokio::test]
async fn what_is_known_is_not_asked_again() {
    let fakes = fakes().await;
    let workspace = workspace(&fakes);
    let find = || workspace.find_source("Lessons", SourceKind::Database, None);
    let (one, other) = tokio::join!(find(), find());
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(fakes.requests(Service::Notion).len(), 1);
}

#[tokio::test]
async fn an_id_of_the_kind_that_is_meant_takes_no_request_in_vain() {
    let fakes = fakes().await;
    let database = fakes.notion().database_id().to_string();
    let source = fakes.notion().data_source_id().to_string();
    for (asked, kind, expected) in [
        (
            database,
            SourceKind::Database,
            &["GET /v1/databases/*", "GET /v1/data_sources/*"][..],
        ),
        (source, SourceKind::DataSource, &["GET /v1/data_sources/*"]),
    ] {
        fakes.clear_log();
        let workspace = workspace(&fakes);
        let found = workspace.find_source(&asked, kind, None).await.unwrap();
        workspace.schema(found).await.unwrap();
        let requests = fakes.requests(Service::Notion);
        let calls: Vec<_> = requests.iter().map(call).collect();
        assert_eq!(calls, expected);
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_with_a_way_out() {
    let fakes = fakes().await;
    let workspace = workspace(&fakes);
    let nowhere = uuid::Uuid::from_u128(7).to_string();
    let database = fakes.notion().database_id().to_string();
    let find = |asked, name| workspace.find_source(asked, SourceKind::Database, name);
    for (asked, name) in [
        ("Lesson", None),
        (&*nowhere, None),
        (&*database, Some("Other")),
    ] {
        let error = find(asked, name).await.unwrap_err();
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
