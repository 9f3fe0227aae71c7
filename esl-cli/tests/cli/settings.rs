//! Settings: where they come from, and that runs follow them.

use crate::bench::{Bench, Ended};

const PRESETS: &str = r#"{"b1-default": {"h2": "red"}, "calm": {"h2": "blue"}}"#;

fn setting(ended: &Ended, name: &str) -> (String, String) {
    let document = ended.json();
    let setting = &document["result"][name];
    let text = |field: &str| setting[field].as_str().unwrap_or_default().to_owned();
    (text("origin"), text("name"))
}

fn told(origin: &str, name: &str) -> (String, String) {
    (origin.to_owned(), name.to_owned())
}

#[test]
fn each_setting_is_told_with_its_origin() {
    let bench = Bench::new();
    bench.file("esl.toml", "[limits]\nmax_lesson_bytes = 1000\n");
    bench.file(".env", "S3_BUCKET=lessons\n");
    let mut command = bench.command(&["config", "show", "--concurrency", "3"]);
    let ended = Ended::from(command.env("LOG_LEVEL", "info").output().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<_> = ended.stdout.lines().map(str::trim_end).collect();
    for (name, value, origin) in [
        ("pages.folder", "/homework ", "default"),
        (
            "speech.cache",
            "/home/.cache/esl-pipeline/segments ",
            "HOME",
        ),
        ("files.presets", " none ", "default"),
        ("speech.concurrency", " 3 ", "--concurrency"),
        ("limits.max_lesson_bytes", " 1000 ", "desk/esl.toml:2"),
        ("s3.bucket", " lessons ", "desk/.env:1)"),
        ("log.level", " info ", "LOG_LEVEL"),
    ] {
        let line = lines.iter().find(|line| line.starts_with(name)).unwrap();
        assert!(line.contains(value) && line.ends_with(origin), "{line}");
    }
}

#[test]
fn a_flag_beats_the_variable_and_that_beats_the_folder_configs() {
    let bench = Bench::new();
    let show = |folder: Option<&str>, flags: &[&str]| {
        let line = [&["config", "show", "--json"], flags].concat();
        let mut command = bench.command(&line);
        command.envs(folder.map(|folder| ("ESL_PIPELINE_CONFIG_DIR", folder)));
        setting(&Ended::from(command.output().unwrap()), "files.presets")
    };
    assert_eq!(show(None, &[]), told("default", ""));
    bench.file("configs/presets.json", PRESETS);
    assert_eq!(show(None, &[]), told("place", ""));
    bench.file("mine/voices.yml", "");
    assert_eq!(show(Some("mine"), &[]), told("place", ""));
    bench.file("mine/presets.json", PRESETS);
    let variable = told("variable", "ESL_PIPELINE_CONFIG_DIR");
    assert_eq!(show(Some("mine"), &[]), variable);
    assert_eq!(show(Some(""), &[]), told("place", ""));
    let flag = show(Some("mine"), &["--presets-path", "other.json"]);
    assert_eq!(flag, told("flag", "--presets-path"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let bench = Bench::with_lesson();
    bench.file(".env", "ELEVENLABS_TTS_MODE=duet\n");
    bench.file("esl.toml", "[s3]\nregoin = 'x'\n");
    for line in [
        &["config", "check", "--json"][..],
        &["run", "lesson.md", "--json"],
    ] {
        let mut command = bench.command(line);
        let ended = Ended::from(command.env("S3_FORCE_PATH_STYLE", "x").output().unwrap());
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        let document = ended.json();
        let problems = document["error"]["details"]["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 3, "{problems:?}");
        for cause in [
            "ELEVENLABS_TTS_MODE (",
            "S3_FORCE_PATH_STYLE: ",
            "s3.regoin",
        ] {
            assert!(ended.stderr.contains(cause), "{}", ended.stderr);
        }
    }
    assert_eq!(bench.files(), [".env", "esl.toml", "lesson.md"]);
}

#[test]
fn documents_in_the_settings_file_are_followed() {
    let bench = Bench::that_speaks();
    let text = "[voices]\nClara = 'rms'\n[presets.calm]\nh2 = 'blue'\n\
                [[students]]\nstudent = 'Default'\ncolorPreset = 'calm'\n";
    bench.file("esl.toml", text);
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    assert_eq!(result["audio"]["voices"][0]["voiceId"], "flite:rms");
    let steps = result["steps"].to_string();
    assert!(steps.contains("colorize:calm"), "{steps}");
}

#[test]
fn runs_follow_the_settings_files() {
    let bench = Bench::that_speaks();
    bench.file("configs/presets.json", PRESETS);
    bench.file("configs/voices.yml", "Clara: rms\n");
    let line = ["run", "lesson.md", "--json", "--preset", "calm"];
    let ended = bench.esl(&line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let voice = &ended.json()["result"]["audio"]["voices"][0];
    assert_eq!(voice["voiceId"], "flite:rms");
    assert_eq!(voice["source"], "voiceMap");
    let colours = bench
        .esl(&["blocks", "lesson.md", "--preset", "calm"])
        .stdout;
    assert!(colours.contains(r#""color": "blue""#), "{colours}");
}

#[test]
fn the_log_level_may_come_from_the_environment() {
    let bench = Bench::with_lesson();
    let run = |level: &str, flags: &[&str]| {
        let line = [&["run", "lesson.md", "--no-tts"], flags].concat();
        let mut command = bench.command(&line);
        Ended::from(command.env("LOG_LEVEL", level).output().unwrap())
    };
    assert!(run("debug", &["--force"]).stderr.contains("INFO"));
    let typed = run("debug", &["--force", "--log-level", "warn"]);
    assert!(!typed.stderr.contains("INFO"), "{}", typed.stderr);
    let unknown = run("loud", &["--json"]);
    assert_eq!(unknown.code, Some(4));
    let message = unknown.json()["error"]["message"].clone();
    let expected = "LOG_LEVEL: it must be one of off, error, warn, info, debug, trace";
    assert_eq!(message, expected);
}

#[test]
fn a_folder_of_settings_that_is_not_there_is_told() {
    let bench = Bench::with_lesson();
    let mut command = bench.command(&["run", "lesson.md", "--no-tts"]);
    command.env("ESL_PIPELINE_CONFIG_DIR", "nowhere");
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, Some(4));
    let message = "error: ESL_PIPELINE_CONFIG_DIR: nowhere is no folder\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn variables_that_nobody_reads_are_told_if_they_look_like_ours() {
    let bench = Bench::with_lesson();
    bench.file(".env", "NOTION_TOKN=ntn_hush\nSOMETHING_ELSE=x\n");
    let mut command = bench.command(&["run", "lesson.md", "--no-tts"]);
    command.envs([("DATABSE_URL", "x"), ("NOTION_TOKN", "x"), ("PGHOST", "x")]);
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let told: Vec<_> = ended.stderr.lines().collect();
    let warnings = told.iter().filter(|line| line.contains("did you mean"));
    assert_eq!(warnings.count(), 2, "{told:?}");
    for (name, meant) in [
        ("NOTION_TOKN", "NOTION_TOKEN"),
        ("DATABSE_URL", "DATABASE_URL"),
    ] {
        let warning = format!("{name} is set, but there is no such setting; did you mean {meant}?");
        assert!(told.iter().any(|line| line.contains(&warning)), "{told:?}");
    }
    assert!(!ended.stderr.contains("hush"), "{}", ended.stderr);
}
