//! The endpoints' common ground: what they work on, and the small steps they share.

use std::time::{Duration, SystemTime};

use esl_core::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::NotionOptions;
use super::blocks::count_blocks;
use super::call::{Call, path_id};
use super::error::ApiError;
use super::render::Show;
use super::route::Route;
use super::shape::parse_id;
use super::store::{Content, Node, Parent, Store};

/// One call at work on the store.
pub(super) struct Api<'a> {
    pub(super) store: &'a mut Store,
    pub(super) call: &'a Call,
    pub(super) options: &'a NotionOptions,
    pub(super) base: &'a str,
    pub(super) bot: Uuid,
}

impl Api<'_> {
    /// Carries the call out: all or nothing.
    pub(super) fn run(&mut self, route: Route<'_>) -> Result<Value, ApiError> {
        match route {
            Route::Me => Ok(self.me()),
            Route::CreatePage => self.create_page(),
            Route::Page(id) => self.show_page(path_id(id, "page_id")?),
            Route::UpdatePage(id) => self.update_page(path_id(id, "page_id")?),
            Route::Block(id) => self.show_block(path_id(id, "block_id")?),
            Route::UpdateBlock(id) => self.update_block(path_id(id, "block_id")?),
            Route::DeleteBlock(id) => self.delete_block(path_id(id, "block_id")?),
            Route::Children(id) => self.list_children(path_id(id, "block_id")?),
            Route::Append(id) => self.append_children(path_id(id, "block_id")?),
            Route::Database(id) => self.show_database(path_id(id, "database_id")?),
            Route::Source(id) => self.show_source(path_id(id, "data_source_id")?),
            Route::Query(id) => self.query_source(path_id(id, "data_source_id")?),
            Route::Search => self.search(),
            Route::CreateUpload => self.create_upload(),
            Route::Uploads => self.list_uploads(),
            Route::Upload(id) => self.show_upload(path_id(id, "file_upload_id")?),
            Route::CompleteUpload(id) => self.complete_upload(path_id(id, "file_upload_id")?),
            // Its body is no JSON: it never comes here.
            Route::SendUpload(_) => Err(ApiError::invalid_url()),
        }
    }

    fn me(&self) -> Value {
        json!({
            "object": "user",
            "id": self.bot,
            "name": "ESL Lessons",
            "avatar_url": null,
            "type": "bot",
            "bot": {
                "owner": {"type": "workspace", "workspace": true},
                "workspace_id": Uuid::from_u128(0x3000),
                "workspace_name": "School",
                "workspace_limits": {"max_file_upload_size_in_bytes": self.options.max_file_bytes},
            },
        })
    }

    fn show_database(&self, id: Uuid) -> Result<Value, ApiError> {
        let database = self.store.databases.get(&id);
        let database = database.ok_or_else(|| ApiError::not_found("database", id))?;
        Ok(self.show().database(database))
    }

    fn show_source(&self, id: Uuid) -> Result<Value, ApiError> {
        let source = self.store.sources.get(&id);
        let source = source.ok_or_else(|| ApiError::not_found("data source", id))?;
        Ok(self.show().source(source))
    }

    pub(super) fn show(&self) -> Show<'_> {
        Show {
            store: self.store,
            version: self.call.version,
            base: self.base,
            now: self.call.now,
            bot: self.bot,
        }
    }

    /// The present minute: pages and blocks are dated no finer.
    pub(super) fn minute(&self) -> Timestamp {
        minute(self.call.now)
    }

    /// A page or block that is created now.
    pub(super) fn node(&self, id: Uuid, parent: Parent, content: Content) -> Node {
        Node {
            id,
            parent,
            content,
            children: Vec::new(),
            created: self.minute(),
            edited: self.minute(),
            in_trash: false,
        }
    }

    /// Takes the blocks of a request off what the workspace may ever have.
    pub(super) fn spend(&mut self, blocks: &Value) -> Result<(), ApiError> {
        let created = self.store.blocks_created + count_blocks(blocks);
        if self
            .options
            .block_budget
            .is_some_and(|budget| created > budget)
        {
            return Err(ApiError::validation(
                "The workspace has no more blocks to give on its plan.",
            ));
        }
        self.store.blocks_created = created;
        Ok(())
    }

    /// The upload that a medium, icon, cover or file names.
    pub(super) fn upload_of(value: &Value) -> Option<Uuid> {
        value["file_upload"]["id"].as_str().and_then(parse_id)
    }

    /// From now on the upload does not expire.
    pub(super) fn attach(&mut self, id: Uuid) {
        if let Some(upload) = self.store.uploads.get_mut(&id) {
            upload.expires = None;
        }
    }
}

/// Rounded down to the minute.
pub(super) fn minute(time: Timestamp) -> Timestamp {
    let epoch = SystemTime::UNIX_EPOCH;
    let seconds = time.since(epoch.into()).as_secs();
    (epoch + Duration::from_secs(seconds - seconds % 60)).into()
}
