//! How a run speaks: as asked, else as the last run did.

use esl_core::manifest::Manifest;
use esl_core::ports::SpeechSettings;
use esl_core::{ErrorKind, Stage};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ErrorClass, Problem, RunOptions};
use crate::speech::casting::Preference;
use crate::speech::segments::SpeechMode;

const LANGUAGE: &str = "dialogueLanguage";
const STABILITY: &str = "dialogueStability";
const SEED: &str = "dialogueSeed";
const VOICE: &str = "voiceId";
const ACCENT: &str = "accentPreference";

/// How a run speaks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpokenAs {
    pub(super) mode: SpeechMode,
    pub(super) settings: SpeechSettings,
    /// The voice and accent asked for.
    pub(super) preference: Preference,
}

/// How the run speaks, or what of it makes no sense.
pub(super) fn of(options: &RunOptions, manifest: &Manifest) -> Result<SpokenAs, Vec<Problem>> {
    let earlier_mode = || {
        manifest
            .tts_mode
            .as_deref()
            .and_then(|mode| mode.parse().ok())
    };
    let settings = SpeechSettings {
        language: options
            .dialogue_language
            .clone()
            .or_else(|| earlier(manifest, LANGUAGE)),
        stability: options
            .dialogue_stability
            .or_else(|| earlier(manifest, STABILITY)),
        seed: options.dialogue_seed.or_else(|| earlier(manifest, SEED)),
    };
    let problems: Vec<_> = [bad_language(&settings), bad_stability(&settings)]
        .into_iter()
        .flatten()
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(SpokenAs {
        mode: options.tts_mode.or_else(earlier_mode).unwrap_or_default(),
        settings,
        preference: Preference {
            voice: options
                .voice_id
                .clone()
                .or_else(|| earlier(manifest, VOICE)),
            accent: options
                .accent_preference
                .clone()
                .or_else(|| earlier(manifest, ACCENT)),
        },
    })
}

impl SpokenAs {
    /// Notes it for the next run.
    pub(super) fn note(&self, manifest: &mut Manifest) {
        let SpeechSettings {
            language,
            stability,
            seed,
        } = &self.settings;
        manifest.tts_mode = Some(self.mode.to_string());
        let fields = [
            (LANGUAGE, language.clone().map(Value::from)),
            (STABILITY, stability.map(Value::from)),
            (SEED, seed.map(Value::from)),
            (VOICE, self.preference.voice.clone().map(Value::from)),
            (ACCENT, self.preference.accent.clone().map(Value::from)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                manifest.extra.insert(name.to_owned(), value);
            }
        }
    }
}

/// What an earlier run asked for; a value of another type counts as none.
fn earlier<T: DeserializeOwned>(manifest: &Manifest, name: &str) -> Option<T> {
    let value = manifest.extra.get(name)?.clone();
    serde_json::from_value(value).ok()
}

fn bad_language(settings: &SpeechSettings) -> Option<Problem> {
    let language = settings.language.as_deref()?;
    let is_code = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    (!is_code).then(|| {
        let message = format!("{language:?} is no language code; use two letters such as `en`");
        problem(LANGUAGE, message)
    })
}

fn bad_stability(settings: &SpeechSettings) -> Option<Problem> {
    let stability = settings.stability?;
    let is_share = (0.0..=1.0).contains(&stability);
    (!is_share).then(|| {
        let message = format!("the stability {stability} is not between 0 and 1");
        problem(STABILITY, message)
    })
}

fn problem(field: &'static str, message: String) -> Problem {
    Problem {
        stage: Stage::Tts,
        class: ErrorClass::ValidationError,
        field: Some(field),
        message,
        hint: None,
        kind: ErrorKind::InvalidInput,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use esl_core::Digest;

    use super::*;

    #[test]
    fn the_last_run_decides_what_this_one_leaves_open() {
        let mut manifest = Manifest::new(&Digest::of(""), SystemTime::UNIX_EPOCH.into());
        let first = RunOptions {
            tts_mode: Some(SpeechMode::Monologue),
            dialogue_seed: Some(7),
            dialogue_stability: Some(0.5),
            ..RunOptions::default()
        };
        of(&first, &manifest).unwrap().note(&mut manifest);
        let second = RunOptions {
            dialogue_stability: Some(1.0),
            ..RunOptions::default()
        };
        let spoken_as = of(&second, &manifest).unwrap();
        assert_eq!(spoken_as.mode, SpeechMode::Monologue);
        assert_eq!(spoken_as.settings.seed, Some(7));
        assert_eq!(spoken_as.settings.stability, Some(1.0));
    }

    #[test]
    fn impossible_settings_are_all_told() {
        let manifest = Manifest::new(&Digest::of(""), SystemTime::UNIX_EPOCH.into());
        let options = RunOptions {
            dialogue_language: Some("english".to_owned()),
            dialogue_stability: Some(f64::NAN),
            ..RunOptions::default()
        };
        assert_eq!(of(&options, &manifest).unwrap_err().len(), 2);
    }
}
