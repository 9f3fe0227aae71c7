//! The columns of a row, one after the other: to find one by its name, SQLite compares it with all
//! those before, and the head of a job has two dozen.

use esl_core::Timestamp;
use rusqlite::Row;
use rusqlite::types::FromSql;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::Fault;
use super::rows::IdBytes;
use crate::stored::{self, small};

/// Hands out the columns of a row in the order in which they were selected. Where a name is asked for,
/// it is for the error.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    fn place(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn value<T: FromSql>(&mut self) -> Result<T, Fault> {
        let place = self.place();
        Ok(self.row.get(place)?)
    }

    pub(super) fn text(&mut self) -> Result<Option<&'a str>, Fault> {
        let place = self.place();
        Ok(self.row.get_ref(place)?.as_str_or_null()?)
    }

    /// Text that was written from a `T`.
    pub(super) fn parsed<T>(&mut self, name: &str) -> Result<T, Fault>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        Ok(stored::parsed(name, self.text()?.unwrap_or_default())?)
    }

    pub(super) fn number<T: TryFrom<i64>>(&mut self, name: &str) -> Result<T, Fault> {
        Ok(small(name, self.value()?)?)
    }

    pub(super) fn id<T: From<Uuid>>(&mut self) -> Result<T, Fault> {
        let bytes: IdBytes = self.value()?;
        Ok(Uuid::from_bytes(bytes).into())
    }

    pub(super) fn optional_id<T: From<Uuid>>(&mut self) -> Result<Option<T>, Fault> {
        let bytes: Option<IdBytes> = self.value()?;
        Ok(bytes.map(Uuid::from_bytes).map(T::from))
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, Fault> {
        Ok(Timestamp::from_millis(self.value()?))
    }

    pub(super) fn optional_time(&mut self) -> Result<Option<Timestamp>, Fault> {
        let millis: Option<i64> = self.value()?;
        Ok(millis.map(Timestamp::from_millis))
    }

    /// A JSON object.
    pub(super) fn fields(&mut self, name: &str) -> Result<Map<String, Value>, Fault> {
        Ok(stored::fields(name, self.text()?.unwrap_or_default())?)
    }
}
