//! The voices of this machine, and who would speak with which.

use std::process::Command;

use crate::bench::{Bench, LESSON};

#[test]
fn the_voices_of_the_engine_are_listed() {
    let ended = Bench::that_speaks().esl(&["voices", "list"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.stdout, @"
    flite:slt  slt (female, american)
    flite:rms  rms (male, american)
    ");
}

#[test]
fn without_an_engine_it_is_told_how_to_install_one() {
    let ended = Bench::new().without_programs().esl(&["voices", "list"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""));
    assert!(ended.stderr.contains("install"), "{}", ended.stderr);
}

#[test]
fn the_casting_is_explained() {
    let ended = Bench::that_speaks().esl(&["voices", "explain", "lesson.md"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.stdout, @"
    Clara→slt (female, auto 43, american)
      because the best of 2 free voices, 43 points: gender +40, accent said +3
        43  slt
       -12  rms
    Sam→rms (male, auto 43, american)
      because the best of 1 free voices, 43 points: gender +40, accent said +3
        43  rms
       -12  slt, taken
    ");
}

#[test]
fn a_voice_map_beats_the_rest() {
    let bench = Bench::that_speaks();
    bench.file("voices.yaml", "Clara: rms\n");
    let ended = bench.esl(&[
        "voices",
        "explain",
        "lesson.md",
        "--voices",
        "voices.yaml",
        "--json",
    ]);
    let clara = &ended.json()["result"]["speakers"][0]["choice"];
    assert_eq!(clara["voiceId"], "flite:rms");
    assert_eq!(clara["source"], "voiceMap");
}

#[test]
fn a_voice_map_that_is_none_is_named_with_the_line() {
    let bench = Bench::that_speaks();
    bench.file("voices.yaml", "auto: true\nClara: [rms]\n");
    let ended = bench.esl(&["voices", "explain", "lesson.md", "--voices", "voices.yaml"]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stderr, @"
    error: voices.yaml: line 2 of the voice map: a voice must be an id or name; quote a number
      help: write `Speaker: voice id or name`, one per line
    ");
}

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
#[test]
fn the_engine_of_this_machine_speaks() {
    if Command::new("flite").arg("--version").output().is_err() {
        let required = std::env::var("ESL_TEST_REQUIRE").unwrap_or_default();
        let is_required = required.split(',').any(|name| name == "flite");
        assert!(!is_required, "flite is required and not installed");
        eprintln!("skipped: flite is not installed");
        return;
    }
    let bench = Bench::new();
    bench.file("lesson.md", LESSON);
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let audio = &ended.json()["result"]["audio"];
    assert!(audio["durationSeconds"].as_f64().unwrap() > 20.0, "{audio}");
    assert_ne!(audio["voices"][0]["voiceId"], audio["voices"][1]["voiceId"]);
}
