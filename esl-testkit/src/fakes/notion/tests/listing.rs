//! Pages of listings, cursors, queries and search.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, paragraph, text};

#[tokio::test]
async fn children_are_listed_by_the_hundred_with_cursors_nobody_can_make_up() {
    let bench = Bench::new();
    let hundred: Vec<_> = (0..100).map(|at| paragraph(&at.to_string())).collect();
    let page = bench.page(json!(hundred)).await;
    bench
        .append(page, json!({"children": [{"divider": {}}]}))
        .await
        .ok();
    let path = format!("/v1/blocks/{page}/children");
    let first = bench.call("GET", path.as_str()).send().await.ok();
    assert_eq!(first["results"].as_array().unwrap().len(), 100);
    assert_eq!(
        (&first["has_more"], &first["type"], &first["block"]),
        (&json!(true), &json!("block"), &json!({}))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = bench
        .call("GET", format!("{path}?start_cursor={cursor}&page_size=5"))
        .send()
        .await
        .ok();
    assert_eq!(rest["results"][0]["type"], "divider");
    assert_eq!(
        (&rest["has_more"], &rest["next_cursor"]),
        (&json!(false), &Value::Null)
    );

    let divider = rest["results"][0]["id"].as_str().unwrap();
    for forged in [divider, "null", "x"] {
        let answer = bench
            .call("GET", format!("{path}?start_cursor={forged}"))
            .send()
            .await;
        answer.invalid("start_cursor provided is invalid");
    }
    let other = bench.page(json!([paragraph("x")])).await;
    let elsewhere = bench.call(
        "GET",
        format!("/v1/blocks/{other}/children?start_cursor={cursor}"),
    );
    elsewhere
        .send()
        .await
        .invalid("start_cursor provided is invalid");
}

#[tokio::test]
async fn a_page_of_a_listing_has_1_to_100_results() {
    let bench = Bench::new();
    let path = format!("/v1/blocks/{}/children", bench.notion.parent_page_id());
    for (size, reason) in [("0", "≥ `1`"), ("101", "≤ `100`"), ("x", "a whole number")] {
        let answer = bench
            .call("GET", format!("{path}?page_size={size}"))
            .send()
            .await;
        answer.invalid("query failed validation: query.page_size should be");
        answer.invalid(reason);
    }
    bench
        .call("GET", format!("{path}?limit=1"))
        .send()
        .await
        .invalid("query.limit should be not present");
}

async fn query(bench: &Bench, body: Value) -> super::Answer {
    let path = format!("/v1/data_sources/{}/query", bench.notion.data_source_id());
    bench.call("POST", path).json(&body).send().await
}

async fn titles(bench: &Bench, body: Value) -> Vec<String> {
    let found = query(bench, body).await.ok();
    let title = |page: &Value| {
        page["properties"]["Name"]["title"][0]["plain_text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(title)
        .collect()
}

async fn three_lessons() -> Bench {
    let bench = Bench::new();
    for (title, minutes, level) in [("One", 30, "A1"), ("Two", 45, "B1"), ("Three", 60, "B1")] {
        let mut lesson = bench.lesson(title);
        lesson["properties"]["Minutes"] = json!({ "number": minutes });
        lesson["properties"]["Level"] = json!({"select": {"name": level}});
        lesson["properties"]["Topic"] = json!({"multi_select": [{"name": title}]});
        lesson["properties"]["Date"] = json!({"date": {"start": format!("2026-01-{minutes:02}").replace("60", "31").replace("45", "15")}});
        bench
            .call("POST", "/v1/pages")
            .json(&lesson)
            .send()
            .await
            .ok();
        bench.clock.advance(Duration::from_secs(90));
    }
    bench
}

#[tokio::test]
async fn a_query_finds_what_its_filter_says() {
    let bench = three_lessons().await;
    let cases = [
        (
            json!({"property": "Name", "title": {"equals": "Two"}}),
            vec!["Two"],
        ),
        (
            json!({"property": "title", "title": {"starts_with": "t"}}),
            vec!["Two", "Three"],
        ),
        (
            json!({"property": "Name", "title": {"does_not_contain": "o"}}),
            vec!["Three"],
        ),
        (
            json!({"property": "Minutes", "number": {"greater_than": 30}}),
            vec!["Two", "Three"],
        ),
        (
            json!({"property": "Level", "select": {"equals": "A1"}}),
            vec!["One"],
        ),
        (
            json!({"property": "Level", "select": {"equals": ["A1", "B1"]}}),
            vec!["One", "Two", "Three"],
        ),
        (
            json!({"property": "Topic", "multi_select": {"contains": "Two"}}),
            vec!["Two"],
        ),
        (
            json!({"property": "Homework", "checkbox": {"does_not_equal": true}}),
            vec!["One", "Two", "Three"],
        ),
        (
            json!({"property": "Notes", "rich_text": {"is_not_empty": true}}),
            vec![],
        ),
        (
            json!({"property": "Student", "relation": {"is_empty": true}}),
            vec!["One", "Two", "Three"],
        ),
        (
            json!({"property": "Date", "date": {"on_or_before": "2026-01-30"}}),
            vec!["One", "Two"],
        ),
        (
            json!({"timestamp": "created_time", "created_time": {"on_or_after": "2026-01-01T00:01:00.000Z"}}),
            vec!["Two", "Three"],
        ),
        (
            json!({"timestamp": "created_time", "created_time": {"before": "2026-01-01T00:01:00Z"}}),
            vec!["One"],
        ),
        (
            json!({"or": [
                {"property": "Name", "title": {"equals": "One"}},
                {"and": [{"property": "Minutes", "number": {"equals": 60}}, {"property": "Level", "select": {"equals": "B1"}}]},
            ]}),
            vec!["One", "Three"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(
            titles(&bench, json!({ "filter": filter })).await,
            expected,
            "{filter}"
        );
    }
    assert!(
        titles(&bench, json!({"result_type": "data_source"}))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_query_sorts_and_pages() {
    let bench = three_lessons().await;
    let newest_first = json!([{"timestamp": "created_time", "direction": "descending"}]);
    assert_eq!(
        titles(&bench, json!({ "sorts": newest_first })).await,
        ["Three", "Two", "One"]
    );
    let by_level = json!([{"property": "Level", "direction": "descending"}, {"property": "Name", "direction": "ascending"}]);
    assert_eq!(
        titles(&bench, json!({ "sorts": by_level })).await,
        ["Three", "Two", "One"]
    );

    let first = query(&bench, json!({"page_size": 2})).await.ok();
    assert_eq!(
        (&first["type"], &first["request_status"]["type"]),
        (&json!("page_or_data_source"), &json!("complete"))
    );
    let rest = json!({"page_size": 2, "start_cursor": first["next_cursor"]});
    assert_eq!(titles(&bench, rest).await, ["Three"]);
    let forged = json!({"start_cursor": first["results"][1]["id"]});
    query(&bench, forged)
        .await
        .invalid("start_cursor provided is invalid");
}

#[tokio::test]
async fn a_filter_or_sort_of_the_wrong_form_is_refused() {
    let bench = Bench::new();
    let deep = json!({"and": [{"or": [{"and": []}]}]});
    let cases = [
        (
            json!({"property": "Colour", "rich_text": {"equals": "x"}}),
            "Could not find property with name or id: Colour",
        ),
        (
            json!({"property": "Name", "rich_text": {"equals": "x"}}),
            "body.filter.rich_text should be not present",
        ),
        (
            json!({"property": "Name", "title": {"is": "x"}}),
            "body.filter.title.is should be not present",
        ),
        (json!({"property": "Name", "title": {}}), "Fix one:"),
        (
            json!({"property": "Minutes", "number": {"equals": "x"}}),
            "body.filter.number.equals should be a number",
        ),
        (
            json!({"property": "Notes", "rich_text": {"is_empty": false}}),
            "is_empty should be `true`",
        ),
        (
            json!({"timestamp": "created", "created": {}}),
            "body.filter.timestamp should be `\"created_time\"` or",
        ),
        (
            json!({"timestamp": "created_time", "created_time": {"after": "soon"}}),
            "a valid ISO 8601 date string",
        ),
        (deep, "body.filter.and[0].or[0].and should be not present"),
        (json!({}), "body.filter.property should be defined"),
    ];
    for (filter, reason) in cases {
        query(&bench, json!({ "filter": filter }))
            .await
            .invalid(reason);
    }
    query(
        &bench,
        json!({"sorts": [{"property": "Name", "direction": "up"}]}),
    )
    .await
    .invalid("body.sorts[0].direction should be");
    query(&bench, json!({"sorts": [{}]}))
        .await
        .invalid("body.sorts[0].property should be defined");
    query(&bench, json!({"page_size": 101}))
        .await
        .invalid("body.page_size should be ≤ `100`");
    query(&bench, json!({"limit": 1}))
        .await
        .invalid("body.limit should be not present");
}

#[tokio::test]
async fn trashed_pages_are_found_only_when_asked_for() {
    let bench = three_lessons().await;
    let page = bench.notion.pages()[0].id;
    bench.notion.trash(page);
    assert_eq!(titles(&bench, json!({})).await, ["Two", "Three"]);
    assert_eq!(titles(&bench, json!({"in_trash": true})).await, ["One"]);
}

#[tokio::test]
async fn search_finds_titles_some_time_after_their_creation() {
    let bench = Bench::new();
    bench.page(json!([])).await;
    let search = async |body: Value| bench.call("POST", "/v1/search").json(&body).send().await;
    let count = async |query: &str| {
        search(json!({ "query": query })).await.ok()["results"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("one").await, 0);
    bench.clock.advance(Duration::from_secs(10));
    assert_eq!(count("one").await, 1);

    let sources = search(
        json!({"query": "lessons", "filter": {"property": "object", "value": "data_source"}}),
    )
    .await
    .ok();
    assert_eq!(sources["results"][0]["object"], "data_source");
    let old = json!({"filter": {"property": "object", "value": "database"}});
    search(old)
        .await
        .invalid("body.filter.value should be `\"page\"` or `\"data_source\"`");
    search(json!({"query": text("x")}))
        .await
        .invalid("body.query should be a string");
}
