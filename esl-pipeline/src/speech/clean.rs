//! What of a line is spoken, and what of it a reader sees.
//!
//! Both start from the inline runs of the line; no Markdown is read here. Nothing is expanded:
//! numbers, abbreviations and addresses are left to the speech engine. The exceptions are what no
//! engine reads sensibly:
//!
//! - a gap to fill in (`____`) is spoken as the word "blank", as teachers read gapped sentences
//!   aloud: a mere pause would sound like a sentence without a gap, and some engines spell the
//!   underscores out;
//! - in a formula, braces and backslashes are silent, `^` is "to the" and `_` is "sub".

use unicode_properties::UnicodeEmoji as _;

use crate::lesson::Text;
use crate::lesson::inline::{self, RunKind};

/// What becomes of stage directions such as `[laughs]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioTags {
    /// They stay: the model acts them.
    Keep,
    /// They go: the model would read them aloud.
    Drop,
}

/// The words of `line` (without its speaker's label) for a speech engine. Empty if there is
/// nothing to pronounce: no letter and no digit.
#[must_use]
pub fn spoken_text(line: Text<'_>, tags: AudioTags) -> String {
    let mut text = String::with_capacity(line.raw.len());
    for run in inline::parse(without_marker(line)) {
        match run.kind {
            RunKind::Words => push_without_html(&run.text, &mut text),
            RunKind::Equation => push_formula(&run.text, &mut text),
            // A picture without words shows the word `Image`.
            RunKind::Image if run.text == "Image" => {}
            RunKind::Code | RunKind::Image => text.push_str(&run.text),
        }
    }
    if tags == AudioTags::Drop {
        text = without_audio_tags(&text);
    }
    let text = collapsed(&without_emoji(&without_marks(&text)));
    if text.contains(char::is_alphanumeric) {
        text
    } else {
        String::new()
    }
}

/// The words of `line` (without its speaker's label) as the page shows them, without markup.
#[must_use]
pub fn shown_text(line: Text<'_>) -> String {
    let shown = inline::plain_text(without_marker(line));
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line behind its quote or heading marks, one bullet and one number.
fn without_marker(line: Text<'_>) -> Text<'_> {
    let line = line.trimmed();
    let mut rest = line.raw.trim_start_matches(['>', ' ']);
    for marker in [heading_marks, bullet, number] {
        rest = after_marker(rest, marker(rest));
    }
    line.slice(line.raw.len() - rest.len(), line.raw.len())
}

/// `text` without the first `length` bytes, if those are a marker: something followed by a blank.
fn after_marker(text: &str, length: usize) -> &str {
    let (marker, rest) = text.split_at(length);
    let is_marker = !marker.is_empty() && rest.starts_with(char::is_whitespace);
    if is_marker { rest.trim_start() } else { text }
}

fn heading_marks(text: &str) -> usize {
    text.len() - text.trim_start_matches('#').len()
}

fn bullet(text: &str) -> usize {
    let first = text.chars().next();
    first.map_or(0, |c| {
        if "-*+•".contains(c) {
            c.len_utf8()
        } else {
            0
        }
    })
}

/// `1.` or `12)`. Three digits at most: `1984. It was cold.` begins with a year.
fn number(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_closed = text[digits..].starts_with(['.', ')']);
    if (1..=3).contains(&digits) && is_closed {
        digits + 1
    } else {
        0
    }
}

/// Appends `text` without its tags; `<` and `>` that make no tag stay.
fn push_without_html(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner_end = rest[1..].find(['<', '>']).map_or(rest.len(), |end| end + 1);
        let is_closed = rest[inner_end..].starts_with('>');
        if is_closed && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c))
        {
            rest = &rest[inner_end + 1..];
        } else {
            out.push_str(&rest[..inner_end]);
            rest = &rest[inner_end..];
        }
    }
    out.push_str(rest);
}

fn push_formula(formula: &str, out: &mut String) {
    for c in formula.chars() {
        match c {
            '\\' | '{' | '}' | '$' => out.push(' '),
            '^' => out.push_str(" to the "),
            '_' => out.push_str(" sub "),
            other => out.push(other),
        }
    }
}

/// Longer brackets hold a remark of the author rather than a direction to the voice.
const MAX_AUDIO_TAG: usize = 40;

/// Without `[laughs]`, `[strong French accent]` and their like: a few words in square brackets.
fn without_audio_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(['[', ']']).unwrap_or(rest.len());
        if rest[end..].starts_with(']') && is_audio_tag(&rest[..end]) {
            out.push(' ');
            rest = &rest[end + 1..];
        } else {
            out.push('[');
        }
    }
    out.push_str(rest);
    out
}

fn is_audio_tag(inside: &str) -> bool {
    let is_of_words = |c: char| c.is_alphabetic() || c == ' ' || c == '-' || c == '\'';
    inside.len() <= MAX_AUDIO_TAG
        && inside.starts_with(char::is_alphabetic)
        && inside.chars().all(is_of_words)
}

/// Speaks gaps as "blank" and drops the marks of formatting that stand inside no word.
fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut closes_bold = false;
    while let Some(at) = rest.find(is_mark) {
        out.push_str(&rest[..at]);
        let (run, after) = split_run(&rest[at..]);
        let follows_word = rest[..at].ends_with(char::is_alphanumeric);
        let precedes_word = after.starts_with(char::is_alphanumeric);
        let opens_bold = run == "__" && !follows_word && precedes_word && ends_bold(after);
        if opens_bold || closes_bold {
            closes_bold = opens_bold;
        } else if run.starts_with("__") {
            out.push_str(" blank ");
        } else if follows_word && precedes_word {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

const fn is_mark(c: char) -> bool {
    matches!(c, '_' | '*' | '~' | '`')
}

/// Splits off the repetitions of the first character.
fn split_run(text: &str) -> (&str, &str) {
    let rest = text
        .chars()
        .next()
        .map_or(text, |c| text.trim_start_matches(c));
    text.split_at(text.len() - rest.len())
}

/// Whether the next mark in `text` is a `__` that ends a word, as in `__bold__`.
fn ends_bold(text: &str) -> bool {
    text.find(is_mark).is_some_and(|at| {
        let (run, after) = split_run(&text[at..]);
        let ends_word = text[..at].ends_with(|c: char| !c.is_whitespace());
        run == "__" && ends_word && !after.starts_with(char::is_alphanumeric)
    })
}

/// Pictures become blanks; joiners and the selectors of their looks vanish. A keycap leaves its
/// digit.
fn without_emoji(text: &str) -> String {
    let voiced = |c: char| match c {
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' => None,
        _ if !c.is_ascii() && c.is_emoji_char_or_emoji_component() => Some(' '),
        _ => Some(c),
    };
    text.chars().filter_map(voiced).collect()
}

/// One space between words, none before a punctuation mark that something silent stood before.
fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() && !word.starts_with(['.', ',', ';', '!', '?']) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(line: &str) -> String {
        spoken_text(Text::new(line, 0), AudioTags::Drop)
    }

    #[test]
    fn speaks_words_and_no_markup() {
        for (line, expected) in [
            ("I **really** _love_ `code`!", "I really love code!"),
            ("1. hello world", "hello world"),
            ("a ![alt](u) b [t](u) <b>c</b> ~~d~~", "a alt b t c d"),
            ("a ![](http://u) b", "a b"),
            (
                "[Tom](http://u) &amp; un*believ*able caf&eacute;",
                "Tom & unbelievable café",
            ),
            ("[red]{red} <u>line</u>", "red line"),
            ("$x^2$", "x to the 2"),
            ("- 2) hello", "hello"),
            ("• hello", "hello"),
            ("> ## hello", "hello"),
            ("-5 degrees", "-5 degrees"),
            ("1984. It was cold.", "1984. It was cold."),
            ("snake_case_name and 2*3", "snake_case_name and 2*3"),
            (
                "_love_ and __hope__, *left open",
                "love and hope, left open",
            ),
            ("<b>c</b> 1 < 2 > 0 <3", "c 1 < 2 > 0 <3"),
            ("a\u{a0} \t b", "a b"),
        ] {
            assert_eq!(spoken(line), expected, "{line}");
        }
    }

    #[test]
    fn gaps_are_spoken_as_a_word() {
        for (line, expected) in [
            ("The bank is ____ the park.", "The bank is blank the park."),
            ("Walk ____.", "Walk blank."),
            ("work__ and __work", "work blank and blank work"),
            ("__ go __", "blank go blank"),
            ("__nd the __nd", "blank nd the blank nd"),
            ("___, please", "blank, please"),
        ] {
            assert_eq!(spoken(line), expected, "{line}");
        }
    }

    #[test]
    fn emoji_are_silent() {
        for (line, expected) in [
            ("Hi 👩\u{200d}🏫!", "Hi!"),
            ("2\u{fe0f}\u{20e3} then #1", "2 then #1"),
            ("go🧭there 🇬🇧", "go there"),
            ("🎧🎧", ""),
        ] {
            assert_eq!(spoken(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_without_letters_and_digits_is_silent() {
        for line in ["", "---", "...?!", "[laughs]", "<br>", "**"] {
            assert_eq!(spoken(line), "", "{line}");
        }
    }

    #[test]
    fn audio_tags_are_for_models_that_act_them() {
        let line = Text::new("[laughs] No [sighs deeply] way [1] [x", 0);
        assert_eq!(spoken_text(line, AudioTags::Drop), "No way [1] [x");
        let kept = "[laughs] No [sighs deeply] way [1] [x";
        assert_eq!(spoken_text(line, AudioTags::Keep), kept);
    }

    #[test]
    fn formulas_are_spoken_from_their_source() {
        let mut out = String::new();
        push_formula(r"x^2 + \frac{a_1}{2}", &mut out);
        assert_eq!(collapsed(&out), "x to the 2 + frac a sub 1 2");
    }

    #[test]
    fn readers_see_gaps_and_emoji_but_no_markers() {
        assert_eq!(
            shown_text(Text::new("- Walk  ____ 🎧 [laughs]", 7)),
            "Walk ____ 🎧 [laughs]"
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_spoken_is_tidy_or_nothing(line in "[-a1_*~` <>\\[\\]/🎧.#\u{a0}]{0,40}") {
            let clean = spoken(&line);
            proptest::prop_assert!(!clean.contains("  "));
            proptest::prop_assert!(clean.is_empty() || clean.contains(char::is_alphanumeric));
        }

        #[test]
        fn plain_words_are_never_lost(words in proptest::collection::vec("[a-z]{1,8}", 1..10)) {
            proptest::prop_assert_eq!(spoken(&words.join(" ")), words.join(" "));
        }
    }
}
