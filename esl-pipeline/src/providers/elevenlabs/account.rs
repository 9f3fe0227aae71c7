//! What the account has: voices, models, credits.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use esl_core::ports::TtsError;
use esl_core::{Timestamp, Voice};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::client::Api;
use super::error::Asked;
use super::listing::{ListedModel, ListedVoice, Subscription, VoicePage};
use super::{ElevenLabsSpeech, read};

/// Voices of one page, the most that there may be.
const PAGE_SIZE: &str = "100";
/// Most pages that are read.
const MAX_PAGES: usize = 100;
/// How long a list of voices is good for.
const FRESH: Duration = Duration::from_secs(300);

/// What is left of an account's allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// The plan, in the service's word.
    pub tier: String,
    /// Credits used since the allowance was last renewed; most models take one a character.
    pub used: u64,
    /// Credits of the allowance.
    pub limit: u64,
    /// When the allowance is renewed, where it is.
    pub renewed_at: Option<Timestamp>,
}

impl Allowance {
    /// Credits that are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// A model that speaks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Its id, as options name it.
    pub id: String,
    /// The name people know it by.
    pub name: String,
    /// Most characters of one request, if the service says.
    pub max_characters: Option<usize>,
    /// Credits that a character costs, if the service says.
    pub credits_per_character: Option<f64>,
}

impl ElevenLabsSpeech {
    /// What is left of the account's allowance. Costs nothing.
    ///
    /// # Errors
    /// As [`voices`](esl_core::ports::Tts::voices), and [`TtsError::RateLimited`].
    pub async fn allowance(&self) -> Result<Allowance, TtsError> {
        let get = self.api.get("/v1/user/subscription");
        let subscription: Subscription = read(&self.api.send(get, Asked::Account).await?)?;
        let reset = subscription.next_character_count_reset_unix;
        let renewed_at = reset
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
        Ok(Allowance {
            tier: subscription.tier,
            used: subscription.character_count,
            limit: subscription.character_limit,
            renewed_at: renewed_at.map(Timestamp::from),
        })
    }

    /// The models that the account may speak with. Costs nothing.
    ///
    /// # Errors
    /// As [`voices`](esl_core::ports::Tts::voices).
    pub async fn models(&self) -> Result<Vec<ModelInfo>, TtsError> {
        let get = self.api.get("/v1/models");
        let models: Vec<ListedModel> = read(&self.api.send(get, Asked::Account).await?)?;
        let speaking = models
            .into_iter()
            .filter(|model| model.can_do_text_to_speech);
        let info = |model: ListedModel| ModelInfo {
            name: model.name.unwrap_or_else(|| model.model_id.clone()),
            id: model.model_id,
            max_characters: model.maximum_text_length_per_request,
            credits_per_character: model
                .model_rates
                .and_then(|rates| rates.character_cost_multiplier),
        };
        Ok(speaking.map(info).collect())
    }
}

/// The voices of the account, asked for now and then.
#[derive(Debug, Default)]
pub(super) struct Voices(Mutex<Option<(Instant, Vec<Voice>)>>);

impl Voices {
    pub(super) async fn get(&self, api: &Api) -> Result<Vec<Voice>, TtsError> {
        let mut known = self.0.lock().await;
        if let Some((since, voices)) = &*known
            && since.elapsed() < FRESH
        {
            return Ok(voices.clone());
        }
        let voices = list(api).await?;
        *known = Some((Instant::now(), voices.clone()));
        Ok(voices)
    }
}

/// All voices, the oldest first: new ones change nothing for who was cast before.
async fn list(api: &Api) -> Result<Vec<Voice>, TtsError> {
    let mut voices = Vec::new();
    let mut seen = HashSet::new();
    let mut token = None;
    for _ in 0..MAX_PAGES {
        let page = page(api, token.as_deref()).await?;
        let listed = page.voices.into_iter();
        let new = listed.filter_map(ListedVoice::into_voice);
        // A page may repeat a voice when the list changes meanwhile.
        voices.extend(new.filter(|voice| seen.insert(voice.id.clone())));
        token = page.next_page_token.filter(|_| page.has_more);
        if token.is_none() {
            break;
        }
    }
    Ok(voices)
}

async fn page(api: &Api, token: Option<&str>) -> Result<VoicePage, TtsError> {
    let mut query = vec![
        ("page_size", PAGE_SIZE),
        ("sort", "created_at_unix"),
        ("sort_direction", "asc"),
    ];
    query.extend(token.map(|token| ("next_page_token", token)));
    let get = api.get("/v2/voices").query(&query);
    read(&api.send(get, Asked::Account).await?)
}
