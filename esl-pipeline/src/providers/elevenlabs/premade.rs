//! The voices that every account has: those that the service calls premade, under the names, ids and
//! labels that it published in autumn 2026.

use std::sync::LazyLock;

use esl_core::Voice;
use serde::Deserialize;

#[derive(Deserialize)]
struct Catalog {
    voices: Vec<Voice>,
}

static PREMADE: LazyLock<Catalog> = LazyLock::new(|| {
    serde_json::from_str(include_str!("premade.json")).expect("the file in the crate is a catalog")
});

/// The voices that every account has, for whoever cannot ask the account. The account may have more,
/// and may lose one of these: the service replaces them now and then.
#[must_use]
pub fn premade_voices() -> Vec<Voice> {
    PREMADE.voices.clone()
}
