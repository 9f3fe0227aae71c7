//! Services start, answer, and start again.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

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

const CHILD: &str = "ESL_TEST_CHILD_OF_SERVICES";

/// Starts servers, says where they listen, and waits to be killed.
#[test]
#[ignore = "a process of another test"]
fn starts_servers_and_waits_for_its_end() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let (database, redis) = (PostgresDatabase::create(), RedisServer::start());
    let (database, redis) = (database.unwrap(), redis.unwrap());
    let redis_socket = redis.url().replace("redis+unix://", "");
    say(&format!(
        "\n{}\n{redis_socket}",
        database.socket().display()
    ));
    // Standard input never says anything.
    let _ = std::io::stdin().read(&mut [0]);
}

#[expect(clippy::print_stdout, reason = "how a process tells the test")]
fn say(lines: &str) {
    println!("{lines}");
}

fn child() -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "starts_servers_and_waits_for_its_end",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn servers_end_with_the_process_that_started_them() {
    if PostgresDatabase::create().is_none() || RedisServer::start().is_none() {
        return;
    }
    let mut child = child();
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let sockets = said
        .map_while(Result::ok)
        .filter(|line| line.starts_with('/'));
    let connect = |path: String| UnixStream::connect(path).unwrap();
    let mut connections: Vec<_> = sockets.take(2).map(connect).collect();
    assert_eq!(connections.len(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    for connection in &mut connections {
        // A server that ends closes its connections.
        assert_eq!(connection.read(&mut [0]).unwrap_or(0), 0);
    }
}
