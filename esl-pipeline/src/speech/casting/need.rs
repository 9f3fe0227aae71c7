//! Who speaks, and what is known of them.

use std::collections::{HashMap, HashSet};

use esl_core::{Gender, VoiceId};
use serde::Serialize;

use crate::lesson::{
    FrontMatter, Script, ScriptKind, SpeakerProfile, Utterance, folded, is_narrator,
};
use crate::speech::clean::{AudioTags, spoken_text};

/// The name of the only speaker of a text that names none.
const NARRATOR: &str = "Narrator";

/// A speaker and the voice wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeakerNeed {
    /// The name as the lesson spells it.
    pub speaker: String,
    /// Another name, which may tell the gender where the first does not.
    pub display_name: Option<String>,
    /// The voice itself: an id or name.
    pub voice: Option<VoiceId>,
    /// The gender, if the lesson says it.
    pub gender: Option<Gender>,
    /// What the speaker does in the text.
    pub role: Role,
    /// The age, in the lesson's word.
    pub age: Option<String>,
    /// The accent, in the lesson's word.
    pub accent: Option<String>,
    /// How to speak.
    pub style: Option<String>,
}

/// What a speaker does in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Tells the story.
    Narrator,
    /// Explains.
    Teacher,
    /// Takes part in a dialogue.
    #[default]
    Student,
    /// Announces.
    System,
}

impl Role {
    fn parse(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "narrator" => Some(Self::Narrator),
            "teacher" => Some(Self::Teacher),
            "student" => Some(Self::Student),
            "system" => Some(Self::System),
            _ => None,
        }
    }

    fn by_name(speaker: &str, kind: ScriptKind) -> Self {
        if is_narrator(speaker) {
            Self::Narrator
        } else if folded(speaker).contains("teacher") {
            Self::Teacher
        } else {
            match kind {
                ScriptKind::Monologue => Self::Narrator,
                ScriptKind::Dialogue => Self::Student,
            }
        }
    }
}

/// The speakers who say something, in order of appearance. A text without labels is spoken by the
/// first profile with an id, else by `Narrator`; a text without words by nobody.
#[must_use]
pub fn speakers(script: &Script<'_>, front_matter: &FrontMatter<'_>) -> Vec<SpeakerNeed> {
    let spoken: Vec<_> = script
        .utterances
        .iter()
        .filter(|line| is_spoken(line))
        .collect();
    let mut seen = HashSet::new();
    let mut names: Vec<&str> = spoken
        .iter()
        .filter_map(|line| line.speaker.as_deref())
        .filter(|name| seen.insert(folded(name)))
        .collect();
    if names.is_empty() && !spoken.is_empty() {
        let mut profiles = front_matter.speaker_profiles.iter();
        let first_profile = profiles.find_map(|profile| profile.value.id.as_deref());
        names.push(first_profile.unwrap_or(NARRATOR));
    }
    let profiles = profiles_by_name(front_matter);
    let need = |name: &str| {
        let profile = profiles.get(&folded(name)).copied();
        need(name, profile, script.kind)
    };
    names.into_iter().map(need).collect()
}

fn is_spoken(line: &Utterance<'_>) -> bool {
    !spoken_text(line.text, AudioTags::Keep).is_empty()
}

/// The profiles under all their names; of two with one name the first.
fn profiles_by_name<'a>(front_matter: &'a FrontMatter<'_>) -> HashMap<String, &'a SpeakerProfile> {
    let mut by_name = HashMap::new();
    for field in &front_matter.speaker_profiles {
        let profile = &field.value;
        for name in [&profile.id, &profile.display_name].into_iter().flatten() {
            by_name.entry(folded(name)).or_insert(profile);
        }
    }
    by_name
}

fn need(speaker: &str, profile: Option<&SpeakerProfile>, kind: ScriptKind) -> SpeakerNeed {
    let profile = profile.cloned().unwrap_or_default();
    let role = profile.role.as_deref().and_then(Role::parse);
    SpeakerNeed {
        speaker: speaker.to_owned(),
        display_name: profile.display_name,
        voice: profile.voice,
        gender: profile.gender,
        role: role.unwrap_or_else(|| Role::by_name(speaker, kind)),
        age: profile.age,
        accent: profile.accent,
        style: profile.style,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Field, Span, Text};

    fn script<'a>(kind: ScriptKind, lines: &[(&str, &'a str)]) -> Script<'a> {
        let utterance = |(speaker, text): &(&str, &'a str)| Utterance {
            speaker: (!speaker.is_empty()).then(|| (*speaker).to_owned()),
            text: Text::new(text, 0),
            line: Text::new(text, 0),
            is_continuation: false,
            after_blank: false,
        };
        Script {
            kind,
            declared: None,
            utterances: lines.iter().map(utterance).collect(),
        }
    }

    fn front_matter(profiles: Vec<SpeakerProfile>) -> FrontMatter<'static> {
        let field = |value: &str| Field {
            value: value.to_owned(),
            span: Span::default(),
        };
        FrontMatter {
            speaker_labels: vec![field("Silent"), field("Anna")],
            speaker_profiles: profiles
                .into_iter()
                .map(|value| Field {
                    value,
                    span: Span::default(),
                })
                .collect(),
            ..FrontMatter::default()
        }
    }

    fn names(needs: &[SpeakerNeed]) -> Vec<&str> {
        needs.iter().map(|need| need.speaker.as_str()).collect()
    }

    #[test]
    fn those_who_speak_are_listed_once_in_order_of_appearance() {
        let lines = [
            ("Bob", "Hi"),
            ("Mute", "🎧"),
            ("Anna", "Hi"),
            ("bob", "Bye"),
        ];
        let needs = speakers(&script(ScriptKind::Dialogue, &lines), &front_matter(vec![]));
        assert_eq!(names(&needs), ["Bob", "Anna"]);
    }

    #[test]
    fn a_text_without_labels_has_one_speaker_and_a_text_without_words_none() {
        let text = script(ScriptKind::Monologue, &[("", "Once upon a time.")]);
        let needs = speakers(&text, &front_matter(vec![]));
        assert_eq!(names(&needs), ["Narrator"]);
        let profile = SpeakerProfile {
            id: Some("Ms Green".into()),
            ..SpeakerProfile::default()
        };
        let needs = speakers(&text, &front_matter(vec![profile]));
        assert_eq!(names(&needs), ["Ms Green"]);
        let silence = script(ScriptKind::Monologue, &[("", "---")]);
        assert!(speakers(&silence, &front_matter(vec![])).is_empty());
    }

    #[test]
    fn a_profile_is_found_by_either_name() {
        let profile = SpeakerProfile {
            id: Some("S1".into()),
            display_name: Some("Anna".into()),
            role: Some("Teacher".into()),
            accent: Some("british".into()),
            ..SpeakerProfile::default()
        };
        let lines = [("ANNA", "Hi"), ("Bob", "Hi")];
        let needs = speakers(
            &script(ScriptKind::Dialogue, &lines),
            &front_matter(vec![profile]),
        );
        assert_eq!(needs[0].role, Role::Teacher);
        assert_eq!(needs[0].accent.as_deref(), Some("british"));
        assert_eq!(needs[1].role, Role::Student);
    }

    #[test]
    fn names_and_the_text_tell_roles() {
        use ScriptKind::{Dialogue, Monologue};
        assert_eq!(Role::by_name("Narrator ", Dialogue), Role::Narrator);
        assert_eq!(Role::by_name("The Teacher", Monologue), Role::Teacher);
        assert_eq!(Role::by_name("Anna", Monologue), Role::Narrator);
        assert_eq!(Role::by_name("Anna", Dialogue), Role::Student);
    }
}
