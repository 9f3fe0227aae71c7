//! The voices of a server: as it lists them, in whatever form, or else those of OpenAI.

use std::collections::HashSet;

use esl_core::{Voice, VoiceId, VoiceLabels};
use serde::Deserialize;

/// Most voices that are taken from a list.
const MAX_VOICES: usize = 2000;

/// The voices that OpenAI has built in (API reference, create speech), which most compatible servers
/// map to their own; genders are as they sound.
const BUILT_IN: [(&str, &str); 13] = [
    ("alloy", "neutral"),
    ("ash", "male"),
    ("ballad", "male"),
    ("coral", "female"),
    ("echo", "male"),
    ("fable", "neutral"),
    ("onyx", "male"),
    ("nova", "female"),
    ("sage", "female"),
    ("shimmer", "female"),
    ("verse", "male"),
    ("marin", "female"),
    ("cedar", "male"),
];

/// OpenAI's own voices.
pub(super) fn built_in() -> Vec<Voice> {
    BUILT_IN
        .iter()
        .filter_map(|(id, _)| voice(id, None))
        .collect()
}

#[derive(Deserialize)]
struct VoiceList {
    voices: Vec<Listed>,
}

/// Servers list ids, or objects with ids, or with names that are the ids.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Id(String),
    Object {
        #[serde(alias = "voice_id")]
        id: Option<String>,
        name: Option<String>,
    },
}

/// The voices of a list, each once; none if it is none.
pub(super) fn read_list(json: &[u8]) -> Option<Vec<Voice>> {
    let VoiceList { voices } = serde_json::from_slice(json).ok()?;
    let mut seen = HashSet::new();
    let listed = voices.into_iter().filter_map(|listed| match listed {
        Listed::Id(id) => voice(&id, None),
        Listed::Object { id, name } => voice(id.as_deref().or(name.as_deref())?, name.clone()),
    });
    let new = listed.filter(|voice| seen.insert(voice.id.clone()));
    Some(new.take(MAX_VOICES).collect())
}

fn voice(id: &str, name: Option<String>) -> Option<Voice> {
    Some(Voice {
        id: VoiceId::parse(id).ok()?,
        name: name.unwrap_or_else(|| id.to_owned()),
        category: None,
        labels: labels(id),
        preview_url: None,
    })
}

/// What an id tells: Kokoro's begin with a letter for the language and one for the gender, as in
/// `bf_emma`.
fn labels(id: &str) -> VoiceLabels {
    if let Some((_, gender)) = BUILT_IN.iter().find(|(known, _)| *known == id) {
        return VoiceLabels {
            gender: Some((*gender).to_owned()),
            ..VoiceLabels::default()
        };
    }
    let Some((&[region, gender], _)) = id
        .split_once('_')
        .map(|(head, name)| (head.as_bytes(), name))
    else {
        return VoiceLabels::default();
    };
    let (language, accent) = match region {
        b'a' => ("en", Some("american")),
        b'b' => ("en", Some("british")),
        b'e' => ("es", None),
        b'f' => ("fr", None),
        b'h' => ("hi", None),
        b'i' => ("it", None),
        b'j' => ("ja", None),
        b'p' => ("pt", None),
        b'z' => ("zh", None),
        _ => return VoiceLabels::default(),
    };
    let gender = match gender {
        b'f' => "female",
        b'm' => "male",
        _ => return VoiceLabels::default(),
    };
    VoiceLabels {
        gender: Some(gender.to_owned()),
        accent: accent.map(str::to_owned),
        language: Some(language.to_owned()),
        ..VoiceLabels::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(voices: &[Voice]) -> Vec<&str> {
        voices.iter().map(|voice| voice.id.as_str()).collect()
    }

    #[test]
    fn lists_are_read_in_all_their_forms() {
        for json in [
            r#"{"voices": ["af_heart", "bm_george", "af_heart"]}"#,
            r#"{"voices": [{"id": "af_heart", "name": "Heart"}, {"name": "bm_george"}]}"#,
            r#"{"voices": [{"voice_id": "af_heart"}, "bm_george", ""], "total": 2}"#,
        ] {
            let voices = read_list(json.as_bytes()).unwrap();
            assert_eq!(ids(&voices), ["af_heart", "bm_george"], "{json}");
        }
        for json in ["[]", "{}", "<html>", r#"{"voices": 3}"#] {
            assert!(read_list(json.as_bytes()).is_none(), "{json}");
        }
    }

    #[test]
    fn ids_tell_accent_and_gender() {
        let labels = labels("bf_emma");
        assert_eq!(labels.gender.as_deref(), Some("female"));
        assert_eq!(labels.accent.as_deref(), Some("british"));
        assert_eq!(super::labels("my_voice"), VoiceLabels::default());
        assert_eq!(super::labels("xm_tom"), VoiceLabels::default());
        assert_eq!(built_in().len(), BUILT_IN.len());
    }
}
