//! The tables that hold jobs are made, taken away and looked at.

use esl_testkit::services::postgres::PostgresDatabase;
use serde_json::json;
use tokio_postgres::NoTls;

use crate::bench::{Bench, Ended};

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

const OLD: &str = "
    CREATE TABLE users (
        id uuid PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL, role text NOT NULL,
        is_active boolean NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        last_login_at timestamptz);
    INSERT INTO users VALUES ('00000000-0000-4000-8000-000000000001', 'tutor@example.com', 'hash',
        'admin', true, '2025-01-01+00', '2025-01-02+00', NULL);
    CREATE TABLE uploaded_files (id uuid PRIMARY KEY);
    INSERT INTO uploaded_files VALUES ('00000000-0000-4000-8000-000000000002');
    CREATE TABLE jobs (
        id uuid PRIMARY KEY, state text NOT NULL, md text NOT NULL, preset text, with_tts boolean,
        upload text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
    INSERT INTO jobs
        SELECT ('00000000-0000-4000-8000-00000000001' || number)::uuid, state, 'unit.md', NULL, false,
            'auto', '2025-01-01+00', '2025-01-02+00'
        FROM (VALUES (1, 'queued'), (2, 'running'), (3, 'succeeded')) AS old (number, state);";

#[tokio::main]
async fn execute(database: &PostgresDatabase, sql: &str) {
    let connected = tokio_postgres::connect(&database.url(), NoTls).await;
    let (client, connection) = connected.unwrap();
    tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
}

/// Takes over what is in `old`, if that is set.
fn take_over(bench: &Bench, old: Option<&str>, new: &str) -> Ended {
    let mut command = bench.command(&["migrate", "--from-reference", "--json"]);
    command.env("DATABASE_URL", new);
    command.envs(old.map(|old| ("REFERENCE_DATABASE_URL", old)));
    command.output().unwrap().into()
}

#[test]
fn what_the_service_before_kept_is_taken_over_once() {
    let databases = PostgresDatabase::create().zip(PostgresDatabase::create());
    let Some((old, new)) = databases else { return };
    execute(&old, OLD);
    let bench = Bench::new();
    let taken = |written: [u64; 2]| {
        let ended = take_over(&bench, Some(&old.url()), &new.url());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let result = &ended.json()["result"];
        assert_eq!(result["jobs"], json!({ "read": 3, "written": written[0] }));
        assert_eq!(result["users"], json!({ "read": 1, "written": written[1] }));
        assert_eq!(result["uploadsLeft"], 1);
    };
    taken([3, 1]);
    taken([0, 0]);
    let mut stats = bench.command(&["jobs", "stats", "--json"]);
    let stats: Ended = stats
        .env("DATABASE_URL", new.url())
        .output()
        .unwrap()
        .into();
    let states = &stats.json()["result"]["states"];
    assert_eq!(
        (&states["queued"], &states["failed"]),
        (&1.into(), &1.into())
    );
    let url = old.url();
    let mut typed = bench.command(&["migrate", "--from-reference", &url]);
    let typed: Ended = typed
        .env("DATABASE_URL", new.url())
        .output()
        .unwrap()
        .into();
    assert!(
        typed.stdout.starts_with("jobs: 3 read, 0 written\n"),
        "{}",
        typed.stdout
    );
}

#[test]
fn a_takeover_needs_two_postgres_databases() {
    let bench = Bench::new();
    for (old, new, told) in [
        (None, "postgres://db/esl", "REFERENCE_DATABASE_URL"),
        (Some("postgres://old/esl"), "sqlite:esl.db", "DATABASE_URL"),
        (Some("sqlite:old.db"), "postgres://db/esl", "postgres:"),
    ] {
        let ended = take_over(&bench, old, new);
        assert_eq!(ended.code, Some(78), "{}", ended.stderr);
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
}
