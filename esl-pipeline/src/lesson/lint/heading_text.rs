//! Headings as authors write them, reduced to what they mean.
//!
//! Two readings: [`Title`] forgives what is certainly only a matter of style; [`strict`] is the
//! form that needs no forgiveness. Nothing here knows which titles a lesson must have.

use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

/// What a heading means: its number and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// The number it begins with: `2.`, `2)`, `2` or a keycap.
    pub(super) number: Option<u32>,
    /// Lower-case ASCII words with single spaces: no emoji, no punctuation, `&` as `and`, no note.
    pub(super) words: String,
    /// Whether a note in parentheses stood at the end.
    pub(super) has_note: bool,
}

impl Title {
    /// Reads the plain text of a heading.
    pub(super) fn of(plain: &str) -> Self {
        let shown = without_pictographs(&with_plain_digits(plain));
        let (number, rest) = split_number(shown.trim());
        let (rest, has_note) = without_note(rest);
        Self {
            number,
            words: words(rest),
            has_note,
        }
    }

    /// Whether the words are `phrase`, perhaps with more words after it.
    pub(super) fn begins_with(&self, phrase: &str) -> bool {
        begins_with_words(&self.words, phrase)
    }
}

/// Whether `words` are `phrase`, perhaps with more words after it.
pub(super) fn begins_with_words(words: &str, phrase: &str) -> bool {
    words
        .strip_prefix(phrase)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// A heading without emoji and case, but with the spelling and punctuation that the standard titles
/// have.
pub(super) fn strict(plain: &str) -> String {
    let kept: String = without_pictographs(plain)
        .chars()
        .filter(|character| {
            character.is_whitespace()
                || character.is_ascii_alphanumeric()
                || "_.-’'&:".contains(*character)
        })
        .collect();
    collapsed(&kept.to_lowercase())
}

/// The emoji of a heading in order; keycap digits are numbers, not emoji.
pub(super) fn emoji(plain: &str) -> String {
    plain
        .graphemes(true)
        .filter(|grapheme| grapheme.chars().next().is_some_and(is_pictographic))
        .collect()
}

/// The words after the first colon, trimmed; none without a colon or without words.
pub(super) fn after_colon(plain: &str) -> Option<&str> {
    let (_, rest) = plain.split_once(':')?;
    Some(rest.trim()).filter(|rest| !rest.is_empty())
}

fn is_pictographic(character: char) -> bool {
    !character.is_ascii() && character.is_emoji_char()
}

fn without_pictographs(text: &str) -> String {
    const INVISIBLE: [char; 7] = [
        '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{fe0e}', '\u{fe0f}', '\u{feff}',
    ];
    text.chars()
        .filter(|character| !is_pictographic(*character) && !INVISIBLE.contains(character))
        .collect()
}

/// Turns keycaps such as 2️⃣ into `2.`.
fn with_plain_digits(text: &str) -> String {
    text.replace('\u{fe0f}', "").replace('\u{20e3}', ".")
}

fn split_number(text: &str) -> (Option<u32>, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if rest.starts_with(|next: char| next.is_alphanumeric()) {
        return (None, text);
    }
    (number.parse().ok(), rest)
}

fn without_note(text: &str) -> (&str, bool) {
    let text = text.trim_end();
    let note = text.strip_suffix(')').and_then(|inner| inner.rfind('('));
    match note {
        Some(start) if start > 0 => (&text[..start], true),
        _ => (text, false),
    }
}

fn words(text: &str) -> String {
    let spelled = text.replace('&', " and ");
    let letters: String = spelled
        .chars()
        .filter(|character| !is_apostrophe(*character))
        .filter(|character| character.is_ascii() || !character.is_alphanumeric())
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                ' '
            }
        })
        .collect();
    collapsed(&letters.to_lowercase())
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`')
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(plain: &str) -> (Option<u32>, String) {
        let title = Title::of(plain);
        (title.number, title.words)
    }

    #[test]
    fn style_does_not_change_the_meaning() {
        let meant = (Some(5), "practice and pronunciation".to_owned());
        for plain in [
            "5. Practice & Pronunciation",
            "5) Practice and Pronunciation",
            "5 ✍️ PRACTICE  &\u{a0}Pronunciation",
            "5️⃣ Practice & Pronunciation",
            "👩‍🏫 5. Practice & Pronunciation 🇬🇧",
            "5. Practice & Pronunciation (25 min)",
            "\u{200b}5. Practice &amp Pronunciation"
                .replace("&amp", "&")
                .as_str(),
        ] {
            assert_eq!(read(plain), meant, "{plain}");
        }
    }

    #[test]
    fn every_apostrophe_is_the_same_and_may_be_missing() {
        for plain in [
            "This Week's",
            "This Week’s",
            "This Weekʼs",
            "This Week`s",
            "This Weeks",
        ] {
            assert_eq!(read(plain).1, "this weeks", "{plain}");
        }
    }

    #[test]
    fn digits_inside_a_word_are_no_number() {
        assert_eq!(read("2nd draft"), (None, "2nd draft".to_owned()));
        assert_eq!(read("2. draft"), (Some(2), "draft".to_owned()));
    }

    #[test]
    fn the_strict_form_keeps_punctuation_and_drops_emoji() {
        assert_eq!(
            strict("1. 🎯 This Week's  Briefing!"),
            "1. this week's briefing"
        );
        assert_ne!(strict("1. This Week’s"), strict("1. This Week's"));
    }

    #[test]
    fn emoji_sequences_stay_whole_and_keycaps_are_not_emoji() {
        assert_eq!(emoji("9️⃣ 👩‍🏫 Plan 🇬🇧"), "👩‍🏫🇬🇧");
    }

    #[test]
    fn a_phrase_ends_at_a_word() {
        assert!(Title::of("A. Controlled Practice: verbs").begins_with("a controlled practice"));
        assert!(!Title::of("Input Materialsomething").begins_with("input material"));
    }
}
