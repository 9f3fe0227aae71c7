//! Settings that services see: profiles of students, pauses and attempts, who may speak.

use esl_testkit::fakes::{Fault, Service};
use serde_json::Value;

use crate::bench::{Bench, Ended};
use crate::outside::{Outside, lesson};

fn keys(outside: &Outside) -> Vec<String> {
    outside.fakes.s3().objects().into_keys().collect()
}

#[test]
fn a_profile_says_what_keys_begin_with_unless_that_is_typed() {
    let (bench, outside) = (lesson(), Outside::new());
    bench.file(
        "configs/students/all.json",
        r#"{"student": "Default", "prefix": "anna"}"#,
    );
    let ended = outside.esl(&bench, &["run", "lesson.md", "--json"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let url = ended.json()["result"]["audio"]["url"].to_string();
    assert!(url.contains("/esl-audio/anna/"), "{url}");
    assert!(keys(&outside)[0].starts_with("anna/"));
    let again = outside.esl(&bench, &["run", "lesson.md", "--json"], &[]);
    assert_eq!(again.json()["result"]["changed"], false, "{}", again.stdout);
    let typed = ["run", "lesson.md", "--prefix", "typed", "--json"];
    let typed = outside.esl(&bench, &typed, &[]);
    assert_eq!(typed.code, Some(0), "{}", typed.stderr);
    assert!(keys(&outside).iter().any(|key| key.starts_with("typed/")));
}

#[test]
fn a_profile_says_where_recordings_go() {
    let (bench, outside) = (lesson(), Outside::new());
    let profile = |upload: &str| {
        let text = format!(r#"{{"student": "Default", "upload": "{upload}"}}"#);
        bench.file("configs/students/all.json", text);
    };
    profile("nowhere");
    let line = ["run", "lesson.md", "--json"];
    let unknown = outside.esl(&bench, &line, &[]);
    assert_eq!(unknown.code, Some(4), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("nowhere"), "{}", unknown.stderr);
    profile("notion");
    let ended = outside.esl(&bench, &line, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(keys(&outside).is_empty());
    bench.file("other.md", std::fs::read(bench.path("lesson.md")).unwrap());
    profile("s3");
    let local = ["run", "other.md", "--workspace", "pages"];
    let local = outside.esl(&bench, &local, &[]);
    assert_eq!(local.code, Some(0), "{}", local.stderr);
    assert_eq!(keys(&outside).len(), 1);
}

#[test]
fn colours_are_tried_as_often_as_told() {
    let (bench, outside) = (lesson(), Outside::new());
    let line = ["run", "lesson.md", "--no-tts", "--no-preset", "--json"];
    let page = outside.esl(&bench, &line, &[]).json()["result"]["pageUrl"].clone();
    let colorize = ["colorize", page.as_str().unwrap()];
    let busy = || Fault::status(503).on("PATCH", "/**").times(2);
    let soon = ("NOTION_COLORIZER_RETRY_DELAY_MS", "1");
    outside.fakes.inject(Service::Notion, busy());
    let twice = [("NOTION_COLORIZER_MAX_RETRIES", "2"), soon];
    assert_eq!(outside.esl(&bench, &colorize, &twice).code, Some(5));
    outside.fakes.inject(Service::Notion, busy());
    let thrice = [("NOTION_COLORIZER_MAX_RETRIES", "3"), soon];
    assert_eq!(outside.esl(&bench, &colorize, &thrice).code, Some(0));
}

#[test]
fn a_key_that_may_only_speak_speaks_with_premade_voices() {
    let (bench, outside) = (lesson(), Outside::new());
    let only_speech = Some(vec!["text_to_speech".to_owned()]);
    let account = outside.fakes.elevenlabs();
    account.update(|account| account.permissions = only_speech);
    let ended = outside.esl(&bench, &["run", "lesson.md", "--json"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let voices = &ended.json()["result"]["audio"]["voices"];
    assert_eq!(voices[0]["voiceName"], "Alice", "{voices}");
    let synced = outside.esl(&bench, &["voices", "sync"], &[]);
    assert_eq!(synced.code, Some(4), "{}", synced.stdout);
    assert!(synced.stderr.contains("voices_read"), "{}", synced.stderr);
    let doctor = outside.esl(&bench, &["doctor"], &[]).stdout;
    assert!(doctor.contains("may not read voices"), "{doctor}");
}

#[test]
fn a_voice_is_named_by_the_short_name() {
    let (bench, outside) = (lesson(), Outside::new());
    let listed = outside.esl(&bench, &["voices", "list"], &[]).stdout;
    assert!(listed.contains("Roger - Laid-Back"), "{listed}");
    let preview = outside.esl(&bench, &["voices", "preview", "roger"], &[]);
    assert!(
        preview.stderr.contains("no sample of Roger"),
        "{}",
        preview.stderr
    );
    bench.file("configs/voices.yml", "Clara: River\n");
    let line = ["voices", "explain", "lesson.md"];
    let explained = outside.esl(&bench, &line, &[]);
    assert!(
        explained
            .stdout
            .starts_with("Clara→River (neutral, map, american)"),
        "{}",
        explained.stdout
    );
}

#[test]
fn the_catalog_is_looked_for_near_and_far() {
    let bench = Bench::new();
    let shown = || {
        let mut command = bench.command(&["config", "show", "--json"]);
        let ended = Ended::from(command.env("PIPELINE_CWD", "work").output().unwrap());
        ended.json()["result"]["files.catalog"]["value"].clone()
    };
    assert_eq!(shown(), Value::Null);
    for place in ["../configs", "work/configs", "configs"] {
        let file = format!("{place}/elevenlabs.voices.json");
        bench.file(&file, r#"{"voices": []}"#);
        assert_eq!(shown(), file);
    }
}
