//! From what a request says to what is kept: all that the service fills in is filled in.

use serde_json::{Value, json};

/// The payload of a block as it is listed, without children.
pub(super) fn stored_payload(kind: &str, payload: &Value) -> Value {
    let mut stored = payload.clone();
    if let Some(object) = stored.as_object_mut() {
        object.remove("children");
        for key in ["rich_text", "caption"] {
            if let Some(text) = object.get_mut(key) {
                *text = stored_text(text);
            }
        }
        if let Some(cells) = object.get_mut("cells").and_then(Value::as_array_mut) {
            for cell in cells {
                *cell = stored_text(cell);
            }
        }
        if let Some(defaults) = defaults(kind, payload).as_object() {
            for (key, value) in defaults {
                object.entry(key.as_str()).or_insert_with(|| value.clone());
            }
        }
    }
    stored
}

/// What is listed where the request says nothing.
fn defaults(kind: &str, payload: &Value) -> Value {
    match kind {
        "paragraph" | "callout" => json!({"color": "default", "icon": null}),
        "heading_1" | "heading_2" | "heading_3" | "heading_4" => {
            json!({"color": "default", "is_toggleable": false})
        }
        "bulleted_list_item" | "numbered_list_item" | "toggle" | "quote" | "table_of_contents" => {
            json!({"color": "default"})
        }
        "to_do" => json!({"color": "default", "checked": false}),
        "code" | "bookmark" | "embed" => json!({"caption": []}),
        "table" => json!({"has_column_header": false, "has_row_header": false}),
        "image" | "video" | "audio" | "pdf" | "file" => {
            json!({"caption": [], "type": key_of(payload, &["external", "file_upload"])})
        }
        "link_to_page" => {
            json!({"type": key_of(payload, &["page_id", "database_id", "comment_id"])})
        }
        _ => json!({}),
    }
}

/// The first of these keys that is there.
pub(super) fn key_of<'k>(object: &Value, keys: &[&'k str]) -> Option<&'k str> {
    keys.iter().find(|key| object.get(key).is_some()).copied()
}

/// A rich text as it is listed.
pub(super) fn stored_text(text: &Value) -> Value {
    text.as_array()
        .into_iter()
        .flatten()
        .map(stored_run)
        .collect()
}

fn stored_run(run: &Value) -> Value {
    let kind = key_of(run, &["text", "mention", "equation"]).unwrap_or("text");
    let mut content = run[kind].clone();
    let href = content["link"]["url"].clone();
    if kind == "text" {
        content["link"] = match &href {
            Value::Null => Value::Null,
            url => json!({ "url": url }),
        };
    }
    if kind == "mention" {
        let kinds = [
            "user",
            "date",
            "page",
            "database",
            "template_mention",
            "custom_emoji",
        ];
        content["type"] = key_of(&content, &kinds).into();
    }
    let mut stored = json!({
        "type": kind,
        "annotations": stored_annotations(&run["annotations"]),
        "plain_text": plain(kind, &content),
        "href": href,
    });
    stored[kind] = content;
    stored
}

fn stored_annotations(annotations: &Value) -> Value {
    let is = |key: &str| annotations[key].as_bool().unwrap_or_default();
    json!({
        "bold": is("bold"),
        "italic": is("italic"),
        "strikethrough": is("strikethrough"),
        "underline": is("underline"),
        "code": is("code"),
        "color": annotations["color"].as_str().unwrap_or("default"),
    })
}

fn plain(kind: &str, content: &Value) -> Value {
    match kind {
        "text" => content["content"].clone(),
        "equation" => content["expression"].clone(),
        _ => match content["date"]["start"].as_str() {
            Some(day) => day.into(),
            None => "Untitled".into(),
        },
    }
}

/// The words of a stored rich text.
pub(super) fn plain_text(text: &Value) -> String {
    let runs = text.as_array().into_iter().flatten();
    runs.filter_map(|run| run["plain_text"].as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_request_leaves_out_is_filled_in() {
        let payload = json!({
            "rich_text": [{"text": {"content": "Hi", "link": {"url": "https://a.b", "type": "url"}}}],
            "children": [],
        });
        assert_eq!(
            stored_payload("toggle", &payload),
            json!({
                "color": "default",
                "rich_text": [{
                    "type": "text",
                    "text": {"content": "Hi", "link": {"url": "https://a.b"}},
                    "annotations": {
                        "bold": false, "italic": false, "strikethrough": false,
                        "underline": false, "code": false, "color": "default",
                    },
                    "plain_text": "Hi",
                    "href": "https://a.b",
                }],
            })
        );
    }

    #[test]
    fn what_the_request_says_is_kept() {
        let payload = json!({"external": {"url": "https://a.b/c.mp3"}});
        assert_eq!(
            stored_payload("audio", &payload),
            json!({"external": {"url": "https://a.b/c.mp3"}, "type": "external", "caption": []})
        );
    }
}
