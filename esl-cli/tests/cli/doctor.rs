//! `esl doctor` says what is missing on this machine, and changes nothing.

use serde_json::Value;

use crate::bench::{Bench, Ended};

fn check(ended: &Ended, name: &str) -> Value {
    let document = ended.json();
    let checks = document["result"]["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name);
    check.unwrap().clone()
}

#[test]
fn a_machine_that_can_is_found_well() {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["doctor"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    insta::assert_snapshot!(bench.redacted(&ended.stdout));
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn without_an_engine_the_command_that_installs_one_is_told() {
    let ended = Bench::new().without_programs().esl(&["doctor", "--json"]);
    assert_eq!(ended.code, Some(4));
    let speech = check(&ended, "speech");
    assert_eq!(speech["health"], "fail");
    assert!(
        speech["mend"].as_str().unwrap().contains("install"),
        "{speech}"
    );
    assert_eq!(check(&ended, "MP3 encoder")["health"], "ok");
}

#[test]
fn folders_that_cannot_be_written_are_told() {
    let bench = Bench::that_speaks();
    bench.file("taken", "a file");
    let ended = bench.esl(&["doctor", "--workspace", "taken/pages", "--json"]);
    assert_eq!(ended.code, Some(4));
    let pages = check(&ended, "pages");
    assert_eq!(pages["mend"], "choose another folder with --workspace");
}

#[test]
fn settings_files_are_read() {
    let bench = Bench::that_speaks();
    bench.file("configs/presets.json", "{");
    bench.file("voices.yml", "Anna: [1]");
    let ended = bench.esl(&["doctor", "--voices", "voices.yml", "--json"]);
    assert_eq!(ended.code, Some(4));
    for (name, place) in [
        ("presets", "configs/presets.json"),
        ("voice map", "voices.yml"),
    ] {
        let check = check(&ended, name);
        assert_eq!(check["health"], "fail", "{check}");
        assert!(
            check["message"].as_str().unwrap().contains(place),
            "{check}"
        );
    }
}

#[test]
fn the_size_of_what_was_spoken_is_told() {
    let bench = Bench::that_speaks();
    bench.esl(&["run", "lesson.md"]);
    let cache = check(&bench.esl(&["doctor", "--json"]), "spoken segments");
    let message = cache["message"].as_str().unwrap();
    assert!(message.ends_with(" files, 0.1 MB"), "{message}");
}
