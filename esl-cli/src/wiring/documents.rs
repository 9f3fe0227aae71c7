//! Presets, student profiles, voice map and voice catalog of this user.

use async_trait::async_trait;
use esl_core::ports::{ConfigDocument, ConfigError, ConfigPart, ConfigSource};
use esl_core::{Presets, Students, Voice};
use esl_pipeline::documents::{self, DocumentError};
use esl_pipeline::providers::fs::FsConfigSource;
use esl_pipeline::providers::http_config::{HttpConfigOptions, HttpConfigSource};
use esl_pipeline::speech::casting::VoiceMap;

use crate::config::{DocumentSettings, Place, ServiceSettings};
use crate::exit::Failure;

/// What runs of this user share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    pub(crate) presets: Presets,
    pub(crate) students: Students,
    pub(crate) voices: VoiceMap,
    pub(crate) catalog: Option<Vec<Voice>>,
}

/// What this machine has, else what the service has.
#[derive(Debug)]
pub(crate) struct Source {
    local: FsConfigSource,
    service: Option<HttpConfigSource>,
}

impl Documents {
    /// Reads all of them.
    ///
    /// # Errors
    /// A failure that tells everything that is wrong with any of them.
    pub(crate) async fn read(settings: &DocumentSettings) -> Result<Self, Failure> {
        let source = Source::of(settings)?;
        let (presets, students, voices, catalog) = tokio::join!(
            documents::presets(&source),
            documents::students(&source),
            documents::voice_map(&source),
            documents::catalog(&source),
        );
        let mut failures = Vec::new();
        let read = Self {
            presets: unless_failed(presets, &mut failures),
            students: unless_failed(students, &mut failures),
            voices: unless_failed(voices, &mut failures),
            catalog: unless_failed(catalog, &mut failures),
        };
        match Failure::of_all(failures) {
            Some(failure) => Err(failure),
            None => Ok(read),
        }
    }
}

fn unless_failed<T: Default>(read: Result<T, DocumentError>, failures: &mut Vec<Failure>) -> T {
    read.unwrap_or_else(|error| {
        failures.push(Failure::of(&error));
        T::default()
    })
}

impl Source {
    pub(crate) fn of(settings: &DocumentSettings) -> Result<Self, Failure> {
        let local = settings.local.iter();
        let local = local.fold(
            FsConfigSource::new(),
            |source, (document, place)| match place {
                Place::Path(path) => source.with_path(*document, path),
                Place::Inline { text, file } => {
                    let (text, location) = (text.clone(), file.display().to_string());
                    source.with_text(*document, ConfigPart { text, location })
                }
            },
        );
        let service = settings.service.as_ref().map(service).transpose()?;
        Ok(Self { local, service })
    }
}

fn service(settings: &ServiceSettings) -> Result<HttpConfigSource, Failure> {
    let mut options = HttpConfigOptions::new(settings.endpoint.clone());
    options.token = settings.token.clone();
    options.paths.extend(settings.paths.clone());
    options.stale_if_error = settings.stale_if_error;
    HttpConfigSource::new(options).map_err(|error| Failure::of(&error))
}

#[async_trait]
impl ConfigSource for Source {
    async fn read(&self, document: ConfigDocument) -> Result<Vec<ConfigPart>, ConfigError> {
        let local = self.local.read(document).await?;
        match &self.service {
            Some(service) if local.is_empty() => service.read(document).await,
            _ => Ok(local),
        }
    }
}
