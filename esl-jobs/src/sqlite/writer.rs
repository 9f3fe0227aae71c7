//! The one connection that writes: requests of many callers become one transaction.
//!
//! A commit with full durability waits for the disk, and the disk takes as long for a hundred requests
//! as for one. So a thread takes whatever requests are waiting, runs each inside a savepoint of its own,
//! commits them together, and only then answers. A request that fails takes back its own part only;
//! if the commit fails, all of them failed.

use std::sync::Arc;
use std::thread;

use esl_core::ports::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error::{Fault, may_pass};
use crate::wakeups::{News, Wakeups};

/// How many requests share a transaction at most: a bound on how long the first one waits.
const MAX_GROUP: usize = 512;

/// How many requests wait for the thread before callers do.
const WAITING: usize = 1024;

/// The way to the thread that writes. The thread ends when the last way to it is gone.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    requests: mpsc::Sender<Box<dyn Request>>,
}

/// One caller's part of a transaction.
trait Request: Send {
    /// Does the work.
    fn run(&mut self, connection: &Connection) -> News;
    /// Answers, after the commit or after it failed.
    fn finish(self: Box<Self>, failed: Option<&CommitFailed>);
}

/// The transaction could not be opened or committed.
#[derive(Debug)]
struct CommitFailed {
    may_pass: bool,
    message: String,
}

impl From<rusqlite::Error> for CommitFailed {
    fn from(error: rusqlite::Error) -> Self {
        Self {
            may_pass: may_pass(&error),
            message: error.to_string(),
        }
    }
}

impl CommitFailed {
    fn during(&self, operation: &'static str) -> StoreError {
        let source = self.message.clone().into();
        if self.may_pass {
            StoreError::Unavailable { operation, source }
        } else {
            StoreError::Refused { operation, source }
        }
    }
}

struct Pending<T, W> {
    operation: &'static str,
    work: Option<W>,
    result: Option<Result<T, Fault>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Request for Pending<T, W>
where
    T: Send,
    W: FnOnce(&Connection, &mut News) -> Result<T, Fault> + Send,
{
    fn run(&mut self, connection: &Connection) -> News {
        let mut news = News::default();
        if let Some(work) = self.work.take() {
            let result = in_savepoint(connection, |connection| work(connection, &mut news));
            self.result = Some(result);
        }
        news
    }

    fn finish(self: Box<Self>, failed: Option<&CommitFailed>) {
        let operation = self.operation;
        let result = match (failed, self.result) {
            (Some(failed), _) => Err(failed.during(operation)),
            (None, Some(result)) => result.map_err(|fault| fault.during(operation)),
            (None, None) => Err(StoreError::Closed),
        };
        // Who does not wait for the answer any more does not get it.
        let _ = self.answer.send(result);
    }
}

/// Whether SQLite took back the whole transaction, as it may when the disk is full ("Response To Errors
/// Within A Transaction" of its manual).
fn is_rolled_back(connection: &Connection) -> bool {
    connection.is_autocommit()
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    connection
        .prepare_cached("SAVEPOINT request")?
        .execute([])?;
    let result = work(connection);
    if is_rolled_back(connection) {
        return result;
    }
    if result.is_err() {
        connection
            .prepare_cached("ROLLBACK TO request")?
            .execute([])?;
    }
    connection.prepare_cached("RELEASE request")?.execute([])?;
    result
}

impl Writer {
    /// Starts the thread that writes through `connection` and rings `wakeups` after each commit.
    pub(super) fn start(connection: Connection, wakeups: Arc<Wakeups>) -> Result<Self, StoreError> {
        let (requests, waiting) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write(&connection, waiting, &wakeups))
            .map_err(|error| StoreError::Unavailable {
                operation: "start the thread that writes",
                source: error.into(),
            })?;
        Ok(Self { requests })
    }

    /// Runs `work` inside a transaction and returns once it is durable.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection, &mut News) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let request = Pending {
            operation,
            work: Some(work),
            result: None,
            answer,
        };
        let sent = self.requests.send(Box::new(request)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

fn write(
    connection: &Connection,
    mut waiting: mpsc::Receiver<Box<dyn Request>>,
    wakeups: &Wakeups,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        let (news, failed) = match commit_group(connection, &mut group, &mut waiting) {
            Ok(news) => (news, None),
            Err(failed) => (News::default(), Some(failed)),
        };
        for request in group {
            request.finish(failed.as_ref());
        }
        wakeups.ring(news);
    }
}

/// Runs the group, and what comes in meanwhile, as one transaction.
fn commit_group(
    connection: &Connection,
    group: &mut Vec<Box<dyn Request>>,
    waiting: &mut mpsc::Receiver<Box<dyn Request>>,
) -> Result<News, CommitFailed> {
    // Immediate: the lock is taken, and waited for, before anything is read.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut news = News::default();
    let mut done = 0;
    while let Some(request) = group.get_mut(done) {
        news = news.and(request.run(connection));
        if is_rolled_back(connection) {
            return Err(CommitFailed {
                may_pass: true,
                message: "SQLite took the transaction back".to_owned(),
            });
        }
        done += 1;
        if group.len() < MAX_GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
    }
    let committed = connection.prepare_cached("COMMIT")?.execute([]);
    if let Err(error) = committed {
        connection.execute_batch("ROLLBACK").ok();
        return Err(error.into());
    }
    Ok(news)
}

#[cfg(test)]
mod tests {
    use esl_core::{Classify as _, Retry};

    use super::*;

    const FILL: &str = "INSERT INTO filled VALUES (zeroblob(1000000))";
    const ADD: &str = "INSERT INTO filled VALUES (1)";

    /// A writer whose disk has hardly any room, and another connection to its file.
    fn on_a_full_disk(folder: &tempfile::TempDir) -> (Writer, Connection) {
        let path = folder.path().join("full.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("CREATE TABLE filled (x); PRAGMA max_page_count = 20")
            .unwrap();
        let writer = Writer::start(connection, Arc::default()).unwrap();
        (writer, Connection::open(&path).unwrap())
    }

    async fn execute(writer: &Writer, sql: &'static str) -> Result<usize, StoreError> {
        let work = move |connection: &Connection, _: &mut News| Ok(connection.execute(sql, [])?);
        writer.write("fill the disk", work).await
    }

    #[tokio::test]
    async fn what_shares_a_transaction_with_a_full_disk_may_be_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, reader) = on_a_full_disk(&folder);
        let (go, gone) = std::sync::mpsc::channel();
        let wait = move |_: &Connection, _: &mut News| {
            gone.recv().unwrap();
            Ok(())
        };
        let (waited, before, full, after, ()) = tokio::join!(
            biased;
            writer.write("wait for the others", wait),
            execute(&writer, ADD),
            execute(&writer, FILL),
            execute(&writer, ADD),
            async { go.send(()).unwrap() },
        );
        let failures = [waited.unwrap_err(), before.unwrap_err(), full.unwrap_err()];
        for failure in failures {
            assert_eq!(failure.retry(), Retry::Backoff, "{failure:?}");
        }
        assert_eq!(after.unwrap(), 1);
        let count = "SELECT count(*) FROM filled";
        let count: i64 = reader.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
    }
}
