//! What blocks have to look like, and what they may stand in.

use serde_json::{Value, json};

use super::{Bench, kinds, paragraph, text, with_children};

#[tokio::test]
async fn each_type_of_block_is_taken_in_its_form() {
    let bench = Bench::new();
    let page = bench.page(json!([])).await;
    let external =
        json!({"type": "external", "external": {"url": "https://a.b/c"}, "caption": text("c")});
    let mut blocks: Vec<Value> = [
        "paragraph",
        "heading_1",
        "heading_2",
        "heading_3",
        "heading_4",
        "bulleted_list_item",
        "numbered_list_item",
        "to_do",
        "toggle",
        "quote",
        "callout",
        "template",
    ]
    .map(|kind| json!({"object": "block", "type": kind, kind: {"rich_text": text("x")}}))
    .into();
    for kind in ["image", "video", "audio", "pdf", "file"] {
        blocks.push(json!({ kind: external }));
    }
    for block in [
        json!({"code": {"rich_text": text("x"), "language": "java/c/c++/c#"}}),
        json!({"equation": {"expression": "x"}}),
        json!({"divider": {}}),
        json!({"breadcrumb": {}}),
        json!({"table_of_contents": {"color": "gray"}}),
        json!({"table": {"table_width": 1, "children": [{"table_row": {"cells": [[]]}}]}}),
        json!({"column_list": {"children": [
            {"column": {"width_ratio": 0.5, "children": [paragraph("x")]}},
            {"column": {"children": [with_children("toggle", json!([paragraph("x")]))]}},
        ]}}),
        json!({"synced_block": {"synced_from": null, "children": [paragraph("x")]}}),
        json!({"bookmark": {"url": "https://a.b"}}),
        json!({"embed": {"url": "https://a.b"}}),
        json!({"link_to_page": {"type": "page_id", "page_id": page}}),
        json!({"tab": {"children": [paragraph("x")]}}),
    ] {
        blocks.push(block);
    }
    let sent = blocks.len();
    bench.append(page, json!({ "children": blocks })).await.ok();
    assert_eq!(bench.children(page).await.len(), sent);
}

#[tokio::test]
async fn a_block_of_the_wrong_form_is_refused_where_it_is_wrong() {
    let bench = Bench::new();
    let row = |cells: Value| json!({"table_row": { "cells": cells }});
    let cases = [
        (
            json!({"type": "toggle", "paragraph": {"rich_text": []}}),
            "body.children[0].toggle should be defined",
        ),
        (
            json!({"type": "pragraph"}),
            "body.children[0].type should be `\"paragraph\"`",
        ),
        (
            json!({}),
            "Fix one:\nbody.children[0].paragraph should be defined",
        ),
        (
            json!({"object": "page", "divider": {}}),
            "body.children[0].object should be `\"block\"`",
        ),
        (
            json!({"paragraph": {"rich_text": []}, "archived": false}),
            "body.children[0].archived should be not present, instead was `false`.",
        ),
        (
            json!({"paragraph": {}}),
            "body.children[0].paragraph.rich_text should be defined",
        ),
        (
            json!({"paragraph": {"rich_text": [], "colour": 1}}),
            "paragraph.colour should be not present",
        ),
        (
            json!({"paragraph": {"rich_text": [], "color": "teal"}}),
            "paragraph.color should be `\"default\"`",
        ),
        (
            json!({"paragraph": {"rich_text": "x"}}),
            "paragraph.rich_text should be an array, instead was `\"x\"`.",
        ),
        (
            json!({"paragraph": {"rich_text": [{"text": {"content": "x"}, "plain_text": "x"}]}}),
            "rich_text[0].plain_text should be not present",
        ),
        (
            json!({"paragraph": {"rich_text": [{"text": {"content": "x"}, "annotations": {"bold": 1}}]}}),
            "annotations.bold should be a boolean",
        ),
        (
            json!({"to_do": {"rich_text": [], "checked": "yes"}}),
            "to_do.checked should be a boolean",
        ),
        (
            json!({"callout": {"rich_text": [], "icon": null}}),
            "callout.icon should be an object",
        ),
        (
            json!({"callout": {"rich_text": [], "icon": {"emoji": "ab"}}}),
            "callout.icon.emoji should be an emoji",
        ),
        (
            json!({"code": {"rich_text": []}}),
            "code.language should be defined",
        ),
        (
            json!({"code": {"rich_text": [], "language": "rs"}}),
            "or `\"java/c/c++/c#\"`, instead was `\"rs\"`.",
        ),
        (
            json!({"divider": {"color": "red"}}),
            "divider.color should be not present",
        ),
        (
            json!({"divider": {"children": []}}),
            "divider.children should be not present",
        ),
        (
            json!({"audio": {"type": "file", "file": {"url": "https://a.b"}}}),
            "audio.type should be `\"external\"` or `\"file_upload\"`",
        ),
        (
            json!({"audio": {"external": {"url": "https://a.b"}, "name": "x"}}),
            "audio.name should be not present",
        ),
        (
            json!({"table": {"table_width": 0, "children": [row(json!([]))]}}),
            "table.table_width should be ≥ `1`, instead was `0`.",
        ),
        (
            json!({"table": {"table_width": 1, "children": []}}),
            "table.children.length should be ≥ `1`, instead was `0`.",
        ),
        (
            json!({"table": {"table_width": 1}}),
            "table.children should be defined",
        ),
        (
            json!({"table": {"table_width": 1, "children": [paragraph("x")]}}),
            "table.children[0].table_row should be defined",
        ),
        (
            json!({"column_list": {"children": [{"column": {"children": [paragraph("x")]}}]}}),
            "column_list.children.length should be ≥ `2`",
        ),
        (
            json!({"column_list": {"children": [{"column": {"children": []}}, {"column": {"children": [paragraph("x")]}}]}}),
            "children[0].column.children.length should be ≥ `1`",
        ),
        (
            json!({"child_page": {"title": "x"}}),
            "body.children[0].paragraph should be defined",
        ),
    ];
    for (block, reason) in cases {
        bench.appended(json!([block])).await.invalid(reason);
    }
}

#[tokio::test]
async fn two_levels_below_the_top_are_taken_and_a_third_is_not() {
    let bench = Bench::new();
    let second = with_children(
        "toggle",
        json!([with_children("toggle", json!([paragraph("x")]))]),
    );
    bench.appended(json!([second])).await.ok();
    let third = with_children("toggle", json!([second]));
    bench.appended(json!([third])).await.invalid(
        "body.children[0].toggle.children[0].toggle.children[0].toggle.children should be not present, instead was `[{",
    );
}

#[tokio::test]
async fn columns_and_tables_stand_only_so_deep() {
    let bench = Bench::new();
    let table = json!({"table": {"table_width": 1, "children": [{"table_row": {"cells": [[]]}}]}});
    let in_toggle = |block: &Value| with_children("toggle", json!([block]));
    bench.appended(json!([in_toggle(&table)])).await.ok();
    let too_deep = bench.appended(json!([in_toggle(&in_toggle(&table))])).await;
    too_deep.invalid("children[0].toggle.children[0].table should be not present");

    let column = |block: &Value| json!({"column": {"children": [block]}});
    let columns = json!({"column_list": {"children": [column(&paragraph("x")), column(&in_toggle(&paragraph("y")))]}});
    bench.appended(json!([columns])).await.ok();
    bench
        .appended(json!([in_toggle(&columns)]))
        .await
        .invalid("toggle.children[0].column_list should be not present");
    let nested = json!({"column_list": {"children": [column(&paragraph("x")), column(&columns)]}});
    bench
        .appended(json!([nested]))
        .await
        .invalid("column.children[0].column_list should be not present");
}

#[tokio::test]
async fn blocks_that_do_not_go_together_are_refused_for_what_they_mean() {
    let bench = Bench::new();
    let row = |cells: Value| json!({"table_row": { "cells": cells }});
    let link = |url: &str| json!({"paragraph": {"rich_text": [{"text": {"content": "x", "link": {"url": url}}}]}});
    let cases = [
        (
            json!({"table": {"table_width": 2, "children": [row(json!([[], []])), row(json!([[]]))]}}),
            "Number of cells in table row must match the table width",
        ),
        (link("/relative"), "Invalid URL for link."),
        (link("#fragment"), "Invalid URL for link."),
        (link("https://"), "Invalid URL for link."),
        (
            json!({"image": {"external": {"url": "picture.png"}}}),
            "Invalid image url.",
        ),
        (
            json!({"bookmark": {"url": "ftp://a.b"}}),
            "Invalid bookmark url.",
        ),
        (
            json!({"heading_2": {"rich_text": [], "children": [paragraph("x")]}}),
            "heading_2 does not support children",
        ),
        (row(json!([[]])), "table_row cannot stand in child_page"),
        (
            json!({"column": {"children": [paragraph("x")]}}),
            "column cannot stand in child_page",
        ),
        (
            json!({"synced_block": {"synced_from": {"block_id": bench.notion.parent_page_id()}, "children": [paragraph("x")]}}),
            "A copy of a synced block cannot have children",
        ),
        (
            json!({"link_to_page": {"page_id": bench.notion.data_source_id()}}),
            "Could not find page with ID",
        ),
    ];
    for (block, reason) in cases {
        let answer = bench.appended(json!([block])).await;
        answer.invalid("Content creation Failed. Fix the following:");
        answer.invalid(reason);
    }
    for good in ["mailto:a@b.c", "tel:+49", "HTTPS://a.b/c?d#e"] {
        bench.appended(json!([link(good)])).await.ok();
    }
    let foldable = json!({"heading_2": {"rich_text": [], "is_toggleable": true, "children": [paragraph("x")]}});
    bench.appended(json!([foldable])).await.ok();
}

#[tokio::test]
async fn nothing_is_created_when_one_block_is_refused() {
    let bench = Bench::new();
    let page = bench.page(json!([paragraph("one")])).await;
    let bad = json!({"image": {"external": {"url": "x"}}});
    bench
        .append(page, json!({"children": [paragraph("two"), bad]}))
        .await
        .invalid("Invalid image url.");
    assert_eq!(kinds(&bench.children(page).await), ["paragraph"]);

    let mut lesson = bench.lesson("Two");
    lesson["children"] = json!([bad]);
    bench
        .call("POST", "/v1/pages")
        .json(&lesson)
        .send()
        .await
        .invalid("Invalid image url.");
    assert_eq!(bench.notion.pages().len(), 1);
}

#[tokio::test]
async fn what_can_hold_nothing_is_appended_nothing() {
    let bench = Bench::new();
    let page = bench.page(json!([{"divider": {}}, {"table": {"table_width": 2, "children": [{"table_row": {"cells": [[], []]}}]}}])).await;
    let ids: Vec<uuid::Uuid> = bench
        .children(page)
        .await
        .iter()
        .map(|block| block["id"].as_str().unwrap().parse().unwrap())
        .collect();
    let answer = bench
        .append(ids[0], json!({"children": [paragraph("x")]}))
        .await;
    answer.invalid("Block of type divider does not support children");
    let answer = bench
        .append(ids[1], json!({"children": [paragraph("x")]}))
        .await;
    answer.invalid("paragraph cannot stand in table");
    let answer = bench
        .append(
            ids[1],
            json!({"children": [{"table_row": {"cells": [[]]}}]}),
        )
        .await;
    answer.invalid("Number of cells in table row");
    bench
        .append(
            ids[1],
            json!({"children": [{"table_row": {"cells": [[], []]}}]}),
        )
        .await
        .ok();
}
