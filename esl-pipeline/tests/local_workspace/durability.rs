//! Crashes, damage, and several writers at once.

use std::fs;

use esl_core::block::plain_text;
use esl_core::ports::{Notion, PageQuery, Position};
use esl_core::{Classify, ErrorKind};
use esl_pipeline::providers::local_workspace::LocalWorkspace;
use tokio::task::JoinSet;

use crate::{Fixture, open, paragraph};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_appends_through_several_handles_lose_nothing() {
    const WRITERS: usize = 8;
    const APPENDS: usize = 5;
    let fixture = Fixture::new();
    let page = fixture.page("Busy", vec![]).await;
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let workspace = open(&fixture.root);
        tasks.spawn(async move {
            for number in 0..APPENDS {
                let block = paragraph(&format!("{writer}.{number}"));
                workspace
                    .append_children(page.id.into(), Position::End, vec![block])
                    .await
                    .unwrap();
            }
        });
    }
    tasks.join_all().await;
    let children = fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap();
    let mut texts: Vec<_> = children
        .blocks
        .iter()
        .map(|child| plain_text(child.block.rich_text()))
        .collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), WRITERS * APPENDS);
}

#[tokio::test]
async fn a_damaged_page_is_reported_and_never_overwritten() {
    let fixture = Fixture::new();
    let page = fixture.page("Damaged", vec![paragraph("p")]).await;
    let path = fixture.file(&page, "page.json");
    for damage in [
        "",
        "{",
        "{\"version\": 99}",
        "[]",
        &fs::read_to_string(&path).unwrap()[..200],
    ] {
        fs::write(&path, damage).unwrap();
        let append = fixture
            .workspace
            .append_children(page.id.into(), Position::End, vec![paragraph("q")])
            .await
            .unwrap_err();
        assert_eq!(append.kind(), ErrorKind::Corrupt, "{damage}: {append}");
        assert!(append.to_string().contains("page.json"), "{append}");
        let listed = fixture
            .workspace
            .children(page.id.into(), None)
            .await
            .unwrap_err();
        assert_eq!(listed.kind(), ErrorKind::Corrupt);
        let query = PageQuery::all_of(LocalWorkspace::SOURCE);
        let found = fixture.workspace.find_pages(&query).await.unwrap_err();
        assert_eq!(found.kind(), ErrorKind::Corrupt);
        assert_eq!(fs::read_to_string(&path).unwrap(), damage);
    }
}

#[tokio::test]
async fn a_page_under_another_pages_name_is_reported() {
    let fixture = Fixture::new();
    let (one, other) = (
        fixture.page("One", vec![]).await,
        fixture.page("Other", vec![]).await,
    );
    fs::copy(
        fixture.file(&one, "page.json"),
        fixture.file(&other, "page.json"),
    )
    .unwrap();
    let error = fixture
        .workspace
        .children(other.id.into(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn html_left_behind_by_a_crash_is_replaced_at_the_next_look() {
    let fixture = Fixture::new();
    let page = fixture.page("Torn", vec![paragraph("truth")]).await;
    let teacher = fixture.file(&page, "teacher.html");
    let good = fs::read_to_string(&teacher).unwrap();

    // Killed after page.json was put in place: old HTML, new HTML beside it.
    fs::write(&teacher, "old").unwrap();
    fs::write(fixture.file(&page, "teacher.html.next"), "half").unwrap();
    fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(&teacher).unwrap(), good);
    assert!(!fixture.file(&page, "teacher.html.next").exists());

    fs::remove_file(fixture.file(&page, "student.html")).unwrap();
    let query = PageQuery {
        title: Some("Torn".to_owned()),
        ..PageQuery::all_of(LocalWorkspace::SOURCE)
    };
    fixture.workspace.find_pages(&query).await.unwrap();
    assert_eq!(fixture.html(&page, "student.html"), good);
}

#[tokio::test]
async fn a_folder_left_before_its_page_was_created_is_no_page() {
    let fixture = Fixture::new();
    fs::create_dir(
        fixture
            .root
            .path()
            .join("0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"),
    )
    .unwrap();
    let query = PageQuery::all_of(LocalWorkspace::SOURCE);
    assert_eq!(fixture.workspace.find_pages(&query).await.unwrap(), []);
}

#[tokio::test]
async fn a_root_that_cannot_be_written_is_a_storage_error_naming_it() {
    let fixture = Fixture::new();
    // A file where the folder should be: unlike permissions, it stops the superuser, too.
    let root = fixture.root.path().join("taken");
    fs::write(&root, "").unwrap();
    let workspace = LocalWorkspace::open(&root, Default::default());
    let error = workspace
        .create_page(crate::new_page("x", vec![]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("taken"), "{error}");
}

#[tokio::test]
async fn a_change_that_cannot_be_rendered_does_not_happen() {
    let fixture = Fixture::new();
    let page = fixture.page("Whole", vec![paragraph("before")]).await;
    // A folder where the new HTML should be written.
    fs::create_dir(fixture.file(&page, "student.html.next")).unwrap();
    let append = fixture
        .workspace
        .append_children(page.id.into(), Position::End, vec![paragraph("after")])
        .await;
    assert_eq!(append.unwrap_err().kind(), ErrorKind::Storage);
    let children = fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap();
    assert_eq!(children.blocks.len(), 1);
}
