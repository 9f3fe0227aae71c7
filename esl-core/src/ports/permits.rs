//! How many requests of one credential are under way at once, over all processes.

use std::any::Any;
use std::fmt;
use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::Digest;

/// Rights to have a request under way, so many for each key, shared by all processes of a place.
///
/// Contract (`esl_testkit::conformance::permits`):
/// - Of one key, no more permits are held at once than the limit with which they were asked for, in
///   whatever processes their holders are. Keys do not know each other.
/// - Inside a process, who comes first is served first. Between processes, permits are shared out
///   evenly, and the odd ones go round: nobody starves.
/// - A permit that is given back wakes whoever waits for one, in any process.
/// - The permits of a process that died are free after a while: a lease ends.
/// - While the place is out of reach, callers wait; who does not want to wait drops the future.
#[async_trait]
pub trait Permits: fmt::Debug + Send + Sync + 'static {
    /// Waits for one of `limit` permits.
    async fn acquire(&self, key: &PermitKey, limit: NonZeroU32) -> HeldPermit;
}

/// What is limited: the requests of one credential to one service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermitKey(String);

impl PermitKey {
    /// The key of a credential. Whoever sees it learns nothing about the credential.
    #[must_use]
    pub fn of(service: &str, credential: &str) -> Self {
        let digest = Digest::of(format!("{service}\0{credential}"));
        Self(format!("{service}:{digest}"))
    }

    /// The service, and a digest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The right to have one request under way; given back when dropped.
pub struct HeldPermit {
    _guard: Box<dyn Any + Send + Sync>,
}

impl HeldPermit {
    /// A permit that is given back when `guard` is dropped.
    #[must_use]
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        let _guard = Box::new(guard);
        Self { _guard }
    }
}

impl fmt::Debug for HeldPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldPermit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_services_and_credentials_apart_and_hides_the_credential() {
        let key = PermitKey::of("notion", "hush");
        assert_eq!(key, PermitKey::of("notion", "hush"));
        assert_ne!(key, PermitKey::of("notion", "hash"));
        assert_ne!(key, PermitKey::of("elevenlabs", "hush"));
        assert!(key.as_str().starts_with("notion:") && !key.as_str().contains("hush"));
    }
}
