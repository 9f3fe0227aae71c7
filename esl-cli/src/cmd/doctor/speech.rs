//! Who speaks: whether the provider answers, what is left of the account, whether named voices exist.

use esl_core::Voice;
use esl_core::ports::Tts;
use esl_pipeline::speech::casting::find_voice;

use super::check::Check;
use crate::config::{SpeechProvider, SpeechSettings};
use crate::exit::Failure;
use crate::wiring::{self, Documents};

/// Checks the provider, the account, and the voices that the voice map names.
pub(super) async fn checks(settings: &SpeechSettings, documents: Option<&Documents>) -> Vec<Check> {
    let catalog = documents.and_then(|documents| documents.catalog.clone());
    match settings.provider {
        SpeechProvider::ElevenLabs => eleven_labs(settings, catalog, documents).await,
        SpeechProvider::OpenAi | SpeechProvider::Offline => {
            let tts = match wiring::open_speech(settings, None).await {
                Ok(tts) => tts,
                Err(failure) => return vec![Check::failed("speech", failure)],
            };
            provider(&*tts, documents).await
        }
    }
}

async fn eleven_labs(
    settings: &SpeechSettings,
    catalog: Option<Vec<Voice>>,
    documents: Option<&Documents>,
) -> Vec<Check> {
    let has_catalog = catalog.is_some();
    let tts = match wiring::eleven_labs(settings, catalog) {
        Ok(tts) => tts,
        Err(failure) => return vec![Check::failed("speech", failure)],
    };
    let (allowance, mut checks) = tokio::join!(tts.allowance(), provider(&tts, documents));
    if !has_catalog && !tts.capabilities().lists_all_voices {
        let message = "the key may not read voices, so only premade ones are chosen from";
        let mend = "let the key read voices, or name a catalog by ELEVENLABS_VOICES_PATH";
        checks.push(Check::warn("voices", message, mend));
    }
    checks.push(match allowance {
        Ok(allowance) if allowance.left() == 0 => {
            let message = format!("nothing is left of {} characters", allowance.limit);
            let mend = "top the account up, or wait until it is renewed".to_owned();
            Check::fail("characters", message, Some(mend))
        }
        Ok(allowance) => {
            let (left, limit) = (allowance.left(), allowance.limit);
            Check::ok(
                "characters",
                format!("{left} of {limit} are left ({})", allowance.tier),
            )
        }
        Err(error) => Check::failed("characters", Failure::of(&error)),
    });
    checks
}

async fn provider(tts: &dyn Tts, documents: Option<&Documents>) -> Vec<Check> {
    let voices = match tts.voices().await {
        Ok(voices) => voices,
        Err(error) => return vec![Check::failed("speech", Failure::of(&error))],
    };
    let capabilities = tts.capabilities();
    let (provider, model) = (&capabilities.provider, &capabilities.model);
    let message = match capabilities.is_paid || !voices.iter().any(is_of_engine) {
        true => format!("{provider}, {model}: {} voices", voices.len()),
        false => voices_of(model, &voices),
    };
    let mut checks = vec![Check::ok("speech", message)];
    checks.extend(documents.map(|documents| mapped(documents, &voices)));
    checks
}

/// Whether the provider has the voices that the voice map names.
fn mapped(documents: &Documents, voices: &[Voice]) -> Check {
    let named: Vec<_> = documents.voices.named().collect();
    let unknown = named.iter().copied();
    let unknown: Vec<_> = unknown
        .filter(|named| find_voice(voices, named).is_none())
        .collect();
    match unknown.as_slice() {
        [] if named.is_empty() => Check::ok("named voices", "the voice map names none"),
        [] => Check::ok("named voices", format!("all {} exist", named.len())),
        unknown => {
            let mend = "correct the voice map; `esl voices list` shows the voices".to_owned();
            let message = format!("the provider does not have {}", unknown.join(", "));
            Check::fail("named voices", message, Some(mend))
        }
    }
}

/// Whether the voice's id begins with the name of its engine.
fn is_of_engine(voice: &Voice) -> bool {
    voice.id.as_str().contains(':')
}

/// `flite-2.2, espeak-ng-1.51: 5 voices of flite, 12 of espeak-ng`
fn voices_of(engines: &str, voices: &[Voice]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for voice in voices {
        let engine = voice.id.as_str().split(':').next().unwrap_or_default();
        match counts.iter_mut().find(|(name, _)| *name == engine) {
            Some((_, count)) => *count += 1,
            None => counts.push((engine, 1)),
        }
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(engine, count)| format!("{count} voices of {engine}"))
        .collect();
    format!("{engines}: {}", counts.join(", "))
}
