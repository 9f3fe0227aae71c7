//! The form of a line that says who speaks: the only definition of it.

use unicode_normalization::char::is_combining_mark;

use crate::lesson::Text;

/// How long a name may be, in characters.
const MAX_NAME_CHARS: usize = 40;

/// How many words a name may have that nobody declared.
const MAX_NAME_WORDS: usize = 3;

/// A line in the form of a speaker line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label<'a> {
    /// The name, trimmed; blank only in brackets.
    pub name: Text<'a>,
    /// Whether the name stands in brackets.
    pub is_bracketed: bool,
    /// What follows the colon, trimmed.
    pub rest: Text<'a>,
}

impl<'a> Label<'a> {
    /// Reads a trimmed line; none if it does not have the form.
    ///
    /// The form is an optional bullet, a name in brackets or emphasis or neither, a colon, and then
    /// white space or the end. The emphasis may close before or after the colon.
    pub(crate) fn parse(line: Text<'a>) -> Option<Self> {
        let text = without_bullet(line);
        let markup = opening_markup(text.raw);
        let colon = text.raw.find([':', '：'])?;
        let after_colon = colon + text.raw[colon..].chars().next()?.len_utf8();
        let mut rest = text.slice(after_colon, text.raw.len());
        let mut label = text.slice(markup.len().min(colon), colon).trimmed();
        if !markup.is_empty() {
            match label.raw.strip_suffix(markup) {
                Some(inner) => label = label.slice(0, inner.len()),
                None => {
                    rest.raw.strip_prefix(markup)?;
                    rest = rest.slice(markup.len(), rest.raw.len());
                }
            }
        }
        if !rest.raw.is_empty() && !rest.raw.starts_with(char::is_whitespace) {
            return None;
        }
        let (name, is_bracketed) = unbracketed(label)?;
        let is_blank = is_bracketed && name.raw.is_empty();
        (is_blank || is_name(name.raw)).then(|| Self {
            name,
            is_bracketed,
            rest: rest.trimmed(),
        })
    }

    /// Whether the name opens a turn although nobody declared it: brackets always do, else it must
    /// look like a name.
    pub(crate) fn opens_turn(&self) -> bool {
        self.is_bracketed || looks_like_name(self.name.raw)
    }
}

fn without_bullet(line: Text<'_>) -> Text<'_> {
    let after = line.raw.strip_prefix(['-', '*', '•']);
    match after.filter(|after| after.starts_with(char::is_whitespace)) {
        Some(after) => line
            .slice(line.raw.len() - after.len(), line.raw.len())
            .trimmed(),
        None => line,
    }
}

fn opening_markup(text: &str) -> &'static str {
    let is_opening = |markup: &&str| text.starts_with(*markup);
    ["**", "__", "*"].into_iter().find(is_opening).unwrap_or("")
}

/// The name and whether it stands in brackets; none if only one bracket is there.
fn unbracketed(label: Text<'_>) -> Option<(Text<'_>, bool)> {
    let Some(inner) = label.raw.strip_prefix('[') else {
        return Some((label.trimmed(), false));
    };
    let name = inner.strip_suffix(']')?;
    Some((label.slice(1, 1 + name.len()).trimmed(), true))
}

fn is_name(name: &str) -> bool {
    let is_allowed = |character: char| {
        character.is_alphanumeric()
            || is_combining_mark(character)
            || matches!(
                character,
                ' ' | '\u{a0}' | '.' | '_' | '-' | '\'' | '’' | '&' | '(' | ')'
            )
    };
    let length = name.chars().take(MAX_NAME_CHARS + 1).count();
    (1..=MAX_NAME_CHARS).contains(&length) && name.chars().all(is_allowed)
}

fn looks_like_name(name: &str) -> bool {
    let begins_like_name = |word: &str| {
        let first = word.chars().next();
        first.is_some_and(|c| c.is_numeric() || (c.is_alphabetic() && !c.is_lowercase()))
    };
    let mut words = name.split_whitespace();
    words.clone().count() <= MAX_NAME_WORDS && words.all(begins_like_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(line: &str) -> Option<(&str, &str)> {
        let label = Label::parse(Text::new(line, 0))?;
        Some((label.name.raw, label.rest.raw))
    }

    #[test]
    fn markup_brackets_and_bullets_are_not_part_of_the_name() {
        for line in [
            "A: hi",
            "[A]: hi",
            "[A] : hi",
            "**A:** hi",
            "**A**: hi",
            "*A*: hi",
            "__A__: hi",
            "**[A]**: hi",
            "- A: hi",
            "* A: hi",
            "• A： hi",
        ] {
            assert_eq!(label(line), Some(("A", "hi")), "{line}");
        }
    }

    #[test]
    fn the_colon_must_end_a_word() {
        for line in [
            "A:hi",
            "https://x.com",
            "It was 10:30.",
            ": hi",
            "**A: hi**",
            "[A: hi",
        ] {
            assert_eq!(label(line), None, "{line}");
        }
        assert_eq!(label("A:"), Some(("A", "")));
    }

    #[test]
    fn names_have_letters_of_any_script_and_at_most_forty_characters() {
        for name in [
            "José",
            "O’Neil",
            "Jose\u{301}",
            "Анна",
            "李",
            "Mr. Lee",
            "Tom & Ann (kids)",
        ] {
            assert_eq!(label(&format!("{name}: hi")), Some((name, "hi")));
        }
        let forty = "A".repeat(40);
        assert_eq!(label(&format!("{forty}: hi")), Some((forty.as_str(), "hi")));
        assert_eq!(label(&format!("A{forty}: hi")), None);
        assert_eq!(label("What? Yes: hi"), None);
    }

    #[test]
    fn an_undeclared_name_opens_a_turn_only_if_it_looks_like_one() {
        let opens = |line: &str| Label::parse(Text::new(line, 0)).is_some_and(|it| it.opens_turn());
        assert!(opens("Mr. Lee: hi"));
        assert!(opens("S1: hi"));
        assert!(opens("李: hi"));
        assert!(opens("[the old man]: hi"));
        assert!(!opens("the old man: hi"));
        assert!(!opens("I have one question: where?"));
        assert!(!opens("A B C D: hi"));
    }
}
