//! What blocks mean together, once each has the right form: links, tables, headings, columns, files.
//! Problems are collected, as Notion tells them all at once.

use esl_core::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::blocks::{BLOCK_TYPES, BlockType, Inside, block_type, children};
use super::error::ApiError;
use super::shape::parse_id;
use super::store::{Node, Store};

/// Where blocks are about to stand: what has to be known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The type of the block they stand in; `child_page` for a page.
    kind: &'a str,
    is_toggleable: bool,
    table_width: Option<u64>,
}

impl<'a> Place<'a> {
    pub(super) const PAGE: Self = Self {
        kind: "child_page",
        is_toggleable: false,
        table_width: None,
    };

    pub(super) fn of(node: &'a Node) -> Self {
        match node.payload() {
            Some(payload) => Self::inside(node.kind(), payload),
            None => Self::PAGE,
        }
    }

    fn inside(kind: &'a str, payload: &Value) -> Self {
        Self {
            kind,
            is_toggleable: payload["is_toggleable"].as_bool().unwrap_or_default(),
            table_width: payload["table_width"].as_u64(),
        }
    }

    /// Whether any block may stand here.
    fn takes_blocks(&self) -> bool {
        match block_type(self.kind).map(|kind| kind.children) {
            Some(Inside::Nothing) => false,
            Some(Inside::IfToggleable) => self.is_toggleable,
            _ => true,
        }
    }

    /// The only type of block that may stand here, if it is only one.
    fn only(&self) -> Option<&'static str> {
        match block_type(self.kind)?.children {
            Inside::Rows => Some("table_row"),
            Inside::Columns => Some("column"),
            Inside::Tabs => Some("paragraph"),
            _ => None,
        }
    }
}

/// Refuses blocks that do not fit each other, their place or the files they name.
pub(super) fn check_content(
    store: &Store,
    blocks: &Value,
    place: Place<'_>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let mut checker = Checker {
        store,
        now,
        problems: Vec::new(),
    };
    checker.check_all(blocks, place);
    checker.finish()
}

/// The same for the new payload of a block that is there.
pub(super) fn check_update(
    store: &Store,
    kind: &BlockType,
    payload: &Value,
    now: Timestamp,
) -> Result<(), ApiError> {
    let mut checker = Checker {
        store,
        now,
        problems: Vec::new(),
    };
    checker.check_payload(kind, payload);
    checker.finish()
}

/// Refuses a text with a link that is none.
pub(super) fn check_links(text: &Value) -> Result<(), ApiError> {
    if links(text).all(is_link) {
        Ok(())
    } else {
        Err(ApiError::validation("Invalid URL for link."))
    }
}

struct Checker<'a> {
    store: &'a Store,
    now: Timestamp,
    problems: Vec<String>,
}

impl Checker<'_> {
    fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ApiError::content(&self.problems.join("\n")))
    }

    fn complain(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn check_all(&mut self, blocks: &Value, place: Place<'_>) {
        for block in blocks.as_array().into_iter().flatten() {
            let Some(kind) = BLOCK_TYPES
                .iter()
                .find(|kind| block.get(kind.name).is_some())
            else {
                continue;
            };
            self.check_place(kind, place);
            let payload = &block[kind.name];
            if let (Some(width), Some(cells)) = (place.table_width, payload["cells"].as_array())
                && cells.len() as u64 != width
            {
                self.complain(
                    "Number of cells in table row must match the table width of the parent table",
                );
            }
            self.check_payload(kind, payload);
            if let Some(children) = children(block) {
                self.check_children(kind, payload, children);
            }
        }
    }

    fn check_children(&mut self, kind: &BlockType, payload: &Value, children: &Value) {
        if kind.name == "synced_block" && !payload["synced_from"].is_null() {
            self.complain("A copy of a synced block cannot have children");
        }
        self.check_all(children, Place::inside(kind.name, payload));
    }

    fn check_place(&mut self, kind: &BlockType, place: Place<'_>) {
        if !place.takes_blocks() {
            self.complain(format!(
                "Block of type {} does not support children",
                place.kind
            ));
            return;
        }
        let home = match kind.name {
            "table_row" => Some("table"),
            "column" => Some("column_list"),
            _ => None,
        };
        let is_at_home = home.is_none_or(|home| home == place.kind);
        let is_welcome = place.only().is_none_or(|only| only == kind.name);
        if !is_at_home || !is_welcome {
            self.complain(format!(
                "Block of type {} cannot stand in {}",
                kind.name, place.kind
            ));
        }
        if matches!(kind.name, "column" | "column_list") && place.kind == "column" {
            self.complain("Columns cannot stand in a column");
        }
    }

    fn check_payload(&mut self, kind: &BlockType, payload: &Value) {
        let cells = payload["cells"].as_array().into_iter().flatten();
        let texts = [&payload["rich_text"], &payload["caption"]];
        for text in texts.into_iter().chain(cells) {
            if !links(text).all(is_link) {
                self.complain("Invalid URL for link.");
            }
            self.check_mentions(text);
        }
        let addresses = [
            &payload["url"],
            &payload["external"]["url"],
            &payload["icon"]["external"]["url"],
        ];
        for address in addresses {
            if address.as_str().is_some_and(|url| !is_web_address(url)) {
                self.complain(format!("Invalid {} url.", kind.name));
            }
        }
        self.check_upload(kind, &payload["file_upload"]);
        self.check_target(&payload["page_id"]);
    }

    fn check_upload(&mut self, kind: &BlockType, upload: &Value) {
        let Some(id) = id_of(&upload["id"]) else {
            return;
        };
        let found = self.store.uploads.get(&id);
        let problem = match found {
            None => Some(format!("Could not find file upload with ID: {id}.")),
            Some(upload) => upload.hindrance(kind.name, self.now),
        };
        self.problems.extend(problem);
    }

    fn check_mentions(&mut self, text: &Value) {
        for run in text.as_array().into_iter().flatten() {
            self.check_target(&run["mention"]["page"]["id"]);
        }
    }

    /// A page that is linked to has to be there.
    fn check_target(&mut self, id: &Value) {
        if let Some(id) = id_of(id)
            && self.store.page(id).is_err()
        {
            self.complain(format!("Could not find page with ID: {id}."));
        }
    }
}

fn id_of(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(parse_id)
}

fn links(text: &Value) -> impl Iterator<Item = &str> {
    let runs = text.as_array().into_iter().flatten();
    runs.filter_map(|run| run["text"]["link"]["url"].as_str())
}

/// Whether text may link there: an absolute address, of the web, mail or telephone.
fn is_link(url: &str) -> bool {
    is_web_address(url)
        || ["mailto:", "tel:"]
            .iter()
            .any(|scheme| has_more(url, scheme))
}

/// Whether it is an absolute address of the web.
pub(super) fn is_web_address(url: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| has_more(url, scheme))
}

fn has_more(url: &str, scheme: &str) -> bool {
    let rest = url
        .get(..scheme.len())
        .filter(|start| start.eq_ignore_ascii_case(scheme))
        .map(|_| &url[scheme.len()..]);
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', '?', '#'])
            && !rest.contains(char::is_whitespace)
    })
}
