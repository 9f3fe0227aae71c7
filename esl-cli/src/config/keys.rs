//! Every setting by name: its place in `esl.toml`, its variables, its flag. The table that reading,
//! showing and documenting share.

use std::collections::BTreeMap;
use std::iter::once;
use std::sync::LazyLock;

/// How a setting is called in each place that can set it.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its place in `esl.toml`; `esl config show` calls it so.
    pub(crate) path: &'static str,
    /// The flag that beats everything.
    pub(crate) flag: Option<&'static str>,
    /// The variables that set it. The first one that is set counts.
    pub(crate) variables: &'static [&'static str],
    /// Older variables, taken after the others and with a warning.
    pub(crate) deprecated: &'static [&'static str],
    /// Whether it is never shown.
    pub(crate) is_secret: bool,
    /// Whether it may hold a password, without which it is shown.
    pub(crate) has_password: bool,
}

macro_rules! keys {
    ($($name:ident = $path:literal { $($field:ident: $value:expr),* $(,)? })*) => {
        $(pub(super) const $name: Key = Key { $($field: $value,)* ..named($path) };)*
        /// All settings, in the order in which they are shown.
        pub(crate) const ALL: &[&Key] = &[$(&$name),*];
    };
}

const fn named(path: &'static str) -> Key {
    Key {
        path,
        flag: None,
        variables: &[],
        deprecated: &[],
        is_secret: false,
        has_password: false,
    }
}

keys! {
    PAGES_FOLDER = "pages.folder" { flag: Some("--workspace") }
    NOTION_TOKEN = "notion.token" { variables: &["NOTION_TOKEN"], is_secret: true }
    NOTION_DATABASE = "notion.database" {
        flag: Some("--db-id"),
        variables: &["NOTION_DB_ID", "NOTION_DATABASE_ID"],
    }
    NOTION_DATABASE_NAME = "notion.database_name" { flag: Some("--db") }
    NOTION_DATA_SOURCE = "notion.data_source" {
        flag: Some("--data-source-id"),
        variables: &["DATA_SOURCE_ID"],
    }
    NOTION_DATA_SOURCE_NAME = "notion.data_source_name" { flag: Some("--data-source") }
    NOTION_STUDENTS = "notion.students" { variables: &["STUDENTS_DB_ID"] }
    NOTION_DATABASES = "notion.databases" { variables: &["NOTION_DB_OPTIONS"] }
    NOTION_DATABASE_LABEL = "notion.database_label" {
        variables: &["NOTION_DB_NAME", "NOTION_DB_LABEL"],
    }
    NOTION_BASE_URL = "notion.base_url" { variables: &["NOTION_BASE_URL"] }
    NOTION_TIMEOUT = "notion.timeout_ms" { variables: &["NOTION_CLIENT_TIMEOUT"] }
    COLORIZER_THROTTLE = "notion.colorizer_throttle_ms" {
        variables: &["NOTION_COLORIZER_THROTTLE_MS"],
    }
    COLORIZER_ATTEMPTS = "notion.colorizer_max_retries" {
        variables: &["NOTION_COLORIZER_MAX_RETRIES"],
    }
    COLORIZER_DELAY = "notion.colorizer_retry_delay_ms" {
        variables: &["NOTION_COLORIZER_RETRY_DELAY_MS"],
    }
    SPEECH_PROVIDER = "speech.provider" { flag: Some("--speech-provider") }
    SPEECH_CONCURRENCY = "speech.concurrency" {
        flag: Some("--concurrency"),
        variables: &["ELEVENLABS_CONCURRENCY_LIMIT"],
    }
    SPEECH_MODE = "speech.mode" { variables: &["ELEVENLABS_TTS_MODE"] }
    SPEECH_LANGUAGE = "speech.language" { variables: &["ELEVENLABS_DIALOGUE_LANGUAGE"] }
    SPEECH_STABILITY = "speech.stability" { variables: &["ELEVENLABS_DIALOGUE_STABILITY"] }
    SPEECH_SEED = "speech.seed" { variables: &["ELEVENLABS_DIALOGUE_SEED"] }
    SPEECH_TAIL = "speech.silence_tail_seconds" {
        variables: &["ELEVENLABS_SILENCE_TAIL_SECONDS"],
    }
    SPEECH_CACHE = "speech.cache" {}
    ELEVENLABS_KEY = "elevenlabs.api_key" {
        variables: &["ELEVENLABS_API_KEY", "ELEVENLABS_API_TOKEN"],
        is_secret: true,
    }
    ELEVENLABS_MODEL = "elevenlabs.model" { variables: &["ELEVENLABS_MODEL_ID"] }
    ELEVENLABS_FORMAT = "elevenlabs.output_format" { variables: &["ELEVENLABS_OUTPUT_FORMAT"] }
    ELEVENLABS_BASE_URL = "elevenlabs.base_url" { variables: &["ELEVENLABS_BASE_URL"] }
    OPENAI_KEY = "openai.api_key" { variables: &["OPENAI_API_KEY"], is_secret: true }
    OPENAI_BASE_URL = "openai.base_url" { variables: &["OPENAI_BASE_URL"] }
    OPENAI_MODEL = "openai.model" { variables: &["OPENAI_SPEECH_MODEL"] }
    OPENAI_FORMAT = "openai.format" { variables: &["OPENAI_SPEECH_FORMAT"] }
    OPENAI_VOICES = "openai.voices" { variables: &["OPENAI_SPEECH_VOICES"] }
    UPLOAD_TARGET = "upload.target" { flag: Some("--upload") }
    UPLOAD_EXPIRY = "upload.presigned_seconds" {
        flag: Some("--presign"),
        variables: &["PRESIGNED_URL_EXPIRES_IN"],
    }
    UPLOAD_PUBLIC = "upload.public_read" { flag: Some("--public-read") }
    UPLOAD_CDN = "upload.public_base_url" { variables: &["S3_PUBLIC_BASE_URL"] }
    STORAGE_PROVIDER = "storage.provider" { variables: &["STORAGE_PROVIDER"] }
    STORAGE_FOLDER = "storage.folder" { variables: &["FILESYSTEM_UPLOAD_DIR"] }
    S3_BUCKET = "s3.bucket" {
        variables: &["S3_BUCKET"],
        deprecated: &["S3_BUCKET_NAME", "STORAGE_BUCKET_NAME", "MINIO_BUCKET"],
    }
    S3_PREFIX = "s3.prefix" {
        flag: Some("--prefix"),
        variables: &["S3_PREFIX"],
        deprecated: &["S3_PATH_PREFIX"],
    }
    S3_REGION = "s3.region" { variables: &["S3_REGION", "AWS_REGION"] }
    S3_ENDPOINT = "s3.endpoint" {
        variables: &["S3_ENDPOINT", "AWS_ENDPOINT_URL"],
        deprecated: &["MINIO_ENDPOINT"],
    }
    S3_PATH_STYLE = "s3.force_path_style" { variables: &["S3_FORCE_PATH_STYLE"] }
    S3_KEY_ID = "s3.access_key_id" {
        variables: &["S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"],
        deprecated: &["MINIO_ACCESS_KEY"],
        is_secret: true,
    }
    S3_SECRET = "s3.secret_access_key" {
        variables: &["S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"],
        deprecated: &["MINIO_SECRET_KEY"],
        is_secret: true,
    }
    S3_SESSION = "s3.session_token" { variables: &["AWS_SESSION_TOKEN"], is_secret: true }
    S3_MULTIPART = "s3.multipart" { variables: &["ENABLE_MULTIPART_UPLOADS"] }
    S3_PART_SIZE = "s3.max_part_bytes" { variables: &["MAX_MULTIPART_SIZE"] }
    MANIFEST_STORE = "manifests.store" { variables: &["ESL_PIPELINE_MANIFEST_STORE"] }
    MANIFEST_BUCKET = "manifests.bucket" { variables: &["ESL_PIPELINE_MANIFEST_BUCKET"] }
    MANIFEST_PREFIX = "manifests.prefix" { variables: &["ESL_PIPELINE_MANIFEST_PREFIX"] }
    MANIFEST_ROOT = "manifests.root" { variables: &["ESL_PIPELINE_MANIFEST_ROOT"] }
    CONFIG_PROVIDER = "config.provider" { variables: &["ESL_PIPELINE_CONFIG_PROVIDER"] }
    CONFIG_ENDPOINT = "config.endpoint" { variables: &["ESL_PIPELINE_CONFIG_ENDPOINT"] }
    CONFIG_TOKEN = "config.token" {
        variables: &["ESL_PIPELINE_CONFIG_TOKEN"],
        is_secret: true,
    }
    CONFIG_PRESETS = "config.presets_path" {
        variables: &["ESL_PIPELINE_CONFIG_PRESETS_PATH"],
    }
    CONFIG_STUDENTS = "config.students_path" {
        variables: &["ESL_PIPELINE_CONFIG_STUDENTS_PATH"],
    }
    CONFIG_VOICES = "config.voices_path" { variables: &["ESL_PIPELINE_CONFIG_VOICES_PATH"] }
    CONFIG_CATALOG = "config.catalog_path" {}
    CONFIG_STALE = "config.stale_if_error" {}
    FILES_PRESETS = "files.presets" { flag: Some("--presets-path") }
    FILES_STUDENTS = "files.students" {}
    FILES_VOICES = "files.voices" { flag: Some("--voices") }
    FILES_CATALOG = "files.catalog" { variables: &["ELEVENLABS_VOICES_PATH"] }
    LESSONS_FOLDER = "lessons.folder" { variables: &["LESSONS_DIR"] }
    DEPLOYMENT = "jobs.environment" { variables: &["ESL_ENV", "NODE_ENV"] }
    JOBS_DATABASE = "jobs.database_url" { variables: &["DATABASE_URL"], has_password: true }
    JOBS_QUEUE = "jobs.queue_url" { variables: &["QUEUE_URL"], has_password: true }
    JOBS_NAMESPACE = "jobs.namespace" { variables: &["BATCH_JOBS_QUEUE_NAME"] }
    JOBS_POOL_SIZE = "jobs.pool_size" { variables: &["DB_POOL_SIZE"] }
    JOBS_ATTEMPTS = "jobs.max_attempts" { variables: &["JOB_MAX_ATTEMPTS"] }
    JOBS_RETENTION = "jobs.retention_days" { variables: &["JOB_RETENTION_DAYS"] }
    JOBS_REFERENCE = "jobs.reference_url" {
        flag: Some("--from-reference"),
        variables: &["REFERENCE_DATABASE_URL"],
        has_password: true,
    }
    WORKER_CONCURRENCY = "worker.concurrency" {
        flag: Some("--concurrency"),
        variables: &["WORKER_CONCURRENCY"],
    }
    WORKER_ENCODERS = "worker.encoders" { variables: &["MAX_CONCURRENT_FFMPEG"] }
    WORKER_TIMEOUT = "worker.timeout_seconds" { variables: &["JOB_TIMEOUT_SECONDS"] }
    WORKER_GRACE = "worker.grace_seconds" { variables: &["SHUTDOWN_GRACE_SECONDS"] }
    WORKER_LEASE = "worker.lease_seconds" { variables: &["JOB_LEASE_SECONDS"] }
    WORKER_METRICS = "worker.metrics_listen" {
        flag: Some("--metrics"),
        variables: &["METRICS_LISTEN"],
    }
    MAIL_ENABLED = "mail.enabled" { variables: &["MAIL_ENABLED"] }
    MAIL_HOST = "mail.host" { variables: &["MAIL_HOST"] }
    MAIL_PORT = "mail.port" { variables: &["MAIL_PORT"] }
    MAIL_USER = "mail.user" { variables: &["MAIL_USER"] }
    MAIL_PASSWORD = "mail.password" { variables: &["MAIL_PASSWORD"], is_secret: true }
    MAIL_FROM = "mail.from" { variables: &["MAIL_FROM"] }
    MAIL_SECURE = "mail.secure" { variables: &["MAIL_SECURE"] }
    PUBLIC_BASE_URL = "service.public_base_url" { variables: &["PUBLIC_BASE_URL"] }
    WEBHOOK_NETWORKS = "webhook.allowed_networks" { variables: &["WEBHOOK_ALLOWED_NETWORKS"] }
    MAX_LESSON_BYTES = "limits.max_lesson_bytes" { flag: Some("--max-lesson-bytes") }
    LOG_LEVEL = "log.level" { flag: Some("--log-level"), variables: &["LOG_LEVEL"] }
}

/// A folder that may hold settings files.
pub(super) const CONFIG_DIR: &str = "ESL_PIPELINE_CONFIG_DIR";
/// Another folder in which the voice catalog is looked for.
pub(super) const PIPELINE_CWD: &str = "PIPELINE_CWD";
/// The user's folder of what can be made again (XDG Base Directory Specification).
pub(super) const CACHE_HOME: &str = "XDG_CACHE_HOME";
/// The user's folder of settings (XDG Base Directory Specification).
pub(super) const CONFIG_HOME: &str = "XDG_CONFIG_HOME";
/// The user's folder.
pub(super) const HOME: &str = "HOME";
/// No colours if set (no-color.org).
pub(super) const NO_COLOR: &str = "NO_COLOR";
/// The terminal's kind.
pub(super) const TERM: &str = "TERM";
/// Whether the other `MINIO_` variables count; they do unless it is false.
pub(super) const MINIO_ENABLED: &str = "MINIO_ENABLED";
/// Completes `MINIO_ENDPOINT`, a host name.
pub(super) const MINIO_PORT: &str = "MINIO_PORT";
/// Whether `MINIO_ENDPOINT` speaks https.
pub(super) const MINIO_USE_SSL: &str = "MINIO_USE_SSL";

/// Whether the other `PG_` variables count; they do unless it is false.
pub(super) const PG_ENABLED: &str = "PG_ENABLED";
/// An address in place of the five below.
pub(super) const PG_CONNECTION_STRING: &str = "PG_CONNECTION_STRING";
/// Parts of the address of a Postgres database.
pub(super) const PG_HOST: &str = "PG_HOST";
pub(super) const PG_PORT: &str = "PG_PORT";
pub(super) const PG_USER: &str = "PG_USER";
pub(super) const PG_PASSWORD: &str = "PG_PASSWORD";
pub(super) const PG_DATABASE: &str = "PG_DATABASE";
/// Whether the other `REDIS_` variables count; they do unless it is false.
pub(super) const REDIS_ENABLED: &str = "REDIS_ENABLED";
/// Parts of the address of a Redis server.
pub(super) const REDIS_HOST: &str = "REDIS_HOST";
pub(super) const REDIS_PORT: &str = "REDIS_PORT";
pub(super) const REDIS_PASSWORD: &str = "REDIS_PASSWORD";

/// Variables that are no setting by themselves and may stand in a `.env` file, too.
const HELPERS: &[Variable] = &[
    Variable::plain(CONFIG_DIR),
    Variable::plain(PIPELINE_CWD),
    Variable::plain(MINIO_ENABLED),
    Variable::plain(MINIO_PORT),
    Variable::plain(MINIO_USE_SSL),
    Variable::plain(PG_ENABLED),
    Variable::secret(PG_CONNECTION_STRING),
    Variable::plain(PG_HOST),
    Variable::plain(PG_PORT),
    Variable::plain(PG_USER),
    Variable::secret(PG_PASSWORD),
    Variable::plain(PG_DATABASE),
    Variable::plain(REDIS_ENABLED),
    Variable::plain(REDIS_HOST),
    Variable::plain(REDIS_PORT),
    Variable::secret(REDIS_PASSWORD),
];

/// Variables of the machine, which no file sets.
pub(super) const OF_MACHINE: &[&str] = &[CACHE_HOME, CONFIG_HOME, HOME, NO_COLOR, TERM];

/// Variables of other programs for the same lessons: accepted, and without an effect.
pub(super) const WITHOUT_EFFECT: &[&str] = &[
    "ESL_PIPELINE_CACHE_CONFIG",
    "ESL_PIPELINE_CACHE_ENV",
    "ESL_PIPELINE_FFMPEG_CACHE",
    "FFMPEG_PATH",
    "ORCHESTRATOR_DEBUG_SECRETS",
];

/// A variable that says something itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// Whether its value is a secret, or holds one.
    is_secret: bool,
}

impl Variable {
    const fn plain(name: &'static str) -> Self {
        let is_secret = false;
        Self { name, is_secret }
    }

    const fn secret(name: &'static str) -> Self {
        let is_secret = true;
        Self { name, is_secret }
    }
}

impl Key {
    /// All variables that set it, the older ones last.
    pub(crate) fn all_variables(&self) -> impl Iterator<Item = &'static str> {
        self.variables.iter().chain(self.deprecated).copied()
    }

    /// Whether `variable`, or the one that it names a file for, is one of the older ones.
    pub(super) fn is_deprecated(&self, variable: &str) -> bool {
        let value = variable.strip_suffix(FILE).unwrap_or(variable);
        self.deprecated.contains(&value)
    }
}

/// What the names of variables end in that name files with secrets.
const FILE: &str = "_FILE";

/// All variables that say something themselves.
pub(super) fn variables() -> impl Iterator<Item = Variable> {
    let of_keys = ALL.iter().flat_map(|key| {
        let is_secret = key.is_secret || key.has_password;
        let names = key.all_variables();
        names.map(move |name| Variable { name, is_secret })
    });
    of_keys.chain(HELPERS.iter().copied())
}

/// The variable that names a file with what `variable` would say, if that is a secret.
pub(super) fn secret_file(variable: &str) -> Option<&'static str> {
    static FILES: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
        let secret = variables().filter(|variable| variable.is_secret);
        let names = secret.map(|variable| (variable.name, format!("{}{FILE}", variable.name)));
        names.collect()
    });
    FILES.get(variable).map(String::as_str)
}

/// The names of all variables that are read, those that name files with secrets included.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    variables().flat_map(|Variable { name, .. }| once(name).chain(secret_file(name)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PAGE: &str = include_str!("../../../docs/configuration.md");

    /// The names of variables in the page's tables.
    fn documented() -> BTreeSet<&'static str> {
        let rows = PAGE.lines().filter(|line| line.starts_with("| "));
        let quoted = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
        let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        quoted
            .filter(|name| name.len() > 3 && name.bytes().all(is_part) && !name.ends_with('_'))
            .filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
            .collect()
    }

    #[test]
    fn the_page_about_settings_has_the_variables_that_there_are() {
        let others = OF_MACHINE.iter().chain(WITHOUT_EFFECT).copied();
        let names = variables().map(|variable| variable.name);
        let known: BTreeSet<_> = names.chain(others).collect();
        assert_eq!(documented(), known);
    }

    #[test]
    fn the_page_about_settings_has_every_key_of_the_file() {
        for key in ALL {
            assert!(PAGE.contains(&format!("`{}`", key.path)), "{}", key.path);
        }
    }

    #[test]
    fn no_name_means_two_settings() {
        let mut names: Vec<_> = names().chain(ALL.iter().map(|key| key.path)).collect();
        let number = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), number);
    }
}
