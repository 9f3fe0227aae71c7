//! The settings of speech.

use std::time::Duration;

use clap::ValueEnum;
use esl_pipeline::providers::elevenlabs::OutputFormat;
use esl_pipeline::providers::http::BaseUrl;
use esl_pipeline::providers::openai_speech::SpeechFormat;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::parse::Written;
use super::resolver::Resolver;
use super::{Setting, Typed, keys, parse};
use crate::args::Mode;

/// Who speaks and how.
#[derive(Debug)]
pub(crate) struct SpeechSettings {
    pub(crate) provider: SpeechProvider,
    pub(crate) eleven_labs: ElevenLabsSettings,
    pub(crate) openai: OpenAiSettings,
    /// Requests under way at once; as many as the provider likes unless set.
    pub(crate) concurrency: Option<usize>,
    /// What holds where neither the run nor the last one says anything.
    pub(crate) defaults: SpeechDefaults,
}

/// A speech provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SpeechProvider {
    /// ElevenLabs
    #[value(name = "elevenlabs")]
    ElevenLabs,
    /// Any server with OpenAI's /v1/audio/speech
    #[value(name = "openai")]
    OpenAi,
    /// The engine of this machine
    Offline,
}

#[derive(Debug)]
pub(crate) struct ElevenLabsSettings {
    pub(crate) key: Option<SecretString>,
    pub(crate) model: String,
    pub(crate) format: OutputFormat,
    pub(crate) base_url: Option<BaseUrl>,
}

#[derive(Debug)]
pub(crate) struct OpenAiSettings {
    pub(crate) key: Option<SecretString>,
    pub(crate) base_url: Option<BaseUrl>,
    pub(crate) model: Option<String>,
    /// What the server is asked for.
    pub(crate) format: SpeechFormat,
    /// None for those of the public service.
    pub(crate) voices: Option<Vec<String>>,
}

/// How to speak where nothing else says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpeechDefaults {
    pub(crate) mode: Option<Mode>,
    pub(crate) language: Option<String>,
    pub(crate) stability: Option<f64>,
    pub(crate) seed: Option<u32>,
    /// The silence at the end.
    pub(crate) tail: Option<Duration>,
}

pub(super) fn resolve(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> SpeechSettings {
    let is_set = resolver.environment.sets(&keys::SPEECH_PROVIDER);
    let explicit = typed.speech_provider.is_some() || is_set;
    let eleven_labs = ElevenLabsSettings {
        key: resolver.secret(&keys::ELEVENLABS_KEY),
        model: text(resolver, &keys::ELEVENLABS_MODEL, "eleven_multilingual_v2"),
        format: format(resolver),
        base_url: address(resolver, &keys::ELEVENLABS_BASE_URL),
    };
    let openai = OpenAiSettings {
        key: resolver.secret(&keys::OPENAI_KEY),
        base_url: address(resolver, &keys::OPENAI_BASE_URL),
        model: value(resolver.optional(&keys::OPENAI_MODEL, None, parse::text)),
        format: openai_format(resolver),
        voices: value(resolver.optional(&keys::OPENAI_VOICES, None, parse::list)),
    };
    let derived = if eleven_labs.key.is_some() {
        SpeechProvider::ElevenLabs
    } else if openai.key.is_some() || openai.base_url.is_some() {
        SpeechProvider::OpenAi
    } else {
        SpeechProvider::Offline
    };
    let provider = resolver.or(
        &keys::SPEECH_PROVIDER,
        typed.speech_provider,
        parse::choice,
        derived,
    );
    if explicit && provider.value == SpeechProvider::ElevenLabs && eleven_labs.key.is_none() {
        let message = "ElevenLabs needs a key; set ELEVENLABS_API_KEY";
        resolver.refuse(provider.origin.to_string(), message);
    }
    let typed_concurrency = typed.concurrency.map(usize::from);
    let concurrency = parse::number(1..=64);
    let concurrency = resolver.optional(&keys::SPEECH_CONCURRENCY, typed_concurrency, concurrency);
    SpeechSettings {
        provider: provider.value,
        eleven_labs,
        openai,
        concurrency: value(concurrency),
        defaults: defaults(resolver),
    }
}

fn defaults(resolver: &mut Resolver<'_>) -> SpeechDefaults {
    let tail = resolver.optional(&keys::SPEECH_TAIL, None, parse::number(0.0..=10.0));
    let stability = parse::number(0.0..=1.0);
    let seed = parse::number(0..=u32::MAX);
    SpeechDefaults {
        mode: value(resolver.optional(&keys::SPEECH_MODE, None, parse::choice)),
        language: value(resolver.optional(&keys::SPEECH_LANGUAGE, None, parse::language)),
        stability: value(resolver.optional(&keys::SPEECH_STABILITY, None, stability)),
        seed: value(resolver.optional(&keys::SPEECH_SEED, None, seed)),
        tail: value(tail).map(Duration::from_secs_f64),
    }
}

fn format(resolver: &mut Resolver<'_>) -> OutputFormat {
    let built_in = Written(OutputFormat::default());
    let format = resolver.or(&keys::ELEVENLABS_FORMAT, None, parse::format, built_in);
    format.value.0
}

fn openai_format(resolver: &mut Resolver<'_>) -> SpeechFormat {
    let built_in = SpeechFormat::default();
    let format = resolver.or(&keys::OPENAI_FORMAT, None, parse::speech_format, built_in);
    format.value
}

fn text(resolver: &mut Resolver<'_>, key: &'static keys::Key, built_in: &str) -> String {
    resolver
        .or(key, None, parse::text, built_in.to_owned())
        .value
}

fn address(resolver: &mut Resolver<'_>, key: &'static keys::Key) -> Option<BaseUrl> {
    value(resolver.optional(key, None, parse::address)).map(|address| address.0)
}

fn value<T>(setting: Option<Setting<T>>) -> Option<T> {
    setting.map(|setting| setting.value)
}
