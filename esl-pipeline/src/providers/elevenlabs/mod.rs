//! Speech by ElevenLabs.
//!
//! Single lines go to text to speech, dialogues to text to dialogue, which also tells when each turn
//! is spoken. Nothing is retried here, and no sound is judged: that is the recorder's.
//!
//! Facts about the service are from its API reference, as of autumn 2026.

mod account;
mod client;
mod error;
mod format;
mod listing;
mod models;
mod options;
mod premade;
mod wire;

use std::str::FromStr;

pub use account::{Allowance, ModelInfo};
use async_trait::async_trait;
use bytes::Bytes;
use esl_core::ports::{
    DialogueCapabilities, Speech, SpeechRequest, Tts, TtsCapabilities, TtsError, Turn, TurnTiming,
};
use esl_core::{CancellationToken, Voice, VoiceId};
pub use format::{OutputFormat, UnknownOutputFormat};
pub use options::{ElevenLabsOptions, TextNormalization};
pub use premade::premade_voices;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::http::Answer;
use account::Voices;
use client::{Api, unavailable};
use error::Asked;
use wire::{Dialogue, Line, TimedAudio};

const PROVIDER: &str = "elevenlabs";
/// Most turns of a dialogue request; the reference states no limit of its own.
const MAX_DIALOGUE_TURNS: usize = 100;
/// Most distinct voices of a dialogue request.
const MAX_DIALOGUE_VOICES: usize = 10;

/// ElevenLabs for one account, which is asked what it is like along with its voices.
#[derive(Debug)]
pub struct ElevenLabsSpeech {
    api: Api,
    options: ElevenLabsOptions,
    /// Until the account was asked.
    documented: TtsCapabilities,
    account: OnceCell<Account>,
    voices: Voices,
}

/// What the account tells of itself.
#[derive(Debug)]
struct Account {
    capabilities: TtsCapabilities,
    /// The voices to choose from, unless they are those of the account.
    catalog: Option<Vec<Voice>>,
}

impl ElevenLabsSpeech {
    /// The account of the key in `options`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`TtsError::Misconfigured`] if the key cannot be one.
    pub fn new(options: ElevenLabsOptions) -> Result<Self, TtsError> {
        Ok(Self {
            api: Api::new(&options)?,
            documented: capabilities(&options, documented_limit),
            account: OnceCell::new(),
            voices: Voices::default(),
            options,
        })
    }

    /// Asks what the account tells of itself. The models' limits stay as documented if it does not
    /// tell them; a key that may not read voices has [`premade_voices`] to choose from.
    async fn ask_account(&self) -> Result<Account, TtsError> {
        let (models, catalog) = tokio::join!(self.models(), self.own_catalog());
        let catalog = catalog?;
        let models = models.unwrap_or_else(|error| {
            tracing::debug!(%error, "the models' limits are taken as documented");
            Vec::new()
        });
        let listed = |id: &str| models.iter().find(|model| model.id == id)?.max_characters;
        let limit = |id: &str| listed(id).unwrap_or_else(|| documented_limit(id));
        let mut capabilities = capabilities(&self.options, limit);
        capabilities.lists_all_voices = catalog.is_none();
        Ok(Account {
            capabilities,
            catalog,
        })
    }

    /// The voices to choose from, unless they are those of the account.
    async fn own_catalog(&self) -> Result<Option<Vec<Voice>>, TtsError> {
        if let Some(catalog) = &self.options.catalog {
            return Ok(Some(catalog.clone()));
        }
        match self.voices.get(&self.api).await {
            Ok(_) => Ok(None),
            Err(TtsError::Forbidden { .. }) => {
                tracing::warn!("the key may not read voices, so only premade ones are chosen from");
                Ok(Some(premade_voices()))
            }
            Err(error) => Err(error),
        }
    }

    async fn speak(&self, request: &SpeechRequest) -> Result<Speech, TtsError> {
        match &*request.turns {
            [turn] if !request.is_dialogue => self.speak_line(turn, request).await,
            _ => self.speak_dialogue(request).await,
        }
    }

    async fn speak_line(&self, turn: &Turn, request: &SpeechRequest) -> Result<Speech, TtsError> {
        let model = (&*self.options.model, models::model(&self.options.model));
        let normalization = self.options.text_normalization;
        let body = Line::new(turn, &request.settings, model, normalization);
        let path = format!("/v1/text-to-speech/{}", turn.voice);
        let post = self.api.post(&path).query(&self.format()).json(&body);
        let answer = self.api.send(post, Asked::Line(turn)).await?;
        Ok(self.speech(&answer, request, answer.body.clone(), Vec::new()))
    }

    async fn speak_dialogue(&self, request: &SpeechRequest) -> Result<Speech, TtsError> {
        let id = &*self.options.dialogue_model;
        let normalization = self.options.text_normalization;
        let body = Dialogue::new(request, (id, models::model(id)), normalization);
        let post = self.api.post("/v1/text-to-dialogue/with-timestamps");
        let post = post.query(&self.format()).json(&body);
        let answer = self.api.send(post, Asked::Dialogue(&request.turns)).await?;
        let timed: TimedAudio = read(&answer)?;
        let sound = timed.audio();
        let sound = sound.map_err(|error| unavailable("its sound was not understood", error))?;
        let timings = timed.timings(request.turns.len());
        Ok(self.speech(&answer, request, sound, timings))
    }

    fn speech(
        &self,
        answer: &Answer,
        request: &SpeechRequest,
        sound: Bytes,
        timings: Vec<TurnTiming>,
    ) -> Speech {
        Speech {
            audio: self.options.output_format.audio(sound),
            characters_billed: header(answer, "character-cost")
                .unwrap_or_else(|| characters(request) as u64),
            timings,
            max_concurrency: header(answer, "maximum-concurrent-requests"),
        }
    }

    fn format(&self) -> [(&'static str, &'static str); 1] {
        [("output_format", self.options.output_format.as_str())]
    }

    /// Refuses what the service would refuse, before it is asked.
    fn check(&self, request: &SpeechRequest) -> Result<(), TtsError> {
        if let Some(turn) = request.turns.iter().find(|turn| !is_id(&turn.voice)) {
            return Err(TtsError::UnknownVoice {
                provider: PROVIDER.to_owned(),
                voice: turn.voice.clone(),
            });
        }
        let characters = characters(request);
        let capabilities = self.capabilities();
        let max = match (&*request.turns, &capabilities.dialogue) {
            ([_], _) if !request.is_dialogue => capabilities.max_characters,
            (_, Some(dialogue)) => dialogue.max_characters,
            (_, None) => 0,
        };
        if characters > max {
            return Err(TtsError::TooLong {
                provider: PROVIDER.to_owned(),
                characters,
                max,
            });
        }
        if request.turns.is_empty() || request.turns.len() > MAX_DIALOGUE_TURNS {
            let turns = request.turns.len();
            return Err(TtsError::Refused {
                provider: PROVIDER.to_owned(),
                message: format!(
                    "{turns} turns in one request, it takes 1 to {MAX_DIALOGUE_TURNS}"
                ),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl Tts for ElevenLabsSpeech {
    fn capabilities(&self) -> &TtsCapabilities {
        let account = self.account.get();
        account.map_or(&self.documented, |account| &account.capabilities)
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        let account = self.account.get_or_try_init(|| self.ask_account()).await?;
        match &account.catalog {
            Some(catalog) => Ok(catalog.clone()),
            None => self.voices.get(&self.api).await,
        }
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        self.check(request)?;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TtsError::Cancelled),
            speech = self.speak(request) => speech,
        }
    }
}

/// What can be asked for, given the most characters that each model takes.
fn capabilities(options: &ElevenLabsOptions, limit: impl Fn(&str) -> usize) -> TtsCapabilities {
    let limit = |id: &str| limit(id).max(1);
    let stabilities = |id| models::model(id).stabilities.to_vec();
    let max_characters = limit(&options.model);
    let max_dialogue = limit(&options.dialogue_model);
    TtsCapabilities {
        provider: PROVIDER.to_owned(),
        model: options.model.clone(),
        variant: variant(options),
        max_characters: options
            .max_characters
            .map_or(max_characters, |asked| asked.clamp(1, max_characters)),
        stabilities: stabilities(&options.model),
        dialogue: Some(DialogueCapabilities {
            model: options.dialogue_model.clone(),
            max_characters: options.max_dialogue_characters.clamp(1, max_dialogue),
            max_turns: MAX_DIALOGUE_TURNS,
            max_voices: MAX_DIALOGUE_VOICES,
            stabilities: stabilities(&options.dialogue_model),
        }),
        concurrency: options.concurrency.max(1),
        is_paid: true,
        lists_all_voices: options.catalog.is_none(),
    }
}

fn documented_limit(model: &str) -> usize {
    models::model(model).max_characters
}

fn variant(options: &ElevenLabsOptions) -> String {
    let format = options.output_format;
    match options.text_normalization {
        TextNormalization::Auto => format.to_string(),
        other => format!("{format} normalization={}", other.as_str()),
    }
}

/// Whether the service could have given this id: what else there is has no place in an address.
fn is_id(voice: &VoiceId) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    voice.as_str().bytes().all(is_plain)
}

fn characters(request: &SpeechRequest) -> usize {
    let turns = request.turns.iter();
    turns.map(|turn| turn.text.chars().count()).sum()
}

fn header<T: FromStr>(answer: &Answer, name: &str) -> Option<T> {
    answer.header(name)?.trim().parse().ok()
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, TtsError> {
    let read = answer.json();
    read.map_err(|error| unavailable("its answer was not understood", error))
}
