//! How a run speaks: as asked, else as asked of the last run, else as the student's profile says,
//! else as it is set up.

use esl_core::manifest::Manifest;
use esl_core::ports::SpeechSettings;
use esl_core::{ErrorKind, Stage, StudentProfile};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ErrorClass, Problem, RunDefaults, RunOptions, RunRequest};
use crate::speech::casting::Preference;
use crate::speech::segments::{SpeechMode, UnknownSpeechMode};

const MODE: &str = "ttsMode";
const LANGUAGE: &str = "dialogueLanguage";
const STABILITY: &str = "dialogueStability";
const SEED: &str = "dialogueSeed";
pub(super) const VOICE: &str = "voiceId";
pub(super) const ACCENT: &str = "accentPreference";

/// How a run speaks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpokenAs {
    pub(super) mode: SpeechMode,
    pub(super) settings: SpeechSettings,
    /// The voice and accent asked for.
    pub(super) preference: Preference,
    chosen: Chosen,
}

/// What this run or an earlier one was asked for. Only that is noted: what follows from profiles
/// and settings follows from them anew each time.
#[derive(Debug, Clone, PartialEq, Default)]
struct Chosen {
    mode: Option<SpeechMode>,
    settings: SpeechSettings,
    preference: Preference,
}

impl SpokenAs {
    /// How the run speaks, or what of it makes no sense.
    pub(super) fn of(
        request: &RunRequest,
        manifest: &Manifest,
        profile: &StudentProfile,
    ) -> Result<Self, Vec<Problem>> {
        let chosen = Chosen::of(&request.options, manifest);
        let (spoken_as, bad_mode) = chosen.completed(profile, &request.defaults);
        let settings = &spoken_as.settings;
        let problems: Vec<_> = [bad_mode, bad_language(settings), bad_stability(settings)]
            .into_iter()
            .flatten()
            .collect();
        match problems.is_empty() {
            true => Ok(spoken_as),
            false => Err(problems),
        }
    }

    /// Notes for the next run what was chosen.
    pub(super) fn note(&self, manifest: &mut Manifest) {
        let Chosen {
            mode,
            settings:
                SpeechSettings {
                    language,
                    stability,
                    seed,
                },
            preference: Preference { voice, accent },
        } = &self.chosen;
        manifest.tts_mode = mode.map(|mode| mode.to_string());
        let fields = [
            (LANGUAGE, language.clone().map(Value::from)),
            (STABILITY, stability.map(Value::from)),
            (SEED, seed.map(Value::from)),
            (VOICE, voice.clone().map(Value::from)),
            (ACCENT, accent.clone().map(Value::from)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                manifest.extra.insert(name.to_owned(), value);
            }
        }
    }
}

impl Chosen {
    fn of(options: &RunOptions, manifest: &Manifest) -> Self {
        let text =
            |option: &Option<String>, name| option.clone().or_else(|| earlier(manifest, name));
        let earlier_mode = || manifest.tts_mode.as_deref()?.parse().ok();
        Self {
            mode: options.tts_mode.or_else(earlier_mode),
            settings: SpeechSettings {
                language: text(&options.dialogue_language, LANGUAGE),
                stability: options
                    .dialogue_stability
                    .or_else(|| earlier(manifest, STABILITY)),
                seed: options.dialogue_seed.or_else(|| earlier(manifest, SEED)),
            },
            preference: Preference {
                voice: text(&options.voice_id, VOICE),
                accent: text(&options.accent_preference, ACCENT),
            },
        }
    }

    /// It, with what it leaves open from `profile` and `defaults`; and whether the profile's mode is
    /// none.
    fn completed(
        self,
        profile: &StudentProfile,
        defaults: &RunDefaults,
    ) -> (SpokenAs, Option<Problem>) {
        let of_profile = profile.tts_mode.as_deref().map(str::parse).transpose();
        let bad_mode = of_profile
            .as_ref()
            .err()
            .map(|error: &UnknownSpeechMode| problem(MODE, error.to_string()));
        let mode = self.mode.or(of_profile.ok().flatten());
        let Self {
            settings,
            preference,
            ..
        } = self.clone();
        let spoken_as = SpokenAs {
            mode: mode.or(defaults.tts_mode).unwrap_or_default(),
            settings: SpeechSettings {
                language: settings
                    .language
                    .or_else(|| profile.dialogue_language.clone())
                    .or_else(|| defaults.dialogue_language.clone()),
                stability: settings
                    .stability
                    .or(profile.dialogue_stability)
                    .or(defaults.dialogue_stability),
                seed: settings
                    .seed
                    .or(profile.dialogue_seed)
                    .or(defaults.dialogue_seed),
            },
            preference: Preference {
                voice: preference.voice.or_else(|| profile.voice_id.clone()),
                accent: preference
                    .accent
                    .or_else(|| profile.accent_preference.clone()),
            },
            chosen: self,
        };
        (spoken_as, bad_mode)
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

    use bytes::Bytes;
    use esl_core::{Digest, LessonId};

    use super::*;
    use crate::pipeline::LessonInput;

    fn manifest() -> Manifest {
        Manifest::new(&Digest::of(""), SystemTime::UNIX_EPOCH.into())
    }

    fn request(options: RunOptions) -> RunRequest {
        let lesson = LessonInput {
            id: LessonId::parse("lesson.md").unwrap(),
            bytes: Bytes::new(),
            location: String::new(),
        };
        RunRequest {
            options,
            ..RunRequest::new(lesson)
        }
    }

    fn of(request: &RunRequest, manifest: &Manifest) -> Result<SpokenAs, Vec<Problem>> {
        SpokenAs::of(request, manifest, &StudentProfile::default())
    }

    #[test]
    fn the_last_run_decides_what_this_one_leaves_open() {
        let mut manifest = manifest();
        let first = request(RunOptions {
            tts_mode: Some(SpeechMode::Monologue),
            dialogue_seed: Some(7),
            dialogue_stability: Some(0.5),
            ..RunOptions::default()
        });
        of(&first, &manifest).unwrap().note(&mut manifest);
        let second = request(RunOptions {
            dialogue_stability: Some(1.0),
            ..RunOptions::default()
        });
        let spoken_as = of(&second, &manifest).unwrap();
        assert_eq!(spoken_as.mode, SpeechMode::Monologue);
        assert_eq!(spoken_as.settings.seed, Some(7));
        assert_eq!(spoken_as.settings.stability, Some(1.0));
    }

    #[test]
    fn the_profile_beats_the_settings_and_neither_is_noted() {
        let mut manifest = manifest();
        let mut request = request(RunOptions::default());
        request.defaults.tts_mode = Some(SpeechMode::Monologue);
        request.defaults.dialogue_seed = Some(7);
        let profile = StudentProfile {
            tts_mode: Some("dialogue".to_owned()),
            accent_preference: Some("british".to_owned()),
            ..StudentProfile::default()
        };
        let spoken_as = SpokenAs::of(&request, &manifest, &profile).unwrap();
        assert_eq!(spoken_as.mode, SpeechMode::Dialogue);
        assert_eq!(spoken_as.settings.seed, Some(7));
        assert_eq!(spoken_as.preference.accent.as_deref(), Some("british"));
        spoken_as.note(&mut manifest);
        assert_eq!(of(&request, &manifest).unwrap().mode, SpeechMode::Monologue);
    }

    #[test]
    fn impossible_settings_are_all_told() {
        let request = request(RunOptions {
            dialogue_language: Some("english".to_owned()),
            dialogue_stability: Some(f64::NAN),
            ..RunOptions::default()
        });
        let profile = StudentProfile {
            tts_mode: Some("both".to_owned()),
            ..StudentProfile::default()
        };
        let problems = SpokenAs::of(&request, &manifest(), &profile).unwrap_err();
        assert_eq!(problems.len(), 3);
    }
}
