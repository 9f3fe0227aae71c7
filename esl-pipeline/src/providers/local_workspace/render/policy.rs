//! The Content-Security-Policy of a page.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use esl_core::Digest;

use super::{SCRIPT, STYLE};

static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; media-src data:; img-src data:; \
         base-uri 'none'; form-action 'none'",
        source_hash(STYLE),
        source_hash(SCRIPT)
    )
});

/// Lets a page use its own style, script and sound, and nothing else.
pub(super) fn content_security_policy() -> &'static str {
    &POLICY
}

/// The hash by which a policy names an inline source. (Content Security Policy Level 3, 2.3.1.)
fn source_hash(source: &str) -> String {
    let digest = Digest::of(source);
    let bytes: Vec<u8> = digest
        .as_str()
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            pair.iter()
                .fold(0, |byte, digit| byte << 4 | nibble(*digit))
        })
        .collect();
    format!("sha256-{}", STANDARD.encode(bytes))
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_named_by_its_sha_256() {
        assert_eq!(
            source_hash("alert('Hello, world.');"),
            "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
        );
    }
}
