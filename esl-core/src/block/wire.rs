//! Blocks as JSON: `{"type": T, T: {…}}`.

use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Block, Divider, Heading, HeadingLevel, OtherBlock, SyncedBlock, SyncedFrom};

macro_rules! block_types {
    ($($name:literal => $variant:ident),+ $(,)?) => {
        impl Block {
            /// Notion's name of the block's type.
            #[must_use]
            pub const fn type_name(&self) -> &str {
                match self {
                    Self::Other(other) => other.type_name.as_str(),
                    Self::Heading(heading) => heading.level.type_name(),
                    $(Self::$variant(_) => $name,)+
                }
            }
        }

        impl Serialize for Block {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let name = self.type_name();
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", name)?;
                match self {
                    Self::Other(_) => map.serialize_entry(name, &Divider {})?,
                    Self::Heading(payload) => map.serialize_entry(name, payload)?,
                    $(Self::$variant(payload) => map.serialize_entry(name, payload)?,)+
                }
                map.end()
            }
        }

        /// Reads the payload of type `name`; `None` if there is no such type.
        fn payload<'de, M: MapAccess<'de>>(name: &str, map: &mut M) -> Result<Option<Block>, M::Error> {
            Ok(Some(match name {
                $($name => Block::$variant(map.next_value()?),)+
                _ => match HeadingLevel::of_type(name) {
                    Some(level) => Block::Heading(Heading { level, ..map.next_value()? }),
                    None => return Ok(None),
                },
            }))
        }
    };
}

block_types! {
    "paragraph" => Paragraph,
    "bulleted_list_item" => BulletedListItem,
    "numbered_list_item" => NumberedListItem,
    "to_do" => ToDo,
    "toggle" => Toggle,
    "quote" => Quote,
    "callout" => Callout,
    "code" => Code,
    "equation" => Equation,
    "divider" => Divider,
    "table_of_contents" => TableOfContents,
    "bookmark" => Bookmark,
    "image" => Image,
    "video" => Video,
    "audio" => Audio,
    "pdf" => Pdf,
    "column_list" => ColumnList,
    "column" => Column,
    "synced_block" => SyncedBlock,
    "table" => Table,
    "table_row" => TableRow,
}

impl HeadingLevel {
    const fn type_name(self) -> &'static str {
        match self {
            Self::One => "heading_1",
            Self::Two => "heading_2",
            Self::Three => "heading_3",
        }
    }

    fn of_type(name: &str) -> Option<Self> {
        [Self::One, Self::Two, Self::Three]
            .into_iter()
            .find(|level| level.type_name() == name)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BlockVisitor)
    }
}

struct BlockVisitor;

impl<'de> Visitor<'de> for BlockVisitor {
    type Value = Block;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a block object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Block, M::Error> {
        let mut block = None;
        let mut type_name = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "type" {
                type_name = Some(map.next_value()?);
            } else if let Some(found) = payload(&key, &mut map)? {
                block = Some(found);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let other = |type_name| Block::Other(OtherBlock { type_name });
        block
            .or(type_name.map(other))
            .ok_or_else(|| de::Error::custom("a block without a type"))
    }
}

impl Serialize for SyncedBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_reference = self.synced_from.is_some();
        let fields = if is_reference { 1 } else { 2 };
        let mut payload = serializer.serialize_struct("SyncedBlock", fields)?;
        payload.serialize_field("synced_from", &self.synced_from)?;
        if !is_reference {
            payload.serialize_field("children", &self.children)?;
        }
        payload.end()
    }
}

impl<'de> Deserialize<'de> for SyncedBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Payload {
            synced_from: Option<SyncedFrom>,
            #[serde(default)]
            children: Vec<Block>,
        }
        let Payload {
            synced_from,
            children,
        } = Payload::deserialize(deserializer)?;
        Ok(Self {
            synced_from,
            children,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::block::{Annotations, Media, RichText, TextBlock, Toggle};

    fn round_trip(block: &Block) -> serde_json::Value {
        let value = serde_json::to_value(block).unwrap();
        assert_eq!(
            &serde_json::from_value::<Block>(value.clone()).unwrap(),
            block
        );
        value
    }

    #[test]
    fn a_paragraph_writes_all_annotations_and_no_empty_children() {
        let bold = Annotations {
            bold: true,
            ..Annotations::default()
        };
        let text = RichText::text("go", Some("https://example.com".into()), bold);
        assert_eq!(
            round_trip(&Block::paragraph(vec![text])),
            json!({"type": "paragraph", "paragraph": {"rich_text": [{
                "type": "text",
                "text": {"content": "go", "link": {"url": "https://example.com"}},
                "annotations": {"bold": true, "italic": false, "strikethrough": false,
                    "underline": false, "code": false, "color": "default"}}]}})
        );
    }

    #[test]
    fn a_heading_carries_its_level_in_the_type() {
        let heading = Block::Heading(Heading {
            level: HeadingLevel::Two,
            rich_text: vec![],
            color: crate::Color::Default,
            is_toggleable: false,
            children: vec![],
        });
        assert_eq!(
            round_trip(&heading),
            json!({"type": "heading_2", "heading_2": {"rich_text": [], "is_toggleable": false}})
        );
    }

    #[test]
    fn a_toggle_keeps_empty_children_and_a_synced_reference_has_none() {
        let toggle = Block::Toggle(Toggle {
            rich_text: vec![],
            color: crate::Color::Default,
            children: vec![],
        });
        assert_eq!(round_trip(&toggle)["toggle"]["children"], json!([]));
        let block_id = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9".parse().unwrap();
        let reference = Block::SyncedBlock(SyncedBlock {
            synced_from: Some(SyncedFrom { block_id }),
            children: vec![],
        });
        assert_eq!(
            round_trip(&reference),
            json!({"type": "synced_block", "synced_block":
                {"synced_from": {"block_id": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}}})
        );
    }

    #[test]
    fn media_name_their_source() {
        assert_eq!(
            round_trip(&Block::Audio(Media::external("https://example.com/a.mp3"))),
            json!({"type": "audio", "audio":
                {"type": "external", "external": {"url": "https://example.com/a.mp3"}}})
        );
    }

    #[test]
    fn a_block_of_another_type_is_known_by_its_type() {
        let page: Block = serde_json::from_value(json!({
            "object": "block", "type": "child_page", "child_page": {"title": "Notes"}
        }))
        .unwrap();
        assert_eq!(page.type_name(), "child_page");
        assert_eq!(
            round_trip(&page),
            json!({"type": "child_page", "child_page": {}})
        );
        assert!(serde_json::from_value::<Block>(json!({"object": "block"})).is_err());
    }

    #[test]
    fn reading_ignores_what_notion_adds() {
        let block: Block = serde_json::from_value(json!({
            "object": "block", "id": "x", "has_children": false, "type": "paragraph",
            "paragraph": {"rich_text": [{"type": "text", "text": {"content": "hi"},
                "plain_text": "hi", "href": null}], "color": "default", "icon": null}
        }))
        .unwrap();
        let TextBlock { rich_text, .. } = TextBlock::new(vec![RichText::plain("hi")]);
        assert_eq!(block, Block::paragraph(rich_text));
    }
}
