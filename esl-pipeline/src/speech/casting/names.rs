//! The gender that a speaker's name tells.
//!
//! The tables hold given names that are borne by one gender nearly everywhere, and the words for
//! people that have one. A name that is not in them (`Alex`, `Andrea`, `Kim`) tells nothing, which
//! leaves every voice open; a guess from the last letter would be wrong too often.

use esl_core::Gender;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

const FEMALE_NAMES: &str = include_str!("names/female.txt");
const MALE_NAMES: &str = include_str!("names/male.txt");

const FEMALE_WORDS: &[&str] = &[
    "actress",
    "aunt",
    "auntie",
    "daughter",
    "female",
    "girl",
    "girlfriend",
    "grandma",
    "granny",
    "grandmother",
    "hostess",
    "lady",
    "madam",
    "miss",
    "mom",
    "mother",
    "mrs",
    "ms",
    "mum",
    "mummy",
    "niece",
    "policewoman",
    "princess",
    "queen",
    "saleswoman",
    "sister",
    "stewardess",
    "waitress",
    "wife",
    "woman",
];

const MALE_WORDS: &[&str] = &[
    "boy",
    "boyfriend",
    "brother",
    "businessman",
    "dad",
    "daddy",
    "father",
    "gentleman",
    "grandad",
    "grandfather",
    "grandpa",
    "husband",
    "king",
    "male",
    "man",
    "mister",
    "mr",
    "nephew",
    "policeman",
    "postman",
    "prince",
    "salesman",
    "sir",
    "son",
    "steward",
    "uncle",
    "waiter",
];

/// Male or female, if the first word that tells a gender does; none if no word does. Owners tell
/// nothing: `Anna's brother` is male.
pub(super) fn gender_of(name: &str) -> Option<Gender> {
    let name = name.to_lowercase().replace('’', "'");
    name.split(|c: char| !c.is_alphanumeric() && c != '\'' && !is_combining_mark(c))
        .filter(|word| !word.ends_with("'s"))
        .find_map(gender_of_word)
}

fn gender_of_word(word: &str) -> Option<Gender> {
    look_up(word).or_else(|| {
        let plain: String = word.nfd().filter(|c| !is_combining_mark(*c)).collect();
        look_up(&plain)
    })
}

fn look_up(word: &str) -> Option<Gender> {
    let is_in = |names: &str, words: &[&str]| {
        words.contains(&word) || names.lines().any(|name| name == word)
    };
    if is_in(FEMALE_NAMES, FEMALE_WORDS) {
        Some(Gender::Female)
    } else if is_in(MALE_NAMES, MALE_WORDS) {
        Some(Gender::Male)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_tell_a_gender_or_nothing() {
        use Gender::{Female, Male};
        for (name, expected) in [
            ("Anna", Some(Female)),
            ("  JOHN smith", Some(Male)),
            ("Mike", Some(Male)),
            ("George", Some(Male)),
            ("Luca", Some(Male)),
            ("José", Some(Male)),
            ("Chloe\u{308}", Some(Female)),
            ("Ольга", Some(Female)),
            ("Сергей", Some(Male)),
            ("Mrs. Lee", Some(Female)),
            ("Anna's brother", Some(Male)),
            ("Waitress 2", Some(Female)),
            ("Alex", None),
            ("Andrea", None),
            ("Speaker A", None),
            ("Teacher", None),
            ("", None),
        ] {
            assert_eq!(gender_of(name), expected, "{name}");
        }
    }

    #[test]
    fn the_tables_are_sorted_folded_and_share_no_name() {
        let tables = [FEMALE_NAMES, MALE_NAMES].map(|names| names.lines().collect::<Vec<_>>());
        for names in &tables {
            assert!(names.is_sorted_by(|one, next| one < next));
            assert!(names.iter().all(|name| name.to_lowercase() == **name));
        }
        assert!(tables[0].iter().all(|name| !tables[1].contains(name)));
    }
}
