//! Filters of queries: read into conditions, then held against pages. (Notion API reference,
//! "Filter data source entries".)

use std::time::Duration;

use esl_core::Timestamp;
use serde_json::Value;

use super::error::ApiError;
use super::path::Path;
use super::shape::{Map, alternatives, list, none_of, object, refuse_others};
use super::sources::{Property, Source};
use super::store::{Node, Page};
use super::stored::plain_text;
use super::uploads::after;

/// How deep `and` and `or` may stand in one another.
const DEPTH: usize = 2;

/// Which pages are wanted.
#[derive(Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is(Subject, Test),
}

/// What is looked at.
#[derive(Debug)]
pub(super) enum Subject {
    Created,
    Edited,
    /// A property by id, with its type.
    Property(String, &'static str),
}

/// What is asked of it.
#[derive(Debug)]
pub(super) struct Test {
    condition: &'static str,
    value: Value,
}

const TEXT: [&str; 8] = [
    "equals",
    "does_not_equal",
    "contains",
    "does_not_contain",
    "starts_with",
    "ends_with",
    "is_empty",
    "is_not_empty",
];
const NUMBER: [&str; 8] = [
    "equals",
    "does_not_equal",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
    "is_empty",
    "is_not_empty",
];
const TRUTH: [&str; 2] = ["equals", "does_not_equal"];
const CHOICE: [&str; 4] = ["equals", "does_not_equal", "is_empty", "is_not_empty"];
const MEMBERS: [&str; 4] = ["contains", "does_not_contain", "is_empty", "is_not_empty"];
const PRESENCE: [&str; 2] = ["is_empty", "is_not_empty"];
const TIME: [&str; 7] = [
    "equals",
    "before",
    "after",
    "on_or_before",
    "on_or_after",
    "is_empty",
    "is_not_empty",
];

fn conditions(kind: &str) -> &'static [&'static str] {
    match kind {
        "title" | "rich_text" | "url" | "email" | "phone_number" => &TEXT,
        "number" => &NUMBER,
        "checkbox" => &TRUTH,
        "select" | "status" => &CHOICE,
        "multi_select" | "relation" | "people" => &MEMBERS,
        "files" => &PRESENCE,
        "date" | "created_time" | "last_edited_time" => &TIME,
        _ => &[],
    }
}

impl Filter {
    /// Reads the filter of a request for this source.
    pub(super) fn read(filter: &Value, source: &Source) -> Result<Self, ApiError> {
        Self::read_level(filter, source, &Path::root("body").key("filter"), 0)
    }

    fn read_level(
        value: &Value,
        source: &Source,
        path: &Path<'_>,
        depth: usize,
    ) -> Result<Self, ApiError> {
        let filter = object(value, path)?;
        for key in ["and", "or"] {
            let Some(group) = filter.get(key) else {
                continue;
            };
            let path = path.key(key);
            if depth == DEPTH {
                return Err(path.refuse("not present", Some(group)));
            }
            let mut parts = Vec::new();
            for (at, part) in list(group, 0, 100, &path)?.iter().enumerate() {
                parts.push(Self::read_level(part, source, &path.item(at), depth + 1)?);
            }
            return Ok(if key == "and" {
                Self::All(parts)
            } else {
                Self::Any(parts)
            });
        }
        Self::read_condition(filter, source, path)
    }

    fn read_condition(filter: &Map, source: &Source, path: &Path<'_>) -> Result<Self, ApiError> {
        let (subject, kind, named_by) = if let Some(stamp) = filter.get("timestamp") {
            let (subject, kind) = timestamp(stamp, &path.key("timestamp"))?;
            (subject, kind, "timestamp")
        } else if let Some(name) = filter.get("property") {
            let property = property(name, source, &path.key("property"))?;
            let subject = Subject::Property(property.id.clone(), property.kind);
            (subject, property.kind, "property")
        } else {
            return Err(none_of(
                ["or", "and", "property", "timestamp"].into_iter(),
                path,
            ));
        };
        refuse_others(filter, path, |key| {
            key == kind || key == named_by || key == "type"
        })?;
        let path = path.key(kind);
        let Some(test) = filter.get(kind) else {
            return Err(path.refuse("defined", None));
        };
        Ok(Self::Is(subject, Test::read(test, kind, &path)?))
    }

    /// Whether a page is wanted.
    pub(super) fn takes(&self, node: &Node, page: &Page) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.takes(node, page)),
            Self::Any(parts) => parts.iter().any(|part| part.takes(node, page)),
            Self::Is(Subject::Created, test) => test.holds_at(Some(node.created)),
            Self::Is(Subject::Edited, test) => test.holds_at(Some(node.edited)),
            Self::Is(Subject::Property(id, kind), test) => {
                let value = page.properties.get(id).unwrap_or(&Value::Null);
                test.holds(kind, value, node)
            }
        }
    }
}

pub(super) fn timestamp(
    stamp: &Value,
    path: &Path<'_>,
) -> Result<(Subject, &'static str), ApiError> {
    match stamp.as_str() {
        Some("created_time") => Ok((Subject::Created, "created_time")),
        Some("last_edited_time") => Ok((Subject::Edited, "last_edited_time")),
        _ => {
            let words = alternatives(&["created_time", "last_edited_time"]);
            Err(path.refuse(&words, Some(stamp)))
        }
    }
}

pub(super) fn property<'s>(
    name: &Value,
    source: &'s Source,
    path: &Path<'_>,
) -> Result<&'s Property, ApiError> {
    let Some(name) = name.as_str() else {
        return Err(path.refuse("a string", Some(name)));
    };
    let unknown =
        || ApiError::validation(format!("Could not find property with name or id: {name}"));
    source.property(name).ok_or_else(unknown)
}

impl Test {
    fn read(test: &Value, kind: &str, path: &Path<'_>) -> Result<Self, ApiError> {
        let test = object(test, path)?;
        let known = conditions(kind);
        refuse_others(test, path, |key| known.contains(&key))?;
        let given = known
            .iter()
            .find_map(|condition| Some((*condition, test.get(*condition)?)));
        let Some((condition, value)) = given else {
            return Err(none_of(known.iter().copied(), path));
        };
        let path = path.key(condition);
        if condition.starts_with("is_") {
            if value != &Value::Bool(true) {
                return Err(path.refuse("`true`", Some(value)));
            }
        } else {
            check_value(kind, value, &path)?;
        }
        Ok(Self {
            condition,
            value: value.clone(),
        })
    }

    fn holds(&self, kind: &str, value: &Value, node: &Node) -> bool {
        match kind {
            "title" | "rich_text" => self.holds_for_text(&plain_text(value)),
            "url" | "email" | "phone_number" => {
                self.holds_for_text(value.as_str().unwrap_or_default())
            }
            "number" => self.holds_for_number(value.as_f64()),
            "checkbox" => {
                let is_equal = value.as_bool().unwrap_or_default() == self.value;
                is_equal == (self.condition == "equals")
            }
            "select" | "status" => self.holds_for_choice(value["name"].as_str()),
            "created_time" => self.holds_at(Some(node.created)),
            "last_edited_time" => self.holds_at(Some(node.edited)),
            "date" => self.holds_at(value["start"].as_str().and_then(instant)),
            _ => self.holds_for_members(value.as_array().map_or(&[], Vec::as_slice)),
        }
    }

    fn holds_for_text(&self, text: &str) -> bool {
        let wanted = self.value.as_str().unwrap_or_default();
        let (text_lower, wanted_lower) = (text.to_lowercase(), wanted.to_lowercase());
        match self.condition {
            "equals" => text == wanted,
            "does_not_equal" => text != wanted,
            "contains" => text_lower.contains(&wanted_lower),
            "does_not_contain" => !text_lower.contains(&wanted_lower),
            "starts_with" => text_lower.starts_with(&wanted_lower),
            "ends_with" => text_lower.ends_with(&wanted_lower),
            "is_empty" => text.is_empty(),
            _ => !text.is_empty(),
        }
    }

    fn holds_for_number(&self, number: Option<f64>) -> bool {
        let wanted = self.value.as_f64().unwrap_or_default();
        let compare =
            |holds: fn(f64, f64) -> bool| number.is_some_and(|number| holds(number, wanted));
        match self.condition {
            "equals" => compare(|number, wanted| number == wanted),
            "does_not_equal" => !compare(|number, wanted| number == wanted),
            "greater_than" => compare(|number, wanted| number > wanted),
            "less_than" => compare(|number, wanted| number < wanted),
            "greater_than_or_equal_to" => compare(|number, wanted| number >= wanted),
            "less_than_or_equal_to" => compare(|number, wanted| number <= wanted),
            "is_empty" => number.is_none(),
            _ => number.is_some(),
        }
    }

    fn holds_for_choice(&self, name: Option<&str>) -> bool {
        let is_wanted = |name: &str| match &self.value {
            Value::Array(names) => names.iter().any(|wanted| wanted == name),
            wanted => wanted == name,
        };
        match self.condition {
            "equals" => name.is_some_and(is_wanted),
            "does_not_equal" => !name.is_some_and(is_wanted),
            "is_empty" => name.is_none(),
            _ => name.is_some(),
        }
    }

    fn holds_for_members(&self, members: &[Value]) -> bool {
        let is_wanted = |member: &Value| match &self.value {
            Value::Array(wanted) => wanted.iter().any(|wanted| is_member(member, wanted)),
            wanted => is_member(member, wanted),
        };
        match self.condition {
            "contains" => members.iter().any(is_wanted),
            "does_not_contain" => !members.iter().any(is_wanted),
            "is_empty" => members.is_empty(),
            _ => !members.is_empty(),
        }
    }

    fn holds_at(&self, time: Option<Timestamp>) -> bool {
        let text = self.value.as_str().unwrap_or_default();
        let Some((first, last)) = span(text) else {
            return match self.condition {
                "is_empty" => time.is_none(),
                _ => time.is_some(),
            };
        };
        let Some(time) = time else {
            return false;
        };
        match self.condition {
            "equals" => first <= time && time <= last,
            "before" => time < first,
            "after" => time > last,
            "on_or_before" => time <= last,
            _ => time >= first,
        }
    }
}

fn is_member(member: &Value, wanted: &Value) -> bool {
    let same_id = || {
        let ids = [&member["id"], wanted].map(|id| id.as_str().and_then(super::shape::parse_id));
        ids[0].is_some() && ids[0] == ids[1]
    };
    member["name"] == *wanted || same_id()
}

fn check_value(kind: &str, value: &Value, path: &Path<'_>) -> Result<(), ApiError> {
    let (fits, expectation) = match kind {
        "number" => (value.is_number(), "a number"),
        "checkbox" => (value.is_boolean(), "a boolean"),
        "select" | "status" | "multi_select" => (value.is_string() || value.is_array(), "a string"),
        "date" | "created_time" | "last_edited_time" => (
            value.as_str().is_some_and(|text| span(text).is_some()),
            "a valid ISO 8601 date string",
        ),
        _ => (value.is_string(), "a string"),
    };
    if fits {
        Ok(())
    } else {
        Err(path.refuse(expectation, Some(value)))
    }
}

/// The first and last instant of a day or instant.
fn span(text: &str) -> Option<(Timestamp, Timestamp)> {
    const DAY: Duration = Duration::from_millis(24 * 60 * 60 * 1000 - 1);
    let first = instant(text)?;
    let last = if text.contains('T') {
        first
    } else {
        after(first, DAY)
    };
    Some((first, last))
}

fn instant(text: &str) -> Option<Timestamp> {
    let forms = [
        text.to_owned(),
        format!("{text}Z"),
        format!("{text}T00:00:00Z"),
    ];
    forms.iter().find_map(|form| form.parse().ok())
}
