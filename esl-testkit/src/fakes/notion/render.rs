//! What is kept, as the API shows it.

use esl_core::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Version;
use super::sources::Source;
use super::store::{Content, Node, Page, Parent, Store};
use super::stored::plain_text;

/// Shows things the way one request wants them.
pub(super) struct Show<'a> {
    pub(super) store: &'a Store,
    pub(super) version: Version,
    /// Where this server is reached.
    pub(super) base: &'a str,
    /// When files that are shown now were shown.
    pub(super) now: Timestamp,
    /// The user behind the token.
    pub(super) bot: Uuid,
}

impl Show<'_> {
    pub(super) fn block(&self, node: &Node) -> Value {
        let mut block = self.common("block", node);
        block["parent"] = self.parent(node.parent);
        block["has_children"] = (!self.store.live_children(node).is_empty()).into();
        block["type"] = node.kind().into();
        block[node.kind()] = match &node.content {
            Content::Block { payload, .. } => self.payload(payload),
            Content::Page(page) => json!({ "title": self.title(node, page) }),
        };
        block
    }

    /// A page; nothing for a block.
    pub(super) fn page(&self, node: &Node) -> Value {
        let Some(page) = node.page() else {
            return Value::Null;
        };
        let mut shown = self.common("page", node);
        shown["parent"] = self.parent(node.parent);
        shown["is_archived"] = false.into();
        shown["is_locked"] = page.is_locked.into();
        shown["url"] = self.page_url(node, page).into();
        shown["public_url"] = Value::Null;
        shown["properties"] = self.properties(node, page);
        shown["icon"] = self.file(&page.icon);
        shown["cover"] = self.file(&page.cover);
        shown
    }

    fn common(&self, object: &str, node: &Node) -> Value {
        let by = json!({"object": "user", "id": self.bot});
        let mut shown = json!({
            "object": object,
            "id": node.id,
            "created_time": node.created,
            "last_edited_time": node.edited,
            "created_by": by,
            "last_edited_by": by,
            "in_trash": node.in_trash,
        });
        if self.version < Version::V2026_03_11 {
            shown["archived"] = node.in_trash.into();
        }
        shown
    }

    fn parent(&self, parent: Parent) -> Value {
        match parent {
            Parent::Page(id) => json!({"type": "page_id", "page_id": id}),
            Parent::Block(id) => json!({"type": "block_id", "block_id": id}),
            Parent::Workspace => json!({"type": "workspace", "workspace": true}),
            Parent::Source(id) => json!({
                "type": "data_source_id",
                "data_source_id": id,
                "database_id": self.store.sources.get(&id).map(|source| source.database),
            }),
        }
    }

    /// A payload with files where uploads were named.
    fn payload(&self, payload: &Value) -> Value {
        let mut shown = self.file(payload);
        if !payload["icon"].is_null() {
            shown["icon"] = self.file(&payload["icon"]);
        }
        shown
    }

    /// A file by a signed address in place of an upload; anything else as it is.
    pub(super) fn file(&self, value: &Value) -> Value {
        let mut shown = value.clone();
        let id = value["file_upload"]["id"]
            .as_str()
            .and_then(super::shape::parse_id);
        let upload = id.and_then(|id| self.store.uploads.get(&id));
        if let (Some(upload), Some(object)) = (upload, shown.as_object_mut()) {
            object.remove("file_upload");
            object.insert("type".to_owned(), "file".into());
            object.insert("file".to_owned(), upload.file(self.base, self.now));
        }
        shown
    }

    pub(super) fn title(&self, node: &Node, page: &Page) -> String {
        let key = match node.parent {
            Parent::Source(id) => self.store.sources.get(&id).map(Source::title_id),
            _ => None,
        };
        let value = page.properties.get(key.unwrap_or("title"));
        value.map(plain_text).unwrap_or_default()
    }

    fn page_url(&self, node: &Node, page: &Page) -> String {
        let title = self.title(node, page);
        let words = title.split(|letter: char| !letter.is_ascii_alphanumeric());
        let mut slug: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let id = node.id.simple().to_string();
        slug.push(&id);
        format!("https://www.notion.so/{}", slug.join("-"))
    }

    fn properties(&self, node: &Node, page: &Page) -> Value {
        let source = match node.parent {
            Parent::Source(id) => self.store.sources.get(&id),
            _ => None,
        };
        let Some(source) = source else {
            let title = page
                .properties
                .get("title")
                .cloned()
                .unwrap_or_else(|| json!([]));
            return json!({"title": {"id": "title", "type": "title", "title": title}});
        };
        let shown = source.properties.iter().map(|property| {
            let value = property.shown(self, node, page);
            (property.name.clone(), value)
        });
        shown.collect()
    }
}
