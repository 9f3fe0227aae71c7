//! What makes two submissions the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{JobKind, UserId};
use crate::Digest;

/// A digest of everything that a job's result depends on. Of active jobs with the same key there is
/// one at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DedupeKey(Digest);

impl DedupeKey {
    /// The key of a job of this kind and owner with these distinguishing values, told apart by name;
    /// a value that is null counts like one that is absent.
    #[must_use]
    pub fn of(owner: Option<UserId>, kind: &JobKind, values: &[(&str, Value)]) -> Self {
        let mut named: Vec<_> = values
            .iter()
            .filter(|(_, value)| !value.is_null())
            .collect();
        named.sort_by_key(|(name, _)| *name);
        let text = serde_json::json!([owner, kind, named]).to_string();
        Self(Digest::of(text))
    }

    /// The key of upkeep of this kind, of which there is one at a time.
    #[must_use]
    pub fn of_upkeep(kind: &JobKind) -> Self {
        Self::of(None, kind, &[])
    }

    /// The key as a store has it.
    #[must_use]
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KIND: JobKind = JobKind::from_static("lesson.run");

    #[test]
    fn the_order_and_absent_values_do_not_matter() {
        let one = DedupeKey::of(None, &KIND, &[("a", json!(1)), ("b", Value::Null)]);
        let other = DedupeKey::of(None, &KIND, &[("b", Value::Null), ("a", json!(1))]);
        assert_eq!(one, other);
        assert_eq!(one, DedupeKey::of(None, &KIND, &[("a", json!(1))]));
    }

    #[test]
    fn every_part_matters() {
        let one = DedupeKey::of(None, &KIND, &[("a", json!("x"))]);
        let another_kind = JobKind::from_static("lesson.rerun_audio");
        for other in [
            DedupeKey::of(Some(UserId::new()), &KIND, &[("a", json!("x"))]),
            DedupeKey::of(None, &another_kind, &[("a", json!("x"))]),
            DedupeKey::of(None, &KIND, &[("b", json!("x"))]),
            DedupeKey::of(None, &KIND, &[("a", json!("y"))]),
        ] {
            assert_ne!(one, other);
        }
    }
}
