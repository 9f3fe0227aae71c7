//! Who speaks.

use std::sync::Arc;

use esl_core::ports::{PermitKey, Permits, Tts};
use esl_core::{ErrorKind, Voice, VoiceId};
use esl_pipeline::pipeline::SpeechAccount;
use esl_pipeline::providers::elevenlabs::{ElevenLabsOptions, ElevenLabsSpeech};
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_pipeline::providers::http::BaseUrl;
use esl_pipeline::providers::offline_speech::{OfflineOptions, OfflineSpeech};
use esl_pipeline::providers::openai_speech::{OpenAiSpeech, OpenAiSpeechOptions};
use esl_pipeline::speech::limiter::Limiter;
use secrecy::ExposeSecret;

use crate::config::{Settings, SpeechProvider, SpeechSettings};
use crate::exit::{Exit, Failure};

/// The public address of OpenAI.
const OPENAI: &str = "https://api.openai.com";

/// Who speaks, how much at once, and where the pieces are kept.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) account: SpeechAccount,
    pub(super) segments: Arc<FsArtifactStore>,
}

impl Speech {
    pub(super) async fn open(
        settings: &Settings,
        catalog: Option<Vec<Voice>>,
        permits: Option<Arc<dyn Permits>>,
    ) -> Result<Self, Failure> {
        let segments = Arc::new(FsArtifactStore::new(settings.cache()?));
        let tts = open(&settings.speech, catalog).await?;
        let mut limiter = Limiter::new(tts.capabilities().concurrency);
        if let Some((permits, key)) = permits.zip(credential(&settings.speech)) {
            limiter = limiter.sharing(permits, key);
        }
        let account = SpeechAccount { tts, limiter };
        Ok(Self { account, segments })
    }

    /// Has the voices on their way while something else is asked for. A run that needs them waits for
    /// this answer; a failure is the run's to tell, which asks once more.
    pub(super) fn ask_for_voices(&self) {
        let tts = Arc::clone(&self.account.tts);
        tokio::spawn(async move { tts.voices().await });
    }
}

/// What requests to the speech provider are counted by, unless it is this machine.
fn credential(settings: &SpeechSettings) -> Option<PermitKey> {
    let (service, key) = match settings.provider {
        SpeechProvider::ElevenLabs => ("elevenlabs", &settings.eleven_labs.key),
        SpeechProvider::OpenAi => ("openai", &settings.openai.key),
        SpeechProvider::Offline => return None,
    };
    let key = key.as_ref()?;
    Some(PermitKey::of(service, key.expose_secret()))
}

/// The speech provider of these settings, with the voices of `catalog`, if there is one.
pub(crate) async fn open(
    settings: &SpeechSettings,
    catalog: Option<Vec<Voice>>,
) -> Result<Arc<dyn Tts>, Failure> {
    Ok(match settings.provider {
        SpeechProvider::ElevenLabs => Arc::new(eleven_labs(settings, catalog)?),
        SpeechProvider::OpenAi => Arc::new(openai(settings)?),
        SpeechProvider::Offline => Arc::new(offline(settings).await?),
    })
}

/// ElevenLabs with the key of the settings.
pub(crate) fn eleven_labs(
    settings: &SpeechSettings,
    catalog: Option<Vec<Voice>>,
) -> Result<ElevenLabsSpeech, Failure> {
    let account = &settings.eleven_labs;
    let Some(key) = account.key.clone() else {
        let message = "ElevenLabs has no key";
        let failure = Failure::new(Exit::Configuration, ErrorKind::Configuration, message);
        return Err(failure.hint("set ELEVENLABS_API_KEY"));
    };
    let mut options = ElevenLabsOptions::new(key);
    options.model = account.model.clone();
    options.output_format = account.format;
    options.catalog = catalog;
    if let Some(base_url) = account.base_url.clone() {
        options.base_url = base_url;
    }
    if let Some(concurrency) = settings.concurrency {
        options.concurrency = concurrency;
    }
    ElevenLabsSpeech::new(options).map_err(|error| Failure::of(&error))
}

fn openai(settings: &SpeechSettings) -> Result<OpenAiSpeech, Failure> {
    let account = &settings.openai;
    let public = || BaseUrl::parse(OPENAI).expect("it is an https address");
    let mut options = OpenAiSpeechOptions::new(account.base_url.clone().unwrap_or_else(public));
    options.api_key = account.key.clone();
    if let Some(model) = account.model.clone() {
        options.model = model;
    }
    options.format = account.format;
    let voices = account.voices.iter().flatten();
    options.voices = voices.filter_map(|name| voice(name)).collect();
    if let Some(concurrency) = settings.concurrency {
        options.concurrency = concurrency;
    }
    OpenAiSpeech::new(options).map_err(|error| Failure::of(&error))
}

fn voice(name: &str) -> Option<Voice> {
    Some(Voice {
        id: VoiceId::parse(name).ok()?,
        name: name.to_owned(),
        category: None,
        preview_url: None,
        labels: Default::default(),
    })
}

async fn offline(settings: &SpeechSettings) -> Result<OfflineSpeech, Failure> {
    let defaults = OfflineOptions::default();
    let options = OfflineOptions {
        concurrency: settings.concurrency.unwrap_or(defaults.concurrency),
        ..defaults
    };
    let speech = OfflineSpeech::detect(&options).await;
    speech.map_err(|error| Failure::of(&error))
}
