//! How an endpoint knows that a message is ours.

use std::fmt::Write as _;

use esl_core::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header with the signature of the body.
pub const SIGNATURE_HEADER: &str = "x-esl-signature";

/// The header with the id of the delivery: the same at every attempt.
pub const DELIVERY_HEADER: &str = "x-esl-delivery";

/// The signature of a body: `sha256=` and the HMAC-SHA256 of its bytes, in lower-case hexadecimal
/// digits.
#[must_use]
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    let key = secret.expose().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(body);
    let mut signature = "sha256=".to_owned();
    for byte in mac.finalize().into_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(signature, "{byte:02x}");
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, section 4.3.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let signature = sign(&Secret::new("Jefe"), b"what do ya want for nothing?");
        assert_eq!(
            signature,
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
