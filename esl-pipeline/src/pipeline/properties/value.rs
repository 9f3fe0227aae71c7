//! What is written in front matter, in the types of properties. Pure.

use esl_core::Timestamp;
use esl_core::ports::{PropertySchema, PropertyType, PropertyValue};
use uuid::Uuid;

use crate::lesson::PropertyData;
use crate::spelling::closest;

/// Options of a multi-select and users, at most (Notion API reference, "Request limits").
const MAX_ITEMS: usize = 100;

/// Characters of a mail address or phone number, at most (Notion API reference, "Request limits").
const MAX_CONTACT: usize = 200;

/// Characters of an address of the web, at most (Notion API reference, "Request limits").
const MAX_URL: usize = 2000;

/// The value in the type that comes closest to how it is written.
pub(super) fn untyped(data: &PropertyData) -> PropertyValue {
    match data {
        PropertyData::Bool(is_set) => PropertyValue::Checkbox(*is_set),
        PropertyData::Number(number) if number.is_finite() => PropertyValue::Number(*number),
        PropertyData::List(items) => PropertyValue::MultiSelect(items.clone()),
        PropertyData::Text(text) if is_address(text) => PropertyValue::Url(text.clone()),
        _ => PropertyValue::RichText(as_text(data)),
    }
}

/// The value in the source's type, or what the type wants instead. Relations are not made here.
pub(super) fn typed(data: &PropertyData, schema: &PropertySchema) -> Result<PropertyValue, String> {
    let text = as_text(data);
    match schema.kind {
        PropertyType::RichText => Ok(PropertyValue::RichText(text)),
        PropertyType::Number => number(data),
        PropertyType::Select => option(&text).map(PropertyValue::Select),
        PropertyType::Status => status(&text, &schema.options),
        PropertyType::MultiSelect => {
            at_most(MAX_ITEMS, "options", options(data)).map(PropertyValue::MultiSelect)
        }
        PropertyType::Date => date(data),
        PropertyType::Checkbox => is_set(data),
        PropertyType::Url => short(MAX_URL, text).map(PropertyValue::Url),
        PropertyType::Email => short(MAX_CONTACT, text).map(PropertyValue::Email),
        PropertyType::PhoneNumber => short(MAX_CONTACT, text).map(PropertyValue::PhoneNumber),
        PropertyType::People => people(data),
        PropertyType::Files => files(data),
        PropertyType::ReadOnly => Err("Notion computes it, and nothing can be written".to_owned()),
        _ => Err("nothing is known of its type".to_owned()),
    }
}

pub(in crate::pipeline) fn as_text(data: &PropertyData) -> String {
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

fn items(data: &PropertyData) -> Vec<String> {
    match data {
        PropertyData::List(items) => items.iter().map(|item| item.trim().to_owned()).collect(),
        data => vec![as_text(data).trim().to_owned()],
    }
}

fn at_most<T>(most: usize, what: &str, items: Vec<T>) -> Result<Vec<T>, String> {
    match items.len() <= most {
        true => Ok(items),
        false => Err(format!("it takes at most {most} {what}")),
    }
}

fn short(most: usize, text: String) -> Result<String, String> {
    match text.encode_utf16().count() <= most {
        true => Ok(text),
        false => Err(format!("it takes at most {most} characters")),
    }
}

/// Options at commas: none has one in its name. (Notion API reference, "Page properties".)
fn options(data: &PropertyData) -> Vec<String> {
    let text = as_text(data);
    let options = text.split(',').map(str::trim);
    options
        .filter(|option| !option.is_empty())
        .map(str::to_owned)
        .collect()
}

fn option(text: &str) -> Result<String, String> {
    match text.contains(',') {
        true => Err("it takes one option, and no option has a comma in its name".to_owned()),
        false => Ok(text.trim().to_owned()),
    }
}

/// One of the options there are: nobody can add one by writing it.
fn status(text: &str, options: &[String]) -> Result<PropertyValue, String> {
    let is_meant = |option: &&String| option.to_lowercase() == text.trim().to_lowercase();
    if let Some(option) = options.iter().find(is_meant) {
        return Ok(PropertyValue::Status(option.clone()));
    }
    let known = options.iter().map(String::as_str);
    Err(match closest(text.trim(), known) {
        Some(closest) => format!("it has no such option; did you mean {closest:?}?"),
        None => format!("its options are {}", options.join(", ")),
    })
}

fn number(data: &PropertyData) -> Result<PropertyValue, String> {
    let number = match data {
        PropertyData::Number(number) => Some(*number),
        PropertyData::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite());
    let number = number.ok_or("it takes a number")?;
    Ok(PropertyValue::Number(number))
}

fn is_set(data: &PropertyData) -> Result<PropertyValue, String> {
    let is_set = match data {
        PropertyData::Bool(is_set) => Some(*is_set),
        PropertyData::Text(text) => match &*text.trim().to_lowercase() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    };
    Ok(PropertyValue::Checkbox(is_set.ok_or("it takes yes or no")?))
}

fn date(data: &PropertyData) -> Result<PropertyValue, String> {
    let (start, end) = match data {
        PropertyData::Map(entries) => {
            let find = |key: &str| {
                let entry = entries.iter().find(|(name, _)| name == key);
                entry.map(|(_, value)| value.trim().to_owned())
            };
            (find("start").unwrap_or_default(), find("end"))
        }
        data => (as_text(data).trim().to_owned(), None),
    };
    let are_dates = is_date(&start) && end.as_deref().is_none_or(is_date);
    are_dates
        .then_some(PropertyValue::Date { start, end })
        .ok_or_else(|| "it takes a date such as 2026-01-31, or start and end".to_owned())
}

/// Whether a text is a day, or an instant with or without seconds and time zone.
fn is_date(text: &str) -> bool {
    ["", "Z", ":00Z", "T00:00:00Z"]
        .iter()
        .any(|rest| format!("{text}{rest}").parse::<Timestamp>().is_ok())
}

fn people(data: &PropertyData) -> Result<PropertyValue, String> {
    let users = items(data)
        .iter()
        .map(|id| Uuid::try_parse(id))
        .collect::<Result<Vec<_>, _>>();
    let users = users.map_err(|_| "it takes the ids of users".to_owned())?;
    at_most(MAX_ITEMS, "users", users).map(PropertyValue::People)
}

fn files(data: &PropertyData) -> Result<PropertyValue, String> {
    let addresses = items(data);
    match addresses.iter().all(|address| is_address(address)) {
        true => Ok(PropertyValue::Files(addresses)),
        false => Err("it takes addresses that begin with http:// or https://".to_owned()),
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> PropertyData {
        PropertyData::Text(text.to_owned())
    }

    fn list(items: &[&str]) -> PropertyData {
        PropertyData::List(items.iter().map(ToString::to_string).collect())
    }

    fn span(start: &str, end: &str) -> PropertyData {
        let entry = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        PropertyData::Map(vec![entry("start", start), entry("end", end)])
    }

    #[test]
    fn every_type_takes_what_can_be_said_in_it() {
        let id = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
        let date = |start: &str, end: Option<&str>| PropertyValue::Date {
            start: start.to_owned(),
            end: end.map(str::to_owned),
        };
        for (kind, data, value) in [
            (
                PropertyType::RichText,
                list(&["a", "b"]),
                PropertyValue::RichText("a, b".into()),
            ),
            (
                PropertyType::Number,
                text(" 1.5"),
                PropertyValue::Number(1.5),
            ),
            (
                PropertyType::Select,
                text("B1 "),
                PropertyValue::Select("B1".into()),
            ),
            (
                PropertyType::MultiSelect,
                text("a, b,"),
                PropertyValue::MultiSelect(vec!["a".into(), "b".into()]),
            ),
            (
                PropertyType::Date,
                text("2026-01-31"),
                date("2026-01-31", None),
            ),
            (
                PropertyType::Date,
                text("2026-01-31T08:15"),
                date("2026-01-31T08:15", None),
            ),
            (
                PropertyType::Date,
                span("2026-01-30", "2026-01-31"),
                date("2026-01-30", Some("2026-01-31")),
            ),
            (
                PropertyType::Checkbox,
                text("Yes"),
                PropertyValue::Checkbox(true),
            ),
            (
                PropertyType::People,
                list(&[id]),
                PropertyValue::People(vec![id.parse().unwrap()]),
            ),
            (
                PropertyType::Files,
                text("https://a.b/c"),
                PropertyValue::Files(vec!["https://a.b/c".into()]),
            ),
        ] {
            assert_eq!(typed(&data, &kind.into()), Ok(value), "{kind:?}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_told_with_what_can() {
        for (kind, data) in [
            (PropertyType::Number, text("soon")),
            (PropertyType::Select, text("a, b")),
            (
                PropertyType::MultiSelect,
                text(&"x,".repeat(101).replace('x', "option")),
            ),
            (PropertyType::Date, text("next week")),
            (PropertyType::Date, text("2026-02-30")),
            (PropertyType::Date, span("2026-01-30", "later")),
            (PropertyType::Checkbox, text("perhaps")),
            (PropertyType::Email, text(&"a".repeat(201))),
            (PropertyType::Url, text(&"a".repeat(2001))),
            (PropertyType::People, text("ana@example.com")),
            (PropertyType::Files, text("homework.pdf")),
            (PropertyType::ReadOnly, text("x")),
        ] {
            assert!(typed(&data, &kind.into()).is_err(), "{kind:?} {data:?}");
        }
    }

    #[test]
    fn a_status_is_one_of_those_there_are() {
        let schema = PropertySchema {
            options: vec!["Not started".into(), "Done".into()],
            ..PropertyType::Status.into()
        };
        assert_eq!(
            typed(&text("done"), &schema),
            Ok(PropertyValue::Status("Done".into()))
        );
        let error = typed(&text("Not startd"), &schema).unwrap_err();
        assert_eq!(
            error,
            r#"it has no such option; did you mean "Not started"?"#
        );
        let error = typed(&text("Waiting"), &schema).unwrap_err();
        assert_eq!(error, "its options are Not started, Done");
    }
}
