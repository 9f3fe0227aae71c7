//! The properties of the page: front matter in the types that the data source has. Pure.

mod value;

use std::collections::BTreeMap;

use esl_core::ports::{PropertySchema, PropertyType, PropertyValue, SourceSchema};
use esl_core::{DataSourceId, ErrorKind, Stage};

pub(super) use value::as_text;
use value::{typed, untyped};

use super::links::Links;
use super::{ErrorClass, Problem};
use crate::lesson::{Field, FrontMatter, PropertyData};
use crate::spelling::closest;

/// The property for the student.
pub(super) const STUDENT: &str = "Student";

/// Properties by name.
type Properties = BTreeMap<String, PropertyValue>;

/// Everything the front matter says about properties, in the source's spelling and types, and what
/// cannot be said there.
///
/// Topic, level and student are dropped where the source has no place for them; other properties
/// have to be known there. Relations point to the pages of `links`.
pub(super) fn encode(
    front_matter: &FrontMatter<'_>,
    student: Option<&str>,
    schema: &SourceSchema,
    links: &Links,
) -> (Properties, Vec<Problem>) {
    let mut properties = Properties::new();
    let mut problems = Vec::new();
    let student_property = links.student_property.as_deref().unwrap_or(STUDENT);
    let offered = [
        (student_property, student.map(str::to_owned)),
        ("Topic", value(&front_matter.topic)),
        ("Level", value(&front_matter.level)),
    ];
    for (name, text) in offered {
        let Some(text) = text else { continue };
        let data = PropertyData::Text(text);
        if let Some((name, Ok(value))) = fit(name, &data, schema, links) {
            properties.insert(name, value);
        }
    }
    for (name, data) in given(front_matter) {
        match fit(name, data, schema, links) {
            Some((name, Ok(value))) => {
                properties.insert(name, value);
            }
            Some((name, Err(reason))) => problems.push(unfit(&name, reason)),
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

/// The property of this name, in the source's spelling.
pub(super) fn find<'a>(
    name: &str,
    schema: &'a SourceSchema,
) -> Option<(&'a str, &'a PropertySchema)> {
    let name = name.trim().to_lowercase();
    let mut properties = schema.properties.iter();
    let found = properties.find(|(known, _)| known.trim().to_lowercase() == name)?;
    Some((found.0, found.1))
}

/// The only property that points to the pages of `students`, where none is called [`STUDENT`].
pub(super) fn only_relation(
    schema: &SourceSchema,
    students: Option<DataSourceId>,
) -> Option<String> {
    if students.is_none() || find(STUDENT, schema).is_some() {
        return None;
    }
    let properties = schema.properties.iter();
    let mut relations = properties.filter(|(_, property)| property.related == students);
    let (only, None) = (relations.next()?, relations.next()) else {
        return None;
    };
    Some(only.0.clone())
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

/// The property in the source's spelling and its value, or what its type wants instead; `None` if
/// the source has no such property.
fn fit(
    name: &str,
    data: &PropertyData,
    schema: &SourceSchema,
    links: &Links,
) -> Option<(String, Result<PropertyValue, String>)> {
    match find(name, schema) {
        Some((known, property)) if property.kind == PropertyType::Relation => {
            let pages = links.pages.get(known).cloned().unwrap_or_default();
            Some((known.to_owned(), Ok(PropertyValue::Relation(pages))))
        }
        Some((known, property)) => Some((known.to_owned(), typed(data, property))),
        None if schema.is_open => Some((name.to_owned(), Ok(untyped(data)))),
        None => None,
    }
}

fn unknown(name: &str, schema: &SourceSchema) -> Problem {
    let known: Vec<_> = schema.properties.keys().map(String::as_str).collect();
    let hint = match closest(name, known.iter().copied()) {
        Some(closest) => format!("did you mean {closest:?}?"),
        None => format!("it has {}", known.join(", ")),
    };
    problem(format!("the data source has no property {name:?}"), hint)
}

fn unfit(name: &str, reason: String) -> Problem {
    problem(
        format!("the value of the property {name:?} does not fit its type"),
        reason,
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
    fn a_relation_to_the_students_stands_for_the_property_that_is_missing() {
        let source = |digit: &str| Some(DataSourceId::parse(&digit.repeat(32)).unwrap());
        let relations = |names: &[(&str, &str)]| {
            let mut schema = schema(false, &[]);
            for (name, digit) in names {
                let mut relation = PropertySchema::from(PropertyType::Relation);
                relation.related = source(digit);
                schema.properties.insert(name.to_string(), relation);
            }
            schema
        };
        let only = |names: &[(&str, &str)]| only_relation(&relations(names), source("1"));
        assert_eq!(
            only(&[("Pupil", "1"), ("Course", "2")]).as_deref(),
            Some("Pupil")
        );
        assert_eq!(only(&[("Pupil", "1"), ("Friend", "1")]), None);
        assert_eq!(only(&[("Pupil", "1"), ("student", "1")]), None);
        assert_eq!(only_relation(&relations(&[("Pupil", "1")]), None), None);
        let links = Links {
            student_property: Some("Pupil".to_owned()),
            pages: [("Pupil".to_owned(), Vec::new())].into(),
            ..Links::default()
        };
        let schema = relations(&[("Pupil", "1")]);
        let (properties, _) = encode(&FrontMatter::default(), Some("Ana"), &schema, &links);
        assert!(properties.contains_key("Pupil"), "{properties:?}");
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
        let (properties, problems) = encode(&front_matter, Some("Ana"), &schema, &Links::default());
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
        let (_, problems) = encode(&front_matter, None, &schema, &Links::default());
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
        let (properties, _) = encode(
            &front_matter,
            Some("Ana"),
            &schema(true, &[]),
            &Links::default(),
        );
        assert_eq!(properties["Pages"], PropertyValue::Number(3.0));
        assert_eq!(properties["Student"], PropertyValue::RichText("Ana".into()));
    }
}
