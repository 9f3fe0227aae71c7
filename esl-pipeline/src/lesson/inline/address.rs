//! Which addresses a page may lead to. Nothing here is ever fetched.

use std::borrow::Cow;

/// The longest address that Notion takes, in characters (Notion API reference: "Request limits").
pub const MAX_ADDRESS_LENGTH: usize = 2000;

/// Whether `url` is an http or https address with a host, free of white space and not too long.
#[must_use]
pub fn is_web_address(url: &str) -> bool {
    after_web_scheme(url).is_some_and(starts_with_host) && is_sound(url)
}

/// Whether `url` may be the target of a link: a web address or `mailto:`.
#[must_use]
pub fn is_linkable(url: &str) -> bool {
    let is_mail = strip_prefix_ignoring_case(url, "mailto:").is_some_and(|rest| rest.contains('@'));
    is_web_address(url) || is_mail && is_sound(url)
}

/// What follows `http://` or `https://`, in any case.
pub(super) fn after_web_scheme(url: &str) -> Option<&str> {
    let rest = strip_prefix_ignoring_case(url, "http")?;
    let rest = strip_prefix_ignoring_case(rest, "s").unwrap_or(rest);
    rest.strip_prefix("://")
}

/// Resolves backslash escapes and HTML entities.
pub(super) fn resolved(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['\\', '&']) {
        return Cow::Borrowed(raw);
    }
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(character) = rest.next() {
        let escapes = character == '\\' && rest.peek().is_some_and(char::is_ascii_punctuation);
        if !escapes {
            plain.push(character);
        }
    }
    match html_escape::decode_html_entities(&plain) {
        Cow::Borrowed(_) => Cow::Owned(plain),
        Cow::Owned(decoded) => Cow::Owned(decoded),
    }
}

pub(super) fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Whether `rest`, which follows the scheme, begins like a host name or a bracketed IP address.
pub(super) fn starts_with_host(rest: &str) -> bool {
    rest.starts_with(|first: char| first.is_alphanumeric() || first == '[')
}

fn is_sound(url: &str) -> bool {
    let has_gap = url.contains(|c: char| c.is_whitespace() || c.is_control());
    !has_gap && url.chars().count() <= MAX_ADDRESS_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_have_a_scheme_and_a_host() {
        for url in [
            "http://a",
            "HTTPS://example.com/x?y=1#z",
            "https://[::1]/",
            "http://пример.рф",
        ] {
            assert!(is_web_address(url), "{url}");
        }
        for url in [
            "",
            "https://",
            "https:///x",
            "ftp://a",
            "//a",
            "#x",
            "http://a b",
            "https",
        ] {
            assert!(!is_web_address(url), "{url}");
        }
    }

    #[test]
    fn an_address_longer_than_notion_takes_is_refused() {
        let of_length = |length: usize| format!("{:x<length$}", "https://");
        assert!(is_web_address(&of_length(MAX_ADDRESS_LENGTH)));
        assert!(!is_web_address(&of_length(MAX_ADDRESS_LENGTH + 1)));
    }

    #[test]
    fn links_may_lead_to_mail() {
        assert!(is_linkable("mailto:a@example.com") && !is_web_address("mailto:a@example.com"));
        for url in [
            "mailto:",
            "javascript:alert(1)",
            "data:text/html,x",
            "relative/x.md",
        ] {
            assert!(!is_linkable(url), "{url}");
        }
    }

    #[test]
    fn escapes_and_entities_are_resolved() {
        assert_eq!(resolved(r"https://a/\_\)?x&amp;y\q"), r"https://a/_)?x&y\q");
    }
}
