//! Student profiles: what holds for the lessons of one student.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Presets;

/// What holds for the lessons of one student where nothing more specific is said. Absent and `null`
/// mean nothing is said; unknown fields are passed over.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StudentProfile {
    /// The student's name. Required, not blank.
    pub student: String,
    /// The database of the pages.
    pub db_id: Option<String>,
    /// The data source of the pages; beats the database.
    pub data_source_id: Option<String>,
    /// The heading colours by name. None in a profile called `Default` means no colours.
    pub color_preset: Option<String>,
    /// The accent to prefer.
    pub accent_preference: Option<String>,
    /// The voice (id or name) of a text with one speaker.
    pub voice_id: Option<String>,
    /// The voices (ids or names) of speakers.
    pub voices: Option<BTreeMap<String, String>>,
    /// `auto`, `dialogue` or `monologue`.
    pub tts_mode: Option<String>,
    /// ISO 639-1 code of the spoken language.
    pub dialogue_language: Option<String>,
    /// 0 (varied) to 1 (steady).
    pub dialogue_stability: Option<f64>,
    /// Asks for the same sound for the same words.
    pub dialogue_seed: Option<u32>,
    /// Where pages take recordings from: `auto`, `s3`, `notion` or `none`.
    pub upload: Option<String>,
    /// What the keys of recordings in the bucket begin with.
    pub prefix: Option<String>,
}

/// Student profiles, sorted by name, each name once. One called `Default` is always there.
#[derive(Debug, Clone, PartialEq)]
pub struct Students(Vec<StudentProfile>);

/// Profiles that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StudentsError {
    /// A profile without a name.
    #[error("a student profile has no name in `student`")]
    Nameless,
    /// Two profiles for one student.
    #[error("there are two profiles of the student {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
}

impl StudentProfile {
    /// It, with what it leaves open from `other`.
    fn or(self, other: Self) -> Self {
        let voices = match (self.voices, other.voices) {
            (Some(voices), Some(others)) => Some(others.into_iter().chain(voices).collect()),
            (voices, others) => voices.or(others),
        };
        // A target is one thing, however it is named.
        let has_target = self.db_id.is_some() || self.data_source_id.is_some();
        Self {
            student: self.student,
            db_id: self.db_id.or(other.db_id.filter(|_| !has_target)),
            data_source_id: self
                .data_source_id
                .or(other.data_source_id.filter(|_| !has_target)),
            color_preset: self.color_preset.or(other.color_preset),
            accent_preference: self.accent_preference.or(other.accent_preference),
            voice_id: self.voice_id.or(other.voice_id),
            voices,
            tts_mode: self.tts_mode.or(other.tts_mode),
            dialogue_language: self.dialogue_language.or(other.dialogue_language),
            dialogue_stability: self.dialogue_stability.or(other.dialogue_stability),
            dialogue_seed: self.dialogue_seed.or(other.dialogue_seed),
            upload: self.upload.or(other.upload),
            prefix: self.prefix.or(other.prefix),
        }
    }
}

impl Students {
    /// The profile of everybody who has none.
    pub const DEFAULT: &'static str = "Default";

    /// These profiles, names trimmed; with the built-in default profile if there is none.
    ///
    /// # Errors
    /// [`StudentsError`] if a name is missing or taken.
    pub fn new(profiles: impl IntoIterator<Item = StudentProfile>) -> Result<Self, StudentsError> {
        let mut by_name = BTreeMap::new();
        for mut profile in profiles {
            profile.student = profile.student.trim().to_owned();
            if profile.student.is_empty() {
                return Err(StudentsError::Nameless);
            }
            let name = profile.student.clone();
            if by_name.insert(name.to_lowercase(), profile).is_some() {
                return Err(StudentsError::Twice { name });
            }
        }
        by_name
            .entry(Self::DEFAULT.to_lowercase())
            .or_insert_with(|| StudentProfile {
                student: Self::DEFAULT.to_owned(),
                color_preset: Some(Presets::DEFAULT.to_owned()),
                ..StudentProfile::default()
            });
        Ok(Self(by_name.into_values().collect()))
    }

    /// The profile of the student `name`, ignoring case and blanks around it. What it leaves open,
    /// and all of it if there is none, the default profile says.
    #[must_use]
    pub fn profile_of(&self, name: Option<&str>) -> StudentProfile {
        let find = |name: &str| {
            let name = name.trim().to_lowercase();
            let mut profiles = self.0.iter();
            profiles.find(|profile| profile.student.to_lowercase() == name)
        };
        let default = find(Self::DEFAULT).cloned().unwrap_or_default();
        match name.and_then(find) {
            Some(profile) => profile.clone().or(default),
            None => default,
        }
    }

    /// All profiles.
    pub fn iter(&self) -> impl Iterator<Item = &StudentProfile> {
        self.0.iter()
    }
}

impl Default for Students {
    /// The built-in default profile alone.
    fn default() -> Self {
        Self::new([]).expect("nothing is wrong with no profiles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: &str) -> StudentProfile {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn names_match_whatever_their_case_and_others_get_the_default() {
        let anna = profile(r#"{"student": " Anna ", "dbId": null, "colorPreset": "calm", "x": 1}"#);
        let students = Students::new([anna]).unwrap();
        let preset = |name| students.profile_of(name).color_preset.unwrap();
        assert_eq!(preset(Some("ANNA")), "calm");
        assert_eq!(preset(Some("Bob")), "b1-default");
        assert_eq!(preset(None), "b1-default");
    }

    #[test]
    fn a_default_profile_replaces_the_built_in_one() {
        let students = Students::new([profile(r#"{"student": "Default"}"#)]).unwrap();
        assert_eq!(students.profile_of(None).color_preset, None);
        assert_eq!(students.iter().count(), 1);
    }

    #[test]
    fn what_a_profile_leaves_open_the_default_says() {
        let students = Students::new([
            profile(
                r#"{"student": "Default", "dbId": "d", "ttsMode": "monologue",
                        "voices": {"Ann": "x", "Bob": "y"}}"#,
            ),
            profile(r#"{"student": "Eva", "dataSourceId": "s", "voices": {"Ann": "z"}}"#),
        ]);
        let eva = students.unwrap().profile_of(Some("Eva"));
        assert_eq!(
            (eva.db_id, eva.data_source_id.as_deref()),
            (None, Some("s"))
        );
        assert_eq!(eva.tts_mode.as_deref(), Some("monologue"));
        let voices = eva.voices.unwrap();
        assert_eq!((&*voices["Ann"], &*voices["Bob"]), ("z", "y"));
    }

    #[test]
    fn a_name_is_needed_once() {
        let anna = || profile(r#"{"student": "Anna"}"#);
        let twice = Students::new([anna(), profile(r#"{"student": "anna"}"#)]);
        let name = "anna".to_owned();
        assert_eq!(twice, Err(StudentsError::Twice { name }));
        assert_eq!(Students::new([profile("{}")]), Err(StudentsError::Nameless));
    }
}
