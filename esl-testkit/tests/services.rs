//! Services start, answer, and start again.
#![cfg(unix)]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use esl_testkit::services::postgres::PostgresDatabase;
use esl_testkit::services::redis::RedisServer;

/// What Redis answers to a command of one word.
fn ask(server: &RedisServer, command: &str) -> String {
    let url = server.url();
    let socket = url.strip_prefix("redis+unix://").unwrap();
    let mut stream = UnixStream::connect(socket).unwrap();
    stream
        .write_all(format!("{command}\r\n").as_bytes())
        .unwrap();
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[test]
fn redis_answers_and_forgets_everything_when_it_stops() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    assert_eq!(ask(&server, "SET a 1"), "+OK\r\n");
    assert_eq!(ask(&server, "DBSIZE"), ":1\r\n");
    server.stop();
    server.start_again();
    assert_eq!(ask(&server, "DBSIZE"), ":0\r\n");
}

#[test]
fn each_postgres_database_has_an_address_of_its_own() {
    let Some(one) = PostgresDatabase::create() else {
        return;
    };
    let other = PostgresDatabase::create().unwrap();
    assert_ne!(one.url(), other.url());
}
