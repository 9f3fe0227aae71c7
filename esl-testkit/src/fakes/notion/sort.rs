//! The order of what a query finds. (Notion API reference, "Sort data source entries".)

use std::cmp::Ordering;

use serde_json::Value;

use super::error::ApiError;
use super::filter::{Subject, property, timestamp};
use super::path::Path;
use super::shape::{alternatives, list, none_of, object, refuse_others};
use super::sources::Source;
use super::store::{Node, Page};
use super::stored::plain_text;

/// How pages are ordered.
#[derive(Debug)]
pub(super) struct Sort {
    subject: Subject,
    is_descending: bool,
}

impl Sort {
    /// Reads the sorts of a request for this source.
    pub(super) fn read_all(sorts: &Value, source: &Source) -> Result<Vec<Self>, ApiError> {
        let body = Path::root("body");
        let path = body.key("sorts");
        let sorts = list(sorts, 0, 100, &path)?.iter().enumerate();
        sorts
            .map(|(at, sort)| Self::read(sort, source, &path.item(at)))
            .collect()
    }

    fn read(sort: &Value, source: &Source, path: &Path<'_>) -> Result<Self, ApiError> {
        let sort = object(sort, path)?;
        refuse_others(sort, path, |key| {
            matches!(key, "property" | "timestamp" | "direction")
        })?;
        let directions = ["ascending", "descending"];
        let path_of_direction = path.key("direction");
        let is_descending = match sort
            .get("direction")
            .map(|direction| (direction, direction.as_str()))
        {
            None | Some((_, Some("ascending"))) => false,
            Some((_, Some("descending"))) => true,
            Some((other, _)) => {
                return Err(path_of_direction.refuse(&alternatives(&directions), Some(other)));
            }
        };
        let subject = match (sort.get("property"), sort.get("timestamp")) {
            (Some(name), None) => {
                let property = property(name, source, &path.key("property"))?;
                Subject::Property(property.id.clone(), property.kind)
            }
            (None, Some(stamp)) => timestamp(stamp, &path.key("timestamp"))?.0,
            _ => return Err(none_of(["property", "timestamp"].into_iter(), path)),
        };
        Ok(Self {
            subject,
            is_descending,
        })
    }

    pub(super) fn compare(&self, left: (&Node, &Page), right: (&Node, &Page)) -> Ordering {
        let order = match &self.subject {
            Subject::Created => left.0.created.cmp(&right.0.created),
            Subject::Edited => left.0.edited.cmp(&right.0.edited),
            Subject::Property(id, kind) => {
                let key =
                    |page: &Page| sort_key(kind, page.properties.get(id).unwrap_or(&Value::Null));
                let (left, right) = (key(left.1), key(right.1));
                left.partial_cmp(&right).unwrap_or(Ordering::Equal)
            }
        };
        if self.is_descending {
            order.reverse()
        } else {
            order
        }
    }
}

/// Numbers by size, all else by its words.
fn sort_key(kind: &str, value: &Value) -> (f64, String) {
    let text = match kind {
        "title" | "rich_text" => plain_text(value),
        "select" | "status" => value["name"].as_str().unwrap_or_default().to_owned(),
        "date" => value["start"].as_str().unwrap_or_default().to_owned(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    };
    (value.as_f64().unwrap_or_default(), text)
}
