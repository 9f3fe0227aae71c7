//! Local paths as `file:` URLs.

use std::fmt::Write as _;
use std::path::Path;

/// The `file:` URL of an absolute path. (RFC 8089, RFC 3986 section 2.)
pub(super) fn file_url(path: &Path) -> String {
    let text = path.to_string_lossy();
    // Windows: `C:\a` is `file:///C:/a`.
    let slashed = text.replace(std::path::MAIN_SEPARATOR, "/");
    let mut url = String::from("file://");
    if !slashed.starts_with('/') {
        url.push('/');
    }
    for byte in slashed.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_with_a_meaning_in_urls_are_encoded() {
        assert_eq!(
            file_url(Path::new("/home/ann/my lessons/50% ü?#.html")),
            "file:///home/ann/my%20lessons/50%25%20%C3%BC%3F%23.html"
        );
    }
}
