//! The blocks a request may bring, and how deep they may stand in one another.
//! (Notion API reference: "Block", "Append block children".)

use serde_json::Value;

use super::error::ApiError;
use super::forms::{COLOR, ICON, LIST, RICH_TEXT, SOURCES, URL, WORDS};
use super::languages::LANGUAGES;
use super::path::Path;
use super::shape::{
    Field, Map, Shape, alternatives, check, check_fields, list, may, needs, none_of, object,
    refuse_others,
};

/// Blocks of one request, all levels together.
const BLOCKS: usize = 1000;

/// A type of block.
pub(super) struct BlockType {
    pub(super) name: &'static str,
    /// What its payload holds besides children.
    pub(super) fields: &'static [Field],
    pub(super) children: Inside,
}

/// What may stand in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing ever.
    Nothing,
    /// Blocks of any type that the level allows.
    Blocks,
    /// Blocks, if the heading can be folded.
    IfToggleable,
    /// One row or more, in the same request.
    Rows,
    /// Two columns or more, in the same request.
    Columns,
    /// One block or more, in the same request.
    SomeBlocks,
    /// One paragraph or more: the tabs.
    Tabs,
}

/// How deep in a request a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Top,
    Second,
    Third,
}

const TEXT: Field = needs("rich_text", &RICH_TEXT);
const COLORED: Field = may("color", &COLOR);
const CAPTION: Field = may("caption", &RICH_TEXT);

static LANGUAGE: Shape = Shape::Word(&LANGUAGES);
static LINK_TARGETS: [Field; 3] = [
    needs("page_id", &Shape::Id),
    needs("database_id", &Shape::Id),
    needs("comment_id", &Shape::Id),
];
static ROW: Shape = Shape::List {
    of: &RICH_TEXT,
    least: 0,
    most: LIST,
};
static SYNCED_FROM: Shape = Shape::OrNull(&Shape::OneOf {
    variants: &[needs("block_id", &Shape::Id)],
    common: &[],
});

const fn block(name: &'static str, fields: &'static [Field], children: Inside) -> BlockType {
    BlockType {
        name,
        fields,
        children,
    }
}

static TEXT_FIELDS: [Field; 2] = [TEXT, COLORED];
static HEADING_FIELDS: [Field; 3] = [TEXT, COLORED, may("is_toggleable", &Shape::Bool)];
static MEDIA_FIELDS: [Field; 1] = [CAPTION];

/// Every type that can be created.
pub(super) static BLOCK_TYPES: [BlockType; 31] = [
    block(
        "paragraph",
        &[TEXT, COLORED, may("icon", &ICON)],
        Inside::Blocks,
    ),
    block("heading_1", &HEADING_FIELDS, Inside::IfToggleable),
    block("heading_2", &HEADING_FIELDS, Inside::IfToggleable),
    block("heading_3", &HEADING_FIELDS, Inside::IfToggleable),
    block("heading_4", &HEADING_FIELDS, Inside::IfToggleable),
    block("bulleted_list_item", &TEXT_FIELDS, Inside::Blocks),
    block("numbered_list_item", &TEXT_FIELDS, Inside::Blocks),
    block(
        "to_do",
        &[TEXT, COLORED, may("checked", &Shape::Bool)],
        Inside::Blocks,
    ),
    block("toggle", &TEXT_FIELDS, Inside::Blocks),
    block("quote", &TEXT_FIELDS, Inside::Blocks),
    block(
        "callout",
        &[TEXT, COLORED, may("icon", &ICON)],
        Inside::Blocks,
    ),
    block("template", &[TEXT], Inside::Blocks),
    block(
        "code",
        &[TEXT, needs("language", &LANGUAGE), CAPTION],
        Inside::Nothing,
    ),
    block(
        "equation",
        &[needs("expression", &Shape::Text { most: 1000 })],
        Inside::Nothing,
    ),
    block("divider", &[], Inside::Nothing),
    block("breadcrumb", &[], Inside::Nothing),
    block("table_of_contents", &[COLORED], Inside::Nothing),
    block(
        "table",
        &[
            needs("table_width", &Shape::WholeFrom(1)),
            may("has_column_header", &Shape::Bool),
            may("has_row_header", &Shape::Bool),
        ],
        Inside::Rows,
    ),
    block("table_row", &[needs("cells", &ROW)], Inside::Nothing),
    block("column_list", &[], Inside::Columns),
    block(
        "column",
        &[may("width_ratio", &Shape::Number)],
        Inside::SomeBlocks,
    ),
    block(
        "synced_block",
        &[needs("synced_from", &SYNCED_FROM)],
        Inside::Blocks,
    ),
    block("bookmark", &[needs("url", &URL), CAPTION], Inside::Nothing),
    block("embed", &[needs("url", &URL), CAPTION], Inside::Nothing),
    block("image", &MEDIA_FIELDS, Inside::Nothing),
    block("video", &MEDIA_FIELDS, Inside::Nothing),
    block("audio", &MEDIA_FIELDS, Inside::Nothing),
    block("pdf", &MEDIA_FIELDS, Inside::Nothing),
    block("file", &[CAPTION, may("name", &WORDS)], Inside::Nothing),
    block("link_to_page", &[], Inside::Nothing),
    block("tab", &[], Inside::Tabs),
];

/// The type with this name.
pub(super) fn block_type(name: &str) -> Option<&'static BlockType> {
    BLOCK_TYPES.iter().find(|known| known.name == name)
}

impl BlockType {
    /// Of the alternatives that a payload of this type must choose from, if any.
    pub(super) fn alternatives(&self) -> &'static [Field] {
        match self.name {
            "image" | "video" | "audio" | "pdf" | "file" => &SOURCES,
            "link_to_page" => &LINK_TARGETS,
            _ => &[],
        }
    }

    fn is_allowed(&self, level: Level) -> bool {
        match self.name {
            "column_list" | "column" => level == Level::Top,
            "table" => level < Level::Third,
            _ => true,
        }
    }
}

impl Level {
    fn below(self) -> Option<Self> {
        match self {
            Self::Top => Some(Self::Second),
            Self::Second => Some(Self::Third),
            Self::Third => None,
        }
    }
}

/// Refuses a list of blocks unless each has the form of its type and stands where it may.
pub(super) fn check_blocks(blocks: &Value, path: &Path<'_>) -> Result<(), ApiError> {
    check_level(blocks, 0, Level::Top, path)?;
    let count = count_blocks(blocks);
    if count > BLOCKS {
        return Err(path.refuse_length(BLOCKS, count));
    }
    Ok(())
}

fn check_level(
    blocks: &Value,
    least: usize,
    level: Level,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    for (at, block) in list(blocks, least, LIST, path)?.iter().enumerate() {
        let path = path.item(at);
        let (kind, payload) = typed(block, level, &path)?;
        check_block(kind, payload, level, &path.key(kind.name))?;
    }
    Ok(())
}

/// The type of a block and its payload.
fn typed<'v>(
    value: &'v Value,
    level: Level,
    path: &Path<'_>,
) -> Result<(&'static BlockType, &'v Value), ApiError> {
    let block = object(value, path)?;
    let kind = named_or_present(block, path)?;
    let path_of_payload = path.key(kind.name);
    let Some(payload) = block.get(kind.name) else {
        return Err(path_of_payload.refuse("defined", None));
    };
    if !kind.is_allowed(level) {
        return Err(path_of_payload.refuse("not present", Some(payload)));
    }
    if let Some(object) = block.get("object") {
        check(&Shape::Word(&["block"]), object, &path.key("object"))?;
    }
    refuse_others(block, path, |key| {
        matches!(key, "object" | "type") || key == kind.name
    })?;
    Ok((kind, payload))
}

fn named_or_present(block: &Map, path: &Path<'_>) -> Result<&'static BlockType, ApiError> {
    let names = || BLOCK_TYPES.iter().map(|kind| kind.name);
    if let Some(named) = block.get("type") {
        let kind = named.as_str().and_then(block_type);
        let known: Vec<_> = names().collect();
        return kind.ok_or_else(|| path.key("type").refuse(&alternatives(&known), Some(named)));
    }
    let present = BLOCK_TYPES
        .iter()
        .find(|kind| block.contains_key(kind.name));
    present.ok_or_else(|| none_of(names(), path))
}

fn check_block(
    kind: &BlockType,
    value: &Value,
    level: Level,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    let payload = object(value, path)?;
    check_payload(kind, payload, path)?;
    let children = payload.get("children");
    let path_of_children = path.key("children");
    let Some(least) = kind.children.least() else {
        return match children {
            Some(children) => Err(path_of_children.refuse("not present", Some(children))),
            None => Ok(()),
        };
    };
    match (children, level.below()) {
        (None, _) if least > 0 => Err(path_of_children.refuse("defined", None)),
        (None, _) => Ok(()),
        (Some(children), Some(below)) => check_inside(
            kind.children,
            children,
            least,
            level,
            below,
            &path_of_children,
        ),
        (Some(children), None) => Err(path_of_children.refuse("not present", Some(children))),
    }
}

/// Checks all of a payload but its children.
fn check_payload(kind: &BlockType, payload: &Map, path: &Path<'_>) -> Result<(), ApiError> {
    let variants = kind.alternatives();
    if variants.is_empty() {
        check_fields(kind.fields, payload, path)?;
        return refuse_others(payload, path, |key| {
            key == "children" || kind.has_field(key)
        });
    }
    let value = Value::Object(payload.clone());
    let shape = Shape::OneOf {
        variants,
        common: kind.fields,
    };
    check(&shape, &value, path)
}

fn check_inside(
    inside: Inside,
    children: &Value,
    least: usize,
    level: Level,
    below: Level,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    match inside {
        Inside::Rows => check_only("table_row", children, least, path),
        Inside::Columns => check_columns(children, least, level, path),
        Inside::Tabs => {
            check_level(children, least, below, path)?;
            check_types("paragraph", children, path)
        }
        Inside::Blocks | Inside::IfToggleable | Inside::SomeBlocks | Inside::Nothing => {
            check_level(children, least, below, path)
        }
    }
}

/// Rows have no level of their own: nothing stands in them.
fn check_only(
    name: &'static str,
    children: &Value,
    least: usize,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    check_level(children, least, Level::Third, path)?;
    check_types(name, children, path)
}

/// Columns stand on the level of their list, so that they buy what is in them one level more.
fn check_columns(
    children: &Value,
    least: usize,
    level: Level,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    check_level(children, least, level, path)?;
    check_types("column", children, path)
}

fn check_types(name: &'static str, blocks: &Value, path: &Path<'_>) -> Result<(), ApiError> {
    for (at, block) in blocks.as_array().into_iter().flatten().enumerate() {
        if block.get(name).is_none() {
            return Err(path.item(at).key(name).refuse("defined", None));
        }
    }
    Ok(())
}

impl Inside {
    /// How many children there must be in the same request; `None` if there can be none.
    fn least(self) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Blocks | Self::IfToggleable => Some(0),
            Self::Rows | Self::SomeBlocks | Self::Tabs => Some(1),
            Self::Columns => Some(2),
        }
    }
}

impl BlockType {
    fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// Blocks of all levels.
pub(super) fn count_blocks(blocks: &Value) -> usize {
    let blocks = blocks.as_array().into_iter().flatten();
    blocks
        .map(|block| 1 + children(block).map_or(0, count_blocks))
        .sum()
}

/// The blocks inside a block of a request, whose form was checked.
pub(super) fn children(block: &Value) -> Option<&Value> {
    let mut payloads = block.as_object()?.values();
    payloads.find_map(|payload| payload.get("children"))
}
