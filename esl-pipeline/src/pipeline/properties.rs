//! The properties of the page: front matter in the types that the data source has. Pure.

use std::collections::BTreeMap;

use esl_core::ports::{PropertySchema, PropertyType, PropertyValue, SourceSchema};
use esl_core::{ErrorKind, Stage};

use super::{ErrorClass, Problem};
use crate::lesson::{Field, FrontMatter, PropertyData};

/// Properties by name.
type Properties = BTreeMap<String, PropertyValue>;

/// Everything the front matter says about properties, in the source's spelling and types, and what
/// cannot be said there.
///
/// Topic and student are dropped where the source has no place for them; other properties have to
/// be known there.
pub(super) fn encode(
    front_matter: &FrontMatter<'_>,
    student: Option<&str>,
    schema: &SourceSchema,
) -> (Properties, Vec<Problem>) {
    let mut properties = Properties::new();
    let mut problems = Vec::new();
    let offered = [
        ("Student", student.map(str::to_owned)),
        ("Topic", value(&front_matter.topic)),
        ("Level", value(&front_matter.level)),
    ];
    for (name, text) in offered {
        let Some(text) = text else { continue };
        let data = PropertyData::Text(text);
        if let Some((name, Some(value))) = fit(name, &data, schema) {
            properties.insert(name, value);
        }
    }
    for (name, data) in given(front_matter) {
        match fit(name, data, schema) {
            Some((name, Some(value))) => {
                properties.insert(name, value);
            }
            Some((name, None)) => problems.push(unfit(&name, schema)),
            None => problems.push(unknown(name, schema)),
        }
    }
    (properties, problems)
}

/// The properties that the lesson itself gives: those with a value, except the title.
pub(super) fn given<'a>(front_matter: &'a FrontMatter<'_>) -> Vec<(&'a str, &'a PropertyData)> {
    let properties = front_matter.properties.iter();
    properties
        .map(|property| (property.name.value.trim(), &property.value.value))
        .filter(|(name, data)| !name.eq_ignore_ascii_case("name") && !is_empty(data))
        .collect()
}

/// The value of a field, without its place.
pub(super) fn value(field: &Option<Field<String>>) -> Option<String> {
    field.as_ref().map(|field| field.value.clone())
}

fn is_empty(data: &PropertyData) -> bool {
    match data {
        PropertyData::Null => true,
        PropertyData::Text(text) => text.trim().is_empty(),
        PropertyData::List(items) => items.is_empty(),
        _ => false,
    }
}

/// The property in the source's spelling and its value, if the source's type can hold it; `None` if
/// the source has no such property.
fn fit(
    name: &str,
    data: &PropertyData,
    schema: &SourceSchema,
) -> Option<(String, Option<PropertyValue>)> {
    let is_named = |(known, _): &(&String, &PropertySchema)| {
        known.trim().to_lowercase() == name.to_lowercase()
    };
    match schema.properties.iter().find(is_named) {
        Some((known, property)) => Some((known.clone(), typed(data, property.kind))),
        None if schema.is_open => Some((name.to_owned(), Some(untyped(data)))),
        None => None,
    }
}

/// The value in the type that comes closest to how it is written.
fn untyped(data: &PropertyData) -> PropertyValue {
    match data {
        PropertyData::Bool(is_set) => PropertyValue::Checkbox(*is_set),
        PropertyData::Number(number) if number.is_finite() => PropertyValue::Number(*number),
        PropertyData::List(items) => PropertyValue::MultiSelect(items.clone()),
        PropertyData::Text(text) if is_address(text) => PropertyValue::Url(text.clone()),
        _ => PropertyValue::RichText(as_text(data)),
    }
}

/// The value in the source's type; `None` if it cannot be said in it.
fn typed(data: &PropertyData, kind: PropertyType) -> Option<PropertyValue> {
    let text = as_text(data);
    Some(match kind {
        PropertyType::RichText => PropertyValue::RichText(text),
        PropertyType::Number => PropertyValue::Number(number(data)?),
        PropertyType::Select => PropertyValue::Select(text),
        PropertyType::Status => PropertyValue::Status(text),
        PropertyType::MultiSelect => PropertyValue::MultiSelect(options(data)),
        PropertyType::Date => date(data)?,
        PropertyType::Checkbox => PropertyValue::Checkbox(is_set(data)?),
        PropertyType::Url => PropertyValue::Url(text),
        PropertyType::Email => PropertyValue::Email(text),
        PropertyType::PhoneNumber => PropertyValue::PhoneNumber(text),
        _ => return None,
    })
}

fn as_text(data: &PropertyData) -> String {
    match data {
        PropertyData::Null => String::new(),
        PropertyData::Bool(is_set) => is_set.to_string(),
        PropertyData::Number(number) => number.to_string(),
        PropertyData::Text(text) => text.clone(),
        PropertyData::List(items) => items.join(", "),
        PropertyData::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {value}"));
            entries.collect::<Vec<_>>().join(", ")
        }
    }
}

fn options(data: &PropertyData) -> Vec<String> {
    let text = as_text(data);
    let options = text.split(',').map(str::trim);
    options
        .filter(|option| !option.is_empty())
        .map(str::to_owned)
        .collect()
}

fn number(data: &PropertyData) -> Option<f64> {
    let number = match data {
        PropertyData::Number(number) => *number,
        PropertyData::Text(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn is_set(data: &PropertyData) -> Option<bool> {
    match data {
        PropertyData::Bool(is_set) => Some(*is_set),
        PropertyData::Text(text) => match &*text.trim().to_lowercase() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn date(data: &PropertyData) -> Option<PropertyValue> {
    let (start, end) = match data {
        PropertyData::Text(text) => (text.trim().to_owned(), None),
        PropertyData::Map(entries) => {
            let find = |key: &str| {
                let entry = entries.iter().find(|(name, _)| name == key);
                entry.map(|(_, value)| value.trim().to_owned())
            };
            (find("start")?, find("end"))
        }
        _ => return None,
    };
    Some(PropertyValue::Date { start, end })
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn unknown(name: &str, schema: &SourceSchema) -> Problem {
    let known: Vec<_> = schema.properties.keys().map(String::as_str).collect();
    problem(
        format!("the data source has no property {name:?}"),
        format!("it has {}", known.join(", ")),
    )
}

fn unfit(name: &str, schema: &SourceSchema) -> Problem {
    let kind = schema.properties.get(name).map(|property| property.kind);
    problem(
        format!("the value of the property {name:?} does not fit its type"),
        kind.map_or_else(String::new, |kind| {
            format!("the data source has it as {kind:?}")
        }),
    )
}

fn problem(message: String, hint: String) -> Problem {
    Problem {
        stage: Stage::Import,
        class: ErrorClass::ValidationError,
        field: None,
        message,
        hint: Some(hint),
        kind: ErrorKind::InvalidInput,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Property, Span};

    fn field<T>(value: T) -> Field<T> {
        Field {
            value,
            span: Span::default(),
        }
    }

    fn front_matter(properties: Vec<(&str, PropertyData)>) -> FrontMatter<'static> {
        let properties = properties.into_iter().map(|(name, data)| Property {
            name: field(name.to_owned()),
            value: field(data),
        });
        FrontMatter {
            topic: Some(field("travel, food".to_owned())),
            properties: properties.collect(),
            ..FrontMatter::default()
        }
    }

    fn schema(is_open: bool, properties: &[(&str, PropertyType)]) -> SourceSchema {
        let properties = properties
            .iter()
            .map(|(name, kind)| (name.to_string(), (*kind).into()));
        SourceSchema {
            title: "Name".to_owned(),
            properties: properties.collect(),
            is_open,
        }
    }

    #[test]
    fn values_take_the_type_and_spelling_of_the_source() {
        let text = |text: &str| PropertyData::Text(text.to_owned());
        let front_matter = front_matter(vec![
            (" due ", text("2026-01-31")),
            ("Done", text("no")),
            ("Hours", text("1.5")),
            ("Name", text("the title is not a property")),
        ]);
        let schema = schema(
            false,
            &[
                ("Due", PropertyType::Date),
                ("Done", PropertyType::Checkbox),
                ("Hours", PropertyType::Number),
                ("Topic", PropertyType::MultiSelect),
            ],
        );
        let (properties, problems) = encode(&front_matter, Some("Ana"), &schema);
        assert_eq!(problems, []);
        let topics = vec!["travel".to_owned(), "food".to_owned()];
        let expected = Properties::from([
            ("Topic".into(), PropertyValue::MultiSelect(topics)),
            ("Done".into(), PropertyValue::Checkbox(false)),
            ("Hours".into(), PropertyValue::Number(1.5)),
            (
                "Due".into(),
                PropertyValue::Date {
                    start: "2026-01-31".into(),
                    end: None,
                },
            ),
        ]);
        assert_eq!(properties, expected);
    }

    #[test]
    fn all_properties_that_do_not_fit_are_told_at_once() {
        let text = PropertyData::Text("soon".to_owned());
        let front_matter = front_matter(vec![("Hours", text.clone()), ("Room", text)]);
        let schema = schema(false, &[("Hours", PropertyType::Number)]);
        let (_, problems) = encode(&front_matter, None, &schema);
        let messages: Vec<_> = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(
            messages,
            [
                r#"the value of the property "Hours" does not fit its type"#,
                r#"the data source has no property "Room""#
            ]
        );
    }

    #[test]
    fn an_open_source_takes_everything() {
        let front_matter = front_matter(vec![("Pages", PropertyData::Number(3.0))]);
        let (properties, _) = encode(&front_matter, Some("Ana"), &schema(true, &[]));
        assert_eq!(properties["Pages"], PropertyValue::Number(3.0));
        assert_eq!(properties["Student"], PropertyValue::RichText("Ana".into()));
    }
}
