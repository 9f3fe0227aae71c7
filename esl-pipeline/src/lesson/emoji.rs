//! What counts as one emoji.

use unicode_segmentation::UnicodeSegmentation;

use super::Text;

/// Whether the text is exactly one emoji: joined ones, flags, keycaps and skin tones included.
pub(crate) fn is_emoji(text: &str) -> bool {
    let mut graphemes = text.graphemes(true);
    let is_one = graphemes.next().is_some() && graphemes.next().is_none();
    is_one && is_known(text)
}

/// The first character, if it is an emoji.
pub(crate) fn leading_emoji(text: Text<'_>) -> Option<Text<'_>> {
    let first = text.raw.graphemes(true).next()?;
    is_known(first).then(|| text.slice(0, first.len()))
}

/// Variation selectors are often missing or superfluous; the emoji is the same.
fn is_known(grapheme: &str) -> bool {
    if emojis::get(grapheme).is_some() {
        return true;
    }
    let bare = grapheme.replace('\u{fe0f}', "");
    bare != grapheme && emojis::get(&bare).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_may_have_many_code_points() {
        for emoji in ["🧭", "👩‍🏫", "🇬🇧", "1️⃣", "👍🏽", "✍️", "✍", "❤"]
        {
            assert!(is_emoji(emoji), "{emoji}");
        }
        for other in ["", "1", "#", "a", "🧭🧭", "🧭 x", "©x"] {
            assert!(!is_emoji(other), "{other}");
        }
    }
}
