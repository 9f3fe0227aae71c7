//! Databases and queues that let nobody in are a matter of settings; those that are down are not.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::services::redis::RedisServer;

use crate::bench::{Bench, Ended};

fn with(line: &[&str], variables: &[(&str, &str)]) -> Ended {
    let bench = Bench::new();
    let mut command = bench.command(line);
    command.envs(variables.iter().copied());
    command.output().unwrap().into()
}

#[test]
fn a_database_that_lets_nobody_in_is_a_wrong_setting() {
    let Some(database) = PostgresDatabase::create_guarded() else {
        return;
    };
    let url = database.url();
    for (denied, told) in [
        (url.replace("///test", "///nowhere"), "does not exist"),
        (
            url.replace("user=postgres", "user=me&password=hush"),
            "password authentication failed",
        ),
        (url.replace("user=postgres", "user=me"), "password missing"),
    ] {
        for (line, code) in [
            (&["worker"][..], 78),
            (&["migrate"], 78),
            (&["jobs", "stats"], 4),
        ] {
            let ended = with(line, &[("DATABASE_URL", &denied)]);
            assert_eq!(ended.code, Some(code), "{line:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(told), "{}", ended.stderr);
            assert!(ended.stderr.contains("address"), "{}", ended.stderr);
            assert!(!ended.stderr.contains("hush"), "{}", ended.stderr);
        }
    }
    database.stop();
    let down = with(&["migrate"], &[("DATABASE_URL", &url)]);
    assert_eq!(down.code, Some(5), "{}", down.stderr);
    let told = down.stderr;
    assert!(
        told.contains("the settings name postgres:///test"),
        "{told}"
    );
}

#[test]
fn a_queue_that_lets_nobody_in_is_a_wrong_setting() {
    let servers = PostgresDatabase::create().zip(RedisServer::start());
    let Some((database, mut redis)) = servers else {
        return;
    };
    let (database, queue) = (database.url(), redis.url());
    let mut socket = UnixStream::connect(queue.replace("redis+unix://", "")).unwrap();
    socket
        .write_all(b"CONFIG SET requirepass right\r\n")
        .unwrap();
    socket.read_exact(&mut [0; 5]).unwrap();
    let worker = || {
        let places = [("DATABASE_URL", &*database), ("QUEUE_URL", &*queue)];
        with(&["worker"], &places)
    };
    let denied = worker();
    assert_eq!(denied.code, Some(78), "{}", denied.stderr);
    assert!(denied.stderr.contains("NOAUTH"), "{}", denied.stderr);
    redis.stop();
    assert_eq!(worker().code, Some(5));
}
