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
    let line = [
        "config",
        "show",
        "--concurrency",
        "3",
        "--log-level",
        "info",
    ];
    let ended = bench.esl(&line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<_> = ended.stdout.lines().map(str::trim_end).collect();
    let told = |words: [&str; 3]| {
        let line = lines
            .iter()
            .find(|line| line.starts_with(words[0]))
            .unwrap();
        assert!(
            line.contains(words[1]) && line.ends_with(words[2]),
            "{line}"
        );
    };
    told(["pages", "/homework ", "default"]);
    told([
        "spoken segments",
        "/home/.cache/esl-pipeline/segments ",
        "HOME",
    ]);
    told(["presets", "built in", "default"]);
    told(["segments at once", "3", "--concurrency"]);
    told(["largest lesson", "1048576 bytes", "default"]);
    told(["log level", "info", "--log-level"]);
}

#[test]
fn a_flag_beats_the_variable_and_that_beats_the_folder_configs() {
    let bench = Bench::new();
    let show = |folder: Option<&str>, flags: &[&str]| {
        let line = [&["config", "show", "--json"], flags].concat();
        let mut command = bench.command(&line);
        command.envs(folder.map(|folder| ("ESL_PIPELINE_CONFIG_DIR", folder)));
        setting(&Ended::from(command.output().unwrap()), "presets")
    };
    assert_eq!(show(None, &[]), told("default", ""));
    bench.file("configs/presets.json", PRESETS);
    assert_eq!(show(None, &[]), told("configs", ""));
    bench.file("mine/voices.yml", "");
    assert_eq!(show(Some("mine"), &[]), told("configs", ""));
    bench.file("mine/presets.json", PRESETS);
    let variable = told("variable", "ESL_PIPELINE_CONFIG_DIR");
    assert_eq!(show(Some("mine"), &[]), variable);
    assert_eq!(show(Some(""), &[]), told("configs", ""));
    let flag = show(Some("mine"), &["--presets-path", "other.json"]);
    assert_eq!(flag, told("flag", "--presets-path"));
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
    assert_eq!(message, r#"LOG_LEVEL is "loud", which is no log level"#);
}

#[test]
fn a_folder_of_settings_that_is_not_there_is_told() {
    let bench = Bench::with_lesson();
    let mut command = bench.command(&["run", "lesson.md", "--no-tts"]);
    command.env("ESL_PIPELINE_CONFIG_DIR", "nowhere");
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, Some(4));
    let message = "error: ESL_PIPELINE_CONFIG_DIR is nowhere, which is no folder\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
    assert_eq!(bench.files(), ["lesson.md"]);
}
