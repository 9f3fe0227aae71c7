//! How the phases of jobs behave is shown and changed.

use serde_json::{Value, json};

use crate::bench::{Bench, Ended};

fn phases(bench: &Bench, line: &[&str]) -> Ended {
    bench.esl(&[&["phases"], line, &["--json"]].concat())
}

fn well(bench: &Bench, line: &[&str]) -> Value {
    let ended = phases(bench, line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.json()["result"].clone()
}

#[test]
fn what_is_set_is_shown_until_it_is_reset() {
    let bench = Bench::new();
    let defaults = well(&bench, &["show"]);
    insta::assert_json_snapshot!("defaults", defaults);
    let line = [
        "set",
        "phase.tts.maxCharacters=20000",
        "phase.import.onExisting=new",
    ];
    let set = json!({ "phase.tts.maxCharacters": 20_000, "phase.import.onExisting": "new" });
    assert_eq!(well(&bench, &line), set);
    assert_eq!(
        well(&bench, &["show", "import"]),
        json!({ "phase.import.onExisting": "new" })
    );
    let text = bench.esl(&["phases", "show", "import"]).stdout;
    assert_eq!(text, "phase.import.onExisting  \"new\"\n");
    well(&bench, &["set", "phase.import.onExisting=null"]);
    well(&bench, &["reset", "tts"]);
    assert_eq!(well(&bench, &["show"]), defaults);
}

#[test]
fn a_setting_that_is_wrong_changes_nothing() {
    let bench = Bench::new();
    let before = well(&bench, &["show"]);
    for (wrong, told) in [
        ("phase.tts.maxLetters=5", "phase.tts.maxLetters"),
        ("phase.odd.x=5", "phase.odd.x"),
        ("phase.tts.maxCharacters=hush", "phase.tts.maxCharacters"),
        ("phase.notify.webhook=hush", "phase.notify.webhook"),
    ] {
        let ended = phases(&bench, &["set", "phase.validate.strict=true", wrong]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
    for line in [
        &["show", "odd"][..],
        &["reset", "odd"],
        &["set", "x"],
        &["set"],
    ] {
        assert_eq!(phases(&bench, line).code, Some(2), "{line:?}");
    }
    assert_eq!(well(&bench, &["show"]), before);
}

#[test]
fn secrets_of_endpoints_are_never_told() {
    let bench = Bench::new();
    let endpoint = r#"[{"id": "school", "url": "https://example.com", "secret": "hush"}]"#;
    bench.file("good.json", endpoint);
    bench.file("odd.json", endpoint.replace("https", "ftp"));
    bench.file("bad.json", endpoint.replace("]", ""));
    for (file, code) in [("good", 0), ("odd", 2), ("bad", 2), ("none", 4)] {
        let setting = format!("phase.notify.webhook=@{file}.json");
        let ended = phases(&bench, &["set", &setting]);
        assert_eq!(ended.code, Some(code), "{file}: {}", ended.stderr);
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("hush"));
    }
    let shown = well(&bench, &["show", "notify"]);
    let listed = json!([{ "id": "school", "url": "https://example.com" }]);
    assert_eq!(shown["phase.notify.webhook"], listed);
}
