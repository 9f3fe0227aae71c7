//! Creating, showing and changing pages.

use serde_json::{Value, json};
use uuid::Uuid;

use super::api::Api;
use super::blocks::check_blocks;
use super::call::Version;
use super::content::{Place, check_content, is_web_address};
use super::error::ApiError;
use super::forms::{COVER, ICON, PAGE_PARENT, PAGE_POSITION};
use super::path::Path;
use super::properties::{check_forms, fit, title_only};
use super::shape::{Field, Map, Shape, check_fields, may, needs, object, parse_id, refuse_others};
use super::store::{Content, Node, Page, Parent};
use super::uploads::after;

const BODY: Path<'_> = Path::root("body");

static ICON_OR_NONE: Shape = Shape::OrNull(&ICON);
static COVER_OR_NONE: Shape = Shape::OrNull(&COVER);

static NEW_PAGE: [Field; 6] = [
    needs("parent", &PAGE_PARENT),
    may("properties", &Shape::Any),
    may("icon", &ICON_OR_NONE),
    may("cover", &COVER_OR_NONE),
    may("children", &Shape::Any),
    may("position", &PAGE_POSITION),
];

static CHANGED_PAGE: [Field; 7] = [
    may("properties", &Shape::Any),
    may("icon", &ICON_OR_NONE),
    may("cover", &COVER_OR_NONE),
    may("is_locked", &Shape::Bool),
    may("erase_content", &Shape::Bool),
    may("in_trash", &Shape::Bool),
    may("is_archived", &Shape::Bool),
];

impl Api<'_> {
    pub(super) fn create_page(&mut self) -> Result<Value, ApiError> {
        let body = &self.call.body;
        let object = object(body, &BODY)?;
        check_fields(&NEW_PAGE, object, &BODY)?;
        refuse_others(object, &BODY, |key| {
            NEW_PAGE.iter().any(|field| field.name == key)
        })?;
        let empty = json!({});
        let properties = object.get("properties").unwrap_or(&empty);
        check_forms(properties, &BODY.key("properties"))?;
        if let Some(children) = object.get("children") {
            check_blocks(children, &BODY.key("children"))?;
        }
        let parent = self.page_parent(&object["parent"])?;
        let properties = self.values(parent, properties)?;
        self.check_head(object)?;
        let children = object.get("children").cloned().unwrap_or_default();
        check_content(self.store, &children, Place::PAGE, self.call.now)?;
        self.spend(&children)?;

        let id = Uuid::new_v4();
        let page = Page {
            properties,
            icon: object.get("icon").cloned().unwrap_or_default(),
            cover: object.get("cover").cloned().unwrap_or_default(),
            is_locked: false,
            listed_from: self.listed_from(),
            searched_from: after(self.listed_from(), self.options.search_delay),
        };
        self.store
            .insert(self.node(id, parent, Content::Page(page)), None);
        self.attach_head(id);
        self.add_children(Parent::Page(id), &children, None);
        self.shown_page(id)
    }

    pub(super) fn show_page(&self, id: Uuid) -> Result<Value, ApiError> {
        self.shown_page(id)
    }

    pub(super) fn update_page(&mut self, id: Uuid) -> Result<Value, ApiError> {
        let body = &self.call.body;
        let object = object(body, &BODY)?;
        check_fields(&CHANGED_PAGE, object, &BODY)?;
        let is_old = self.call.version < Version::V2026_03_11;
        refuse_others(object, &BODY, |key| {
            CHANGED_PAGE.iter().any(|field| field.name == key) || (is_old && key == "archived")
        })?;
        let empty = json!({});
        let properties = object.get("properties").unwrap_or(&empty);
        check_forms(properties, &BODY.key("properties"))?;

        let (node, _) = self.store.page(id)?;
        let parent = node.parent;
        let wanted = ["in_trash", "is_archived", "archived"];
        let in_trash = wanted.iter().find_map(|key| object.get(*key)?.as_bool());
        if in_trash != Some(false) && self.store.is_in_trash(node) {
            return Err(ApiError::archived());
        }
        let properties = self.values(parent, properties)?;
        self.check_head(object)?;
        let now = self.minute();
        if let Some(node) = self.store.node_mut(id) {
            node.in_trash = in_trash.unwrap_or(node.in_trash);
            node.edited = now;
            if let Some(page) = node.page_mut() {
                page.properties.extend(properties);
                for (slot, key) in [(&mut page.icon, "icon"), (&mut page.cover, "cover")] {
                    if let Some(value) = object.get(key) {
                        *slot = value.clone();
                    }
                }
                if let Some(locked) = object.get("is_locked").and_then(Value::as_bool) {
                    page.is_locked = locked;
                }
            }
        }
        self.attach_head(id);
        if object.get("erase_content") == Some(&Value::Bool(true)) {
            self.trash_children(id);
        }
        self.shown_page(id)
    }

    fn shown_page(&self, id: Uuid) -> Result<Value, ApiError> {
        let (node, _) = self.store.page(id)?;
        Ok(self.show().page(node))
    }

    fn page_parent(&self, parent: &Value) -> Result<Parent, ApiError> {
        let id = |key: &str| parent[key].as_str().and_then(parse_id);
        if let Some(id) = id("page_id") {
            let (node, _) = self.store.page(id)?;
            if self.store.is_in_trash(node) {
                return Err(ApiError::archived());
            }
            return Ok(Parent::Page(id));
        }
        if let Some(id) = id("data_source_id") {
            let known = self.store.sources.contains_key(&id);
            let unknown = || ApiError::not_found("data source", id);
            return known.then_some(Parent::Source(id)).ok_or_else(unknown);
        }
        if let Some(id) = id("database_id") {
            let database = self.store.databases.get(&id);
            let database = database.ok_or_else(|| ApiError::not_found("database", id))?;
            return match database.sources[..] {
                [only] => Ok(Parent::Source(only)),
                _ => Err(ApiError::validation(
                    "Databases with multiple data sources need a data_source_id as parent.",
                )),
            };
        }
        Ok(Parent::Workspace)
    }

    fn values(
        &mut self,
        parent: Parent,
        properties: &Value,
    ) -> Result<std::collections::HashMap<String, Value>, ApiError> {
        let nothing = Map::new();
        let properties = properties.as_object().unwrap_or(&nothing);
        match parent {
            Parent::Source(source) => fit(self.store, source, properties),
            _ => title_only(properties),
        }
    }

    fn check_head(&self, object: &Map) -> Result<(), ApiError> {
        for key in ["icon", "cover"] {
            let Some(head) = object.get(key) else {
                continue;
            };
            if head["external"]["url"]
                .as_str()
                .is_some_and(|url| !is_web_address(url))
            {
                return Err(ApiError::validation(format!("Invalid {key} url.")));
            }
            if let Some(id) = head["file_upload"]["id"].as_str().and_then(parse_id) {
                let upload = self.store.uploads.get(&id);
                let upload = upload.ok_or_else(|| ApiError::not_found("file upload", id))?;
                if let Some(problem) = upload.hindrance("image", self.call.now) {
                    return Err(ApiError::validation(problem));
                }
            }
        }
        Ok(())
    }

    /// Files that icon, cover and properties name are there to stay.
    fn attach_head(&mut self, id: Uuid) {
        let page = self.store.node(id).and_then(Node::page);
        let Some(page) = page else {
            return;
        };
        let values = page
            .properties
            .values()
            .flat_map(|value| value.as_array().into_iter().flatten());
        let named = values
            .chain([&page.icon, &page.cover])
            .filter_map(Api::upload_of);
        let named: Vec<_> = named.collect();
        named.into_iter().for_each(|id| self.attach(id));
    }

    fn listed_from(&self) -> esl_core::Timestamp {
        let late = self.call.show_late.map(|late| late.0).unwrap_or_default();
        after(self.call.now, late)
    }
}
