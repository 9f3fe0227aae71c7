//! A strict ElevenLabs: it refuses what the real service refuses, in the same words and order, and
//! speaks tones whose length follows the text.
//!
//! The order of checks: route, form of the request, key, plan and credits, voice, model and
//! parameters, requests at once. Only the last is decided when a request arrives; the latency of
//! the service passes before any other answer, and the request counts as under way for all of it.

mod account;
mod call;
mod catalog;
mod format;
mod listing;
mod order;
mod refusal;
mod render;
mod rules;
mod slots;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

pub use account::{DialogueAccess, ElevenLabsAccount, Tier};

use super::service::{Admission, Failure, Fake, FakeRequest, FakeResponse, changed, json_response};
use call::{Call, Form};
use listing::VoicesQuery;
use order::Order;
use refusal::{Detail, Refusal};
use render::Spoken;
use rules::Accepted;
use slots::Slots;

/// The fake service.
#[derive(Debug)]
pub struct FakeElevenLabs {
    start: ElevenLabsAccount,
    state: Mutex<State>,
    standard: Slots,
    quick: Slots,
}

#[derive(Debug)]
struct State {
    account: ElevenLabsAccount,
    requests: u64,
    /// Ids of requests that were spoken; later ones may name them as neighbours.
    spoken: HashSet<String>,
}

impl State {
    fn new(account: ElevenLabsAccount) -> Self {
        Self {
            account,
            requests: 0,
            spoken: HashSet::new(),
        }
    }

    fn next_request_id(&mut self) -> String {
        self.requests += 1;
        format!("fake{:016}", self.requests)
    }
}

impl FakeElevenLabs {
    /// A service with one account.
    pub(crate) fn new(account: ElevenLabsAccount) -> Self {
        Self {
            state: Mutex::new(State::new(account.clone())),
            start: account,
            standard: Slots::default(),
            quick: Slots::default(),
        }
    }

    /// The account as it is now.
    #[must_use]
    pub fn account(&self) -> ElevenLabsAccount {
        self.state().account.clone()
    }

    /// Changes the account.
    pub fn update(&self, change: impl FnOnce(&mut ElevenLabsAccount)) {
        change(&mut self.state().account);
    }

    /// The variables that point `esl` here.
    pub(crate) fn environment(&self, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("ELEVENLABS_BASE_URL", format!("{base}/elevenlabs")),
            ("ELEVENLABS_API_KEY", self.start.api_key.clone()),
        ]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slots(&self, accepted: &Accepted) -> &Slots {
        if accepted.model.is_quick() {
            &self.quick
        } else {
            &self.standard
        }
    }

    fn answer(&self, request: &FakeRequest, id: &str) -> Result<FakeResponse, Refusal> {
        let call = Call::of(request.method(), request.uri().path())?;
        if let Call::Speech { form, .. } | Call::Dialogue { form } = call {
            let accepted = self.accept(call, form, request)?;
            return Ok(self.speak(&accepted, form, id));
        }
        let query = match call {
            Call::VoicePages => Some(VoicesQuery::read(request)?),
            _ => None,
        };
        self.check_key(call, request.headers())?;
        let body = match (call, query) {
            (_, Some(query)) => query.page()?,
            (Call::Models, _) => catalog::MODELS_JSON.clone(),
            (Call::Voice(id), _) => listing::voice(id)?,
            (Call::Subscription, _) => self.state().account.subscription(),
            (Call::User, _) => self.state().account.user(),
            _ => listing::all_voices(),
        };
        Ok(json_response(StatusCode::OK, &body))
    }

    /// Everything that is checked before speaking, except for the number of requests at once.
    fn accept(
        &self,
        call: Call<'_>,
        form: Form,
        request: &FakeRequest,
    ) -> Result<Accepted, Refusal> {
        let order = match call {
            Call::Speech { voice, .. } => Order::speech(voice, request)?,
            _ if self.state().account.dialogue == DialogueAccess::NoRoute => {
                return Err(call::NO_ROUTE);
            }
            _ => Order::dialogue(request)?,
        };
        self.check_key(call, request.headers())?;
        let state = self.state();
        let is_known_request = |id: &str| state.spoken.contains(id);
        rules::check(order, form.is_stream, &state.account, is_known_request)
    }

    fn check_key(&self, call: Call<'_>, headers: &HeaderMap) -> Result<(), Detail> {
        let Some(key) = key_of(headers) else {
            return Err(match call {
                Call::Models => {
                    Detail::not_found("workspace_not_found", "The workspace was not found.")
                }
                _ => Detail::no_key(),
            });
        };
        let account = &self.state().account;
        if key != account.api_key {
            return Err(Detail::wrong_key());
        }
        let permission = call.permission();
        match &account.permissions {
            Some(granted) if !granted.iter().any(|it| it == permission) => {
                Err(Detail::missing_permission(permission))
            }
            _ => Ok(()),
        }
    }

    fn speak(&self, accepted: &Accepted, form: Form, id: &str) -> FakeResponse {
        let account = {
            let mut state = self.state();
            state.account.character_count += accepted.cost;
            state.spoken.insert(id.to_owned());
            state.account.clone()
        };
        let spoken = Spoken::new(accepted, account.seconds_per_character);
        let mut response = match (form.has_times, form.is_stream) {
            (false, _) => audio(accepted.format.content_type(), spoken.audio),
            (true, false) => json_response(StatusCode::OK, &spoken.with_timestamps()),
            (true, true) => audio("application/json", spoken.timestamped_stream().into()),
        };
        let maximum = account.concurrency(accepted.model.is_quick());
        let numbers = [
            ("character-cost", accepted.cost),
            (
                "current-concurrent-requests",
                self.slots(accepted).taken() as u64,
            ),
            ("maximum-concurrent-requests", maximum as u64),
        ];
        for (name, number) in numbers {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, number.into());
        }
        response
    }

    fn refuse(&self, refusal: &Refusal, id: &str) -> FakeResponse {
        refusal.response(id, self.state().account.legacy_errors)
    }
}

#[async_trait]
impl Fake for FakeElevenLabs {
    /// A request that would be spoken takes a slot or is refused at once, without `Retry-After`.
    fn admit(&self, request: &FakeRequest) -> Result<Admission, FakeResponse> {
        let call = Call::of(request.method(), request.uri().path());
        let Ok(call @ (Call::Speech { form, .. } | Call::Dialogue { form })) = call else {
            return Ok(Box::new(()));
        };
        let Ok(accepted) = self.accept(call, form, request) else {
            return Ok(Box::new(()));
        };
        let maximum = self.account().concurrency(accepted.model.is_quick());
        match self.slots(&accepted).take(maximum) {
            Some(slot) => Ok(Box::new(slot)),
            None => Err(self.failure(Failure::OverConcurrency { maximum })),
        }
    }

    async fn respond(&self, request: FakeRequest) -> FakeResponse {
        let id = self.state().next_request_id();
        let response = self.answer(&request, &id);
        with_ids(
            response.unwrap_or_else(|refusal| self.refuse(&refusal, &id)),
            &id,
        )
    }

    fn failure(&self, failure: Failure) -> FakeResponse {
        let id = self.state().next_request_id();
        let detail = match failure {
            Failure::Status(status) => Detail::of_status(status),
            Failure::OverRate { .. } => Detail::over_rate(),
            Failure::OverConcurrency { maximum } => Detail::too_many_at_once(maximum),
        };
        with_ids(self.refuse(&detail.into(), &id), &id)
    }

    fn reset(&self) {
        *self.state() = State::new(self.start.clone());
    }

    fn settings(&self) -> Value {
        json!(self.account())
    }

    fn change(&self, changes: &Value) -> Result<(), String> {
        let changed = changed(&self.account(), changes)?;
        self.update(|current| *current = changed);
        Ok(())
    }
}

fn key_of(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    text("xi-api-key").or_else(|| text("authorization")?.strip_prefix("Bearer "))
}

fn audio(content_type: &'static str, body: Bytes) -> FakeResponse {
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn with_ids(mut response: FakeResponse, id: &str) -> FakeResponse {
    let headers = response.headers_mut();
    for name in ["request-id", "x-trace-id"] {
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static(name), id);
        }
    }
    headers.insert("x-region", HeaderValue::from_static("fake"));
    response
}
