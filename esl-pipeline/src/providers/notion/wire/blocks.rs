//! Blocks as Notion takes them.

use esl_core::BlockId;
use esl_core::block::Block;
use esl_core::ports::Position;
use serde_json::{Map, Value, json};

/// The body that appends `blocks`.
pub(in super::super) fn append(blocks: &[Block], position: Position) -> Value {
    let mut body = json!({"children": new_blocks(blocks)});
    match position {
        Position::Start => body["position"] = json!({"type": "start"}),
        Position::After(id) => body["position"] = after(id),
        Position::End => {}
    }
    body
}

fn after(id: BlockId) -> Value {
    json!({"type": "after_block", "after_block": {"id": id}})
}

/// New blocks, without what goes without saying: looks that are the default, and children that
/// there are none of.
pub(in super::super) fn new_blocks(blocks: &[Block]) -> Value {
    let mut body = serde_json::to_value(blocks).expect("blocks are JSON by nature");
    drop_defaults(&mut body);
    body
}

/// The body that makes a block say what `block` says; `None` if blocks of this type say nothing that
/// could change.
pub(in super::super) fn update(block: &Block) -> Option<Value> {
    if matches!(
        block,
        Block::ColumnList(_) | Block::Column(_) | Block::SyncedBlock(_) | Block::Other(_)
    ) {
        return None;
    }
    let mut own = block.clone();
    own.children_mut().map(std::mem::take);
    let mut body = serde_json::to_value(&own).expect("blocks are JSON by nature");
    let payload = body.get_mut(block.type_name())?.as_object_mut()?;
    payload.remove("children");
    match block {
        Block::Image(_) | Block::Video(_) | Block::Audio(_) | Block::Pdf(_) => {
            payload.remove("type");
            say(payload, "caption", json!([]));
        }
        Block::Table(_) => {
            payload.remove("table_width");
        }
        Block::Paragraph(_)
        | Block::BulletedListItem(_)
        | Block::NumberedListItem(_)
        | Block::Quote(_)
        | Block::Heading(_)
        | Block::Toggle(_)
        | Block::Callout(_) => say(payload, "color", json!("default")),
        _ => {}
    }
    drop_defaults_of_runs(payload);
    if let Some(body) = body.as_object_mut() {
        body.remove("type");
    }
    Some(body)
}

/// Says what is the default, since a field that is left out keeps its value.
fn say(payload: &mut Map<String, Value>, field: &str, default: Value) {
    payload.entry(field).or_insert(default);
}

fn drop_defaults_of_runs(payload: &mut Map<String, Value>) {
    for field in ["rich_text", "caption", "cells"] {
        if let Some(runs) = payload.get_mut(field) {
            drop_defaults(runs);
        }
    }
}

fn drop_defaults(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_defaults),
        Value::Object(fields) => {
            fields.values_mut().for_each(drop_defaults);
            fields.retain(|name, value| !goes_without_saying(name, value));
        }
        _ => {}
    }
}

fn goes_without_saying(name: &str, value: &Value) -> bool {
    match name {
        "bold" | "italic" | "strikethrough" | "underline" | "code" | "is_toggleable" => {
            *value == json!(false)
        }
        "color" => *value == json!("default"),
        "link" => value.is_null(),
        "children" => *value == json!([]),
        "annotations" => *value == json!({}),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use esl_core::block::{
        Annotations, Heading, HeadingLevel, Media, RichText, Table, TableRow, Toggle,
    };
    use esl_core::{Color, UploadId};

    use super::*;

    fn toggle(color: Color, children: Vec<Block>) -> Block {
        Block::Toggle(Toggle {
            rich_text: vec![RichText::plain("title")],
            color,
            children,
        })
    }

    #[test]
    fn new_blocks_say_only_what_is_not_the_default() {
        let bold = Annotations {
            bold: true,
            ..Annotations::default()
        };
        let runs = vec![RichText::plain("go "), RichText::text("home", None, bold)];
        let blocks = [
            toggle(Color::Default, vec![Block::paragraph(runs)]),
            toggle(Color::Red, vec![]),
        ];
        assert_eq!(
            new_blocks(&blocks),
            json!([
                {"type": "toggle", "toggle": {
                    "rich_text": [{"type": "text", "text": {"content": "title"}}],
                    "children": [{"type": "paragraph", "paragraph": {"rich_text": [
                        {"type": "text", "text": {"content": "go "}},
                        {"type": "text", "text": {"content": "home"}, "annotations": {"bold": true}},
                    ]}}]}},
                {"type": "toggle", "toggle": {
                    "rich_text": [{"type": "text", "text": {"content": "title"}}], "color": "red"}},
            ])
        );
    }

    #[test]
    fn an_update_says_the_default_and_nothing_of_the_children() {
        let block = toggle(Color::Default, vec![Block::paragraph(vec![])]);
        assert_eq!(
            update(&block).unwrap(),
            json!({"toggle": {"rich_text": [{"type": "text", "text": {"content": "title"}}],
                "color": "default"}})
        );
        let heading = Block::Heading(Heading {
            level: HeadingLevel::Two,
            rich_text: vec![],
            color: Color::Blue,
            is_toggleable: false,
            children: vec![],
        });
        assert_eq!(
            update(&heading).unwrap(),
            json!({"heading_2": {"rich_text": [], "color": "blue", "is_toggleable": false}})
        );
    }

    #[test]
    fn an_update_leaves_out_what_cannot_change() {
        let upload = UploadId::parse("u1").unwrap();
        assert_eq!(
            update(&Block::Audio(Media::upload(upload))).unwrap(),
            json!({"audio": {"file_upload": {"id": "u1"}, "caption": []}})
        );
        let table = Block::Table(Table {
            table_width: 2,
            has_column_header: true,
            has_row_header: false,
            children: vec![Block::TableRow(TableRow::default())],
        });
        assert_eq!(
            update(&table).unwrap(),
            json!({"table": {"has_column_header": true, "has_row_header": false}})
        );
        assert_eq!(update(&Block::ColumnList(Default::default())), None);
    }

    #[test]
    fn new_blocks_go_to_the_end_unless_said_otherwise() {
        let id = BlockId::from_uuid(uuid::Uuid::nil());
        let position = |position| append(&[], position).get("position").cloned();
        assert_eq!(position(Position::End), None);
        assert_eq!(position(Position::Start), Some(json!({"type": "start"})));
        assert_eq!(position(Position::After(id)), Some(after(id)));
    }
}
