//! The contract of [`Notion`].

use std::collections::BTreeMap;

use esl_core::block::{Block, Media, RichText, plain_text};
use esl_core::ports::{
    ChildBlock, CreatedPage, FileUpload, NewPage, Notion, NotionError, PageHead, PageQuery,
    Position, PropertyValue,
};
use esl_core::{BlockId, Classify, DataSourceId, ErrorKind, PageId};

use crate::NotionFixture;

/// Makes one test of each clause of the [`Notion`] contract.
///
/// `$fixture` names an `async fn() -> NotionFixture` of the calling module.
#[macro_export]
macro_rules! notion_suite {
    ($fixture:ident) => {
        $crate::__clauses!(
            notion,
            $fixture,
            [
                a_created_page_shows_its_blocks_in_order,
                nested_blocks_are_listed_below_their_parent,
                blocks_are_appended_where_asked,
                a_long_list_is_read_over_several_calls,
                an_update_keeps_the_children,
                an_update_cannot_change_the_type,
                deleting_takes_the_children_and_can_be_repeated,
                pages_are_found_by_title_and_time,
                a_page_gets_a_new_head,
                what_is_not_there_is_not_found,
                an_uploaded_file_can_be_shown,
                concurrent_appends_lose_nothing,
                a_request_over_the_limits_has_no_effect,
            ]
        );
    };
}

fn paragraph(text: &str) -> Block {
    Block::paragraph(vec![RichText::plain(text)])
}

fn toggle(title: &str, children: Vec<Block>) -> Block {
    Block::toggle(vec![RichText::plain(title)], children)
}

fn new_page(source: DataSourceId, title: &str, children: Vec<Block>) -> NewPage {
    let properties = BTreeMap::new();
    let head = PageHead {
        title: title.into(),
        icon: Some("🧭".into()),
        cover: None,
        properties,
    };
    NewPage {
        source,
        head,
        children,
    }
}

async fn page_of(fixture: &NotionFixture, children: Vec<Block>) -> CreatedPage {
    let page = new_page(fixture.source, "Lost near the station", children);
    fixture.notion().create_page(page).await.expect("created")
}

async fn list(notion: &dyn Notion, parent: impl Into<BlockId>) -> Vec<ChildBlock> {
    let parent = parent.into();
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let children = notion.children(parent, cursor).await.expect("listed");
        assert!(
            children.blocks.len() <= 100,
            "more than 100 blocks in one answer"
        );
        all.extend(children.blocks);
        cursor = children.next;
        if cursor.is_none() {
            return all;
        }
    }
}

fn texts(blocks: &[ChildBlock]) -> Vec<String> {
    let text = |child: &ChildBlock| plain_text(child.block.rich_text());
    blocks.iter().map(text).collect()
}

fn is_not_found<T>(result: Result<T, NotionError>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::NotFound)
}

impl NotionFixture {
    fn notion(&self) -> &dyn Notion {
        self.workspace.port.as_ref()
    }
}

/// `create_page` keeps the order, and the page has an address.
pub async fn a_created_page_shows_its_blocks_in_order(fixture: &NotionFixture) {
    let page = page_of(
        fixture,
        vec![paragraph("one"), Block::Divider(Default::default())],
    )
    .await;
    assert!(!page.url.is_empty());
    let blocks = list(fixture.notion(), page.id).await;
    assert_eq!(blocks[0].block, paragraph("one"));
    assert_eq!(blocks[1].block, Block::Divider(Default::default()));
    assert_eq!(blocks.len(), 2);
}

/// A listed block carries no children of its own, says whether it has some, and lists them by id.
pub async fn nested_blocks_are_listed_below_their_parent(fixture: &NotionFixture) {
    let inner = toggle("inner", vec![paragraph("deep")]);
    let page = page_of(
        fixture,
        vec![toggle("outer", vec![inner]), paragraph("flat")],
    )
    .await;
    let top = list(fixture.notion(), page.id).await;
    assert_eq!(top[0].block, toggle("outer", vec![]));
    assert_eq!((top[0].has_children, top[1].has_children), (true, false));
    let middle = list(fixture.notion(), top[0].id).await;
    assert_eq!(texts(&middle), ["inner"]);
    assert_eq!(texts(&list(fixture.notion(), middle[0].id).await), ["deep"]);
}

/// At the start, after a sibling, at the end; in the order given, with the ids in that order.
pub async fn blocks_are_appended_where_asked(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let page = page_of(fixture, vec![paragraph("b"), paragraph("e")]).await;
    let parent = BlockId::from(page.id);
    let b = list(notion, parent).await[0].id;
    let two = vec![paragraph("c"), toggle("d", vec![paragraph("x")])];
    let ids = notion
        .append_children(parent, Position::After(b), two)
        .await
        .expect("appended");
    let first = vec![paragraph("a")];
    notion
        .append_children(parent, Position::Start, first)
        .await
        .expect("appended");
    let last = vec![paragraph("f")];
    notion
        .append_children(parent, Position::End, last)
        .await
        .expect("appended");
    let blocks = list(notion, parent).await;
    assert_eq!(texts(&blocks), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(ids, [blocks[2].id, blocks[3].id]);
    let into_block = vec![paragraph("y")];
    notion
        .append_children(ids[1], Position::End, into_block)
        .await
        .expect("appended");
    assert_eq!(texts(&list(notion, ids[1]).await), ["x", "y"]);
}

/// Each block is listed once, in page order, however many calls it takes.
pub async fn a_long_list_is_read_over_several_calls(fixture: &NotionFixture) {
    let page = page_of(fixture, vec![]).await;
    let names: Vec<_> = (0..230).map(|number| number.to_string()).collect();
    for chunk in names.chunks(90) {
        let blocks = chunk.iter().map(|name| paragraph(name)).collect();
        let parent = page.id.into();
        let appended = fixture
            .notion()
            .append_children(parent, Position::End, blocks)
            .await;
        appended.expect("appended");
    }
    assert_eq!(texts(&list(fixture.notion(), page.id).await), names);
}

/// `update_block` replaces the text and leaves the children.
pub async fn an_update_keeps_the_children(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let page = page_of(fixture, vec![toggle("old", vec![paragraph("kept")])]).await;
    let id = list(notion, page.id).await[0].id;
    notion
        .update_block(id, toggle("new", vec![]))
        .await
        .expect("updated");
    let blocks = list(notion, page.id).await;
    assert_eq!((texts(&blocks), blocks[0].id), (vec!["new".to_owned()], id));
    assert_eq!(texts(&list(notion, id).await), ["kept"]);
}

/// An update with another type is refused and changes nothing.
pub async fn an_update_cannot_change_the_type(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let page = page_of(fixture, vec![paragraph("text")]).await;
    let id = list(notion, page.id).await[0].id;
    let error = notion
        .update_block(id, toggle("text", vec![]))
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(list(notion, page.id).await[0].block, paragraph("text"));
}

/// A deleted block is gone with its children; deleting it again succeeds.
pub async fn deleting_takes_the_children_and_can_be_repeated(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let blocks = vec![
        toggle("gone", vec![paragraph("gone, too")]),
        paragraph("kept"),
    ];
    let page = page_of(fixture, blocks).await;
    let gone = list(notion, page.id).await[0].id;
    let child = list(notion, gone).await[0].id;
    notion.delete_block(gone).await.expect("deleted");
    notion.delete_block(gone).await.expect("deleted again");
    assert_eq!(texts(&list(notion, page.id).await), ["kept"]);
    assert!(is_not_found(
        notion.update_block(child, paragraph("x")).await
    ));
}

/// `find_pages` honours all conditions and answers oldest first.
pub async fn pages_are_found_by_title_and_time(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let mut created = Vec::new();
    for title in ["Twin", "Other", "Twin"] {
        let page = new_page(fixture.source, title, vec![]);
        created.push(notion.create_page(page).await.expect("created"));
    }
    let query = |title: Option<&str>| PageQuery {
        title: title.map(str::to_owned),
        ..PageQuery::all_of(fixture.source)
    };
    let all = notion.find_pages(&query(None)).await.expect("found");
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by_key(|found| found.created));
    let oldest = PageQuery {
        at_most: 2,
        ..query(None)
    };
    assert_eq!(notion.find_pages(&oldest).await.expect("found"), all[..2]);
    let twins = notion
        .find_pages(&query(Some("Twin")))
        .await
        .expect("found");
    let ids: Vec<_> = twins.iter().map(|found| found.page.id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&created[0].id) && ids.contains(&created[2].id));
    assert!(!twins[0].page.url.is_empty());
    let future = PageQuery {
        created_since: Some("2999-01-01T00:00:00Z".parse().expect("a valid instant")),
        ..query(None)
    };
    assert_eq!(notion.find_pages(&future).await.expect("found"), []);
}

/// `update_page` sets the title and leaves the blocks.
pub async fn a_page_gets_a_new_head(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let page = page_of(fixture, vec![paragraph("kept")]).await;
    let head = PageHead {
        title: "Found again".into(),
        ..PageHead::default()
    };
    let updated = notion.update_page(page.id, head).await.expect("updated");
    assert_eq!(updated.id, page.id);
    assert_eq!(notion.page(page.id).await.expect("found"), updated);
    let query = PageQuery {
        title: Some("Found again".into()),
        ..PageQuery::all_of(fixture.source)
    };
    assert_eq!(notion.find_pages(&query).await.expect("found").len(), 1);
    assert_eq!(texts(&list(notion, page.id).await), ["kept"]);
}

/// Unknown pages, blocks and sources are `NotFound`.
pub async fn what_is_not_there_is_not_found(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let nowhere = "0123456789abcdef0123456789abcdef";
    let block = BlockId::parse(nowhere).expect("a valid id");
    let source = DataSourceId::parse(nowhere).expect("a valid id");
    let page = PageId::parse(nowhere).expect("a valid id");
    assert!(is_not_found(notion.schema(source).await));
    assert!(is_not_found(
        notion.create_page(new_page(source, "x", vec![])).await
    ));
    assert!(is_not_found(notion.page(page).await));
    assert!(is_not_found(
        notion.update_page(page, PageHead::default()).await
    ));
    assert!(is_not_found(notion.children(block, None).await));
    assert!(is_not_found(
        notion.update_block(block, paragraph("x")).await
    ));
    let appended = notion
        .append_children(block, Position::End, vec![paragraph("x")])
        .await;
    assert!(is_not_found(appended));
    let there = BlockId::from(page_of(fixture, vec![]).await.id);
    let after = Position::After(block);
    let appended = notion
        .append_children(there, after, vec![paragraph("x")])
        .await;
    assert!(is_not_found(appended));
    assert!(list(notion, there).await.is_empty());
}

/// An upload's id can be named by an audio block.
pub async fn an_uploaded_file_can_be_shown(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp3");
    std::fs::write(&path, b"\xff\xfb\x90\x00 not much of a sound").expect("written");
    let file = FileUpload {
        path,
        name: "a.mp3".into(),
        content_type: "audio/mpeg".into(),
        transcript: None,
    };
    let upload = notion.upload_file(file).await.expect("uploaded");
    let page = page_of(fixture, vec![paragraph("text")]).await;
    let audio = Block::Audio(Media::upload(upload));
    let appended = notion
        .append_children(page.id.into(), Position::Start, vec![audio])
        .await;
    appended.expect("appended");
    let blocks = list(notion, page.id).await;
    assert!(matches!(blocks[0].block, Block::Audio(_)), "{blocks:?}");
}

/// Appends at the same time all arrive.
pub async fn concurrent_appends_lose_nothing(fixture: &NotionFixture) {
    let page = page_of(fixture, vec![]).await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..12 {
        let notion = fixture.workspace.port.clone();
        let block = vec![paragraph(&format!("{number:02}"))];
        let parent = page.id.into();
        writers.spawn(async move { notion.append_children(parent, Position::End, block).await });
    }
    for result in writers.join_all().await {
        result.expect("appended");
    }
    let mut found = texts(&list(fixture.notion(), page.id).await);
    found.sort();
    assert_eq!(
        found,
        (0..12)
            .map(|number| format!("{number:02}"))
            .collect::<Vec<_>>()
    );
}

/// Where there is a limit, a request over it is refused and leaves the page as it was.
pub async fn a_request_over_the_limits_has_no_effect(fixture: &NotionFixture) {
    let notion = fixture.notion();
    let page = page_of(fixture, vec![]).await;
    let limit = notion.limits().children_per_array;
    if limit < usize::MAX {
        let blocks = vec![paragraph("x"); limit + 1];
        let result = notion
            .append_children(page.id.into(), Position::End, blocks)
            .await;
        assert_eq!(result.expect_err("refused").kind(), ErrorKind::InvalidInput);
    }
    let limit = notion.limits().characters_per_run;
    if limit < usize::MAX {
        let blocks = vec![paragraph(&"x".repeat(limit + 1))];
        let result = notion
            .append_children(page.id.into(), Position::End, blocks)
            .await;
        assert_eq!(result.expect_err("refused").kind(), ErrorKind::InvalidInput);
    }
    assert!(list(notion, page.id).await.is_empty());
    let schema = notion.schema(fixture.source).await.expect("a schema");
    if !schema.is_open {
        let mut page = new_page(fixture.source, "Refused", vec![]);
        let value = PropertyValue::RichText("x".into());
        page.head
            .properties
            .insert("No Such Property".into(), value);
        assert!(notion.create_page(page).await.is_err());
    }
}
