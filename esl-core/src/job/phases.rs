//! How the phases of a run behave: every phase always runs, configuration changes what it does.
//!
//! Keys and defaults are a contract: administrators read and change them by name.

use serde::{Deserialize, Serialize};

use super::payload::{TtsMode, UploadTarget};
use crate::Secret;

/// The behaviour of all phases. A job keeps the one it started with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct PhaseConfig {
    /// Reading and checking the lesson.
    pub validate: ValidatePhase,
    /// Making the page.
    pub import: ImportPhase,
    /// Colouring it.
    pub colorize: ColorizePhase,
    /// Speaking the study text.
    pub tts: TtsPhase,
    /// Storing the recording.
    pub upload: UploadPhase,
    /// Placing the player.
    pub add_audio: AddAudioPhase,
    /// Recording what was done.
    pub manifest: ManifestPhase,
    /// Telling people and programs.
    pub notify: NotifyPhase,
}

/// Reading and checking the lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ValidatePhase {
    /// Whether warnings stop a run as errors do. Default false.
    pub strict: bool,
    /// The longest lesson, in bytes. Default 1 MiB.
    pub max_lesson_bytes: u64,
}

impl Default for ValidatePhase {
    fn default() -> Self {
        Self {
            strict: false,
            max_lesson_bytes: 1_048_576,
        }
    }
}

/// What happens to a lesson that has a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnExisting {
    /// The page is brought up to date, block by block.
    #[default]
    Update,
    /// Another page is made.
    New,
    /// The run fails.
    Fail,
}

/// Making the page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportPhase {
    /// What happens to a lesson that has a page. Default `update`.
    pub on_existing: OnExisting,
}

/// Colouring the page: blocks that are made bring their colours, those that are there are updated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ColorizePhase {
    /// How often the update of a block is repeated after a failure that may pass, up to 20 times.
    /// Default 5.
    pub max_retries: u32,
    /// The pause after each, in milliseconds, up to a minute. Default 0.
    pub throttle_ms: u64,
}

impl Default for ColorizePhase {
    fn default() -> Self {
        Self {
            max_retries: 5,
            throttle_ms: 0,
        }
    }
}

/// Speaking the study text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct TtsPhase {
    /// Who speaks where the job does not say. Default `auto`.
    pub default_mode: TtsMode,
    /// Longer study texts fail before anything is paid for. Default 40,000 characters.
    pub max_characters: u64,
    /// Silence at the end of a recording; absent leaves it to the engine.
    pub silence_tail_seconds: Option<f64>,
}

impl Default for TtsPhase {
    fn default() -> Self {
        Self {
            default_mode: TtsMode::Auto,
            max_characters: 40_000,
            silence_tail_seconds: None,
        }
    }
}

/// Storing the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadPhase {
    /// Where it goes where the job does not say. Default `auto`.
    pub target: UploadTarget,
    /// Whether everybody may read it, at an address without a time limit. False, the default, leaves
    /// it to the program's own settings.
    pub public_read: bool,
    /// How long an address to it is good for unless everybody may read it, in seconds up to a week. 0,
    /// the default, leaves it to the program's own settings.
    pub presign_seconds: u64,
}

impl Default for UploadPhase {
    fn default() -> Self {
        Self {
            target: UploadTarget::Auto,
            public_read: false,
            presign_seconds: 0,
        }
    }
}

/// Placing the player.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AddAudioPhase {
    /// Whether a new player takes the place of the old one. Default true.
    pub replace: bool,
}

impl Default for AddAudioPhase {
    fn default() -> Self {
        Self { replace: true }
    }
}

/// Recording what was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestPhase {
    /// Of how many earlier manifests copies are kept, up to 1000. Default 5.
    pub keep_versions: u32,
}

impl Default for ManifestPhase {
    fn default() -> Self {
        Self { keep_versions: 5 }
    }
}

/// Telling people and programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NotifyPhase {
    /// Whether the owner gets a mail. Default false.
    pub email: bool,
    /// Who is told over HTTP; `false` stands for nobody, the default.
    #[serde(with = "false_or_list")]
    pub webhook: Vec<WebhookEndpoint>,
    /// Whether successes are told. Default true.
    pub on_success: bool,
    /// Whether failures are told. Default true.
    pub on_failure: bool,
    /// Whether jobs that were submitted together are told of once, when the last one ended. Default
    /// true.
    pub batch_only: bool,
}

impl Default for NotifyPhase {
    fn default() -> Self {
        Self {
            email: false,
            webhook: Vec::new(),
            on_success: true,
            on_failure: true,
            batch_only: true,
        }
    }
}

/// A program that is told over HTTP.
///
/// The secret is read from settings and never written: what is listed, or noted with a job, is
/// without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookEndpoint {
    /// What jobs call it.
    pub id: String,
    /// Its address.
    pub url: String,
    /// What it checks the signatures of messages with.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}

/// A list whose empty form is `false`.
mod false_or_list {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    use super::WebhookEndpoint;

    pub(super) fn serialize<S: Serializer>(
        list: &[WebhookEndpoint],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if list.is_empty() {
            serializer.serialize_bool(false)
        } else {
            list.serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<WebhookEndpoint>, D::Error> {
        // What a value is, is not repeated: it may hold secrets.
        let problem = "write false, or a list of endpoints with id, url and secret";
        match Value::deserialize(deserializer)? {
            Value::Bool(false) => Ok(Vec::new()),
            list @ Value::Array(_) => Vec::deserialize(list).map_err(|_| D::Error::custom(problem)),
            _ => Err(D::Error::custom(problem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_have_these_names_and_values() {
        assert_eq!(
            serde_json::to_value(PhaseConfig::default()).unwrap(),
            json!({
                "validate": {"strict": false, "maxLessonBytes": 1_048_576},
                "import": {"onExisting": "update"},
                "colorize": {"maxRetries": 5, "throttleMs": 0},
                "tts": {"defaultMode": "auto", "maxCharacters": 40_000,
                        "silenceTailSeconds": null},
                "upload": {"target": "auto", "publicRead": false, "presignSeconds": 0},
                "addAudio": {"replace": true},
                "manifest": {"keepVersions": 5},
                "notify": {"email": false, "webhook": false, "onSuccess": true, "onFailure": true,
                           "batchOnly": true},
            })
        );
    }

    #[test]
    fn endpoints_are_a_list_or_false() {
        let school = json!([{"id": "school", "url": "https://example.com/hook"}]);
        for (written, endpoints) in [(json!(false), 0), (json!([]), 0), (school, 1)] {
            let phase = NotifyPhase::deserialize(json!({ "webhook": written })).unwrap();
            assert_eq!(phase.webhook.len(), endpoints);
        }
        assert!(NotifyPhase::deserialize(json!({"webhook": true})).is_err());
    }

    #[test]
    fn secrets_of_endpoints_are_read_and_never_written() {
        let school = json!({"id": "school", "url": "https://example.com", "secret": "hush"});
        let phase = NotifyPhase::deserialize(json!({ "webhook": [school] })).unwrap();
        assert_eq!(phase.webhook[0].secret, Some(Secret::new("hush")));
        assert!(!serde_json::to_string(&phase).unwrap().contains("hush"));
        assert!(!format!("{phase:?}").contains("hush"));
    }

    #[test]
    fn what_is_not_said_has_its_default_and_what_nobody_knows_is_refused() {
        let partial = json!({"validate": {"strict": true}});
        let config = PhaseConfig::deserialize(partial).unwrap();
        assert!(config.validate.strict);
        assert_eq!(config.validate.max_lesson_bytes, 1_048_576);
        assert!(PhaseConfig::deserialize(json!({"workflow": {}})).is_err());
        assert!(PhaseConfig::deserialize(json!({"tts": {"enabled": false}})).is_err());
    }
}
