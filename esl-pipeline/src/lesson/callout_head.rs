//! The line that opens a callout: `:::callout ICON [COLOUR] [WORDS]`.

use esl_core::Color;

use super::Text;
use super::emoji::leading_emoji;

/// What stands after `:::callout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalloutHead<'a> {
    /// The first character, if it is an emoji.
    pub icon: Option<Text<'a>>,
    /// The colour named next.
    pub color: Option<Color>,
    /// What remains; without an icon, everything.
    pub words: Text<'a>,
}

impl<'a> CalloutHead<'a> {
    /// Reads the head of a callout. Total.
    #[must_use]
    pub fn parse(head: Text<'a>) -> Self {
        let head = head.trimmed();
        let Some(icon) = leading_emoji(head) else {
            return Self {
                icon: None,
                color: None,
                words: head,
            };
        };
        let rest = head.slice(icon.raw.len(), head.raw.len()).trimmed();
        let word_end = rest.raw.find(char::is_whitespace).unwrap_or(rest.raw.len());
        let color: Option<Color> = rest.raw[..word_end].to_lowercase().parse().ok();
        let words = match color {
            Some(_) => rest.slice(word_end, rest.raw.len()).trimmed(),
            None => rest,
        };
        Self {
            icon: Some(icon),
            color,
            words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(head: &str) -> (Option<&str>, Option<Color>, &str) {
        let head = CalloutHead::parse(Text::new(head, 0));
        (head.icon.map(|icon| icon.raw), head.color, head.words.raw)
    }

    #[test]
    fn icon_colour_and_words_are_told_apart() {
        assert_eq!(parts("💡"), (Some("💡"), None, ""));
        assert_eq!(parts("💡 red"), (Some("💡"), Some(Color::Red), ""));
        assert_eq!(parts("💡 red Tip"), (Some("💡"), Some(Color::Red), "Tip"));
        assert_eq!(parts("💡 Tip red"), (Some("💡"), None, "Tip red"));
        assert_eq!(parts("red"), (None, None, "red"));
    }

    #[test]
    fn joined_emoji_are_one_icon() {
        for icon in ["👩‍🏫", "🇬🇧", "1️⃣", "👍🏽", "ℹ️"] {
            assert_eq!(parts(icon), (Some(icon), None, ""));
        }
        assert_eq!(parts("1"), (None, None, "1"));
    }
}
