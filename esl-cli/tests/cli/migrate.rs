//! The tables that hold jobs are made, taken away and looked at.

use crate::bench::Bench;

fn versions(bench: &Bench, flags: &[&str]) -> (u64, u64) {
    let ended = bench.esl(&[&["migrate", "--json"], flags].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    let version = |name: &str| result[name].as_u64().unwrap();
    (version("from"), version("to"))
}

#[test]
fn tables_come_and_go_and_a_plan_changes_nothing() {
    let bench = Bench::new();
    let (none, latest) = versions(&bench, &["--dry-run"]);
    assert_eq!(none, 0);
    assert_eq!(bench.files(), [""; 0]);
    assert_eq!(versions(&bench, &[]), (0, latest));
    assert_eq!(versions(&bench, &[]), (latest, latest));
    assert_eq!(
        versions(&bench, &["--down", "1", "--dry-run"]),
        (latest, latest - 1)
    );
    assert_eq!(versions(&bench, &["--down", "1"]), (latest, latest - 1));
    assert_eq!(versions(&bench, &["--to", "0"]), (latest - 1, 0));
    assert_eq!(versions(&bench, &["--down", "9"]), (0, 0));
}

#[test]
fn each_step_is_told() {
    let bench = Bench::new();
    let told = |flags: &[&str]| {
        bench
            .esl(&[&["migrate", "--to", "1"], flags].concat())
            .stdout
    };
    let database = format!("sqlite:{}", bench.path("data/esl.db").display());
    let planned = format!("would make 0001_jobs\n{database}: would go from version 0 to 1\n");
    assert_eq!(told(&["--dry-run"]), planned);
    assert_eq!(
        told(&[]),
        format!("made 0001_jobs\n{database}: from version 0 to 1\n")
    );
    assert_eq!(told(&[]), format!("{database}: at version 1 already\n"));
}

#[test]
fn a_version_that_there_is_not_is_refused() {
    let ended = Bench::new().esl(&["migrate", "--to", "4711", "--json"]);
    assert_eq!(ended.code, Some(78), "{}", ended.stderr);
    let message = ended.json()["error"]["message"].to_string();
    assert!(message.contains("no version 4711"), "{message}");
}
