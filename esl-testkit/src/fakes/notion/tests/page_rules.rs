//! Pages: parents, properties against the schema, icons and covers.

use serde_json::{Value, json};

use super::{Bench, text};

async fn create(bench: &Bench, properties: Value) -> super::Answer {
    let mut lesson = bench.lesson("One");
    for (name, value) in properties.as_object().unwrap() {
        lesson["properties"][name] = value.clone();
    }
    bench.call("POST", "/v1/pages").json(&lesson).send().await
}

#[tokio::test]
async fn a_property_of_every_type_is_taken_and_read_back() {
    let bench = Bench::new();
    let (_, student) = bench.notion.students()[0];
    let given = json!({
        "Student": {"relation": [{"id": student}]},
        "Topic": {"multi_select": [{"name": "Grammar"}, {"name": "Museums"}]},
        "Level": {"select": {"name": "B1"}},
        "Status": {"status": {"name": "Draft"}},
        "Date": {"date": {"start": "2026-03-01"}},
        "Audio": {"url": "https://a.b/c.mp3"},
        "Minutes": {"number": 45},
        "Homework": {"checkbox": true},
        "Contact": {"email": "a@b.c"},
        "Phone": {"phone_number": "1"},
        "Files": {"files": [{"name": "a", "external": {"url": "https://a.b"}}]},
        "Notes": {"rich_text": text("note")},
        "Teacher": {"people": [{"id": student}]},
    });
    let page = create(&bench, given).await.ok();
    let shown = &page["properties"];
    assert_eq!(shown["Student"]["relation"], json!([{"id": student}]));
    assert_eq!(shown["Topic"]["multi_select"][1]["name"], "Museums");
    assert_eq!(shown["Level"]["select"]["name"], "B1");
    assert_eq!(shown["Status"]["status"]["name"], "Draft");
    assert_eq!(
        shown["Date"]["date"],
        json!({"start": "2026-03-01", "end": null, "time_zone": null})
    );
    assert_eq!(shown["Files"]["files"][0]["type"], "external");
    assert_eq!(shown["Notes"]["rich_text"][0]["plain_text"], "note");
    assert_eq!(shown["Teacher"]["people"][0]["object"], "user");
    assert_eq!(shown["Created"]["created_time"], page["created_time"]);
    assert_eq!(
        (&shown["Homework"]["id"], &shown["Homework"]["checkbox"]),
        (&json!("homw"), &json!(true))
    );
    assert!(shown["Name"]["title"][0]["href"].is_null());
}

#[tokio::test]
async fn a_new_option_of_a_select_joins_the_schema_and_one_of_a_status_does_not() {
    let bench = Bench::new();
    create(&bench, json!({"Level": {"select": {"name": "Z9"}}}))
        .await
        .ok();
    let path = format!("/v1/data_sources/{}", bench.notion.data_source_id());
    let source = bench.call("GET", path).send().await.ok();
    let options = source["properties"]["Level"]["select"]["options"]
        .as_array()
        .unwrap();
    assert_eq!(options.last().unwrap()["name"], "Z9");
    create(&bench, json!({"Status": {"status": {"name": "Lost"}}}))
        .await
        .invalid("Status option \"Lost\" does not exist");
}

#[tokio::test]
async fn a_value_that_does_not_fit_the_schema_is_refused() {
    let bench = Bench::new();
    let cases = [
        (
            json!({"Colour": {"number": 1}}),
            "Colour is not a property that exists.",
        ),
        (
            json!({"Level": {"rich_text": text("B1")}}),
            "Level is expected to be select.",
        ),
        (
            json!({"Level": {"select": "B1"}}),
            "body.properties.Level.select should be an object",
        ),
        (
            json!({"Level": {"select": {"name": "a,b"}}}),
            "commas not allowed",
        ),
        (
            json!({"Topic": {"multi_select": [{}]}}),
            "needs a name or an id",
        ),
        (
            json!({"Date": {"date": {"start": "tomorrow"}}}),
            "date.start should be a valid ISO 8601 date string",
        ),
        (json!({"Audio": {"url": ""}}), "cannot be an empty string"),
        (
            json!({"Minutes": {"number": "45"}}),
            "Minutes.number should be a number, instead was `\"45\"`.",
        ),
        (
            json!({"Homework": {"checkbox": null}}),
            "Homework.checkbox should be a boolean",
        ),
        (
            json!({"Created": {"created_time": "2026-01-01"}}),
            "Fix one:",
        ),
        (
            json!({"Score": {"number": 1}}),
            "Score is expected to be formula.",
        ),
        (
            json!({"Files": {"files": [{"external": {"url": "https://a.b"}}]}}),
            "A file needs a name.",
        ),
        (
            json!({"Files": {"files": [{"name": "a", "external": {"url": "a"}}]}}),
            "Invalid file url.",
        ),
        (
            json!({"Name": {"title": [{"text": {"content": "x", "link": {"url": "x"}}}]}}),
            "Invalid URL for link.",
        ),
    ];
    for (properties, reason) in cases {
        create(&bench, properties).await.invalid(reason);
    }
    let stranger = json!({"Student": {"relation": [{"id": bench.notion.data_source_id()}]}});
    create(&bench, stranger)
        .await
        .is(404, "object_not_found", "page");
    assert!(bench.notion.pages().is_empty());
}

#[tokio::test]
async fn a_page_needs_a_parent_that_is_there() {
    let bench = Bench::new();
    let create = async |body: Value| bench.call("POST", "/v1/pages").json(&body).send().await;
    create(json!({"properties": {}}))
        .await
        .invalid("body.parent should be defined, instead was `undefined`.");
    create(json!({"parent": {}}))
        .await
        .invalid("body.parent.page_id should be defined");
    create(json!({"parent": {"page_id": "abc"}}))
        .await
        .invalid("body.parent.page_id should be a valid uuid");
    create(json!({"parent": {"page_id": bench.notion.database_id()}}))
        .await
        .is(404, "object_not_found", "page");
    create(json!({"parent": {"data_source_id": bench.notion.database_id()}}))
        .await
        .is(404, "object_not_found", "data source");
    create(json!({"parent": {"database_id": bench.notion.database_id()}}))
        .await
        .ok();

    let second = bench.notion.add_data_source("Old lessons");
    create(json!({"parent": {"database_id": bench.notion.database_id()}}))
        .await
        .invalid("multiple data sources");
    create(json!({"parent": {"data_source_id": second}}))
        .await
        .ok();
    let parent = json!({"page_id": bench.notion.parent_page_id()});
    let page = create(json!({"parent": parent, "properties": {"title": {"title": text("Sub")}}}))
        .await
        .ok();
    assert_eq!(page["properties"]["title"]["title"][0]["plain_text"], "Sub");
    let other = json!({"parent": parent, "properties": {"Level": {"select": {"name": "B1"}}}});
    create(other)
        .await
        .invalid("body.properties.Level should be not present");
}

#[tokio::test]
async fn icons_and_covers_have_their_own_forms() {
    let bench = Bench::new();
    let create = async |key: &str, value: Value| {
        let mut lesson = bench.lesson("One");
        lesson[key] = value;
        bench.call("POST", "/v1/pages").json(&lesson).send().await
    };
    let page = create("icon", json!({"type": "emoji", "emoji": "\u{1F3A7}"}))
        .await
        .ok();
    assert_eq!(page["icon"]["emoji"], "\u{1F3A7}");
    create("icon", json!({"emoji": "\u{1F3A7}\u{1F3A7}"}))
        .await
        .invalid("body.icon.emoji should be an emoji");
    create("cover", json!({"external": {"url": "https://a.b/c.png"}}))
        .await
        .ok();
    create("cover", json!({"emoji": "\u{1F3A7}"}))
        .await
        .invalid("body.cover.external should be defined");
    create("cover", json!({"external": {"url": "c.png"}}))
        .await
        .invalid("Invalid cover url.");
    create("colour", json!(1))
        .await
        .invalid("body.colour should be not present");
}

#[tokio::test]
async fn an_update_sets_what_it_names_and_a_trashed_page_is_left_alone() {
    let bench = Bench::new();
    let page = bench.page(json!([super::paragraph("x")])).await;
    let path = format!("/v1/pages/{page}");
    let update = async |body: Value| bench.call("PATCH", path.as_str()).json(&body).send().await;
    let shown = update(json!({"properties": {"Level": {"select": {"name": "A1"}}}}))
        .await
        .ok();
    assert_eq!(shown["properties"]["Name"]["title"][0]["plain_text"], "One");
    assert_eq!(shown["properties"]["Level"]["select"]["name"], "A1");
    update(json!({"erase_content": true})).await.ok();
    assert!(bench.children(page).await.is_empty());

    update(json!({"archived": true}))
        .await
        .invalid("body.archived should be not present");
    assert_eq!(
        update(json!({"in_trash": true})).await.ok()["in_trash"],
        true
    );
    update(json!({"icon": null}))
        .await
        .invalid("Can't edit block that is archived.");
    assert_eq!(
        update(json!({"in_trash": false})).await.ok()["in_trash"],
        false
    );
    let old = bench
        .call("PATCH", path.as_str())
        .old()
        .json(&json!({"archived": true}));
    assert_eq!(old.send().await.ok()["archived"], true);
}
