//! The catalog file: the voices of a provider as `esl voices sync` writes them.

use std::collections::HashSet;

use esl_core::{Classify, ErrorKind, Voice};
use serde::{Deserialize, Serialize};

use super::traits;

/// A catalog that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// Not JSON of the form `{"voices": [{"id", "name", "category"?, "labels"?}]}`.
    #[error("the voice catalog cannot be read: {0}")]
    Malformed(#[source] serde_json::Error),
    /// Two voices have one id.
    #[error("the voice catalog lists the id {id} twice")]
    Duplicate {
        /// The id.
        id: String,
    },
}

impl Classify for CatalogError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Configuration
    }

    fn hint(&self) -> Option<String> {
        Some("write it anew with `esl voices sync`".to_owned())
    }
}

#[derive(Deserialize)]
struct CatalogFile {
    voices: Vec<Voice>,
}

#[derive(Serialize)]
struct WrittenCatalog<'a> {
    voices: &'a [Voice],
}

/// Reads a catalog file. Fields it does not know are passed over.
///
/// # Errors
/// [`CatalogError`]; a damaged catalog is never taken for an empty one.
pub fn read_catalog(json: &[u8]) -> Result<Vec<Voice>, CatalogError> {
    let CatalogFile { voices } = serde_json::from_slice(json).map_err(CatalogError::Malformed)?;
    let mut ids = HashSet::new();
    match voices.iter().find(|voice| !ids.insert(&voice.id)) {
        Some(voice) => Err(CatalogError::Duplicate {
            id: voice.id.to_string(),
        }),
        None => Ok(voices),
    }
}

/// A catalog file with these voices, in this order. [`read_catalog`] reads it.
#[must_use]
pub fn write_catalog(voices: &[Voice]) -> String {
    let catalog = serde_json::to_string_pretty(&WrittenCatalog { voices });
    let catalog = catalog.expect("voices are structs of strings");
    format!("{catalog}\n")
}

/// The accent of `voice` in the form that forms offer and [`CastingOptions::accent`] takes:
/// `american_female`, or `american` for a voice without gender.
///
/// [`CastingOptions::accent`]: super::CastingOptions::accent
#[must_use]
pub fn accent_token(voice: &Voice) -> Option<String> {
    let label = |label: &Option<String>| label.as_deref().and_then(traits::token);
    let accent = label(&voice.labels.accent)?;
    Some(match label(&voice.labels.gender) {
        Some(gender) => format!("{accent}_{gender}"),
        None => accent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_voices_and_passes_over_what_it_does_not_know() {
        let json = br#"{"generated": 1, "voices": [
            {"id": "v1", "name": "Ann", "preview_url": "x", "labels": {"accent": "American", "gender": "female", "mood": "x"}},
            {"id": "v2", "name": "Bob", "category": "premade"}
        ]}"#;
        let voices = read_catalog(json).unwrap();
        assert_eq!(voices.len(), 2);
        assert_eq!(accent_token(&voices[0]).as_deref(), Some("american_female"));
        assert_eq!(accent_token(&voices[1]), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let json = br#"{"voices": [
            {"id": "v2", "name": "Bob", "category": "premade", "preview_url": "https://x.y/z.mp3"},
            {"id": "v1", "name": "Ann", "labels": {"accent": "american", "gender": "female"}}
        ]}"#;
        let voices = read_catalog(json).unwrap();
        let written = write_catalog(&voices);
        assert_eq!(read_catalog(written.as_bytes()).unwrap(), voices);
        assert!(
            written.starts_with("{\n  \"voices\": [\n    {\n      \"id\": \"v2\""),
            "{written}"
        );
    }

    #[test]
    fn damaged_catalogs_are_refused() {
        let twice = br#"{"voices": [{"id": "v", "name": "A"}, {"id": "v", "name": "B"}]}"#;
        for json in [&b"[]"[..], b"{}", br#"{"voices": [{"name": "A"}]}"#, twice] {
            assert!(read_catalog(json).is_err());
        }
    }
}
