//! One word per trait: what lessons, forms and providers call accents, ages and uses.

use std::borrow::Cow;

use esl_core::{Gender, Voice};

use crate::lesson::folded;

/// A label in the form that is compared: lower case, `_` for blanks and hyphens. None if blank.
pub(super) fn token(label: &str) -> Option<String> {
    let words: Vec<_> = label
        .split(|c: char| c.is_whitespace() || c == '-' || c == '_')
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join("_").to_lowercase())
}

/// Whether two names of speakers or voices are the same.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

/// The voice with the id `token`, else the first with that name, ignoring case. Where names go on
/// with a description, as in `Roger - Laid-Back, Casual`, what comes before it will do.
#[must_use]
pub fn find_voice<'a>(catalog: &'a [Voice], token: &str) -> Option<&'a Voice> {
    index_of(catalog, token).map(|at| &catalog[at])
}

/// The place in the catalog of the voice that [`find_voice`] finds.
pub(super) fn index_of(catalog: &[Voice], token: &str) -> Option<usize> {
    let token = token.trim();
    let first = |is_meant: &dyn Fn(&Voice) -> bool| catalog.iter().position(is_meant);
    first(&|voice| voice.id.as_str() == token)
        .or_else(|| first(&|voice| is_same_name(&voice.name, token)))
        .or_else(|| first(&|voice| is_same_name(short_name(voice), token)))
}

/// The name of a voice without the description that may follow it.
pub(super) fn short_name(voice: &Voice) -> &str {
    let name = voice.name.split_once(" - ");
    name.map_or(&voice.name, |(name, _)| name)
}

/// An accent and the gender that was named with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accent {
    pub(super) name: String,
    pub(super) gender: Option<Gender>,
}

/// Reads `British`, `en-GB`, `american_female`, `american-southern`, …
pub(super) fn accent(text: &str) -> Option<Accent> {
    let token = token(text)?;
    let (name, gender) = match token.rsplit_once('_') {
        Some((name, "female")) => (name, Some(Gender::Female)),
        Some((name, "male")) => (name, Some(Gender::Male)),
        Some((name, "neutral")) => (name, Some(Gender::Neutral)),
        _ => (token.as_str(), None),
    };
    Some(Accent {
        name: canonical_accent(name).to_owned(),
        gender,
    })
}

/// What accents are also called: language tags (BCP 47), countries, local names.
const ACCENTS: &[(&str, &[&str])] = &[
    (
        "american",
        &[
            "en_us",
            "us",
            "usa",
            "us_english",
            "general_american",
            "north_american",
        ],
    ),
    (
        "british",
        &[
            "en_gb",
            "en_uk",
            "gb",
            "uk",
            "english",
            "rp",
            "received_pronunciation",
            "en_gb_x_rp",
        ],
    ),
    (
        "scottish",
        &["en_sct", "en_gb_scotland", "scots", "scotland"],
    ),
    ("welsh", &["en_gb_wls", "wales"]),
    ("irish", &["en_ie", "ie", "ireland"]),
    ("australian", &["en_au", "au", "aussie", "australia"]),
    ("new_zealand", &["en_nz", "nz", "kiwi"]),
    ("canadian", &["en_ca", "ca", "canada"]),
    ("indian", &["en_in", "in", "india"]),
    ("south_african", &["en_za", "za"]),
];

/// `british` for `en_gb`; of `american_southern` the accent it belongs to.
fn canonical_accent(name: &str) -> &str {
    let is_called = |(known, others): &&(&str, &[&str])| *known == name || others.contains(&name);
    let belongs_to = |(known, _): &&(&'static str, &[&str])| {
        name.strip_prefix(*known)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    ACCENTS
        .iter()
        .find(is_called)
        .or_else(|| ACCENTS.iter().find(belongs_to))
        .map_or(name, |(known, _)| known)
}

/// Ages in the words of the catalog.
pub(super) type Ages = Vec<Cow<'static, str>>;

/// The catalog's ages that fit the word; none for `universal`. An unknown word fits itself.
pub(super) fn ages(word: &str) -> Ages {
    let Some(word) = token(word) else {
        return Vec::new();
    };
    let ages: &[&'static str] = match word.as_str() {
        "universal" | "any" => &[],
        "child" | "kid" | "teen" | "teenager" | "young" | "young_adult" => &["young"],
        "adult" => &["middle_aged", "young"],
        "middle_aged" | "mature" => &["middle_aged"],
        "senior" | "elderly" | "old" => &["old"],
        _ => return vec![Cow::Owned(word)],
    };
    ages.iter().copied().map(Cow::Borrowed).collect()
}

/// The language of a tag such as `en` or `en-GB`.
pub(super) fn language(tag: &str) -> Option<String> {
    let token = token(tag)?;
    token.split('_').next().map(str::to_owned)
}

/// The use in the words that roles look for: everything that tells or explains is narration.
pub(super) fn use_case(label: &str) -> String {
    let use_case = token(label).unwrap_or_default();
    match use_case.as_str() {
        "narrative_story" | "informative_educational" | "narrative" | "audiobook" => {
            format!("narration {use_case}")
        }
        _ => use_case,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::voice;
    use super::*;

    #[test]
    fn accents_have_one_name() {
        for (text, name, gender) in [
            ("British", "british", None),
            (" en-GB ", "british", None),
            ("en_US", "american", None),
            ("american_female", "american", Some(Gender::Female)),
            ("south african male", "south_african", Some(Gender::Male)),
            ("american-southern", "american", None),
            ("Swedish", "swedish", None),
            ("female", "female", None),
        ] {
            let name = name.to_owned();
            assert_eq!(accent(text), Some(Accent { name, gender }), "{text}");
        }
        assert_eq!(accent(" - "), None);
    }

    #[test]
    fn a_voice_is_found_by_id_by_name_and_by_what_the_name_begins_with() {
        let mut catalog = ["v1 Roger", "v2 Roger", "v3 v1"].map(voice);
        "Roger - Laid-Back, Casual".clone_into(&mut catalog[0].name);
        let found = |token| find_voice(&catalog, token).map(|voice| voice.id.as_str());
        assert_eq!(found(" v1 "), Some("v1"));
        assert_eq!(found("roger"), Some("v2"));
        assert_eq!(found("roger - laid-back, casual"), Some("v1"));
        assert_eq!(found("Laid-Back"), None);
        "Eve".clone_into(&mut catalog[1].name);
        let found = find_voice(&catalog, "ROGER").map(|voice| voice.id.as_str());
        assert_eq!(found, Some("v1"));
    }

    #[test]
    fn ages_are_those_of_the_catalog() {
        for (word, expected) in [
            ("senior", vec!["old"]),
            ("adult", vec!["middle_aged", "young"]),
            ("Middle-aged", vec!["middle_aged"]),
            ("teen", vec!["young"]),
            ("universal", vec![]),
            ("ageless", vec!["ageless"]),
        ] {
            assert_eq!(ages(word), expected, "{word}");
        }
    }
}
