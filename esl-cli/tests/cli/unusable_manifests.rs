//! A manifest that cannot be used stops everything: taking it for absent would make a second page.

use crate::bench::Bench;

fn assert_refused(manifest: &str, expected_cause: &str) {
    let bench = Bench::with_lesson();
    let path = bench.file("lesson.manifest.json", manifest);
    let before = bench.files();
    for command in ["run", "status"] {
        let flags: &[&str] = if command == "run" { &["--no-tts"] } else { &[] };
        let ended = bench.esl(&[&[command, "lesson.md", "--json"], flags].concat());
        let document = ended.json();
        assert_eq!(ended.code, Some(7), "{document}");
        assert!(ended.stderr.contains(expected_cause), "{}", ended.stderr);
        let hint = document["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("lesson.manifest.json"), "{hint}");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), manifest);
    assert_eq!(bench.files(), before);
}

#[test]
fn a_damaged_manifest_is_left_alone() {
    assert_refused("{\"mdHash\": ", "the manifest is damaged");
}

#[test]
fn a_newer_manifest_is_left_alone() {
    let cause = "the manifest has version 2, this program knows up to 1";
    assert_refused("{\"schemaVersion\": 2, \"mdHash\": \"00\"}", cause);
}
