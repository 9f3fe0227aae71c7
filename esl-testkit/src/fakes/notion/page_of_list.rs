//! Listings in pages of up to 100, with cursors nobody can make up. (Notion API reference, "Pagination".)

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::error::ApiError;
use super::path::Path;
use super::shape::{Field, Shape, check, may};
use super::store::Store;

/// Results in one answer, and the default.
const MOST: usize = 100;

static CURSOR: Shape = Shape::Text { most: 2000 };
static SIZE: Shape = Shape::WholeFrom(1);

/// The keys that a paged request may have in its body.
pub(super) static PAGING: [Field; 2] = [may("start_cursor", &CURSOR), may("page_size", &SIZE)];

/// Which part of a listing is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paging {
    start: Option<String>,
    size: usize,
}

impl Paging {
    /// From the body of a request, whose form was checked.
    pub(super) fn in_body(body: &Value) -> Result<Self, ApiError> {
        Self::read(
            body.get("start_cursor"),
            body.get("page_size"),
            &Path::root("body"),
        )
    }

    /// From the query of a request.
    pub(super) fn in_query(call: &Call) -> Result<Self, ApiError> {
        let start = call.query("start_cursor").map(Value::from);
        let number = |text: String| text.parse::<u64>().map_or(Value::from(text), Value::from);
        let size = call.query("page_size").map(number);
        Self::read(start.as_ref(), size.as_ref(), &Path::root("query"))
    }

    fn read(
        start: Option<&Value>,
        size: Option<&Value>,
        path: &Path<'_>,
    ) -> Result<Self, ApiError> {
        let path_of_size = path.key("page_size");
        if let Some(size) = size {
            check(&SIZE, size, &path_of_size)?;
        }
        let number = size.and_then(Value::as_u64).unwrap_or(MOST as u64);
        if number > MOST as u64 {
            return Err(path_of_size.refuse(&format!("≤ `{MOST}`"), size));
        }
        let start = start.and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Self {
            start,
            size: usize::try_from(number).unwrap_or(MOST),
        })
    }

    /// The part asked for of `ids`, each shown by `show`.
    pub(super) fn cut(
        &self,
        store: &Store,
        scope: &str,
        kind: &str,
        ids: &[Uuid],
        show: impl Fn(Uuid) -> Value,
    ) -> Result<Value, ApiError> {
        let start = match &self.start {
            None => 0,
            Some(cursor) => find(store, scope, ids, cursor)?,
        };
        let part = ids.iter().skip(start).take(self.size);
        let results: Vec<_> = part.map(|id| show(*id)).collect();
        let next = ids.get(start + results.len());
        let mut page = json!({
            "object": "list",
            "results": results,
            "next_cursor": next.map(|id| store.cursor(scope, *id)),
            "has_more": next.is_some(),
            "type": kind,
        });
        page[kind] = json!({});
        Ok(page)
    }
}

fn find(store: &Store, scope: &str, ids: &[Uuid], cursor: &str) -> Result<usize, ApiError> {
    let mut ids = ids.iter();
    ids.position(|id| store.cursor(scope, *id) == cursor)
        .ok_or_else(|| {
            ApiError::validation(format!("The start_cursor provided is invalid: {cursor}"))
        })
}
