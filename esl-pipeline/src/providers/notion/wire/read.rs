//! Blocks as Notion lists them, in the form in which they were written.
//!
//! What Notion adds is dropped and what it turns into something of the same meaning is turned back,
//! so that a page that nobody touched reads as it was written. What cannot be understood is kept as
//! a block of its type.

use esl_core::BlockId;
use esl_core::block::{Block, OtherBlock};
use esl_core::ports::ChildBlock;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A block of a list.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Listed {
    id: BlockId,
    #[serde(default, rename = "type")]
    type_name: String,
    #[serde(default)]
    has_children: bool,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A block of which only the id matters.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Named {
    pub(in super::super) id: BlockId,
}

/// A block of which only the place matters.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Placed {
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    parent: Value,
}

impl Placed {
    /// Whether it is directly inside the page or block `parent`.
    pub(in super::super) fn stands_in(&self, parent: BlockId) -> bool {
        let id = self.parent["page_id"].as_str();
        let id = id.or(self.parent["block_id"].as_str());
        let id = id.and_then(|id| BlockId::parse(id).ok());
        !self.in_trash && id == Some(parent)
    }
}

impl From<Listed> for ChildBlock {
    fn from(listed: Listed) -> Self {
        let Listed {
            id,
            type_name,
            has_children,
            mut rest,
        } = listed;
        let payload = rest.remove(&type_name).unwrap_or_default();
        Self {
            id,
            block: block(type_name, payload),
            has_children,
        }
    }
}

fn block(type_name: String, mut payload: Value) -> Block {
    restore(&mut payload);
    let wire = json!({"type": type_name, type_name.as_str(): payload});
    serde_json::from_value(wire).unwrap_or(Block::Other(OtherBlock { type_name }))
}

fn restore(payload: &mut Value) {
    for field in ["rich_text", "caption"] {
        if let Some(runs) = payload.get_mut(field).and_then(Value::as_array_mut) {
            runs.iter_mut().for_each(restore_run);
        }
    }
    let cells = payload.get_mut("cells").and_then(Value::as_array_mut);
    for cell in cells.into_iter().flatten() {
        let runs = cell.as_array_mut();
        runs.into_iter().flatten().for_each(restore_run);
    }
    if payload["type"] == "file" {
        let address = address_of_file(&payload["file"]);
        *payload = json!({"type": "external", "external": {"url": address},
            "caption": payload["caption"].take()});
        if payload["caption"].is_null() {
            payload["caption"] = json!([]);
        }
    }
}

/// Where Notion keeps a file. Each listing signs it anew, for an hour; that is not part of it.
/// (Notion API reference, "File".)
fn address_of_file(file: &Value) -> String {
    let address = file["url"].as_str().unwrap_or_default();
    let end = address.find('?').unwrap_or(address.len());
    address[..end].to_owned()
}

fn restore_run(run: &mut Value) {
    if run["type"] != "mention" && (run["type"] == "text" || run["type"] == "equation") {
        return;
    }
    match writable_mention(&run["mention"]) {
        Some(mention) => run["mention"] = mention,
        None => become_text(run),
    }
}

/// A mention in the form in which it can be written back; `None` if it cannot be.
fn writable_mention(mention: &Value) -> Option<Value> {
    let kind = mention["type"].as_str()?;
    let what = &mention[kind];
    let what = match kind {
        "user" | "page" | "database" | "custom_emoji" => json!({"id": what["id"].as_str()?}),
        "date" | "template_mention" => what.clone(),
        _ => return None,
    };
    Some(json!({"type": kind, kind: what}))
}

/// Keeps the words of something that cannot be written.
fn become_text(run: &mut Value) {
    let link = match run["href"].as_str() {
        Some(url) => json!({"url": url}),
        None => Value::Null,
    };
    let content = run["plain_text"].as_str().unwrap_or_default();
    *run = json!({"type": "text", "text": {"content": content, "link": link},
        "annotations": run["annotations"].take()});
    if run["annotations"].is_null() {
        run["annotations"] = json!({});
    }
}

#[cfg(test)]
mod tests {
    use esl_core::block::{Content, Media, RichText};

    use super::*;

    fn read(value: Value) -> ChildBlock {
        let mut value = value;
        value["id"] = json!("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");
        let listed: Listed = serde_json::from_value(value).unwrap();
        listed.into()
    }

    #[test]
    fn what_notion_adds_does_not_matter() {
        let listed = read(json!({
            "object": "block", "parent": {"type": "page_id", "page_id": "x"}, "in_trash": false,
            "created_time": "2026-01-01T00:00:00.000Z", "has_children": true, "type": "paragraph",
            "paragraph": {"icon": null, "color": "default", "rich_text": [{
                "type": "text", "text": {"content": "hi", "link": null}, "plain_text": "hi",
                "href": null, "annotations": {"bold": false, "italic": false,
                    "strikethrough": false, "underline": false, "code": false, "color": "default"},
            }]},
        }));
        assert_eq!(listed.block, Block::paragraph(vec![RichText::plain("hi")]));
        assert!(listed.has_children);
    }

    #[test]
    fn a_file_reads_the_same_however_often_it_is_signed() {
        let file = |signature: &str| {
            let url = format!("https://files.example/a.mp3?X-Amz-Signature={signature}");
            read(
                json!({"type": "audio", "audio": {"type": "file", "caption": [],
                "file": {"url": url, "expiry_time": "2026-01-01T01:00:00.000Z"}}}),
            )
        };
        let audio = Block::Audio(Media::external("https://files.example/a.mp3"));
        assert_eq!(file("1").block, audio);
        assert_eq!(file("2").block, audio);
    }

    #[test]
    fn what_is_not_understood_keeps_its_type() {
        for (listed, type_name) in [
            (
                json!({"type": "child_page", "child_page": {"title": "Notes"}}),
                "child_page",
            ),
            (
                json!({"type": "callout", "callout": {"rich_text": [], "icon": null}}),
                "callout",
            ),
            (
                json!({"type": "paragraph", "paragraph": {"rich_text": [], "color": "teal"}}),
                "paragraph",
            ),
            (
                json!({"type": "heading_4", "heading_4": {"rich_text": []}}),
                "heading_4",
            ),
            (json!({"type": "novelty"}), "novelty"),
        ] {
            let block = read(listed).block;
            assert_eq!(block.type_name(), type_name);
            assert!(matches!(block, Block::Other(_)), "{block:?}");
        }
    }

    #[test]
    fn a_mention_can_be_written_back() {
        let mention =
            json!({"type": "user", "user": {"object": "user", "id": "u1", "name": "Ana"}});
        let listed = read(json!({"type": "quote", "quote": {"rich_text": [
            {"type": "mention", "mention": mention, "plain_text": "@Ana", "href": null}]}}));
        let runs = listed.block.rich_text();
        assert_eq!(
            runs[0].content,
            Content::Mention {
                mention: json!({"type": "user", "user": {"id": "u1"}}),
                plain_text: "@Ana".to_owned(),
            }
        );
    }

    #[test]
    fn text_of_an_unknown_kind_keeps_its_words_and_its_link() {
        let preview = json!({"type": "link_preview", "link_preview": {"url": "https://a.b"}});
        let listed = read(json!({"type": "quote", "quote": {"rich_text": [
            {"type": "mention", "mention": preview, "plain_text": "a.b", "href": "https://a.b"},
            {"type": "novelty", "novelty": {}, "plain_text": "new"}]}}));
        let runs = listed.block.rich_text();
        let link = RichText::text("a.b", Some("https://a.b".into()), Default::default());
        assert_eq!(runs, [link, RichText::plain("new")]);
    }
}
