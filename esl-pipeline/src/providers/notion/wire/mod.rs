//! The bodies of requests and answers. No request is made here.

pub(super) mod blocks;
pub(super) mod pages;
pub(super) mod read;
pub(super) mod sources;

use serde::Deserialize;

/// Part of a list. (Notion API reference, "Pagination".)
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) results: Vec<T>,
    #[serde(default)]
    pub(super) next_cursor: Option<String>,
    #[serde(default)]
    pub(super) has_more: bool,
}

impl<T> List<T> {
    /// Where the list goes on, if it does.
    pub(super) fn next(&mut self) -> Option<String> {
        self.next_cursor.take().filter(|_| self.has_more)
    }
}
