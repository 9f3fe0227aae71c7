//! That nothing is read in vain.
//!
//! Fields that nothing uses do not pass the lints, so what changes a field changes what runs do.

use super::*;

/// A name and a value.
type Variable = (&'static str, &'static str);

/// A bucket and its keys.
const BUCKET: &[Variable] = &[
    ("S3_BUCKET", "b"),
    ("S3_ACCESS_KEY_ID", "id"),
    ("S3_SECRET_ACCESS_KEY", "secret"),
];
const MANIFESTS: &[Variable] = &[
    ("ESL_PIPELINE_MANIFEST_STORE", "s3"),
    ("ESL_PIPELINE_MANIFEST_BUCKET", "b"),
];
const SERVICE: &[Variable] = &[
    ("ESL_PIPELINE_CONFIG_PROVIDER", "http"),
    ("ESL_PIPELINE_CONFIG_ENDPOINT", "http://127.0.0.1:1"),
];

const MAIL: &[(&str, &str)] = &[("MAIL_ENABLED", "true")];

/// The ids of access keys and their secrets, which count together.
const PAIRS: [(&str, &str); 3] = [
    ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
];

/// Variables whose effect is elsewhere: where to look for files, how much to log, what is refused.
const ELSEWHERE: [&str; 5] = [
    keys::CONFIG_DIR,
    keys::PIPELINE_CWD,
    "LOG_LEVEL",
    "ESL_ENV",
    "NODE_ENV",
];

/// A variable, a value for it, and what else has to be set for it to count.
type Sample = (&'static str, &'static str, &'static [Variable]);

const SAMPLES: &[Sample] = &[
    ("NOTION_TOKEN", "ntn_1", &[]),
    ("NOTION_DB_ID", "d", &[]),
    ("NOTION_DATABASE_ID", "d", &[]),
    ("DATA_SOURCE_ID", "s", &[]),
    ("STUDENTS_DB_ID", "s", &[]),
    ("NOTION_DB_OPTIONS", "a:A,b:B", &[]),
    ("NOTION_DB_NAME", "Lessons", &[("NOTION_DB_ID", "d")]),
    ("NOTION_DB_LABEL", "Lessons", &[("NOTION_DB_ID", "d")]),
    ("NOTION_BASE_URL", "http://127.0.0.1:1", &[]),
    ("NOTION_CLIENT_TIMEOUT", "5000", &[]),
    ("NOTION_COLORIZER_THROTTLE_MS", "5", &[]),
    ("NOTION_COLORIZER_MAX_RETRIES", "2", &[]),
    ("NOTION_COLORIZER_RETRY_DELAY_MS", "5", &[]),
    ("ELEVENLABS_CONCURRENCY_LIMIT", "7", &[]),
    ("ELEVENLABS_TTS_MODE", "dialogue", &[]),
    ("ELEVENLABS_DIALOGUE_LANGUAGE", "en", &[]),
    ("ELEVENLABS_DIALOGUE_STABILITY", "0.5", &[]),
    ("ELEVENLABS_DIALOGUE_SEED", "7", &[]),
    ("ELEVENLABS_SILENCE_TAIL_SECONDS", "1.5", &[]),
    ("ELEVENLABS_API_KEY", "sk_1", &[]),
    ("ELEVENLABS_API_TOKEN", "sk_1", &[]),
    ("ELEVENLABS_MODEL_ID", "eleven_v3", &[]),
    ("ELEVENLABS_OUTPUT_FORMAT", "mp3_22050_32", &[]),
    ("ELEVENLABS_BASE_URL", "http://127.0.0.1:1", &[]),
    ("ELEVENLABS_VOICES_PATH", "voices.json", &[]),
    ("OPENAI_API_KEY", "sk_1", &[]),
    ("OPENAI_BASE_URL", "http://127.0.0.1:1", &[]),
    ("OPENAI_SPEECH_MODEL", "kokoro", &[]),
    ("OPENAI_SPEECH_FORMAT", "wav", &[]),
    ("OPENAI_SPEECH_VOICES", "alloy,echo", &[]),
    ("PRESIGNED_URL_EXPIRES_IN", "60", &[]),
    ("S3_PUBLIC_BASE_URL", "https://cdn.example", &[]),
    ("STORAGE_PROVIDER", "filesystem", BUCKET),
    ("S3_BUCKET", "b", &[]),
    ("S3_BUCKET_NAME", "b", &[]),
    ("STORAGE_BUCKET_NAME", "b", &[]),
    ("MINIO_BUCKET", "b", &[]),
    ("S3_PREFIX", "p", &[]),
    ("S3_PATH_PREFIX", "p", &[]),
    ("S3_REGION", "eu-west-1", &[]),
    ("AWS_REGION", "eu-west-1", &[]),
    ("S3_ENDPOINT", "http://127.0.0.1:1", &[]),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", &[]),
    ("MINIO_ENDPOINT", "minio", &[]),
    ("MINIO_PORT", "1", &[("MINIO_ENDPOINT", "minio")]),
    ("MINIO_USE_SSL", "true", &[("MINIO_ENDPOINT", "minio")]),
    ("MINIO_ENABLED", "false", &[("MINIO_ENDPOINT", "minio")]),
    ("S3_FORCE_PATH_STYLE", "true", &[]),
    ("AWS_SESSION_TOKEN", "session", BUCKET),
    ("ENABLE_MULTIPART_UPLOADS", "false", &[]),
    ("MAX_MULTIPART_SIZE", "5242880", &[]),
    (
        "ESL_PIPELINE_MANIFEST_STORE",
        "s3",
        &[("ESL_PIPELINE_MANIFEST_BUCKET", "m")],
    ),
    ("ESL_PIPELINE_MANIFEST_BUCKET", "m", MANIFESTS),
    ("ESL_PIPELINE_MANIFEST_PREFIX", "p", MANIFESTS),
    ("ESL_PIPELINE_MANIFEST_ROOT", "/", MANIFESTS),
    (
        "ESL_PIPELINE_CONFIG_PROVIDER",
        "http",
        &[("ESL_PIPELINE_CONFIG_ENDPOINT", "http://127.0.0.1:1")],
    ),
    (
        "ESL_PIPELINE_CONFIG_ENDPOINT",
        "http://127.0.0.1:2",
        SERVICE,
    ),
    ("ESL_PIPELINE_CONFIG_TOKEN", "t", SERVICE),
    ("ESL_PIPELINE_CONFIG_PRESETS_PATH", "/p", SERVICE),
    ("ESL_PIPELINE_CONFIG_STUDENTS_PATH", "/s", SERVICE),
    ("ESL_PIPELINE_CONFIG_VOICES_PATH", "/v", SERVICE),
    ("FILESYSTEM_UPLOAD_DIR", "elsewhere", &[]),
    ("LESSONS_DIR", "lessons", &[]),
    ("DATABASE_URL", "postgres://db/esl", &[]),
    ("PG_CONNECTION_STRING", "postgres://db/esl", &[]),
    ("PG_HOST", "db", &[]),
    ("PG_PORT", "1", &[]),
    ("PG_USER", "me", &[]),
    ("PG_PASSWORD", "secret", &[]),
    ("PG_DATABASE", "lessons", &[]),
    ("PG_ENABLED", "false", &[("PG_HOST", "db")]),
    ("QUEUE_URL", "redis://r", &[]),
    ("REDIS_HOST", "r", &[]),
    ("REDIS_PORT", "1", &[]),
    ("REDIS_PASSWORD", "secret", &[]),
    ("REDIS_ENABLED", "false", &[("REDIS_HOST", "r")]),
    ("BATCH_JOBS_QUEUE_NAME", "school", &[]),
    ("REFERENCE_DATABASE_URL", "postgres://old/esl", &[]),
    ("DB_POOL_SIZE", "7", &[]),
    ("JOB_MAX_ATTEMPTS", "7", &[]),
    ("JOB_RETENTION_DAYS", "7", &[]),
    ("WORKER_CONCURRENCY", "7", &[]),
    ("MAX_CONCURRENT_FFMPEG", "1", &[]),
    ("JOB_TIMEOUT_SECONDS", "7", &[]),
    ("SHUTDOWN_GRACE_SECONDS", "7", &[]),
    ("JOB_LEASE_SECONDS", "7", &[]),
    ("METRICS_LISTEN", "127.0.0.1:0", &[]),
    ("MAIL_ENABLED", "true", &[]),
    ("MAIL_HOST", "smtp", MAIL),
    ("MAIL_PORT", "25", MAIL),
    ("MAIL_USER", "me", MAIL),
    ("MAIL_PASSWORD", "secret", MAIL),
    ("MAIL_FROM", "me@example.com", MAIL),
    ("MAIL_SECURE", "true", MAIL),
    ("PUBLIC_BASE_URL", "https://esl.example.com", MAIL),
    ("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/8", &[]),
];

/// What runs work with.
fn effective(variables: &[(&str, &str)]) -> String {
    let settings = Settings {
        shown: Vec::new(),
        warnings: Vec::new(),
        ..world(variables).settings()
    };
    format!("{settings:?}")
}

#[test]
fn every_variable_changes_what_runs_work_with() {
    for (name, value, others) in SAMPLES {
        // The last of two values counts.
        let with = [others, &[(*name, *value)][..]].concat();
        assert_ne!(effective(&with), effective(others), "{name}");
    }
    for (id, secret) in PAIRS {
        assert_ne!(
            effective(&[(id, "id"), (secret, "secret")]),
            effective(&[]),
            "{id}"
        );
    }
}

#[test]
fn no_variable_is_forgotten_in_this_test() {
    let mut all: Vec<_> = keys::variables().map(|variable| variable.name).collect();
    let samples = SAMPLES.iter().map(|sample| sample.0);
    let pairs = PAIRS.iter().flat_map(|(id, secret)| [*id, *secret]);
    let mut tried: Vec<_> = samples.chain(pairs).chain(ELSEWHERE).collect();
    all.sort_unstable();
    tried.sort_unstable();
    assert_eq!(tried, all);
}
