//! What this workspace adds to the contract of the port.

use std::collections::BTreeMap;
use std::time::Duration;

use esl_core::block::{Block, Divider, Media, plain_text};
use esl_core::ports::{
    Children, CreatedPage, FileUpload, Notion, NotionError, PageHead, PageQuery, Position,
    PropertyValue,
};
use esl_core::{BlockId, Classify, Cue, DataSourceId, ErrorKind, PageId, Transcript};
use esl_pipeline::providers::local_workspace::LocalWorkspace;

use crate::{Fixture, new_page, open, paragraph, toggle};

const FOREIGN: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";

fn texts(children: &Children) -> Vec<String> {
    children
        .blocks
        .iter()
        .map(|child| plain_text(child.block.rich_text()))
        .collect()
}

fn kind<T: std::fmt::Debug>(result: Result<T, NotionError>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[tokio::test]
async fn a_long_listing_survives_changes_between_its_parts() {
    let fixture = Fixture::new();
    let names: Vec<_> = (0..250).map(|number| number.to_string()).collect();
    let page = fixture
        .page("Long", names.iter().map(|name| paragraph(name)).collect())
        .await;
    let first = fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap();
    assert_eq!(first.blocks.len(), 100);
    fixture
        .workspace
        .delete_block(first.blocks[3].id)
        .await
        .unwrap();
    let second = fixture
        .workspace
        .children(page.id.into(), first.next)
        .await
        .unwrap();
    assert_eq!(texts(&second)[0], "100");
}

#[tokio::test]
async fn a_page_cannot_be_deleted_as_if_it_were_a_block() {
    let fixture = Fixture::new();
    let page = fixture.page("Stays", vec![]).await;
    assert_eq!(
        kind(fixture.workspace.delete_block(page.id.into()).await),
        ErrorKind::InvalidInput
    );
    assert!(fixture.file(&page, "page.json").exists());
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let fixture = Fixture::new();
    let page = fixture.page("Here", vec![paragraph("p")]).await;
    let workspace = &fixture.workspace;
    let foreign: BlockId = FOREIGN.parse().unwrap();
    let source: DataSourceId = FOREIGN.parse().unwrap();
    let gone: PageId = FOREIGN.parse().unwrap();
    let query = PageQuery::all_of(source);
    let mut elsewhere = new_page("x", vec![]);
    elsewhere.source = source;
    let not_found = [
        kind(workspace.children(foreign, None).await),
        kind(
            workspace
                .append_children(foreign, Position::End, vec![])
                .await,
        ),
        kind(
            workspace
                .append_children(page.id.into(), Position::After(foreign), vec![])
                .await,
        ),
        kind(workspace.update_block(foreign, paragraph("p")).await),
        kind(workspace.update_page(gone, PageHead::default()).await),
        kind(workspace.render(gone).await),
        kind(workspace.schema(source).await),
        kind(workspace.find_pages(&query).await),
        kind(workspace.create_page(elsewhere).await),
    ];
    assert!(
        not_found.iter().all(|kind| *kind == ErrorKind::NotFound),
        "{not_found:?}"
    );
}

#[tokio::test]
async fn a_block_that_holds_none_takes_none() {
    let fixture = Fixture::new();
    let page = fixture.page("Leaf", vec![Block::Divider(Divider {})]).await;
    let divider = fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap()
        .blocks[0]
        .id;
    let appended = fixture
        .workspace
        .append_children(divider, Position::End, vec![paragraph("p")])
        .await;
    assert_eq!(kind(appended), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn blocks_may_be_nested_to_the_limit_and_no_deeper() {
    let fixture = Fixture::new();
    let nested = |levels| (1..levels).fold(paragraph("p"), |inner, _| toggle("t", vec![inner]));
    let page = fixture
        .page("Deep", vec![nested(LocalWorkspace::MAX_DEPTH)])
        .await;
    let top = fixture
        .workspace
        .children(page.id.into(), None)
        .await
        .unwrap();
    assert_eq!(texts(&top), ["t"]);
    let deeper = new_page("Deeper", vec![nested(LocalWorkspace::MAX_DEPTH + 1)]);
    assert_eq!(
        kind(fixture.workspace.create_page(deeper).await),
        ErrorKind::InvalidInput
    );
}

#[tokio::test]
async fn pages_are_found_by_title_and_time_oldest_first_and_after_reopening() {
    let fixture = Fixture::new();
    for title in ["A", "B", "A"] {
        fixture.page(title, vec![]).await;
    }
    let workspace = open(&fixture.root);
    let find = async |title: Option<&str>, created_since| {
        let query = PageQuery {
            title: title.map(str::to_owned),
            created_since,
            ..PageQuery::all_of(LocalWorkspace::SOURCE)
        };
        workspace.find_pages(&query).await.unwrap()
    };
    let all = find(None, None).await;
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by_key(|page| page.created));
    assert_eq!(find(Some("A"), None).await.len(), 2);
    assert_eq!(find(Some("a"), None).await, []);
    assert_eq!(find(None, Some(all[0].created)).await.len(), 3);
    let later = std::time::SystemTime::from(all[2].created) + Duration::from_secs(1);
    assert_eq!(find(None, Some(later.into())).await, []);
}

#[tokio::test]
async fn a_new_head_keeps_the_properties_it_does_not_name() {
    let fixture = Fixture::new();
    let mut new = new_page("Old", vec![]);
    new.head.properties = BTreeMap::from([
        ("Level".to_owned(), PropertyValue::Select("A2".to_owned())),
        ("Minutes".to_owned(), PropertyValue::Number(25.0)),
    ]);
    let page = fixture.workspace.create_page(new).await.unwrap();
    let head = PageHead {
        title: "New".to_owned(),
        icon: Some("🧭".to_owned()),
        properties: BTreeMap::from([("Level".to_owned(), PropertyValue::Select("B1".to_owned()))]),
        ..PageHead::default()
    };
    assert_eq!(
        fixture.workspace.update_page(page.id, head).await.unwrap(),
        page
    );
    let html = fixture.html(&page, "student.html");
    assert!(
        ["New", "🧭", "B1", "25"]
            .iter()
            .all(|text| html.contains(text))
    );
    assert!(!html.contains("A2"));
}

#[tokio::test]
async fn a_number_that_json_cannot_hold_is_refused() {
    let fixture = Fixture::new();
    let mut new = new_page("NaN", vec![]);
    new.head
        .properties
        .insert("N".to_owned(), PropertyValue::Number(f64::NAN));
    assert_eq!(
        kind(fixture.workspace.create_page(new).await),
        ErrorKind::InvalidInput
    );
}

#[tokio::test]
async fn an_uploaded_recording_is_inside_the_page_with_its_lines() {
    let fixture = Fixture::new();
    let page = with_recording(&fixture, "lesson.mp3", "audio/mpeg").await;
    for name in ["teacher.html", "student.html"] {
        let html = fixture.html(&page, name);
        assert!(
            html.contains("src=\"data:audio/mpeg;base64,c291bmQ=\""),
            "{html}"
        );
        assert!(html.contains("Hello there") && html.contains("data-start=\"1500\""));
    }
}

async fn with_recording(fixture: &Fixture, name: &str, content_type: &str) -> CreatedPage {
    let path = fixture.root.path().join(name);
    std::fs::write(&path, "sound").unwrap();
    let upload = FileUpload {
        path,
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        transcript: Some(Transcript {
            cues: vec![Cue {
                start: Duration::from_millis(1500),
                end: Duration::from_millis(2000),
                speaker: Some("Ann".to_owned()),
                text: "Hello there".to_owned(),
            }],
        }),
    };
    let again = fixture.workspace.upload_file(upload.clone()).await.unwrap();
    let id = fixture.workspace.upload_file(upload).await.unwrap();
    assert_eq!(id, again);
    fixture
        .page("Audio", vec![Block::Audio(Media::upload(id))])
        .await
}

#[tokio::test]
async fn other_files_than_recordings_are_refused() {
    let fixture = Fixture::new();
    let path = fixture.root.path().join("a.html");
    std::fs::write(&path, "x").unwrap();
    let upload = FileUpload {
        path,
        name: "a.html".to_owned(),
        content_type: "text/html".to_owned(),
        transcript: None,
    };
    assert_eq!(
        kind(fixture.workspace.upload_file(upload).await),
        ErrorKind::InvalidInput
    );
}
