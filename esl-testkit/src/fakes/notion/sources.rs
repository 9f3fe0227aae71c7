//! Databases, their data sources, and the schemas of these. (Notion API reference: "Database",
//! "Data source".)

use esl_core::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Version;
use super::render::Show;
use super::store::{Node, Page};

/// A database: a name over its data sources.
#[derive(Debug, Clone)]
pub(super) struct Database {
    pub(super) id: Uuid,
    pub(super) parent: Uuid,
    pub(super) title: String,
    pub(super) sources: Vec<Uuid>,
    pub(super) created: Timestamp,
}

/// A data source: pages with the same properties.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) id: Uuid,
    pub(super) database: Uuid,
    pub(super) name: String,
    pub(super) properties: Vec<Property>,
    pub(super) created: Timestamp,
}

/// A property of a schema.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) id: String,
    pub(super) name: String,
    /// The type as in the API.
    pub(super) kind: &'static str,
    /// Of a select, status or multi-select.
    pub(super) options: Vec<Choice>,
    /// The data source that a relation points to.
    pub(super) target: Option<Uuid>,
}

/// An option of a select, status or multi-select.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) color: &'static str,
}

impl Source {
    /// The id of the property that is the title.
    pub(super) fn title_id(&self) -> &str {
        let title = self
            .properties
            .iter()
            .find(|property| property.kind == "title");
        title.map_or("title", |property| property.id.as_str())
    }

    /// The property with this name or id.
    pub(super) fn property(&self, key: &str) -> Option<&Property> {
        let named = self.properties.iter().find(|property| property.name == key);
        named.or_else(|| self.properties.iter().find(|property| property.id == key))
    }
}

impl Property {
    pub(super) fn new(id: &str, name: &str, kind: &'static str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            options: Vec::new(),
            target: None,
        }
    }

    pub(super) fn with_options(mut self, names: &[&str]) -> Self {
        self.options = names.iter().map(|name| Choice::new(name)).collect();
        self
    }

    pub(super) fn to(mut self, target: Uuid) -> Self {
        self.target = Some(target);
        self
    }

    pub(super) fn option(&self, key: &str) -> Option<&Choice> {
        self.options
            .iter()
            .find(|option| option.name == key || option.id == key)
    }

    fn config(&self) -> Value {
        match self.kind {
            "select" | "multi_select" => json!({ "options": self.option_list() }),
            "status" => json!({ "options": self.option_list(), "groups": [] }),
            "number" => json!({"format": "number"}),
            "formula" => json!({"expression": "1"}),
            "relation" => json!({
                "data_source_id": self.target,
                "type": "single_property",
                "single_property": {},
            }),
            _ => json!({}),
        }
    }

    fn option_list(&self) -> Value {
        let shown = self.options.iter().map(|option| {
            let mut shown = option.shown();
            shown["description"] = Value::Null;
            shown
        });
        shown.collect()
    }

    fn schema(&self) -> Value {
        let mut schema = json!({
            "id": self.id,
            "name": self.name,
            "description": null,
            "type": self.kind,
        });
        schema[self.kind] = self.config();
        schema
    }

    /// The property of a page as the API shows it.
    pub(super) fn shown(&self, show: &Show<'_>, node: &Node, page: &Page) -> Value {
        let mut shown = json!({"id": self.id, "type": self.kind});
        let value = page.properties.get(&self.id).cloned();
        shown[self.kind] = match self.kind {
            "created_time" => json!(node.created),
            "last_edited_time" => json!(node.edited),
            "formula" => json!({"type": "number", "number": 1}),
            "files" => {
                let files = value.unwrap_or_else(|| json!([]));
                let files = files.as_array().into_iter().flatten();
                files.map(|file| show.file(file)).collect()
            }
            kind => value.unwrap_or_else(|| empty(kind)),
        };
        if self.kind == "relation" {
            shown["has_more"] = false.into();
        }
        shown
    }
}

fn empty(kind: &str) -> Value {
    match kind {
        "title" | "rich_text" | "multi_select" | "relation" | "people" | "files" => json!([]),
        "checkbox" => false.into(),
        _ => Value::Null,
    }
}

impl Choice {
    pub(super) fn new(name: &str) -> Self {
        Self {
            id: Uuid::new_v4().simple().to_string()[..8].to_owned(),
            name: name.to_owned(),
            color: "default",
        }
    }

    pub(super) fn shown(&self) -> Value {
        json!({"id": self.id, "name": self.name, "color": self.color})
    }
}

impl Show<'_> {
    pub(super) fn database(&self, database: &Database) -> Value {
        let sources = database.sources.iter().filter_map(|id| {
            let source = self.store.sources.get(id)?;
            Some(json!({"id": id, "name": source.name}))
        });
        let mut shown = self.container("database", database.id, &database.title, database.created);
        shown["parent"] = json!({"type": "page_id", "page_id": database.parent});
        shown["data_sources"] = sources.collect();
        shown["is_locked"] = false.into();
        shown
    }

    pub(super) fn source(&self, source: &Source) -> Value {
        let database = self.store.databases.get(&source.database);
        let mut shown = self.container("data_source", source.id, &source.name, source.created);
        shown["parent"] = json!({"type": "database_id", "database_id": source.database});
        shown["database_parent"] =
            json!({"type": "page_id", "page_id": database.map(|database| database.parent)});
        let properties = source.properties.iter();
        shown["properties"] = properties
            .map(|property| (property.name.clone(), property.schema()))
            .collect();
        shown
    }

    fn container(&self, object: &str, id: Uuid, title: &str, created: Timestamp) -> Value {
        let by = json!({"object": "user", "id": self.bot});
        let title = json!([{"text": {"content": title}}]);
        let mut shown = json!({
            "object": object,
            "id": id,
            "title": super::stored::stored_text(&title),
            "description": [],
            "is_inline": false,
            "in_trash": false,
            "created_time": created,
            "last_edited_time": created,
            "created_by": by,
            "last_edited_by": by,
            "icon": null,
            "cover": null,
            "url": format!("https://www.notion.so/{}", id.simple()),
            "public_url": null,
        });
        if self.version < Version::V2026_03_11 {
            shown["archived"] = false.into();
        }
        shown
    }
}
