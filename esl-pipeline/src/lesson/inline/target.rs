//! Link targets, colour names and bare addresses: where they end. Indices are bytes of the line.

use std::ops::Range;

use esl_core::Color;

use super::address;
use super::emphasis::is_punctuation;

/// How deep parentheses may nest in a link's address. The limit bounds how often a byte is read.
const MAX_PARENTHESES: usize = 32;

/// What follows the text of a link or image, from `(` to `)`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::lesson) struct Target {
    /// The address, without title, blanks and angle brackets around it.
    pub(in crate::lesson) url: Range<usize>,
    /// The title, without its quotes.
    pub(in crate::lesson) title: Option<Range<usize>>,
    /// The byte after the closing parenthesis.
    pub(in crate::lesson) end: usize,
}

/// The target that begins with the parenthesis at `open`.
pub(in crate::lesson) fn link_target(line: &str, open: usize) -> Option<Target> {
    let bytes = line.as_bytes();
    if bytes.get(open) != Some(&b'(') {
        return None;
    }
    let mut depth = 1;
    let mut may_have_title = true;
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'(' if depth == MAX_PARENTHESES => return None,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(target(line, open + 1..at, None, at + 1)),
            b')' => depth -= 1,
            b' ' | b'\t' if may_have_title && matches!(bytes.get(at + 1), Some(b'"' | b'\'')) => {
                if let Some((title, end)) = title(bytes, at + 1) {
                    return Some(target(line, open + 1..at, Some(title), end));
                }
                may_have_title = false;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The title whose first quote is at `quote`, and the byte after the parenthesis that closes the
/// target.
fn title(bytes: &[u8], quote: usize) -> Option<(Range<usize>, usize)> {
    let mark = bytes[quote];
    let mut at = quote + 1;
    while bytes.get(at)? != &mark {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    let title = quote + 1..at;
    at += 1;
    while matches!(bytes.get(at)?, b' ' | b'\t') {
        at += 1;
    }
    (bytes[at] == b')').then_some((title, at + 1))
}

fn target(line: &str, range: Range<usize>, title: Option<Range<usize>>, end: usize) -> Target {
    let untrimmed = &line[range.clone()];
    let start = range.start + (untrimmed.len() - untrimmed.trim_start().len());
    let url = untrimmed.trim();
    let url = match url.strip_prefix('<').and_then(|url| url.strip_suffix('>')) {
        Some(bracketed) => start + 1..start + 1 + bracketed.len(),
        None => start..start + url.len(),
    };
    Target { url, title, end }
}

/// The colour named by `{name}` at `open`, and the byte after the brace.
pub(super) fn color(line: &str, open: usize) -> Option<(Color, usize)> {
    const LONGEST_NAME: usize = 32;
    let rest = line.get(open..)?.strip_prefix('{')?;
    let length = rest
        .bytes()
        .take(LONGEST_NAME)
        .position(|byte| byte == b'}')?;
    let color = rest[..length].trim().parse().ok()?;
    Some((color, open + length + 2))
}

/// The end of the bare http or https address that begins at `start`.
pub(super) fn bare_address_end(line: &str, start: usize) -> Option<usize> {
    let ends_address = |c: char| c.is_whitespace() || c.is_control() || r#"<>[]{}"`"#.contains(c);
    let rest = &line[start..];
    let after_scheme = address::after_web_scheme(rest)?;
    if !address::starts_with_host(after_scheme) || after_scheme.starts_with('[') {
        return None;
    }
    let end = rest.find(ends_address).unwrap_or(rest.len());
    let address = without_trailing_punctuation(&rest[..end]);
    Some(start + address.len())
}

/// A sentence's punctuation is not part of an address in it; neither is a parenthesis around it.
fn without_trailing_punctuation(address: &str) -> &str {
    let count = |mark: char| address.matches(mark).count();
    let mut surplus = count(')').saturating_sub(count('('));
    address.trim_end_matches(|character: char| match character {
        ')' if surplus > 0 => {
            surplus -= 1;
            true
        }
        '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '|' | '\\' | '$' => true,
        _ => !character.is_ascii() && is_punctuation(character),
    })
}

/// The address in `<address>` at `open`: http, https or mailto.
pub(super) fn angle_address(line: &str, open: usize) -> Option<Range<usize>> {
    let rest = &line[open + 1..];
    address::after_web_scheme(rest)
        .or_else(|| address::strip_prefix_ignoring_case(rest, "mailto:"))?;
    let length = rest.find(|c: char| c.is_whitespace() || c == '<' || c == '>')?;
    rest[length..]
        .starts_with('>')
        .then_some(open + 1..open + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(line: &str) -> Option<&str> {
        link_target(line, 0).map(|target| {
            assert!(line[..target.end].ends_with(')'));
            &line[target.url]
        })
    }

    #[test]
    fn parentheses_in_an_address_balance() {
        assert_eq!(url("(https://a/b_(c)) d)"), Some("https://a/b_(c)"));
        assert_eq!(url(r"(https://a/\)) d)"), Some(r"https://a/\)"));
        assert_eq!(url("(https://a/(b"), None);
        assert_eq!(url(&"(".repeat(100)), None);
    }

    #[test]
    fn titles_and_angle_brackets_are_dropped() {
        assert_eq!(url("( u  \"a ) title\" )"), Some("u"));
        assert_eq!(url(r#"(u 'it\'s')"#), Some("u"));
        assert_eq!(url("(<u v>)"), Some("u v"));
        assert_eq!(url("(u \"open)"), Some("u \"open"));
        assert_eq!(url("()"), Some(""));
    }

    #[test]
    fn sentence_punctuation_ends_an_address() {
        let bare = |line: &'static str| bare_address_end(line, 0).map(|end| &line[..end]);
        assert_eq!(bare("https://a.b/c_d), and"), Some("https://a.b/c_d"));
        assert_eq!(bare("https://a.b/c_(d)?!"), Some("https://a.b/c_(d)"));
        assert_eq!(
            bare("https://a.b/?x=1&y=2#z”."),
            Some("https://a.b/?x=1&y=2#z")
        );
        assert_eq!(bare("https://a.b**"), Some("https://a.b"));
        assert_eq!(bare("https://"), None);
        assert_eq!(bare("https://?"), None);
    }

    #[test]
    fn only_colours_of_notion_are_colours() {
        assert_eq!(color("{red}!", 0), Some((Color::Red, 5)));
        assert_eq!(color("{mauve}", 0), None);
        assert_eq!(color("{red", 0), None);
    }
}
