//! Showing, appending, changing and deleting blocks.

use serde_json::{Value, json};
use uuid::Uuid;

use super::api::Api;
use super::blocks::{BLOCK_TYPES, BlockType, block_type, check_blocks, children};
use super::call::Version;
use super::content::{Place, check_content, check_update};
use super::error::ApiError;
use super::forms::POSITION;
use super::page_of_list::Paging;
use super::path::Path;
use super::shape::{
    Field, Map, Shape, check, check_fields, may, needs, object, parse_id, refuse_others,
};
use super::store::{Content, Node, Parent};
use super::stored::stored_payload;

const BODY: Path<'_> = Path::root("body");

static APPENDED: [Field; 1] = [needs("children", &Shape::Any)];
static AFTER: Field = may("after", &Shape::Id);
static AT: Field = may("position", &POSITION);

impl Api<'_> {
    pub(super) fn show_block(&self, id: Uuid) -> Result<Value, ApiError> {
        Ok(self.show().block(self.store.block(id)?))
    }

    pub(super) fn list_children(&self, id: Uuid) -> Result<Value, ApiError> {
        self.call.check_query(&["start_cursor", "page_size"])?;
        let paging = Paging::in_query(self.call)?;
        let node = self.store.block(id)?;
        let ids = self.store.live_children(node);
        let show = |id| self.store.node(id).map(|child| self.show().block(child));
        paging.cut(
            self.store,
            &format!("children of {id}"),
            "block",
            &ids,
            |id| show(id).unwrap_or_default(),
        )
    }

    pub(super) fn append_children(&mut self, id: Uuid) -> Result<Value, ApiError> {
        let body = object(&self.call.body, &BODY)?;
        self.check_append_form(body)?;
        let node = self.store.editable(id)?;
        let at = self.position(node, body)?;
        let blocks = &body["children"];
        check_content(self.store, blocks, Place::of(node), self.call.now)?;
        let parent = match node.content {
            Content::Page(_) => Parent::Page(id),
            Content::Block { .. } => Parent::Block(id),
        };
        self.spend(blocks)?;
        let ids = self.add_children(parent, blocks, at);
        let now = self.minute();
        if let Some(node) = self.store.node_mut(id) {
            node.edited = now;
        }
        let shown = ids.iter().filter_map(|id| self.store.node(*id));
        let results: Vec<_> = shown.map(|node| self.show().block(node)).collect();
        Ok(json!({
            "object": "list",
            "results": results,
            "next_cursor": null,
            "has_more": false,
            "type": "block",
            "block": {},
        }))
    }

    fn check_append_form(&self, body: &Map) -> Result<(), ApiError> {
        check_fields(&APPENDED, body, &BODY)?;
        let knows_after = self.call.version < Version::V2026_03_11;
        let fields = [&AT, &AFTER];
        let known = if knows_after {
            &fields[..]
        } else {
            &fields[..1]
        };
        for field in known {
            if let Some(value) = body.get(field.name) {
                check(field.shape, value, &BODY.key(field.name))?;
            }
        }
        refuse_others(body, &BODY, |key| {
            key == "children" || known.iter().any(|field| field.name == key)
        })?;
        if let (Some(_), Some(position)) = (body.get("after"), body.get("position")) {
            return Err(BODY.key("position").refuse("not present", Some(position)));
        }
        check_blocks(&body["children"], &BODY.key("children"))
    }

    /// The place among the children, those in the trash counted; `None` for the end.
    fn position(&self, parent: &Node, body: &Map) -> Result<Option<usize>, ApiError> {
        let position = body.get("position").unwrap_or(&Value::Null);
        if position.get("start").is_some() || position["type"] == "start" {
            return Ok(Some(0));
        }
        let after = body
            .get("after")
            .or_else(|| position["after_block"].get("id"));
        let Some(after) = after.and_then(Value::as_str).and_then(parse_id) else {
            return Ok(None);
        };
        let siblings = self.store.live_children(parent);
        let at = parent.children.iter().position(|id| *id == after);
        match at {
            Some(at) if siblings.contains(&after) => Ok(Some(at + 1)),
            _ => Err(ApiError::validation(format!(
                "Block {after} to append after is not a child of {}.",
                parent.id
            ))),
        }
    }

    /// Puts blocks of a request into the store; the ids of the first level.
    pub(super) fn add_children(
        &mut self,
        parent: Parent,
        blocks: &Value,
        at: Option<usize>,
    ) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for block in blocks.as_array().into_iter().flatten() {
            let Some(kind) = BLOCK_TYPES
                .iter()
                .find(|kind| block.get(kind.name).is_some())
            else {
                continue;
            };
            let payload = stored_payload(kind.name, &block[kind.name]);
            for value in [&payload, &payload["icon"]] {
                if let Some(upload) = Self::upload_of(value) {
                    self.attach(upload);
                }
            }
            let id = Uuid::new_v4();
            let content = Content::Block {
                kind: kind.name,
                payload,
            };
            let node = self.node(id, parent, content);
            self.store.insert(node, at.map(|at| at + ids.len()));
            ids.push(id);
            if let Some(children) = children(block) {
                self.add_children(Parent::Block(id), children, None);
            }
        }
        ids
    }

    pub(super) fn update_block(&mut self, id: Uuid) -> Result<Value, ApiError> {
        let body = object(&self.call.body, &BODY)?;
        let is_old = self.call.version < Version::V2026_03_11;
        check_fields(
            &[may("in_trash", &Shape::Bool), may("archived", &Shape::Bool)],
            body,
            &BODY,
        )?;
        refuse_others(body, &BODY, |key| {
            matches!(key, "type" | "in_trash")
                || block_type(key).is_some()
                || (is_old && key == "archived")
        })?;
        let change = changed_payload(body)?;
        let node = self.store.block(id)?;
        let in_trash = ["in_trash", "archived"]
            .iter()
            .find_map(|key| body.get(*key)?.as_bool());
        if in_trash != Some(false) && self.store.is_in_trash(node) {
            return Err(ApiError::archived());
        }
        if let Some((kind, payload)) = change {
            self.check_change(node, kind, payload)?;
            self.change(id, kind, payload);
        }
        let now = self.minute();
        if let Some(node) = self.store.node_mut(id) {
            node.in_trash = in_trash.unwrap_or(node.in_trash);
            node.edited = now;
        }
        self.show_block(id)
    }

    fn check_change(&self, node: &Node, kind: &BlockType, payload: &Value) -> Result<(), ApiError> {
        if kind.name != node.kind() {
            return Err(ApiError::validation(format!(
                "Block type cannot be changed from {} to {}.",
                node.kind(),
                kind.name
            )));
        }
        if let Some(width) = payload.get("table_width") {
            let path = BODY.key(kind.name);
            return Err(path.key("table_width").refuse("not present", Some(width)));
        }
        check_update(self.store, kind, payload, self.call.now)
    }

    /// Replaces the fields that are given; the others keep their values.
    fn change(&mut self, id: Uuid, kind: &BlockType, payload: &Value) {
        let changed = stored_payload(kind.name, payload);
        if let Some(upload) = Self::upload_of(payload) {
            self.attach(upload);
        }
        let Some(node) = self.store.node_mut(id) else {
            return;
        };
        let Content::Block {
            payload: stored, ..
        } = &mut node.content
        else {
            return;
        };
        let (Some(stored), Some(changed)) = (stored.as_object_mut(), changed.as_object()) else {
            return;
        };
        if payload.get("external").is_some() || payload.get("file_upload").is_some() {
            stored.remove("external");
            stored.remove("file_upload");
            stored.insert("type".to_owned(), changed["type"].clone());
        }
        for (key, value) in changed {
            if payload.get(key).is_some() {
                stored.insert(key.clone(), value.clone());
            }
        }
    }

    pub(super) fn delete_block(&mut self, id: Uuid) -> Result<Value, ApiError> {
        self.store.editable(id)?;
        let now = self.minute();
        if let Some(node) = self.store.node_mut(id) {
            node.in_trash = true;
            node.edited = now;
        }
        self.show_block(id)
    }

    pub(super) fn trash_children(&mut self, id: Uuid) {
        let children = self.store.node(id).map(|node| node.children.clone());
        for child in children.unwrap_or_default() {
            if let Some(child) = self.store.node_mut(child) {
                child.in_trash = true;
            }
        }
    }
}

/// The type and payload that a block is changed to; every field may be left out, and there are no children.
fn changed_payload(body: &Map) -> Result<Option<(&'static BlockType, &Value)>, ApiError> {
    let Some(kind) = BLOCK_TYPES.iter().find(|kind| body.contains_key(kind.name)) else {
        return Ok(None);
    };
    let path = BODY.key(kind.name);
    let payload = &body[kind.name];
    let object = object(payload, &path)?;
    let alternatives = kind.alternatives();
    for field in kind.fields.iter().chain(alternatives) {
        if let Some(value) = object.get(field.name) {
            check(field.shape, value, &path.key(field.name))?;
        }
    }
    refuse_others(object, &path, |key| {
        let known = kind.fields.iter().chain(alternatives);
        (key == "type" && !alternatives.is_empty())
            || known.into_iter().any(|field| field.name == key)
    })?;
    Ok(Some((kind, payload)))
}
