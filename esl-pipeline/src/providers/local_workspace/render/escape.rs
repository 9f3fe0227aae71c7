//! The one way in which text of a lesson becomes part of a page.

use std::io::{self, Write};

/// Writes `text` so that it is text to a browser, in an element as in a quoted attribute.
///
/// Controls that HTML forbids and the bidirectional formatting characters, which can make a line
/// read as something else than it says, are left out.
pub(super) fn write_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut written = 0;
    for (at, character) in text.char_indices() {
        let replacement = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            dropped if is_dropped(dropped) => "",
            _ => continue,
        };
        out.write_all(&text.as_bytes()[written..at])?;
        out.write_all(replacement.as_bytes())?;
        written = at + character.len_utf8();
    }
    out.write_all(&text.as_bytes()[written..])
}

/// Whether the character is left out of pages.
pub(super) fn is_dropped(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// The text as [`write_text`] writes it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    // Writing to memory cannot fail, and what is written is UTF-8.
    let _ = write_text(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

/// An address that a page may lead to: http, https or mailto.
pub(super) fn link_target(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, _) = url.split_once(':')?;
    let is_allowed = ["http", "https", "mailto"]
        .iter()
        .any(|allowed| scheme.eq_ignore_ascii_case(allowed));
    is_allowed.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            escaped("</script><b a=\"1\" c='2'>&amp;"),
            "&lt;/script&gt;&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;"
        );
    }

    #[test]
    fn invisible_controls_are_dropped_and_lines_kept() {
        assert_eq!(
            escaped("a\u{202E}b\u{0}c\nd\u{2066}\té\u{200F}"),
            "abc\nd\té\u{200F}"
        );
    }

    #[test]
    fn links_lead_to_the_web_or_to_mail_only() {
        for url in [
            "https://a.example/x",
            "HTTP://a.example",
            "mailto:a@b.example",
            " https://a",
        ] {
            assert!(link_target(url).is_some(), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "java\nscript:x",
            "data:text/html,x",
            "/etc",
            "#x",
            "",
            "file:///etc/passwd",
            "vbscript:x",
            "\u{1}javascript:x",
        ] {
            assert!(link_target(url).is_none(), "{url}");
        }
    }
}
