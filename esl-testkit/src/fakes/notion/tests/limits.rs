//! The sizes of the API reference, "Request limits": the last that is taken, and the first that is not.

use serde_json::{Value, json};

use super::{Bench, paragraph, text, with_children};

fn many(count: usize, block: &Value) -> Value {
    vec![block; count].into_iter().cloned().collect()
}

#[tokio::test]
async fn a_text_has_2000_utf_16_units() {
    let bench = Bench::new();
    let full = "\u{1F600}".repeat(1000);
    bench.appended(json!([paragraph(&full)])).await.ok();
    let over = bench
        .appended(json!([paragraph(&format!("{full}x"))]))
        .await;
    over.invalid("body failed validation: body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`.");
}

#[tokio::test]
async fn a_rich_text_has_100_runs() {
    let bench = Bench::new();
    let run = text("x")[0].clone();
    let block = |count| json!({"paragraph": {"rich_text": many(count, &run)}});
    bench.appended(json!([block(100)])).await.ok();
    bench.appended(json!([block(101)])).await.invalid(
        "body.children[0].paragraph.rich_text.length should be ≤ `100`, instead was `101`.",
    );
}

#[tokio::test]
async fn a_list_of_children_has_100_blocks_at_every_level() {
    let bench = Bench::new();
    bench.appended(many(100, &paragraph("x"))).await.ok();
    bench
        .appended(many(101, &paragraph("x")))
        .await
        .invalid("body.children.length should be ≤ `100`, instead was `101`.");
    let toggle = with_children("toggle", many(101, &paragraph("x")));
    bench
        .appended(json!([toggle]))
        .await
        .invalid("body.children[0].toggle.children.length should be ≤ `100`");
}

#[tokio::test]
async fn a_request_has_1000_blocks() {
    let bench = Bench::new();
    let toggle = |inside| with_children("toggle", many(inside, &paragraph("x")));
    let mut blocks = vec![toggle(99); 10];
    bench.appended(json!(blocks)).await.ok();
    blocks.push(paragraph("x"));
    bench
        .appended(json!(blocks))
        .await
        .invalid("should be ≤ `1000`, instead was `1001`.");
}

#[tokio::test]
async fn a_request_has_500_kilobytes() {
    let bench = Bench::new();
    let run = text(&"x".repeat(2000))[0].clone();
    let block = |runs| json!({"paragraph": {"rich_text": many(runs, &run)}});
    let body = json!({"children": [block(100), block(100), block(43)]});
    assert!(body.to_string().len() < 500_000);
    let page = bench.page(json!([])).await;
    bench.append(page, body).await.ok();
    let body = json!({"children": [block(100), block(100), block(100)]});
    bench
        .append(page, body)
        .await
        .invalid("body.length should be ≤ `500000`");
}

#[tokio::test]
async fn addresses_equations_and_short_texts_have_limits_of_their_own() {
    let bench = Bench::new();
    let url = |length: usize| format!("https://a.b/{}", "x".repeat(length - 12));
    let bookmark = |length| json!([{"bookmark": {"url": url(length)}}]);
    bench.appended(bookmark(2000)).await.ok();
    bench
        .appended(bookmark(2001))
        .await
        .invalid("bookmark.url.length should be ≤ `2000`");
    let equation = |length| json!([{"equation": {"expression": "x".repeat(length)}}]);
    bench.appended(equation(1000)).await.ok();
    bench
        .appended(equation(1001))
        .await
        .invalid("equation.expression.length should be ≤ `1000`");

    let email = |length: usize| json!({"Contact": {"email": "x".repeat(length)}});
    let create = async |properties: Value| {
        let mut lesson = bench.lesson("One");
        lesson["properties"] = properties;
        bench.call("POST", "/v1/pages").json(&lesson).send().await
    };
    create(email(200)).await.ok();
    create(email(201))
        .await
        .invalid("body.properties.Contact.email.length should be ≤ `200`");
    let topics = |count: usize| -> Value {
        let options: Vec<_> = (0..count)
            .map(|at| json!({"name": at.to_string()}))
            .collect();
        json!({"Topic": { "multi_select": options }})
    };
    create(topics(100)).await.ok();
    create(topics(101))
        .await
        .invalid("body.properties.Topic.multi_select.length should be ≤ `100`");
}

#[tokio::test]
async fn a_workspace_on_a_budget_creates_no_more_blocks_than_it_has() {
    let mut bench = Bench::new();
    bench.notion.options.block_budget = Some(3);
    let page = bench.page(json!([paragraph("x"), paragraph("y")])).await;
    let two = json!({"children": [with_children("toggle", json!([paragraph("x")]))]});
    bench.append(page, two).await.invalid("no more blocks");
    let first = bench.children(page).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    bench
        .call("DELETE", format!("/v1/blocks/{first}"))
        .send()
        .await
        .ok();
    let one = json!({"children": [paragraph("z")]});
    bench.append(page, one.clone()).await.ok();
    bench.append(page, one).await.invalid("no more blocks");
}
