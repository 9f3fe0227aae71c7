//! Jobs that wait for a time.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use esl_core::job::payload::NotifyEmail;
use esl_core::job::{JobId, NewJob, WorkerId};
use esl_core::ports::{Clock, Delayed, Hint, JobStore, Queue, SystemClock};
use esl_jobs::redis::RedisQueue;
use esl_testkit::ManualClock;
use esl_testkit::services::redis::RedisServer;

use super::{Announced, PATIENCE, command, connect, dial, flush};

/// Hears the bell of the namespace, from now on.
fn listen(server: &RedisServer) -> BufReader<UnixStream> {
    let mut redis = BufReader::new(dial(server));
    let subscribe = b"SUBSCRIBE esl:{esl-jobs}:bell\r\n";
    redis.get_mut().write_all(subscribe).unwrap();
    hear(&mut redis, ":1\r\n");
    redis
}

/// Reads until there is such a line.
fn hear(redis: &mut BufReader<UnixStream>, wanted: &str) {
    let mut line = String::new();
    while line != wanted {
        line.clear();
        redis.read_line(&mut line).unwrap();
    }
}

/// Redis alone knows of the jobs, and only one place keeps them at a time.
#[tokio::test]
async fn jobs_that_wait_for_a_time_are_announced_when_it_has_come() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::default());
    let queue = RedisQueue::connect(&server.url(), "esl-jobs", 2, clock.clone()).await;
    let (queue, worker) = (queue.unwrap(), WorkerId::new());
    let minute = Duration::from_secs(60);
    let due = |minutes| Delayed {
        job: JobId::new(),
        due: clock.now().plus(minutes * minute),
    };
    let [second, third, first] = [due(2), due(3), due(1)];
    queue.delay(&[second, third, first]).await.unwrap();
    for delayed in [first, second] {
        let next = async || queue.next(worker, 9, Duration::ZERO).await.unwrap();
        assert_eq!(next().await, Hint::Nothing);
        clock.advance(minute);
        let heard = queue.next(worker, 9, PATIENCE).await.unwrap();
        assert_eq!(heard, Hint::Jobs(vec![delayed.job]));
        queue.acknowledge(worker, &[delayed.job]).await.unwrap();
    }
    // No more than two are kept: the store knows of all.
    assert_eq!(command(&server, "ZCARD esl:{esl-jobs}:delayed"), ":0\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_waits_is_woken_when_a_job_is_due() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let (one, other) = (connect(&server.url()).await, connect(&server.url()).await);
    let (one, other) = (one.unwrap(), other.unwrap());
    let delayed = [Delayed {
        job: JobId::new(),
        due: SystemClock.now().plus(Duration::from_millis(200)),
    }];
    let (heard, told) = tokio::join!(
        one.next(WorkerId::new(), 9, PATIENCE),
        other.delay(&delayed),
    );
    told.unwrap();
    assert_eq!(heard.unwrap(), Hint::Jobs(vec![delayed[0].job]));
    assert!(SystemClock.now() >= delayed[0].due);
}

/// However many there are, a script keeps nobody else waiting.
#[tokio::test]
async fn of_jobs_that_are_due_together_some_are_announced_at_a_time() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let many = "for i = 100000, 199999 do redis.call('ZADD', KEYS[1], 1, ARGV[1] .. i) end";
    let missing = JobId::new().to_string();
    let (prefix, _) = missing.split_at(30);
    let many = format!("EVAL \"{many}\" 1 esl:{{esl-jobs}}:delayed {prefix}");
    command(&server, &many);
    let queue = connect(&server.url()).await.unwrap();
    let heard = queue.next(WorkerId::new(), 9, PATIENCE).await.unwrap();
    assert!(matches!(heard, Hint::Jobs(jobs) if jobs.len() == 9));
    for (count, answer) in [
        ("XLEN esl:{esl-jobs}:hints", ":100\r\n"),
        ("ZCARD esl:{esl-jobs}:delayed", ":99900\r\n"),
    ] {
        assert_eq!(command(&server, count), answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_tells_redis_of_jobs_that_wait_and_tells_it_again_when_it_forgot() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let place = Announced::on(&server, 1000).await;
    let mut bell = listen(&server);
    let hour = Duration::from_secs(3600);
    let new = NewJob {
        not_before: Some(SystemClock.now().plus(hour)),
        ..NewJob::new(&NotifyEmail::default())
    };
    let job = new.id;
    place.store.submit(vec![new]).await.unwrap();
    let heard = tokio::task::spawn_blocking(move || hear(&mut bell, "message\r\n"));
    heard.await.unwrap();
    let scored = format!("ZSCORE esl:{{esl-jobs}}:delayed {job}");
    assert!(command(&server, &scored).starts_with("$13\r\n"));
    flush(&server);
    let mut bell = listen(&server);
    let submitted = place.submit(1).await;
    place.hear_of(&submitted).await;
    let heard = tokio::task::spawn_blocking(move || {
        while !command(&server, &scored).starts_with("$13\r\n") {
            hear(&mut bell, "message\r\n");
        }
    });
    heard.await.unwrap();
}
