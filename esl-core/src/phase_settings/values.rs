//! Phase settings as JSON: which keys there are and what they may be. Pure.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::job::{NotifyPhase, PhaseConfig, WebhookEndpoint};
use crate::ports::Setting;

/// What the keys of all phase settings begin with.
pub(super) const PREFIX: &str = "phase.";

/// The one key whose values hold secrets.
const WEBHOOK: (&str, &str) = ("notify", "webhook");

/// The settings of all phases, secrets included, and what they amount to.
#[derive(Debug)]
pub(super) struct Values {
    json: Value,
    pub(super) config: PhaseConfig,
}

/// The phase and the name of the setting that a key stands for.
pub(super) fn parts(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix(PREFIX)?.split_once('.')
}

/// The key of a setting in a store.
pub(super) fn stored_key(phase: &str, key: &str) -> String {
    format!("{PREFIX}{phase}.{key}")
}

impl Values {
    /// What holds unless somebody says otherwise.
    pub(super) fn defaults() -> Self {
        let config = PhaseConfig::default();
        Self {
            json: json!(config),
            config,
        }
    }

    /// What a store holds. What this program does not know, or cannot use, is left out.
    pub(super) fn stored(settings: BTreeMap<String, Setting>) -> Self {
        let mut values = Self::defaults();
        for (key, setting) in settings {
            let problem = match parts(&key) {
                Some((phase, name)) => values.set(phase, name, setting.value).err(),
                None => Some("no such setting".into()),
            };
            if let Some(problem) = problem {
                tracing::warn!(setting.key = %key, %problem, "a stored setting is left out");
            }
        }
        values
    }

    /// The settings of a phase without secrets; none if there is no such phase.
    pub(super) fn listed(&self, phase: &str) -> Option<Map<String, Value>> {
        match json!(self.config).get_mut(phase)?.take() {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether there is such a setting.
    pub(super) fn knows(&self, phase: &str, key: &str) -> bool {
        self.json[phase].get(key).is_some()
    }

    /// The value of a setting, secrets included; null if there is no such setting.
    pub(super) fn value(&self, phase: &str, key: &str) -> Value {
        self.json[phase][key].clone()
    }

    /// Gives a setting another value.
    ///
    /// # Errors
    /// Why it cannot have it; nothing has changed then.
    pub(super) fn set(&mut self, phase: &str, key: &str, value: Value) -> Result<(), String> {
        if !self.knows(phase, key) {
            return Err("no such setting".into());
        }
        let mut json = self.json.clone();
        json[phase][key] = value;
        let config = PhaseConfig::deserialize(&json).map_err(|error| error.to_string())?;
        check(&config)?;
        *self = Self { json, config };
        Ok(())
    }

    /// A value on its way in. Endpoints that are there already keep their secrets unless they get
    /// other ones: nobody can read them back in order to repeat them.
    pub(super) fn completed(&self, phase: &str, key: &str, mut value: Value) -> Value {
        if (phase, key) != WEBHOOK {
            return value;
        }
        for endpoint in value.as_array_mut().into_iter().flatten() {
            let Some(fields) = endpoint.as_object_mut() else {
                continue;
            };
            if fields.get("secret").is_none_or(Value::is_null)
                && let Some(id) = fields.get("id").and_then(Value::as_str)
                && let Some(secret) = self.secret_of(id)
            {
                fields.insert("secret".into(), secret.into());
            }
        }
        value
    }

    fn secret_of(&self, id: &str) -> Option<&str> {
        let mut endpoints = self.config.notify.webhook.iter();
        let endpoint = endpoints.find(|endpoint| endpoint.id == id)?;
        endpoint.secret.as_ref().map(crate::Secret::expose)
    }
}

/// What the types do not say.
fn check(config: &PhaseConfig) -> Result<(), String> {
    if config.validate.max_lesson_bytes == 0 || config.tts.max_characters == 0 {
        return Err("expected at least 1".into());
    }
    if let Some(seconds) = config.tts.silence_tail_seconds
        && !(0.0..=60.0).contains(&seconds)
    {
        return Err("expected 0 to 60 seconds".into());
    }
    for (number, most) in [
        (config.colorize.max_retries.into(), 20),
        (config.colorize.throttle_ms, 60_000),
        // The longest that an address can be signed for (AWS S3 user guide, "Sharing objects with
        // presigned URLs").
        (config.upload.presign_seconds, 604_800),
        (config.manifest.keep_versions.into(), 1000),
    ] {
        if number > most {
            return Err(format!("expected 0 to {most}"));
        }
    }
    check_endpoints(&config.notify)
}

fn check_endpoints(phase: &NotifyPhase) -> Result<(), String> {
    let mut ids = HashSet::new();
    for WebhookEndpoint { id, url, secret } in &phase.webhook {
        if id.is_empty() || !ids.insert(id) {
            return Err("endpoints need ids, each its own".into());
        }
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(format!("the address of {id} is none of http or https"));
        }
        if secret
            .as_ref()
            .is_none_or(|secret| secret.expose().is_empty())
        {
            return Err(format!("{id} has no secret"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::job::Actor;

    fn stored(pairs: &[(&str, Value)]) -> BTreeMap<String, Setting> {
        let setting = |value: &Value| Setting {
            value: value.clone(),
            updated_at: Timestamp::from_millis(0),
            updated_by: Actor::System,
        };
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), setting(value)))
            .collect()
    }

    fn endpoint(secret: &Value) -> Value {
        json!([{"id": "school", "url": "https://example.com/hook", "secret": secret}])
    }

    #[test]
    fn what_is_unknown_or_unusable_is_left_out_and_the_rest_is_read() {
        let values = Values::stored(stored(&[
            ("phase.tts.maxCharacters", json!(5)),
            ("phase.tts.ofTomorrow", json!(true)),
            ("phase.ofTomorrow.x", json!(true)),
            ("phase.odd", json!(true)),
            ("phase.validate.strict", json!("yes")),
            ("phase.upload.presignSeconds", json!(60)),
        ]));
        let mut expected = PhaseConfig::default();
        expected.tts.max_characters = 5;
        expected.upload.presign_seconds = 60;
        assert_eq!(values.config, expected);
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        let mut values = Values::defaults();
        for (phase, key, value) in [
            ("validate", "maxLessonBytes", json!(0)),
            ("tts", "maxCharacters", json!(-1)),
            ("tts", "silenceTailSeconds", json!(61)),
            ("colorize", "maxRetries", json!(21)),
            ("colorize", "throttleMs", json!(60_001)),
            ("upload", "presignSeconds", json!(604_801)),
            ("manifest", "keepVersions", json!(1001)),
            ("import", "onExisting", json!("delete")),
            ("tts", "enabled", json!(true)),
            ("workflow", "enabled", json!(true)),
            ("notify", "webhook", json!(true)),
            ("notify", "webhook", endpoint(&Value::Null)),
            (
                "notify",
                "webhook",
                json!([{"id": "a", "url": "ftp://a", "secret": "b"}]),
            ),
        ] {
            assert!(
                values.set(phase, key, value.clone()).is_err(),
                "{key}: {value}"
            );
        }
        assert_eq!(values.config, PhaseConfig::default());
    }

    #[test]
    fn no_problem_repeats_a_secret() {
        let mut values = Values::defaults();
        for bad in [
            json!("hush"),
            json!(["hush"]),
            json!([{"id": "a", "secret": "hush"}]),
            json!([{"id": "a", "url": "hush", "secret": "hush"}]),
        ] {
            let problem = values.set("notify", "webhook", bad).unwrap_err();
            assert!(!problem.contains("hush"), "{problem}");
        }
    }

    #[test]
    fn an_endpoint_keeps_its_secret_until_it_gets_another_one() {
        let mut values = Values::defaults();
        let set = |values: &mut Values, secret: Value| {
            let value = values.completed("notify", "webhook", endpoint(&secret));
            values.set("notify", "webhook", value).unwrap();
            values.secret_of("school").unwrap().to_owned()
        };
        assert_eq!(set(&mut values, json!("one")), "one");
        assert_eq!(set(&mut values, Value::Null), "one");
        assert_eq!(set(&mut values, json!("two")), "two");
        let listed = values.listed("notify").unwrap();
        assert_eq!(listed["webhook"][0]["id"], "school");
        assert!(listed["webhook"][0].get("secret").is_none());
    }
}
