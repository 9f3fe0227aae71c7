//! How well a voice fits a speaker, in points: the criteria of a table applied to one voice.

use std::collections::{HashMap, HashSet};

use esl_core::{Gender, Voice};
use serde::Serialize;

use super::criteria::{Criterion, Group, LEGACY, Likeness, STANDARD, STYLE_HINTS, Test};
use super::traits::{self, Ages};
use super::{CastingOptions, Role, SpeakerNeed, names};

/// Which points voices get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scoring {
    /// Labels are compared by meaning, a table of names tells genders, and speakers of whom nothing
    /// is known get voices that sound different.
    #[default]
    Standard,
    /// Labels are compared by spelling and genders are guessed from the endings of names.
    Legacy,
}

/// Points for one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Points {
    /// What holds, in words.
    pub reason: &'static str,
    /// How much it counts.
    pub points: i32,
}

/// What is wanted of a voice, in the words that voices are described with.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    gender: Option<Gender>,
    gender_is_required: bool,
    role: Role,
    ages: Ages,
    accent: Option<String>,
    style: Option<String>,
    language: Option<String>,
}

impl Wanted {
    /// The gender without which a voice comes into question only when there is no other.
    pub(super) fn required_gender(&self) -> Option<Gender> {
        self.gender.filter(|_| self.gender_is_required)
    }
}

/// What a voice's labels say.
#[derive(Debug, Clone)]
pub(super) struct Features {
    pub(super) gender: Option<String>,
    ages: Ages,
    accent: Option<String>,
    use_case: String,
    category: String,
    descriptive: String,
    language: Option<String>,
}

/// The voices cast so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Company<'a> {
    genders: HashMap<&'a str, usize>,
    sounds: HashSet<(&'a str, &'a str)>,
}

impl<'a> Company<'a> {
    pub(super) fn join(&mut self, voice: &'a Features) {
        let sound = voice.gender_and_accent();
        *self.genders.entry(sound.0).or_default() += 1;
        self.sounds.insert(sound);
    }

    fn lacks_gender_of(&self, voice: &Features) -> bool {
        let count = |gender| self.genders.get(gender).copied().unwrap_or(0);
        match voice.gender.as_deref() {
            Some("female") => count("female") < count("male"),
            Some("male") => count("male") < count("female"),
            _ => false,
        }
    }

    fn lacks_accent_of(&self, voice: &Features) -> bool {
        let sound = voice.gender_and_accent();
        self.genders.contains_key(sound.0) && !self.sounds.contains(&sound)
    }
}

impl Features {
    fn gender_and_accent(&self) -> (&str, &str) {
        let gender = self.gender.as_deref().unwrap_or_default();
        (gender, self.accent.as_deref().unwrap_or_default())
    }
}

impl Scoring {
    /// What is wanted for `need`.
    pub(super) fn wanted(self, need: &SpeakerNeed, options: &CastingOptions) -> Wanted {
        match self {
            Self::Standard => standard_wanted(need, options),
            Self::Legacy => legacy_wanted(need, options),
        }
    }

    /// What `voice` offers.
    pub(super) fn features(self, voice: &Voice) -> Features {
        match self {
            Self::Standard => standard_features(voice),
            Self::Legacy => legacy_features(voice),
        }
    }

    /// The criteria that hold, in the order of the table.
    pub(super) fn points(
        self,
        wanted: &Wanted,
        voice: &Features,
        company: &Company<'_>,
    ) -> Vec<Points> {
        let table = match self {
            Self::Standard => STANDARD,
            Self::Legacy => LEGACY,
        };
        let holds = |criterion: &&Criterion| criterion.0.holds(wanted, voice, company);
        let first = |group: &Group| group.iter().find(holds);
        let points = |Criterion(_, points, reason): &Criterion| Points {
            reason,
            points: *points,
        };
        table.iter().filter_map(first).map(points).collect()
    }
}

fn standard_wanted(need: &SpeakerNeed, options: &CastingOptions) -> Wanted {
    let own_accent = need.accent.as_deref().and_then(traits::accent);
    let asked_accent = options.accent.as_deref().and_then(traits::accent);
    let gender = need
        .gender
        .or(own_accent.as_ref().and_then(|accent| accent.gender))
        .or_else(|| names::gender_of(&need.speaker))
        .or_else(|| need.display_name.as_deref().and_then(names::gender_of))
        .or(asked_accent.as_ref().and_then(|accent| accent.gender));
    let is_child = gender == Some(Gender::Child);
    let age = need.age.as_deref().or(is_child.then_some("child"));
    Wanted {
        gender,
        gender_is_required: gender.is_some_and(|gender| gender != Gender::Neutral),
        role: need.role,
        ages: age.map(traits::ages).unwrap_or_default(),
        accent: own_accent.or(asked_accent).map(|accent| accent.name),
        style: need.style.as_deref().and_then(lower),
        language: options.language.as_deref().and_then(traits::language),
    }
}

fn legacy_wanted(need: &SpeakerNeed, options: &CastingOptions) -> Wanted {
    let is_required = |gender: &Gender| *gender != Gender::Neutral;
    let age = need.age.as_deref().and_then(lower);
    let accent = need.accent.as_deref().or(options.accent.as_deref());
    Wanted {
        gender: need.gender.or_else(|| Some(legacy_gender(&need.speaker))),
        gender_is_required: need.gender.as_ref().is_some_and(is_required),
        role: need.role,
        ages: age
            .filter(|age| age != "universal")
            .map(Into::into)
            .into_iter()
            .collect(),
        accent: accent.and_then(lower),
        style: need.style.as_deref().and_then(lower),
        language: None,
    }
}

fn legacy_gender(name: &str) -> Gender {
    const FEMALE: [&str; 10] = [
        "a", "e", "anna", "maria", "olga", "mara", "sofia", "eva", "lisa", "emma",
    ];
    const MALE: [&str; 8] = [
        "alex", "john", "mike", "jack", "dan", "peter", "paul", "martin",
    ];
    let name = name.trim().to_lowercase();
    if FEMALE.iter().any(|ending| name.ends_with(ending)) {
        Gender::Female
    } else if MALE.iter().any(|ending| name.ends_with(ending)) {
        Gender::Male
    } else {
        Gender::Neutral
    }
}

fn standard_features(voice: &Voice) -> Features {
    let labels = &voice.labels;
    let accent = labels.accent.as_deref().and_then(traits::accent);
    Features {
        ages: labels.age.as_deref().map(traits::ages).unwrap_or_default(),
        accent: accent.map(|accent| accent.name),
        use_case: labels
            .use_case
            .as_deref()
            .map(traits::use_case)
            .unwrap_or_default(),
        language: labels.language.as_deref().and_then(traits::language),
        ..legacy_features(voice)
    }
}

fn legacy_features(voice: &Voice) -> Features {
    let labels = &voice.labels;
    let label = |label: &Option<String>| label.as_deref().and_then(lower);
    Features {
        gender: label(&labels.gender),
        ages: label(&labels.age).map(Into::into).into_iter().collect(),
        accent: label(&labels.accent),
        use_case: label(&labels.use_case).unwrap_or_default(),
        category: label(&voice.category).unwrap_or_default(),
        descriptive: label(&labels.descriptive).unwrap_or_default(),
        language: label(&labels.language),
    }
}

/// Trimmed and in lower case; none if blank.
fn lower(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    (!text.is_empty()).then_some(text)
}

impl Test {
    fn holds(self, wanted: &Wanted, voice: &Features, company: &Company<'_>) -> bool {
        let is_role = |role| role == wanted.role;
        let suits_style = |suits: fn(&str, &Features) -> bool| {
            wanted
                .style
                .as_deref()
                .is_some_and(|style| suits(style, voice))
        };
        match self {
            Self::Gender(expected) => {
                let gender = wanted.gender.map(Gender::as_str);
                likeness(gender.as_slice(), voice.gender.as_slice()) == Some(expected)
            }
            Self::Age(expected) => likeness(&wanted.ages, &voice.ages) == Some(expected),
            Self::Accent(expected) => {
                likeness(wanted.accent.as_slice(), voice.accent.as_slice()) == Some(expected)
            }
            Self::Language(expected) => {
                likeness(wanted.language.as_slice(), voice.language.as_slice()) == Some(expected)
            }
            Self::Use(role, words) => is_role(role) && contains_any(&voice.use_case, words),
            Self::Category(role, word) => is_role(role) && voice.category.contains(word),
            Self::HasAccent => voice.accent.is_some(),
            Self::StyleSame => suits_style(|style, voice| voice.descriptive == style),
            Self::StyleWithin => suits_style(|style, voice| voice.descriptive.contains(style)),
            Self::StyleHinted => suits_style(is_hinted),
            Self::RarerGender => wanted.gender.is_none() && company.lacks_gender_of(voice),
            Self::NewAccent => company.lacks_accent_of(voice),
        }
    }
}

/// How labels compare with what is wanted; none if nothing is wanted.
fn likeness<W: AsRef<str>, L: AsRef<str>>(wanted: &[W], labels: &[L]) -> Option<Likeness> {
    let is_wanted = |label: &L| wanted.iter().any(|word| word.as_ref() == label.as_ref());
    if wanted.is_empty() {
        None
    } else if labels.is_empty() {
        Some(Likeness::Unlabelled)
    } else if labels.iter().any(is_wanted) {
        Some(Likeness::Same)
    } else {
        Some(Likeness::Other)
    }
}

fn contains_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn is_hinted(style: &str, voice: &Features) -> bool {
    STYLE_HINTS
        .iter()
        .filter(|(name, _)| *name == style)
        .any(|(_, words)| {
            contains_any(&voice.descriptive, words) || contains_any(&voice.use_case, words)
        })
}

#[cfg(test)]
mod tests;
