//! Hearing of what other processes write into the same file.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use esl_core::ports::StoreError;
use rusqlite::Connection;

use crate::wakeups::{News, Wakeups};

/// How long something that another process wrote goes unheard at most.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens for as long as it lives.
#[derive(Debug)]
pub(super) struct Neighbours {
    _alive: Sender<()>,
}

impl Neighbours {
    /// Rings `wakeups` whenever the file was changed through another connection than this one.
    pub(super) fn listen(
        connection: Connection,
        wakeups: Arc<Wakeups>,
    ) -> Result<Self, StoreError> {
        let (alive, ended) = channel();
        thread::Builder::new()
            .name("sqlite-listener".into())
            .spawn(move || listen(&connection, &ended, &wakeups))
            .map_err(|error| StoreError::Unavailable {
                operation: "start the thread that listens",
                source: error.into(),
            })?;
        Ok(Self { _alive: alive })
    }
}

fn listen(connection: &Connection, ended: &Receiver<()>, wakeups: &Wakeups) {
    let mut seen = None;
    while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        // The number changes with every commit of others; an error is looked at again next time.
        let version = connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
        let Ok(version) = version else { continue };
        if seen.replace(version) != Some(version) {
            wakeups.ring(News::ALL);
        }
    }
}
