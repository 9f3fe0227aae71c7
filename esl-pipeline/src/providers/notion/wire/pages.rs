//! Pages and their properties.

use esl_core::ports::{CreatedPage, FoundPage, NewPage, PageHead, PageQuery, PropertyValue};
use esl_core::{PageId, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::blocks::new_blocks;

/// The id of every title property, whatever its name. (Notion API reference, "Page properties".)
const TITLE: &str = "title";

/// UTF-16 units of one run of text (Notion API reference, "Request limits").
const RUN_UNITS: usize = 2000;

/// The body that creates a page.
pub(in super::super) fn new_page(page: &NewPage) -> Value {
    let mut body = head(&page.head);
    body.retain(|_, value| !value.is_null());
    body.insert(
        "parent".to_owned(),
        json!({"type": "data_source_id", "data_source_id": page.source}),
    );
    if !page.children.is_empty() {
        body.insert("children".to_owned(), new_blocks(&page.children));
    }
    Value::Object(body)
}

/// The body that gives a page another head. What the head has not is taken away.
pub(in super::super) fn new_head(content: &PageHead) -> Value {
    Value::Object(head(content))
}

fn head(head: &PageHead) -> Map<String, Value> {
    let mut properties: Map<_, _> = head
        .properties
        .iter()
        .map(|(name, value)| (name.clone(), property(value)))
        .collect();
    properties.insert(TITLE.to_owned(), json!({"title": runs(&head.title)}));
    let emoji = |emoji: &String| json!({"type": "emoji", "emoji": emoji});
    let cover = |url: &String| json!({"type": "external", "external": {"url": url}});
    Map::from_iter([
        ("properties".to_owned(), Value::Object(properties)),
        (
            "icon".to_owned(),
            head.icon.as_ref().map_or(Value::Null, emoji),
        ),
        (
            "cover".to_owned(),
            head.cover.as_ref().map_or(Value::Null, cover),
        ),
    ])
}

/// A value in the form of its type. (Notion API reference, "Page property values".)
fn property(value: &PropertyValue) -> Value {
    match value {
        PropertyValue::RichText(text) => json!({"rich_text": runs(text)}),
        PropertyValue::Number(number) => json!({"number": number}),
        PropertyValue::Select(option) => json!({"select": {"name": option}}),
        PropertyValue::Status(option) => json!({"status": {"name": option}}),
        PropertyValue::MultiSelect(options) => {
            let named = options.iter().map(|name| json!({"name": name}));
            json!({"multi_select": named.collect::<Value>()})
        }
        PropertyValue::Date { start, end } => match end {
            Some(end) => json!({"date": {"start": start, "end": end}}),
            None => json!({"date": {"start": start}}),
        },
        PropertyValue::Checkbox(is_set) => json!({"checkbox": is_set}),
        PropertyValue::Url(url) => json!({"url": url}),
        PropertyValue::Email(address) => json!({"email": address}),
        PropertyValue::PhoneNumber(number) => json!({"phone_number": number}),
        PropertyValue::Relation(pages) => json!({"relation": ids(pages)}),
        PropertyValue::People(users) => json!({"people": ids(users)}),
        PropertyValue::Files(addresses) => {
            let files = addresses.iter().map(
                |url| json!({"type": "external", "name": file_name(url), "external": {"url": url}}),
            );
            json!({"files": files.collect::<Value>()})
        }
        _ => Value::Null,
    }
}

fn ids(ids: &[impl ToString]) -> Value {
    ids.iter().map(|id| json!({"id": id.to_string()})).collect()
}

/// The last part of an address, as far as a name may be long.
fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let last = path.trim_end_matches('/').rsplit('/').next();
    let name: String = last.unwrap_or(path).chars().take(100).collect();
    if name.is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

/// Text in runs that are not too long.
fn runs(text: &str) -> Value {
    let mut runs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (run, after) = rest.split_at(end_of_run(rest));
        runs.push(json!({"type": "text", "text": {"content": run}}));
        rest = after;
    }
    Value::Array(runs)
}

fn end_of_run(text: &str) -> usize {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > RUN_UNITS {
            return at;
        }
    }
    text.len()
}

/// The body that looks for pages.
pub(in super::super) fn query(
    query: &PageQuery,
    page_size: usize,
    cursor: Option<String>,
) -> Value {
    let title = query.title.as_ref();
    let title = title.map(|title| json!({"property": TITLE, "title": {"equals": title}}));
    let since = query.created_since.as_ref();
    let since = since
        .map(|since| json!({"timestamp": "created_time", "created_time": {"on_or_after": since}}));
    let conditions: Vec<_> = title.into_iter().chain(since).collect();
    let mut body = json!({
        "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
        "result_type": "page",
        "page_size": page_size,
    });
    if !conditions.is_empty() {
        body["filter"] = json!({"and": conditions});
    }
    if let Some(cursor) = cursor {
        body["start_cursor"] = json!(cursor);
    }
    body
}

/// A page as Notion describes it.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Page {
    id: PageId,
    #[serde(default)]
    url: String,
    #[serde(default)]
    pub(in super::super) in_trash: bool,
    #[serde(default)]
    pub(in super::super) parent: Value,
    #[serde(default)]
    created_time: Option<Timestamp>,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl Page {
    fn title(&self) -> String {
        let is_title = |property: &&Value| property["type"] == "title";
        let title = self.properties.values().find(is_title);
        title.map_or_else(String::new, |title| plain_text(&title["title"]))
    }
}

/// The words of all runs, joined.
pub(super) fn plain_text(runs: &Value) -> String {
    let runs = runs.as_array().into_iter().flatten();
    runs.filter_map(|run| {
        run["plain_text"]
            .as_str()
            .or(run["text"]["content"].as_str())
    })
    .collect()
}

impl From<Page> for CreatedPage {
    fn from(page: Page) -> Self {
        Self {
            id: page.id,
            url: page.url,
            student_url: None,
        }
    }
}

impl From<Page> for FoundPage {
    fn from(page: Page) -> Self {
        Self {
            title: page.title(),
            created: page.created_time.unwrap_or(std::time::UNIX_EPOCH.into()),
            page: page.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use esl_core::DataSourceId;

    use super::*;

    #[test]
    fn every_type_of_property_has_its_form() {
        let id = uuid::Uuid::nil();
        let properties = [
            ("text", PropertyValue::RichText("hi".into())),
            ("number", PropertyValue::Number(1.5)),
            ("select", PropertyValue::Select("B1".into())),
            ("status", PropertyValue::Status("Done".into())),
            (
                "multi",
                PropertyValue::MultiSelect(vec!["a".into(), "b".into()]),
            ),
            (
                "day",
                PropertyValue::Date {
                    start: "2026-01-31".into(),
                    end: None,
                },
            ),
            (
                "days",
                PropertyValue::Date {
                    start: "2026-01-30".into(),
                    end: Some("2026-01-31".into()),
                },
            ),
            ("box", PropertyValue::Checkbox(true)),
            ("url", PropertyValue::Url("https://a.b".into())),
            ("mail", PropertyValue::Email("a@b.c".into())),
            ("phone", PropertyValue::PhoneNumber("1".into())),
            (
                "pages",
                PropertyValue::Relation(vec![PageId::from_uuid(id)]),
            ),
            ("people", PropertyValue::People(vec![id])),
            (
                "files",
                PropertyValue::Files(vec!["https://a.b/c/d.pdf?e".into()]),
            ),
        ];
        let properties = properties.map(|(name, value)| (name.to_owned(), value));
        let head = PageHead {
            title: "Lost".into(),
            properties: BTreeMap::from(properties),
            ..PageHead::default()
        };
        insta::assert_json_snapshot!(new_head(&head));
    }

    #[test]
    fn a_new_page_says_nothing_about_what_it_has_not() {
        let page = NewPage {
            source: DataSourceId::from_uuid(uuid::Uuid::nil()),
            head: PageHead::default(),
            children: vec![],
        };
        assert_eq!(
            new_page(&page),
            json!({"parent": {"type": "data_source_id",
                    "data_source_id": "00000000-0000-0000-0000-000000000000"},
                "properties": {"title": {"title": []}}})
        );
    }

    #[test]
    fn long_text_is_divided_between_characters() {
        let text = format!("x{}", "🧭".repeat(2500));
        let runs = runs(&text);
        let contents = runs.as_array().unwrap().iter();
        let contents: Vec<_> = contents
            .map(|run| run["text"]["content"].as_str().unwrap())
            .collect();
        assert_eq!(contents.concat(), text);
        let units = contents
            .iter()
            .map(|content| content.encode_utf16().count());
        assert_eq!(units.collect::<Vec<_>>(), [1999, 2000, 1002]);
    }

    #[test]
    fn a_query_without_conditions_has_no_filter() {
        let all = PageQuery::all_of(DataSourceId::from_uuid(uuid::Uuid::nil()));
        assert_eq!(query(&all, 100, None).get("filter"), None);
        let some = PageQuery {
            title: Some("Twin".into()),
            created_since: Some("2026-01-31T12:00:00Z".parse().unwrap()),
            ..all
        };
        assert_eq!(
            query(&some, 100, Some("c1".into())),
            json!({
                "filter": {"and": [
                    {"property": "title", "title": {"equals": "Twin"}},
                    {"timestamp": "created_time",
                        "created_time": {"on_or_after": "2026-01-31T12:00:00.000Z"}},
                ]},
                "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
                "result_type": "page", "page_size": 100, "start_cursor": "c1",
            })
        );
    }
}
