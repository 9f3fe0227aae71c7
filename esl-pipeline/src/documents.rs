//! The documents of a [`ConfigSource`], understood: presets, student profiles, voice map, catalog.
//!
//! Every way in which one of them cannot be used names the file or address at fault.

use esl_core::ports::{ConfigDocument, ConfigError, ConfigPart, ConfigSource};
use esl_core::{
    Classify, ErrorKind, PresetError, Presets, Retry, StudentProfile, Students, StudentsError,
    Voice,
};

use crate::speech::casting::{CatalogError, VoiceMap, VoiceMapError, read_catalog};

/// A document that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It cannot be had.
    #[error(transparent)]
    Source(#[from] ConfigError),
    /// A presets file makes no sense.
    #[error("{location}: {source}")]
    Presets {
        /// The file or address.
        location: String,
        /// Why.
        source: PresetError,
    },
    /// A student profile is no such thing.
    #[error("{location}: not a student profile: {source}")]
    Student {
        /// The file or address.
        location: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Student profiles contradict each other.
    #[error(transparent)]
    Students(#[from] StudentsError),
    /// A voice map makes no sense.
    #[error("{location}: {source}")]
    VoiceMap {
        /// The file or address.
        location: String,
        /// Why.
        source: VoiceMapError,
    },
    /// A voice catalog makes no sense.
    #[error("{location}: {source}")]
    Catalog {
        /// The file or address.
        location: String,
        /// Why.
        source: CatalogError,
    },
}

impl Classify for DocumentError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Source(source) => source.kind(),
            _ => ErrorKind::Configuration,
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::Source(source) => source.retry(),
            _ => Retry::Never,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Source(source) => source.hint(),
            Self::VoiceMap { source, .. } => source.hint(),
            Self::Catalog { source, .. } => source.hint(),
            _ => None,
        }
    }
}

/// The presets of `source`, or the built-in one. A later part adds to and replaces earlier ones.
///
/// # Errors
/// [`DocumentError`].
pub async fn presets(source: &dyn ConfigSource) -> Result<Presets, DocumentError> {
    let mut all: Option<Presets> = None;
    for ConfigPart { text, location } in source.read(ConfigDocument::Presets).await? {
        let presets = Presets::from_json(&text)
            .map_err(|source| DocumentError::Presets { location, source })?;
        all = Some(all.map_or(presets.clone(), |earlier| earlier.with(presets)));
    }
    Ok(all.unwrap_or_default())
}

/// The student profiles of `source`.
///
/// # Errors
/// [`DocumentError`].
pub async fn students(source: &dyn ConfigSource) -> Result<Students, DocumentError> {
    let mut profiles = Vec::new();
    for ConfigPart { text, location } in source.read(ConfigDocument::Students).await? {
        let read = one_or_many(&text);
        profiles.extend(read.map_err(|source| DocumentError::Student { location, source })?);
    }
    Ok(Students::new(profiles)?)
}

fn one_or_many(text: &str) -> Result<Vec<StudentProfile>, serde_json::Error> {
    match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text),
        false => Ok(vec![serde_json::from_str(text)?]),
    }
}

/// The voice map of `source`, or an empty one.
///
/// # Errors
/// [`DocumentError`].
pub async fn voice_map(source: &dyn ConfigSource) -> Result<VoiceMap, DocumentError> {
    let parts = source.read(ConfigDocument::VoiceMap).await?;
    let Some(ConfigPart { text, location }) = parts.into_iter().next_back() else {
        return Ok(VoiceMap::default());
    };
    VoiceMap::parse(&text).map_err(|source| DocumentError::VoiceMap { location, source })
}

/// The voice catalog of `source`, if it has one.
///
/// # Errors
/// [`DocumentError`].
pub async fn catalog(source: &dyn ConfigSource) -> Result<Option<Vec<Voice>>, DocumentError> {
    let parts = source.read(ConfigDocument::VoiceCatalog).await?;
    let Some(ConfigPart { text, location }) = parts.into_iter().next_back() else {
        return Ok(None);
    };
    let voices = read_catalog(text.as_bytes())
        .map_err(|source| DocumentError::Catalog { location, source })?;
    Ok(Some(voices))
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;

    /// Has the same parts for every document.
    #[derive(Debug)]
    struct Parts(&'static [&'static str]);

    #[async_trait]
    impl ConfigSource for Parts {
        async fn read(&self, _document: ConfigDocument) -> Result<Vec<ConfigPart>, ConfigError> {
            let parts = self.0.iter().enumerate().map(|(at, text)| ConfigPart {
                text: (*text).to_owned(),
                location: format!("part {at}"),
            });
            Ok(parts.collect())
        }
    }

    #[tokio::test]
    async fn without_documents_the_built_in_ones_hold() {
        let none = Parts(&[]);
        assert_eq!(presets(&none).await.unwrap(), Presets::default());
        assert_eq!(students(&none).await.unwrap(), Students::default());
        assert_eq!(voice_map(&none).await.unwrap(), VoiceMap::default());
        assert_eq!(catalog(&none).await.unwrap(), None);
    }

    #[tokio::test]
    async fn profiles_come_one_by_one_or_as_a_list() {
        let parts = Parts(&[r#"{"student": "Ann"}"#, r#"[{"student": "Bob"}]"#]);
        let students = students(&parts).await.unwrap();
        let names: Vec<_> = students.iter().map(|profile| &*profile.student).collect();
        assert_eq!(names, ["Ann", "Bob", "Default"]);
    }

    #[tokio::test]
    async fn what_cannot_be_understood_is_told_by_its_place() {
        let parts = Parts(&[r#"{"student": "Ann"}"#, r#"{"student": 7}"#]);
        for message in [
            students(&parts).await.unwrap_err().to_string(),
            presets(&Parts(&["{}", "["])).await.unwrap_err().to_string(),
            voice_map(&Parts(&["", "- a"]))
                .await
                .unwrap_err()
                .to_string(),
            catalog(&Parts(&["", "[]"])).await.unwrap_err().to_string(),
        ] {
            assert!(message.starts_with("part 1: "), "{message}");
        }
    }
}
