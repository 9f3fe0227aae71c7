//! Data sources, databases and what they take.

use esl_core::DataSourceId;
use esl_core::ports::{PropertySchema, PropertyType, SourceSchema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pages::plain_text;

/// A data source as Notion describes it.
#[derive(Debug, Deserialize)]
pub(in super::super) struct DataSource {
    pub(in super::super) id: DataSourceId,
    #[serde(default)]
    title: Value,
    #[serde(default)]
    parent: Value,
    #[serde(default)]
    pub(in super::super) in_trash: bool,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl DataSource {
    /// The database that it is part of.
    pub(in super::super) fn database(&self) -> Option<DataSourceId> {
        self.parent["database_id"].as_str()?.parse().ok()
    }

    pub(in super::super) fn title(&self) -> String {
        plain_text(&self.title)
    }

    /// What the pages of the source take.
    pub(in super::super) fn into_schema(self) -> SourceSchema {
        let is_title = |property: &Value| property["type"] == "title";
        let title = self
            .properties
            .iter()
            .find(|(_, property)| is_title(property));
        let title = title.map_or_else(|| "Name".to_owned(), |(name, _)| name.clone());
        let others = self.properties.into_iter();
        let others = others.filter(|(_, property)| !is_title(property));
        SourceSchema {
            title,
            properties: others
                .map(|(name, value)| (name, property(&value)))
                .collect(),
            is_open: false,
        }
    }
}

fn property(value: &Value) -> PropertySchema {
    let type_name = value["type"].as_str().unwrap_or_default();
    let settings = &value[type_name];
    let options = settings["options"].as_array().into_iter().flatten();
    let related = settings["data_source_id"].as_str();
    PropertySchema {
        kind: kind(type_name),
        options: options
            .filter_map(|option| option["name"].as_str().map(str::to_owned))
            .collect(),
        related: related.and_then(|id| DataSourceId::parse(id).ok()),
    }
}

/// What values a type takes; nothing can be written to those that are not known here.
fn kind(type_name: &str) -> PropertyType {
    match type_name {
        "rich_text" => PropertyType::RichText,
        "number" => PropertyType::Number,
        "select" => PropertyType::Select,
        "status" => PropertyType::Status,
        "multi_select" => PropertyType::MultiSelect,
        "date" => PropertyType::Date,
        "checkbox" => PropertyType::Checkbox,
        "url" => PropertyType::Url,
        "email" => PropertyType::Email,
        "phone_number" => PropertyType::PhoneNumber,
        "relation" => PropertyType::Relation,
        "people" => PropertyType::People,
        "files" => PropertyType::Files,
        _ => PropertyType::ReadOnly,
    }
}

/// A database: some data sources.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Database {
    #[serde(default)]
    title: Value,
    #[serde(default)]
    pub(in super::super) in_trash: bool,
    #[serde(default)]
    pub(in super::super) data_sources: Vec<SourceName>,
}

impl Database {
    pub(in super::super) fn title(&self) -> String {
        plain_text(&self.title)
    }
}

/// A data source of a database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(in super::super) struct SourceName {
    pub(in super::super) id: DataSourceId,
    #[serde(default)]
    pub(in super::super) name: String,
}

/// The body that searches data sources by their titles.
pub(in super::super) fn search(title: &str, page_size: usize, cursor: Option<String>) -> Value {
    let mut body = json!({
        "query": title,
        "filter": {"property": "object", "value": "data_source"},
        "page_size": page_size,
    });
    if let Some(cursor) = cursor {
        body["start_cursor"] = json!(cursor);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_knows_types_options_and_relations() {
        let students = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
        let source: DataSource = serde_json::from_value(json!({
            "object": "data_source", "id": students,
            "title": [{"plain_text": "Les"}, {"plain_text": "sons"}],
            "properties": {
                "Lesson": {"id": "title", "name": "Lesson", "type": "title", "title": {}},
                "Level": {"type": "select", "select": {"options": [{"name": "A2"}, {"name": "B1"}]}},
                "Student": {"type": "relation", "relation": {"data_source_id": students}},
                "Made": {"type": "created_time", "created_time": {}},
                "New": {"type": "of a kind that comes later"},
            }
        }))
        .unwrap();
        assert_eq!(source.title(), "Lessons");
        let schema = source.into_schema();
        assert_eq!((schema.title.as_str(), schema.is_open), ("Lesson", false));
        let level = &schema.properties["Level"];
        assert_eq!((level.kind, level.options.len()), (PropertyType::Select, 2));
        let related = schema.properties["Student"].related;
        assert_eq!(related, Some(students.parse().unwrap()));
        assert_eq!(schema.properties["Made"].kind, PropertyType::ReadOnly);
        assert_eq!(schema.properties["New"].kind, PropertyType::ReadOnly);
        assert_eq!(schema.properties.len(), 4);
    }
}
