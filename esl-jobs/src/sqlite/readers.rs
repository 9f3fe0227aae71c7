//! The connections that read: beside the writer, never waiting for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::ports::StoreError;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::error::Fault;

/// How many reads run at the same time.
const READERS: usize = 4;

/// Connections to read through, opened when they are needed.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

impl Readers {
    /// Of the database at `path`, which is there.
    pub(super) fn of(path: &Path) -> Arc<Self> {
        Arc::new(Self {
            path: path.to_owned(),
            idle: Mutex::default(),
            turns: Semaphore::new(READERS),
        })
    }

    /// Runs `work` on what was committed last.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = self.turns.acquire().await;
        let _turn = turn.map_err(|_| StoreError::Closed)?;
        let readers = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let result = work(&connection);
            readers.idle().push(connection);
            result
        });
        let result = reading.await.map_err(|_| StoreError::Closed)?;
        result.map_err(|fault| fault.during(operation))
    }

    fn take(&self) -> Result<Connection, Fault> {
        if let Some(connection) = self.idle().pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        super::open::configure(&connection)?;
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
