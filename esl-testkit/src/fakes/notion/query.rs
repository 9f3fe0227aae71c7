//! Finding pages: in a data source by filter, or anywhere by title.

use serde_json::{Value, json};
use uuid::Uuid;

use super::api::Api;
use super::error::ApiError;
use super::filter::Filter;
use super::forms::WORDS;
use super::page_of_list::{PAGING, Paging};
use super::path::Path;
use super::shape::{Field, Shape, check_fields, may, object, refuse_others};
use super::sort::Sort;
use super::sources::Source;
use super::store::{Node, Page, Parent};

const BODY: Path<'_> = Path::root("body");

static QUERY: [Field; 4] = [
    may("filter", &Shape::Any),
    may("sorts", &Shape::Any),
    may("in_trash", &Shape::Bool),
    may("result_type", &Shape::Word(&["page", "data_source"])),
];

static SEARCH: [Field; 3] = [
    may("query", &WORDS),
    may("filter", &Shape::Object(&SEARCH_FILTER)),
    may("sort", &Shape::Object(&SEARCH_SORT)),
];
static SEARCH_FILTER: [Field; 3] = [
    may("property", &Shape::Word(&["object"])),
    may("value", &Shape::Word(&["page", "data_source"])),
    may("in_trash", &Shape::Bool),
];
static SEARCH_SORT: [Field; 3] = [
    may("timestamp", &Shape::Word(&["last_edited_time"])),
    may("property", &Shape::Word(&["relevance"])),
    may("direction", &Shape::Word(&["ascending", "descending"])),
];

impl Api<'_> {
    pub(super) fn query_source(&self, id: Uuid) -> Result<Value, ApiError> {
        self.call
            .check_query(&["filter_properties", "filter_properties[]"])?;
        self.check_body(&QUERY)?;
        let body = &self.call.body;
        let paging = Paging::in_body(body)?;
        let source = self.store.sources.get(&id);
        let source = source.ok_or_else(|| ApiError::not_found("data source", id))?;
        let filter = body
            .get("filter")
            .map(|filter| Filter::read(filter, source))
            .transpose()?;
        let sorts = body
            .get("sorts")
            .map(|sorts| Sort::read_all(sorts, source))
            .transpose()?;
        let in_trash = body["in_trash"].as_bool().unwrap_or_default();

        let mut pages = self.pages_of(source, in_trash);
        pages.retain(|(node, page)| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.takes(node, page))
        });
        for sort in sorts.unwrap_or_default().iter().rev() {
            pages.sort_by(|left, right| sort.compare(*left, *right));
        }
        if body["result_type"] == "data_source" {
            pages.clear();
        }
        self.found(
            &format!("query of {id} {}{}", body["filter"], body["sorts"]),
            &paging,
            &pages,
        )
    }

    /// The pages of a source that listings have caught up with, oldest first.
    fn pages_of(&self, source: &Source, in_trash: bool) -> Vec<(&Node, &Page)> {
        let pages = self
            .store
            .pages
            .iter()
            .filter_map(|id| self.store.page(*id).ok());
        let wanted = |(node, page): &(&Node, &Page)| {
            node.parent == Parent::Source(source.id)
                && node.in_trash == in_trash
                && page.listed_from <= self.call.now
        };
        pages.filter(wanted).collect()
    }

    fn found(
        &self,
        scope: &str,
        paging: &Paging,
        pages: &[(&Node, &Page)],
    ) -> Result<Value, ApiError> {
        let ids: Vec<_> = pages.iter().map(|(node, _)| node.id).collect();
        self.list_objects(scope, paging, &ids)
    }

    /// Pages and data sources by id, as a listing.
    fn list_objects(&self, scope: &str, paging: &Paging, ids: &[Uuid]) -> Result<Value, ApiError> {
        let show = self.show();
        let kind = "page_or_data_source";
        let mut list = paging.cut(self.store, scope, kind, ids, |id| {
            match (self.store.node(id), self.store.sources.get(&id)) {
                (Some(node), _) => show.page(node),
                (None, Some(source)) => show.source(source),
                (None, None) => Value::Null,
            }
        })?;
        list["request_status"] = json!({"type": "complete"});
        Ok(list)
    }

    /// Titles that contain the words asked for, last edited first. Pages are found some time after
    /// they were created.
    pub(super) fn search(&self) -> Result<Value, ApiError> {
        self.check_body(&SEARCH)?;
        let body = &self.call.body;
        let paging = Paging::in_body(body)?;
        let words = body["query"].as_str().unwrap_or_default().to_lowercase();
        let in_trash = body["filter"]["in_trash"].as_bool().unwrap_or_default();
        let wanted = body["filter"]["value"].as_str();
        let mut found = Vec::new();
        if wanted != Some("data_source") {
            found.extend(self.pages_titled(&words, in_trash));
        }
        if wanted != Some("page") && !in_trash {
            found.extend(self.sources_named(&words));
        }
        let is_descending = body["sort"]["direction"] != "ascending";
        found.sort_by_key(|(edited, id)| (*edited, *id));
        if is_descending {
            found.reverse();
        }
        let ids: Vec<_> = found.into_iter().map(|(_, id)| id).collect();
        self.list_objects(
            &format!("search {}{}{}", body["query"], body["filter"], body["sort"]),
            &paging,
            &ids,
        )
    }

    fn pages_titled<'a>(
        &'a self,
        words: &'a str,
        in_trash: bool,
    ) -> impl Iterator<Item = (esl_core::Timestamp, Uuid)> + 'a {
        let show = self.show();
        let pages = self
            .store
            .pages
            .iter()
            .filter_map(|id| self.store.page(*id).ok());
        let wanted = move |(node, page): &(&Node, &Page)| {
            self.store.is_in_trash(node) == in_trash
                && page.searched_from <= self.call.now
                && show.title(node, page).to_lowercase().contains(words)
        };
        pages.filter(wanted).map(|(node, _)| (node.edited, node.id))
    }

    fn sources_named<'a>(
        &'a self,
        words: &'a str,
    ) -> impl Iterator<Item = (esl_core::Timestamp, Uuid)> + 'a {
        let sources = self.store.sources.values();
        let wanted = move |source: &&Source| source.name.to_lowercase().contains(words);
        sources
            .filter(wanted)
            .map(|source| (source.created, source.id))
    }

    fn check_body(&self, fields: &[Field]) -> Result<(), ApiError> {
        let body = object(&self.call.body, &BODY)?;
        check_fields(fields, body, &BODY)?;
        check_fields(&PAGING, body, &BODY)?;
        refuse_others(body, &BODY, |key| {
            fields.iter().chain(&PAGING).any(|field| field.name == key)
        })
    }
}
