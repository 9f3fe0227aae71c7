//! The voice and accent that a run asks for, as people type them.

use esl_core::Voice;

use super::find_voice;

/// A voice and an accent asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preference {
    /// A voice: an id or name.
    pub voice: Option<String>,
    /// An accent, or the name of a voice.
    pub accent: Option<String>,
}

/// Replaces a voice's name by its id. A voice brings its accent unless one is asked for; an accent
/// that is a voice's name asks for that voice. What the catalog does not know stays as it is.
#[must_use]
pub fn resolve_preference(catalog: &[Voice], preference: Preference) -> Preference {
    let find = |token: &Option<String>| {
        token
            .as_deref()
            .and_then(|token| find_voice(catalog, token))
    };
    if let Some(voice) = find(&preference.voice) {
        Preference {
            voice: Some(voice.id.to_string()),
            accent: preference.accent.or_else(|| voice.labels.accent.clone()),
        }
    } else if let Some(voice) = find(&preference.accent) {
        Preference {
            voice: Some(voice.id.to_string()),
            accent: voice.labels.accent.clone(),
        }
    } else {
        preference
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::voice;
    use super::*;

    #[test]
    fn voices_are_found_by_id_name_and_in_place_of_an_accent() {
        let catalog = [voice("v1 Ann female british"), voice("v2 Bob male -")];
        let asked = |voice: &str, accent: &str| {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let preference = resolve_preference(
                &catalog,
                Preference {
                    voice: given(voice),
                    accent: given(accent),
                },
            );
            let shown = |text: Option<String>| text.unwrap_or_default();
            [shown(preference.voice), shown(preference.accent)]
        };
        assert_eq!(asked("v1", ""), ["v1", "british"]);
        assert_eq!(asked(" ANN ", "irish"), ["v1", "irish"]);
        assert_eq!(asked("", "ann"), ["v1", "british"]);
        assert_eq!(asked("bob", ""), ["v2", ""]);
        assert_eq!(asked("xyz", "ann"), ["v1", "british"]);
        assert_eq!(asked("xyz", "irish"), ["xyz", "irish"]);
    }
}
