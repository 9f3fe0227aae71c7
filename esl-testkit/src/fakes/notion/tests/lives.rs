//! How pages and blocks change: places, updates, the trash, and the differences of the versions.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Bench, kinds, paragraph, text, with_children};

fn id(block: &Value) -> Uuid {
    block["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn blocks_go_where_the_position_says() {
    let bench = Bench::new();
    let page = bench.page(json!([paragraph("a"), paragraph("b")])).await;
    let first = id(&bench.children(page).await[0]);
    let append = async |block: Value, position: Value| {
        bench
            .append(page, json!({"children": [block], "position": position}))
            .await
    };
    append(
        json!({"divider": {}}),
        json!({"type": "after_block", "after_block": {"id": first}}),
    )
    .await
    .ok();
    append(
        json!({"breadcrumb": {}}),
        json!({"type": "start", "start": {}}),
    )
    .await
    .ok();
    append(
        json!({"table_of_contents": {}}),
        json!({"type": "end", "end": {}}),
    )
    .await
    .ok();
    let listed = bench.children(page).await;
    assert_eq!(
        kinds(&listed),
        [
            "breadcrumb",
            "paragraph",
            "divider",
            "paragraph",
            "table_of_contents"
        ]
    );

    let stranger =
        json!({"type": "after_block", "after_block": {"id": bench.notion.parent_page_id()}});
    append(paragraph("x"), stranger)
        .await
        .invalid("is not a child of");
    append(paragraph("x"), json!({"type": "middle"}))
        .await
        .invalid("body.position.type should be `\"start\"`");
    let after = bench
        .append(page, json!({"children": [], "after": first}))
        .await;
    after.invalid("body.after should be not present");
}

#[tokio::test]
async fn the_older_version_knows_after_and_archived() {
    let bench = Bench::new();
    let page = bench.page(json!([paragraph("a"), paragraph("b")])).await;
    let first = id(&bench.children(page).await[0]);
    let path = format!("/v1/blocks/{page}/children");
    let call = async |body: Value| {
        bench
            .call("PATCH", path.as_str())
            .old()
            .json(&body)
            .send()
            .await
    };
    let appended = call(json!({"children": [{"divider": {}}], "after": first}))
        .await
        .ok();
    assert_eq!(appended["results"][0]["archived"], false);
    assert_eq!(
        kinds(&bench.children(page).await),
        ["paragraph", "divider", "paragraph"]
    );
    assert!(bench.children(page).await[0].get("archived").is_none());

    let both = json!({"children": [], "after": first, "position": {"type": "start", "start": {}}});
    call(both)
        .await
        .invalid("body.position should be not present");
    let echoed = json!({"children": [{"divider": {}, "archived": false}]});
    call(echoed)
        .await
        .invalid("body.children[0].archived should be not present, instead was `false`.");
}

#[tokio::test]
async fn an_append_answers_with_the_blocks_of_the_first_level_in_order() {
    let bench = Bench::new();
    let blocks = json!([with_children("toggle", json!([paragraph("x")])), {"divider": {}}]);
    let answer = bench.appended(blocks).await.ok();
    let blocks = answer["results"].as_array().unwrap();
    assert_eq!(kinds(blocks), ["toggle", "divider"]);
    assert_eq!(blocks[0]["has_children"], true);
    assert!(blocks[0]["toggle"].get("children").is_none());
    assert_eq!(blocks[0]["toggle"]["color"], "default");
    let inside = bench.children(id(&blocks[0])).await;
    assert_eq!(
        inside[0]["parent"],
        json!({"type": "block_id", "block_id": id(&blocks[0])})
    );
}

#[tokio::test]
async fn an_update_replaces_the_fields_it_names_and_keeps_the_others() {
    let bench = Bench::new();
    let block = json!({"heading_2": {"rich_text": text("a"), "color": "red", "is_toggleable": true, "children": [paragraph("x")]}});
    let page = bench
        .page(json!([block, {"audio": {"external": {"url": "https://a.b/1.mp3"}}}]))
        .await;
    let ids: Vec<_> = bench.children(page).await.iter().map(id).collect();
    let update = async |at: usize, body: Value| {
        bench
            .call("PATCH", format!("/v1/blocks/{}", ids[at]))
            .json(&body)
            .send()
            .await
    };

    let changed = update(0, json!({"heading_2": {"rich_text": text("b")}}))
        .await
        .ok();
    assert_eq!(changed["heading_2"]["rich_text"][0]["plain_text"], "b");
    assert_eq!(
        (&changed["heading_2"]["color"], &changed["has_children"]),
        (&json!("red"), &json!(true))
    );
    let moved = update(
        1,
        json!({"audio": {"external": {"url": "https://a.b/2.mp3"}}}),
    )
    .await
    .ok();
    assert_eq!(moved["audio"]["external"]["url"], "https://a.b/2.mp3");

    update(0, json!({"paragraph": {"rich_text": []}}))
        .await
        .invalid("Block type cannot be changed from heading_2 to paragraph.");
    update(0, json!({"heading_2": {"children": []}}))
        .await
        .invalid("body.heading_2.children should be not present");
    update(0, json!({"heading_2": {"color": "teal"}}))
        .await
        .invalid("body.heading_2.color should be");
    update(0, json!({"archived": true}))
        .await
        .invalid("body.archived should be not present");
    update(1, json!({"audio": {"external": {"url": "2.mp3"}}}))
        .await
        .invalid("Invalid audio url.");
}

#[tokio::test]
async fn what_is_in_the_trash_is_shown_but_not_changed() {
    let bench = Bench::new();
    let page = bench
        .page(json!([with_children("toggle", json!([paragraph("x")])), {"divider": {}}]))
        .await;
    let toggle = id(&bench.children(page).await[0]);
    let inside = id(&bench.children(toggle).await[0]);
    let path = format!("/v1/blocks/{toggle}");
    assert_eq!(
        bench.call("DELETE", path.as_str()).send().await.ok()["in_trash"],
        true
    );
    assert_eq!(kinds(&bench.children(page).await), ["divider"]);
    assert_eq!(
        bench.call("GET", path.as_str()).send().await.ok()["in_trash"],
        true
    );

    let archived = "Can't edit block that is archived.";
    bench
        .call("DELETE", path.as_str())
        .send()
        .await
        .invalid(archived);
    bench
        .append(toggle, json!({"children": [paragraph("y")]}))
        .await
        .invalid(archived);
    let change = json!({"paragraph": {"rich_text": []}});
    bench
        .call("PATCH", format!("/v1/blocks/{inside}"))
        .json(&change)
        .send()
        .await
        .invalid(archived);

    bench
        .call("PATCH", path.as_str())
        .json(&json!({"in_trash": false}))
        .send()
        .await
        .ok();
    assert_eq!(kinds(&bench.children(page).await), ["toggle", "divider"]);
}

#[tokio::test]
async fn a_page_thrown_away_by_hand_takes_no_more_blocks() {
    let bench = Bench::new();
    let page = bench.page(json!([paragraph("x")])).await;
    bench.notion.trash(page);
    assert!(bench.notion.pages().is_empty());
    bench
        .append(page, json!({"children": [paragraph("y")]}))
        .await
        .invalid("archived");
    bench.notion.restore(page);
    bench
        .notion
        .write(page, &json!([paragraph("from a student")]));
    let tree = bench.notion.pages().remove(0);
    let texts: Vec<_> = tree
        .blocks
        .iter()
        .map(super::super::BlockTree::text)
        .collect();
    assert_eq!(texts, ["x", "from a student"]);
    assert_eq!(tree.title, "One");
}

#[tokio::test]
async fn pages_and_blocks_are_dated_by_the_minute() {
    let bench = Bench::new();
    bench.clock.advance(std::time::Duration::from_secs(100));
    let page = bench.page(json!([])).await;
    let shown = bench
        .call("GET", format!("/v1/pages/{page}"))
        .send()
        .await
        .ok();
    assert_eq!(shown["created_time"], "2026-01-01T00:01:00.000Z");
    assert!(
        shown["url"]
            .as_str()
            .unwrap()
            .ends_with(&page.simple().to_string())
    );
}
