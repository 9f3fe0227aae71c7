//! What the binary says about itself, and to a command line that is wrong.

use crate::bench::Bench;

#[test]
fn help_names_every_command_and_goes_to_standard_output() {
    let help = Bench::new().esl(&["--help"]);
    assert_eq!(help.code, Some(0));
    insta::assert_snapshot!("help", help.stdout);
}

#[test]
fn help_of_run_names_every_flag() {
    let help = Bench::new().esl(&["run", "--help"]);
    assert_eq!(help.code, Some(0));
    insta::assert_snapshot!("help_run", help.stdout);
}

#[test]
fn the_version_is_told() {
    let version = Bench::new().esl(&["--version"]);
    assert_eq!(version.code, Some(0));
    assert_eq!(
        version.stdout,
        format!("esl {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_wrong_command_line_is_told_on_standard_error() {
    let bench = Bench::new();
    let lines: [&[&str]; 7] = [
        &[],
        &["rnu", "lesson.md"],
        &["run"],
        &["run", "lesson.md", "--concurrency", "0"],
        &["run", "lesson.md", "--timeout", "1.5"],
        &["run", "lesson.md", "--preset", "x", "--no-preset"],
        &["validate", "lesson.md", "--deny", "no-such-rule"],
    ];
    for line in lines {
        let ended = bench.esl(line);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{line:?}"
        );
        assert!(!ended.stderr.is_empty(), "{line:?}");
    }
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn a_wrong_command_line_with_json_is_told_as_json_too() {
    let ended = Bench::new().esl(&["rnu", "--json"]);
    insta::assert_json_snapshot!(ended.json(), @r#"
    {
      "command": null,
      "error": {
        "kind": "invalid_input",
        "message": "unrecognized subcommand 'rnu'"
      },
      "events": [],
      "exitCode": 2,
      "schema": "esl-cli/1"
    }
    "#);
}

#[test]
fn completions_are_a_script() {
    let ended = Bench::new().esl(&["completions", "bash"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("complete -F"), "{}", ended.stdout);
}
