//! The settings of jobs: where jobs are kept is told without passwords, and what is wrong stops only
//! who needs it.

use serde_json::Value;

use crate::bench::{Bench, Ended};

fn with(bench: &Bench, line: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = bench.command(line);
    command.envs(variables.iter().copied());
    command.output().unwrap().into()
}

fn shown(bench: &Bench, setting: &str, variables: &[(&str, &str)]) -> (Value, Value) {
    let ended = with(bench, &["config", "show", "--json"], variables);
    assert!(!ended.stdout.contains("hush"), "{}", ended.stdout);
    let shown = ended.json()["result"][setting].clone();
    (shown["value"].clone(), shown["name"].clone())
}

#[test]
fn places_are_told_without_passwords() {
    let bench = Bench::new();
    let file = format!("sqlite:{}", bench.path("data/esl.db").display());
    let database = |variables: &[(&str, &str)]| shown(&bench, "jobs.database_url", variables);
    assert_eq!(database(&[]), (file.into(), Value::Null));
    let whole = ("DATABASE_URL", "postgres://me:hush@db/esl?sslmode=prefer");
    let told = ("postgres://me@db/esl".into(), "DATABASE_URL".into());
    assert_eq!(database(&[whole, ("PG_HOST", "other")]), told);
    let parts = [("PG_HOST", "db"), ("PG_PASSWORD", "hush")];
    let told = ("postgres://esl@db:5432/esl_batch".into(), "PG_HOST".into());
    assert_eq!(database(&parts), told);
    let redis = [whole, ("REDIS_PASSWORD", "hush"), ("REDIS_HOST", "r")];
    let queue = shown(&bench, "jobs.queue_url", &redis);
    assert_eq!(queue, ("redis://r:6379".into(), "REDIS_HOST".into()));
}

#[test]
fn a_worker_has_as_many_slots_as_its_database_is_good_for() {
    let bench = Bench::new();
    let slots = |variables: &[(&str, &str)]| shown(&bench, "worker.concurrency", variables).0;
    assert_eq!(slots(&[]), 3);
    assert_eq!(slots(&[("DATABASE_URL", "postgres://db/esl")]), 5);
    assert_eq!(slots(&[("WORKER_CONCURRENCY", "7")]), 7);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_by_the_code_of_services() {
    let bench = Bench::with_lesson();
    let wrong = [
        ("DATABASE_URL", "mysql://hush"),
        ("QUEUE_URL", "amqp://hush"),
        ("DB_POOL_SIZE", "many"),
        ("JOB_MAX_ATTEMPTS", "21"),
        ("WORKER_CONCURRENCY", "0"),
        ("JOB_TIMEOUT_SECONDS", "0"),
        ("SHUTDOWN_GRACE_SECONDS", "-1"),
        ("JOB_LEASE_SECONDS", "4"),
        ("MAX_CONCURRENT_FFMPEG", "0"),
        ("S3_FORCE_PATH_STYLE", "hush"),
    ];
    for (line, code) in [
        (&["worker", "--json"][..], 78),
        (&["migrate", "--json"], 78),
        (&["jobs", "stats", "--json"], 4),
        (&["config", "check", "--json"], 4),
    ] {
        let ended = with(&bench, line, &wrong);
        assert_eq!(ended.code, Some(code), "{line:?}: {}", ended.stderr);
        let problems = &ended.json()["error"]["details"]["problems"];
        assert_eq!(
            problems.as_array().map(Vec::len),
            Some(wrong.len()),
            "{problems}"
        );
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("hush"));
    }
    let others = &wrong[..wrong.len() - 1];
    let run = with(&bench, &["run", "lesson.md", "--no-tts"], others);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn redis_needs_postgres() {
    let queue = [("QUEUE_URL", "redis://localhost")];
    let ended = with(&Bench::new(), &["worker"], &queue);
    assert_eq!(ended.code, Some(78));
    assert!(
        ended.stderr.contains("QUEUE_URL: a Redis queue goes with"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_folder_for_uploads_that_cannot_be_written_is_told() {
    let bench = Bench::new();
    bench.file("taken", "");
    let ended = with(
        &bench,
        &["worker"],
        &[("FILESYSTEM_UPLOAD_DIR", "taken/uploads")],
    );
    assert_eq!(ended.code, Some(78), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("FILESYSTEM_UPLOAD_DIR"),
        "{}",
        ended.stderr
    );
}

#[test]
fn more_encoders_than_jobs_are_cut_with_a_warning() {
    let bench = Bench::new();
    let encoders = |variables: &[(&str, &str)]| shown(&bench, "worker.encoders", variables).0;
    assert_eq!(encoders(&[("WORKER_CONCURRENCY", "2")]), 2);
    let many = [("WORKER_CONCURRENCY", "2"), ("MAX_CONCURRENT_FFMPEG", "9")];
    assert_eq!(encoders(&many), 2);
    let checked = with(&bench, &["config", "check"], &many);
    assert!(
        checked.stdout.contains("MAX_CONCURRENT_FFMPEG"),
        "{}",
        checked.stdout
    );
}

#[test]
fn secrets_may_lie_in_files_and_are_told_by_none() {
    let bench = Bench::new();
    bench.file("password", "hush\n");
    let parts = [("PG_HOST", "db"), ("PG_PASSWORD_FILE", "password")];
    let told = ("postgres://esl@db:5432/esl_batch".into(), "PG_HOST".into());
    assert_eq!(shown(&bench, "jobs.database_url", &parts), told);
    let wrong = [
        ("PG_PASSWORD_FILE", "password"),
        ("PG_PASSWORD", "hush"),
        ("REDIS_PASSWORD_FILE", "hush"),
        ("MAIL_PASSWORD_FILE", "/dev/null"),
    ];
    let ended = with(&bench, &["worker"], &wrong);
    assert_eq!(ended.code, Some(78), "{}", ended.stderr);
    for (name, _) in wrong {
        assert!(ended.stderr.contains(name), "{name}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("hush"), "{}", ended.stderr);
}

#[test]
fn production_refuses_the_password_that_everybody_knows() {
    let bench = Bench::new();
    let default = ("DATABASE_URL", "postgres://esl:esl@localhost:1/esl");
    let migrate = |variables: &[(&str, &str)]| with(&bench, &["migrate"], variables);
    for production in ["NODE_ENV", "ESL_ENV"] {
        let ended = migrate(&[default, (production, "production")]);
        assert_eq!(ended.code, Some(78), "{}", ended.stderr);
        assert!(ended.stderr.contains("another"), "{}", ended.stderr);
    }
    let elsewhere = migrate(&[default]);
    assert_eq!(elsewhere.code, Some(5), "{}", elsewhere.stderr);
    let unknown = migrate(&[("NODE_ENV", "staging")]);
    assert_eq!(unknown.code, Some(78), "{}", unknown.stderr);
}
