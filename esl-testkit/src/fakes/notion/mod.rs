//! Notion as strict as it is known to be, in the versions 2026-03-11 and 2025-09-03.
//!
//! Checks run in the order route, version, token, JSON, form, existence, trash, meaning; the first
//! that fails is told, and nothing is changed. Not offered: comments, views, templates, Markdown,
//! creating databases, importing files from an address.

mod api;
mod blocks;
mod call;
mod children;
mod content;
mod error;
mod filter;
mod forms;
mod inspect;
mod languages;
mod page_of_list;
mod pages;
mod path;
mod properties;
mod query;
mod render;
mod route;
mod seed;
mod shape;
mod sort;
mod sources;
mod store;
mod stored;
#[cfg(test)]
mod tests;
mod upload_calls;
mod uploads;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::ports::{Clock, SystemClock};
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::{
    Admission, Failure, Fake, FakeRequest, FakeResponse, json_response, with_retry_after,
};
use api::{Api, minute};
use call::{Call, Version, authorize, json_body, path_id, version};
use error::ApiError;
pub use inspect::{BlockTree, PageTree};
use route::Route;
use store::Store;
use upload_calls::Form;

/// Bytes of one request body. (Notion API reference, "Request limits".)
const MOST_BYTES: usize = 500_000;

/// How the fake Notion is set up.
#[derive(Debug, Clone)]
pub struct NotionOptions {
    /// The token that is right.
    pub token: String,
    /// Tells the time to pages, uploads and the addresses of files.
    pub clock: Arc<dyn Clock>,
    /// How long after its creation a page is found by search; 10 s by default.
    pub search_delay: Duration,
    /// Bytes of a file; 5 MiB is what free workspaces allow, 5 GiB the default.
    pub max_file_bytes: u64,
    /// Blocks that may ever be created, as in free workspaces with several members; no end by default.
    pub block_budget: Option<usize>,
    /// Whether a body over 500 KB is answered with 413 in place of 400; both were seen.
    pub too_large_is_413: bool,
}

impl Default for NotionOptions {
    fn default() -> Self {
        Self {
            token: "ntn_fake_token".to_owned(),
            clock: Arc::new(SystemClock),
            search_delay: Duration::from_secs(10),
            max_file_bytes: 5 << 30,
            block_budget: None,
            too_large_is_413: false,
        }
    }
}

/// The fake Notion: what is in it, and a hand to change it behind the clients' back.
pub struct FakeNotion {
    options: NotionOptions,
    base: String,
    state: Mutex<State>,
    /// Pages and blocks that something is being appended to.
    busy: Arc<Mutex<HashSet<Uuid>>>,
}

struct State {
    store: Store,
    is_revoked: bool,
}

/// Marks a parent as busy until dropped.
struct Appending {
    busy: Arc<Mutex<HashSet<Uuid>>>,
    parent: Uuid,
}

impl Drop for Appending {
    fn drop(&mut self) {
        lock(&self.busy).remove(&self.parent);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakeNotion {
    pub(crate) fn new(options: NotionOptions, base: String) -> Self {
        let state = Mutex::new(State::seeded(&options));
        Self {
            options,
            base,
            state,
            busy: Arc::default(),
        }
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("NOTION_BASE_URL", self.base.clone()),
            ("NOTION_TOKEN", self.options.token.clone()),
            ("NOTION_DB_ID", seed::LESSONS_DATABASE.to_string()),
            ("STUDENTS_DB_ID", seed::STUDENTS_DATABASE.to_string()),
        ]
    }

    async fn answer(&self, request: &FakeRequest) -> Result<Value, ApiError> {
        let (method, path) = (request.method(), request.uri().path());
        let route = Route::find(method, path).ok_or_else(ApiError::invalid_url)?;
        let version = version(request.headers())?;
        authorize(request.headers(), self.valid_token())?;
        if let Route::SendUpload(id) = route {
            let form = Form::read(request).await?;
            let id = path_id(id, "file_upload_id")?;
            return self.with_api(request, version, json!({}), |api| api.take_file(id, form));
        }
        let body = json_body(request)?;
        self.check_size(request)?;
        self.with_api(request, version, body, |api| api.run(route))
    }

    fn with_api(
        &self,
        request: &FakeRequest,
        version: Version,
        body: Value,
        act: impl FnOnce(&mut Api<'_>) -> Result<Value, ApiError>,
    ) -> Result<Value, ApiError> {
        let call = Call::new(request, version, body, self.options.clock.now());
        let mut state = self.lock();
        act(&mut Api {
            store: &mut state.store,
            call: &call,
            options: &self.options,
            base: &self.base,
            bot: seed::BOT,
        })
    }

    fn check_size(&self, request: &FakeRequest) -> Result<(), ApiError> {
        let size = request.body().len();
        if size <= MOST_BYTES {
            return Ok(());
        }
        let status = if self.options.too_large_is_413 {
            413
        } else {
            400
        };
        let message = format!(
            "body failed validation: body.length should be ≤ `{MOST_BYTES}`, instead was `{size}`."
        );
        Err(ApiError::new(status, "validation_error", message))
    }

    /// The token that is right at present.
    fn valid_token(&self) -> Option<&str> {
        (!self.lock().is_revoked).then_some(self.options.token.as_str())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A file by an address that was given out; without version and token, as anywhere on the web.
    fn file(&self, request: &FakeRequest) -> Option<FakeResponse> {
        let mut segments = request.uri().path().strip_prefix("/files/")?.split('/');
        let id = path_id(segments.next()?, "file").ok()?;
        let call = Call::new(
            request,
            Version::V2026_03_11,
            Value::Null,
            self.options.clock.now(),
        );
        let (stamp, signature) = (call.query("expires")?, call.query("signature")?);
        let state = self.lock();
        let upload = state.store.uploads.get(&id)?;
        if !upload.opens(&stamp, &signature, call.now) {
            let mut expired = Response::new(Bytes::from_static(b"Request has expired"));
            *expired.status_mut() = StatusCode::FORBIDDEN;
            return Some(expired);
        }
        let mut file = Response::new(upload.content());
        let content_type = upload.content_type.as_deref().unwrap_or_default();
        if let Ok(content_type) = content_type.parse() {
            file.headers_mut()
                .insert(hyper::header::CONTENT_TYPE, content_type);
        }
        Some(file)
    }
}

impl State {
    fn seeded(options: &NotionOptions) -> Self {
        Self {
            store: seed::seeded(minute(options.clock.now())),
            is_revoked: false,
        }
    }
}

/// Every answer names itself, in the body and in a header.
fn response(status: StatusCode, mut body: Value) -> FakeResponse {
    let id = Uuid::new_v4().to_string();
    body["request_id"] = id.as_str().into();
    let mut response = json_response(status, &body);
    let headers = response.headers_mut();
    let ray = id.split('-').next_back().unwrap_or_default().to_owned();
    for (name, value) in [("x-notion-request-id", id), ("cf-ray", ray)] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

fn refusal(error: &ApiError) -> FakeResponse {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response(status, error.body())
}

#[async_trait]
impl Fake for FakeNotion {
    /// Two appends to one parent at the same time do not go together.
    fn admit(&self, request: &FakeRequest) -> Result<Admission, FakeResponse> {
        let Some(Route::Append(id)) = Route::find(request.method(), request.uri().path()) else {
            return Ok(Box::new(()));
        };
        let Some(parent) = shape::parse_id(id) else {
            return Ok(Box::new(()));
        };
        if !lock(&self.busy).insert(parent) {
            return Err(refusal(&ApiError::conflict()));
        }
        Ok(Box::new(Appending {
            busy: Arc::clone(&self.busy),
            parent,
        }))
    }

    async fn respond(&self, request: FakeRequest) -> FakeResponse {
        if request.method() == Method::GET
            && let Some(file) = self.file(&request)
        {
            return file;
        }
        match self.answer(&request).await {
            Ok(body) => response(StatusCode::OK, body),
            Err(error) => refusal(&error),
        }
    }

    fn failure(&self, failure: Failure) -> FakeResponse {
        match failure {
            Failure::Status(status) => refusal(&ApiError::of_status(status)),
            Failure::OverRate { retry_after } => {
                let reason = json!({"rate_limit_reason": "public_api_request_rate_limit"});
                let error = ApiError::of_status(StatusCode::TOO_MANY_REQUESTS).with_data(reason);
                with_retry_after(refusal(&error), retry_after)
            }
            Failure::OverConcurrency { .. } => {
                let error = ApiError::of_status(StatusCode::TOO_MANY_REQUESTS);
                with_retry_after(refusal(&error), Duration::from_secs(1))
            }
        }
    }

    fn reset(&self) {
        *self.lock() = State::seeded(&self.options);
    }
}

impl fmt::Debug for FakeNotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeNotion")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}
