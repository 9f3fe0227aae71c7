mod deployment;
mod effects;
mod secret_files;

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use super::*;

/// A folder of its own and the variables of a process in it.
struct World {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

fn world(variables: &[(&str, &str)]) -> World {
    let owned = variables
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()));
    World {
        folder: tempfile::tempdir().unwrap(),
        variables: owned.collect(),
    }
}

impl World {
    fn with_file(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    fn environment(&self) -> Environment {
        let variables = self.variables.iter();
        let process = variables.map(|(name, value)| (name.clone(), value.into()));
        Environment::read(self.folder.path(), &process.collect())
    }

    fn settings(&self) -> Settings {
        let settings = self.environment().settings(Typed::default());
        settings.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    fn failure(&self) -> Failure {
        self.environment().settings(Typed::default()).unwrap_err()
    }
}

fn shown<'a>(settings: &'a Settings, path: &str) -> &'a Shown {
    let mut shown = settings.shown.iter();
    shown.find(|shown| shown.key.path == path).unwrap()
}

#[test]
fn every_setting_is_resolved_once() {
    let settings = world(&[]).settings();
    let paths: Vec<_> = settings.shown.iter().map(|shown| shown.key.path).collect();
    let keys: Vec<_> = keys::ALL.iter().map(|key| key.path).collect();
    assert_eq!(paths, keys);
}

#[test]
fn flag_process_dotenv_file_built_in() {
    let level = |world: &World, typed| {
        let typed = Typed {
            log_level: typed,
            ..Typed::default()
        };
        let settings = world.environment().settings(typed).unwrap();
        shown(&settings, "log.level").value.clone()
    };
    let bare = world(&[]);
    assert_eq!(level(&bare, None), "warn");
    let file = bare.with_file("esl.toml", "log.level = 'error'");
    assert_eq!(level(&file, None), "error");
    let mut dotenv = file.with_file(".env", "LOG_LEVEL=info");
    assert_eq!(level(&dotenv, None), "info");
    dotenv.variables.insert("LOG_LEVEL".into(), "debug".into());
    assert_eq!(level(&dotenv, None), "debug");
    assert_eq!(level(&dotenv, Some(LogLevel::Off)), "off");
    dotenv.variables.insert("LOG_LEVEL".into(), String::new());
    assert_eq!(
        level(&dotenv, None),
        "error",
        "an empty variable hides the .env"
    );
}

#[test]
fn all_problems_are_told_at_once_and_none_repeats_what_was_written() {
    let wrong = [
        ("LOG_LEVEL", "hush-hush"),
        ("ELEVENLABS_TTS_MODE", "hush-hush"),
        ("ELEVENLABS_DIALOGUE_SEED", "-1"),
        ("S3_FORCE_PATH_STYLE", "hush-hush"),
        ("MAX_MULTIPART_SIZE", "1e9"),
        ("NOTION_BASE_URL", "https://me:hush-hush@x"),
        ("ESL_PIPELINE_CONFIG_PROVIDER", "hush-hush"),
        ("ESL_PIPELINE_MANIFEST_STORE", "s3"),
    ];
    let failure = world(&wrong).failure();
    assert_eq!(failure.exit, Exit::Configuration);
    assert_eq!(failure.message, "8 settings cannot be used");
    let told = format!("{failure:?}");
    for (name, _) in wrong {
        assert!(
            failure.causes.iter().any(|cause| cause.starts_with(name)),
            "{name}: {told}"
        );
    }
    assert!(!told.contains("hush-hush"), "{told}");
}

#[test]
fn a_wrong_log_level_brings_the_other_problems_along() {
    let wrong = world(&[("LOG_LEVEL", "loud"), ("STORAGE_PROVIDER", "tape")]);
    let failure = wrong
        .environment()
        .log_level(None, LogLevel::Warn)
        .unwrap_err();
    assert_eq!(failure.message, "2 settings cannot be used");
}

#[test]
fn a_secret_is_shown_by_its_fingerprint_only() {
    let token = "ntn_abcdefghijklmnopqrstuvwxyz";
    let world = world(&[("NOTION_TOKEN", token)]);
    let settings = world.settings();
    let told = format!("{:?} {settings:?}", world.environment());
    assert!(!told.contains("ntn_"), "{told}");
    let value = &shown(&settings, "notion.token").value;
    assert_eq!(value["isSet"], true);
    assert_eq!(value["fingerprint"].as_str().unwrap().len(), 8);
}

#[test]
fn the_speech_provider_follows_from_what_is_set() {
    let provider = |variables: &[(&str, &str)]| world(variables).settings().speech.provider;
    assert_eq!(provider(&[]), SpeechProvider::Offline);
    let openai = ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");
    assert_eq!(provider(&[openai]), SpeechProvider::OpenAi);
    let key = ("ELEVENLABS_API_TOKEN", "k");
    assert_eq!(provider(&[openai, key]), SpeechProvider::ElevenLabs);
    let explicit = world(&[openai, key]).with_file("esl.toml", "speech.provider = 'offline'");
    assert_eq!(explicit.settings().speech.provider, SpeechProvider::Offline);
    let keyless = world(&[]).with_file("esl.toml", "speech.provider = 'elevenlabs'");
    assert!(keyless.failure().message.contains("ELEVENLABS_API_KEY"));
}

#[test]
fn older_names_are_taken_with_a_warning() {
    let older = [
        ("MINIO_ENDPOINT", "minio"),
        ("MINIO_BUCKET", "lessons"),
        ("MINIO_ACCESS_KEY", "id"),
        ("MINIO_SECRET_KEY", "secret"),
    ];
    let settings = world(&older).settings();
    assert_eq!(settings.upload.target, UploadTarget::S3);
    assert_eq!(settings.upload.bucket.as_deref(), Some("lessons"));
    assert_eq!(
        settings.s3.endpoint.unwrap().to_string(),
        "http://minio:9000"
    );
    assert!(settings.s3.force_path_style);
    let warned = |name: &str| {
        settings
            .warnings
            .iter()
            .any(|warning| warning.starts_with(name))
    };
    assert!(
        older.iter().all(|(name, _)| warned(name)),
        "{:?}",
        settings.warnings
    );
}

#[test]
fn a_bucket_without_keys_is_no_target_unless_asked_for() {
    let bucket = ("S3_BUCKET", "lessons");
    assert_eq!(
        world(&[bucket]).settings().upload.target,
        UploadTarget::Auto
    );
    let asked = world(&[bucket, ("STORAGE_PROVIDER", "s3")]);
    assert!(asked.failure().message.contains("S3_ACCESS_KEY_ID"));
}

#[test]
fn a_typed_target_leaves_nothing_of_the_environments() {
    let world = world(&[("NOTION_DB_ID", "a"), ("DATA_SOURCE_ID", "b")]);
    let typed = Typed {
        database_name: Some("Lessons"),
        ..Typed::default()
    };
    let target = world.environment().settings(typed).unwrap().notion.target;
    let expected = Target {
        database_name: Some("Lessons".to_owned()),
        is_typed: true,
        ..Target::default()
    };
    assert_eq!(target, expected);
}

#[test]
fn paths_in_files_are_meant_from_the_file_on() {
    let world = world(&[]).with_file("esl.toml", "pages.folder = 'pages'");
    assert_eq!(world.settings().pages, world.folder.path().join("pages"));
}

#[test]
fn only_who_deals_with_jobs_is_warned_of_their_settings() {
    let world = world(&[("MAX_CONCURRENT_FFMPEG", "9")]);
    let warnings = |needs_jobs| {
        let typed = Typed {
            needs_jobs,
            ..Typed::default()
        };
        world.environment().settings(typed).unwrap().warnings
    };
    assert_eq!(warnings(false), [""; 0]);
    assert!(warnings(true)[0].starts_with("MAX_CONCURRENT_FFMPEG"));
}
