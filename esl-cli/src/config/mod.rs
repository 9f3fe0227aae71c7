//! The settings and where each of them came from. The only place that reads the environment.
//!
//! What was typed beats variables of the process, those beat `.env` files, those `esl.toml`, and
//! that what is built in. Everything that is wrong with any setting is told at once. Nothing here
//! opens a connection or knows an adapter.

mod address;
mod documents;
mod dotenv;
mod file;
mod jobs;
mod keys;
mod minio;
#[cfg_attr(not(feature = "jobs"), path = "no_notify.rs")]
mod notify;
mod notion;
mod origin;
mod parse;
mod problem;
mod resolver;
mod secret_file;
mod servers;
mod sources;
mod speech;
mod storage;
mod strangers;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use esl_core::ErrorKind;
use esl_pipeline::lesson::DEFAULT_LIMIT;
use serde_json::json;

use crate::args::LogLevel;
use crate::exit::{Exit, Failure};
use resolver::Resolver;

pub(crate) use address::Address;
pub(crate) use documents::{DocumentSettings, Place, ServiceSettings};
pub(crate) use jobs::{JobSettings, WorkerSettings};
pub(crate) use notify::NotifySettings;
pub(crate) use notion::{NotionSettings, Target};
pub(crate) use origin::{Origin, Setting};
pub(crate) use parse::DatabaseChoice;
pub(crate) use resolver::Shown;
pub(crate) use sources::Environment;
pub(crate) use speech::{SpeechProvider, SpeechSettings};
pub(crate) use storage::{
    Access, LONGEST_EXPIRY, ManifestSettings, S3Settings, UploadSettings, UploadTarget,
};

/// The folder of the pages unless given.
const PAGES: &str = "homework";

/// What was typed of the settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Typed<'a> {
    pub(crate) workspace: Option<&'a Path>,
    pub(crate) database: Option<&'a str>,
    pub(crate) database_name: Option<&'a str>,
    pub(crate) data_source: Option<&'a str>,
    pub(crate) data_source_name: Option<&'a str>,
    pub(crate) presets: Option<&'a Path>,
    pub(crate) voices: Option<&'a Path>,
    pub(crate) speech_provider: Option<SpeechProvider>,
    pub(crate) concurrency: Option<u16>,
    pub(crate) upload: Option<UploadTarget>,
    pub(crate) presign: Option<u32>,
    pub(crate) is_public_read: bool,
    pub(crate) prefix: Option<&'a str>,
    pub(crate) max_lesson_bytes: Option<usize>,
    pub(crate) log_level: Option<LogLevel>,
    /// Jobs at the same time.
    pub(crate) slots: Option<u16>,
    /// Where figures about a worker can be read.
    pub(crate) metrics: Option<&'a str>,
    /// The database of the service before; empty for the one that is set.
    pub(crate) reference: Option<&'a str>,
    /// Whether jobs are part of it. What is wrong with their settings is nobody else's business.
    pub(crate) needs_jobs: bool,
}

/// Everything that can be set.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The folder of local pages.
    pub(crate) pages: PathBuf,
    /// Whether local pages were asked for, whatever token there is.
    pub(crate) is_local: bool,
    pub(crate) notion: NotionSettings,
    pub(crate) speech: SpeechSettings,
    /// The folder of finished segments; none if nothing says where that could be.
    cache: Option<PathBuf>,
    pub(crate) s3: S3Settings,
    pub(crate) upload: UploadSettings,
    pub(crate) manifests: ManifestSettings,
    pub(crate) documents: DocumentSettings,
    pub(crate) jobs: JobSettings,
    /// The largest lesson that is accepted.
    pub(crate) max_lesson_bytes: usize,
    /// All of them as they are shown.
    pub(crate) shown: Vec<Shown>,
    /// What the user should know about them.
    pub(crate) warnings: Vec<String>,
}

impl Environment {
    /// How much to log: as typed, as `LOG_LEVEL` or `esl.toml` says, or as is built in.
    pub(crate) fn log_level(
        &self,
        typed: Option<LogLevel>,
        built_in: LogLevel,
    ) -> Result<LogLevel, Failure> {
        let mut resolver = Resolver::new(self);
        resolver.problems.clear();
        let level = log_level(&mut resolver, typed, built_in);
        if resolver.problems.is_empty() {
            return Ok(level);
        }
        // Whoever mends this one wants to know the others.
        let everything = self.settings(Typed::default());
        Err(everything
            .err()
            .unwrap_or_else(|| problem::failure(&resolver.problems)))
    }

    /// All settings.
    ///
    /// # Errors
    /// A failure with everything that is wrong with any of them.
    pub(crate) fn settings(&self, typed: Typed<'_>) -> Result<Settings, Failure> {
        let mut resolver = Resolver::new(self);
        let pages = typed.workspace.map(Path::to_owned);
        let pages = resolver.path(&keys::PAGES_FOLDER, pages, Some(PAGES));
        let notion = notion::resolve(&mut resolver, &typed);
        let speech = speech::resolve(&mut resolver, &typed);
        let cache = cache(&mut resolver);
        let s3 = storage::resolve_s3(&mut resolver);
        let upload = storage::resolve_upload(&mut resolver, &typed, &s3);
        let manifests = storage::resolve_manifests(&mut resolver);
        let documents = documents::resolve(&mut resolver, &typed);
        let (problems, warnings) = (resolver.problems.len(), resolver.warnings.len());
        let jobs = jobs::resolve(&mut resolver, &typed);
        if !typed.needs_jobs {
            resolver.problems.truncate(problems);
            resolver.warnings.truncate(warnings);
        }
        let max_lesson_bytes = resolver.or(
            &keys::MAX_LESSON_BYTES,
            typed.max_lesson_bytes,
            parse::number(1..=usize::MAX),
            DEFAULT_LIMIT,
        );
        log_level(&mut resolver, typed.log_level, LogLevel::Warn);
        if !resolver.problems.is_empty() {
            return Err(problem::failure(&resolver.problems));
        }
        let Resolver {
            mut shown,
            warnings,
            ..
        } = resolver;
        let place = |shown: &Shown| keys::ALL.iter().position(|key| key.path == shown.key.path);
        shown.sort_by_key(place);
        Ok(Settings {
            pages: pages.map(|set| set.value).unwrap_or_default(),
            is_local: typed.workspace.is_some(),
            notion,
            speech,
            cache,
            s3,
            upload,
            manifests,
            documents,
            jobs,
            max_lesson_bytes: max_lesson_bytes.value,
            shown,
            warnings,
        })
    }
}

fn log_level(resolver: &mut Resolver<'_>, typed: Option<LogLevel>, built_in: LogLevel) -> LogLevel {
    let level = resolver.or(&keys::LOG_LEVEL, typed, parse::choice, built_in);
    level.value
}

/// The folder of finished segments: as `esl.toml` says, else in the user's folder of what can be
/// made again.
fn cache(resolver: &mut Resolver<'_>) -> Option<PathBuf> {
    if resolver.environment.sets(&keys::SPEECH_CACHE) {
        let named = resolver.path(&keys::SPEECH_CACHE, None, None);
        return named.map(|set| set.value);
    }
    let found = resolver
        .environment
        .folder_of_user(keys::CACHE_HOME, ".cache");
    let found = found.map(|(folder, name)| {
        let folder = folder.join("esl-pipeline/segments");
        Setting::new(folder, Origin::Variable(name))
    });
    let (value, origin) = match &found {
        Some(set) => (json!(set.value.display().to_string()), set.origin.clone()),
        None => (json!(null), Origin::BuiltIn),
    };
    resolver.show(&keys::SPEECH_CACHE, value, &origin);
    found.map(|set| set.value)
}

impl Settings {
    /// The folder of finished segments.
    pub(crate) fn cache(&self) -> Result<&Path, Failure> {
        self.cache.as_deref().ok_or_else(|| {
            let message = "cannot tell where to keep spoken segments";
            let (cache, home) = (keys::CACHE_HOME, keys::HOME);
            Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
                .hint(format!("set {cache} or {home} to an absolute path"))
        })
    }
}

/// `path` from the root on: what is recorded holds wherever the next run starts.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let unusable = |reason: &str| {
        let message = format!("cannot use {}: {reason}", path.display());
        Failure::new(Exit::Configuration, ErrorKind::Storage, message)
    };
    let absolute = std::path::absolute(path).map_err(|error| unusable(&error.to_string()))?;
    match absolute.to_str() {
        Some(_) => Ok(absolute),
        None => Err(unusable("its name is not UTF-8, which manifests need")),
    }
}
