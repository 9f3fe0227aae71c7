//! The values of properties: their forms, their fit with the schema, and how they are kept.
//! (Notion API reference, "Page properties".)

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::content::{check_links, is_web_address};
use super::error::ApiError;
use super::forms::{DATE_FIELDS, LIST, RICH_TEXT, SOURCES, URL, USER, WORDS};
use super::path::Path;
use super::shape::{Field, Map, Shape, check, may, needs, object, parse_id, refuse_others};
use super::sources::{Choice, Property, Source};
use super::store::Store;
use super::stored::{key_of, stored_text};

static OPTION: Shape = Shape::Object(&[
    may("name", &Shape::Text { most: 100 }),
    may("id", &WORDS),
    may("color", &WORDS),
    may("description", &Shape::OrNull(&WORDS)),
]);
static OPTIONS: Shape = Shape::List {
    of: &OPTION,
    least: 0,
    most: LIST,
};
static SHORT: Shape = Shape::OrNull(&Shape::Text { most: 200 });
static PEOPLE: Shape = Shape::List {
    of: &USER,
    least: 0,
    most: LIST,
};
static PAGES: Shape = Shape::List {
    of: &Shape::Object(&[needs("id", &Shape::Id)]),
    least: 0,
    most: LIST,
};
static FILES: Shape = Shape::List {
    of: &Shape::OneOf {
        variants: &SOURCES,
        common: &[may("name", &Shape::Text { most: LIST })],
    },
    least: 0,
    most: LIST,
};

/// The types that can be written, and the form of their values.
static VALUES: [Field; 14] = [
    needs("title", &RICH_TEXT),
    needs("rich_text", &RICH_TEXT),
    needs("number", &Shape::OrNull(&Shape::Number)),
    needs("checkbox", &Shape::Bool),
    needs("select", &Shape::OrNull(&OPTION)),
    needs("status", &Shape::OrNull(&OPTION)),
    needs("multi_select", &OPTIONS),
    needs("date", &Shape::OrNull(&Shape::Object(&DATE_FIELDS))),
    needs("url", &Shape::OrNull(&URL)),
    needs("email", &SHORT),
    needs("phone_number", &SHORT),
    needs("people", &PEOPLE),
    needs("relation", &PAGES),
    needs("files", &FILES),
];

/// Refuses properties whose values have no form that any property takes.
pub(super) fn check_forms(properties: &Value, path: &Path<'_>) -> Result<(), ApiError> {
    for (name, value) in object(properties, path)? {
        let path = path.key(name);
        let form = Shape::OneOf {
            variants: &VALUES,
            common: &[],
        };
        let value = without_identity(value, &path)?;
        check(&form, &Value::Object(value), &path)?;
    }
    Ok(())
}

/// Values are taken with the id and name they are shown with.
fn without_identity(value: &Value, path: &Path<'_>) -> Result<Map, ApiError> {
    let mut value = object(value, path)?.clone();
    value.remove("id");
    value.remove("name");
    Ok(value)
}

/// The values of a page under another page: a title and nothing else.
pub(super) fn title_only(properties: &Map) -> Result<HashMap<String, Value>, ApiError> {
    let path = Path::root("body");
    let path = path.key("properties");
    refuse_others(properties, &path, |key| key == "title")?;
    let Some(title) = properties.get("title") else {
        return Ok(HashMap::new());
    };
    let text = title
        .get("title")
        .ok_or_else(|| expected("title", "title"))?;
    check_links(text)?;
    Ok(HashMap::from([("title".to_owned(), stored_text(text))]))
}

/// The values by the id of their property, as they are kept. New options of selects are added to
/// the schema.
pub(super) fn fit(
    store: &mut Store,
    source_id: Uuid,
    properties: &Map,
) -> Result<HashMap<String, Value>, ApiError> {
    let Some(source) = store.sources.get(&source_id) else {
        return Err(ApiError::not_found("data source", source_id));
    };
    let mut fitting = HashMap::new();
    let mut added = Vec::new();
    for (key, value) in properties {
        let property = find(source, key)?;
        let value = value_of(property, value)?;
        check_meaning(store, property, value)?;
        let value = kept(property, value, &mut added);
        fitting.insert(property.id.clone(), value);
    }
    if let Some(source) = store.sources.get_mut(&source_id) {
        add_options(source, added);
    }
    Ok(fitting)
}

fn find<'s>(source: &'s Source, key: &str) -> Result<&'s Property, ApiError> {
    let unknown = || ApiError::validation(format!("{key} is not a property that exists."));
    source.property(key).ok_or_else(unknown)
}

fn value_of<'v>(property: &Property, value: &'v Value) -> Result<&'v Value, ApiError> {
    let given = value.get(property.kind);
    given.ok_or_else(|| expected(&property.name, property.kind))
}

fn expected(name: &str, kind: &str) -> ApiError {
    ApiError::validation(format!("{name} is expected to be {kind}."))
}

fn check_meaning(store: &Store, property: &Property, value: &Value) -> Result<(), ApiError> {
    let refuse = |problem: String| Err(ApiError::validation(problem));
    match property.kind {
        "title" | "rich_text" => check_links(value),
        "url" | "email" | "phone_number" if value == "" => {
            refuse(format!("{} cannot be an empty string.", property.name))
        }
        "status" => match option_key(value) {
            Some(key) if property.option(key).is_none() => refuse(format!(
                "Invalid status option. Status option \"{key}\" does not exist."
            )),
            _ => Ok(()),
        },
        "select" | "multi_select" => options(value).try_for_each(check_option),
        "relation" => ids(value).try_for_each(|id| store.page(id).map(drop)),
        "files" => check_files(store, value),
        _ => Ok(()),
    }
}

fn check_option(option: &Value) -> Result<(), ApiError> {
    let refuse = |problem: &str| Err(ApiError::validation(problem));
    match option_key(option) {
        None | Some("") => refuse("A select option needs a name or an id."),
        Some(name) if name.contains(',') => refuse(&format!(
            "Invalid select option, commas not allowed: {name}"
        )),
        Some(_) => Ok(()),
    }
}

fn check_files(store: &Store, files: &Value) -> Result<(), ApiError> {
    for file in files.as_array().into_iter().flatten() {
        if let Some(url) = file["external"]["url"].as_str() {
            if !is_web_address(url) {
                return Err(ApiError::validation("Invalid file url."));
            }
            if file["name"].is_null() {
                return Err(ApiError::validation("A file needs a name."));
            }
        }
        for id in file.get("file_upload").into_iter().filter_map(id_of) {
            if !store.uploads.contains_key(&id) {
                return Err(ApiError::not_found("file upload", id));
            }
        }
    }
    Ok(())
}

fn kept(property: &Property, value: &Value, added: &mut Vec<(String, Choice)>) -> Value {
    match property.kind {
        "title" | "rich_text" => stored_text(value),
        "select" | "status" if !value.is_null() => choose(property, value, added),
        "multi_select" => options(value)
            .map(|option| choose(property, option, added))
            .collect(),
        "date" if !value.is_null() => json!({
            "start": value["start"],
            "end": value["end"],
            "time_zone": value["time_zone"],
        }),
        "people" => ids(value)
            .map(|id| json!({"object": "user", "id": id}))
            .collect(),
        "relation" => ids(value).map(|id| json!({ "id": id })).collect(),
        "files" => value
            .as_array()
            .into_iter()
            .flatten()
            .map(kept_file)
            .collect(),
        _ => value.clone(),
    }
}

fn kept_file(file: &Value) -> Value {
    let mut file = file.clone();
    file["type"] = key_of(&file, &["external", "file_upload"]).into();
    file
}

/// The option of the schema, or a new one.
fn choose(property: &Property, option: &Value, added: &mut Vec<(String, Choice)>) -> Value {
    let key = option_key(option).unwrap_or_default();
    if let Some(known) = property.option(key) {
        return known.shown();
    }
    let of_this = |(id, choice): &&(String, Choice)| *id == property.id && choice.name == key;
    if let Some((_, known)) = added.iter().find(of_this) {
        return known.shown();
    }
    let choice = Choice::new(key);
    let shown = choice.shown();
    added.push((property.id.clone(), choice));
    shown
}

fn add_options(source: &mut Source, added: Vec<(String, Choice)>) {
    for (id, choice) in added {
        let property = source
            .properties
            .iter_mut()
            .find(|property| property.id == id);
        if let Some(property) = property {
            property.options.push(choice);
        }
    }
}

/// The options of a select or multi-select.
fn options(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().into_iter().flatten();
    let one = (value.is_object()).then_some(value);
    many.chain(one)
}

fn option_key(option: &Value) -> Option<&str> {
    option["id"].as_str().or_else(|| option["name"].as_str())
}

fn ids(value: &Value) -> impl Iterator<Item = Uuid> {
    value.as_array().into_iter().flatten().filter_map(id_of)
}

fn id_of(value: &Value) -> Option<Uuid> {
    value["id"].as_str().and_then(parse_id)
}
