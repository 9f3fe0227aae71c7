//! Opening the file: settings, folders, tables.

use std::path::Path;
use std::time::Duration;

use esl_core::ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::Fault;
use crate::migrations::{Migration, migration, steps};

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How many prepared statements a connection keeps: more than there are.
const STATEMENTS: usize = 64;

const MIGRATIONS: &[Migration] = &[
    migration!("sqlite", "0001_jobs"),
    migration!("sqlite", "0002_settings"),
];

/// Opens the file, makes it if it is not there, and brings its tables to version `wanted` or the last
/// one.
pub(super) fn open(path: &Path, wanted: Option<u32>) -> Result<Connection, StoreError> {
    const OPERATION: &str = "open the SQLite file";
    make_folder(path)?;
    let mut connection = Connection::open(path)
        .map_err(Fault::from)
        .map_err(|fault| fault.during(OPERATION))?;
    configure(&connection)
        .and_then(|()| use_write_ahead_log(&connection))
        .map_err(|fault| fault.during(OPERATION))?;
    migrate(&mut connection, wanted).map_err(|fault| fault.during("migrate the SQLite file"))?;
    Ok(connection)
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| StoreError::Configuration {
        problem: format!("cannot make the folder {}: {error}", folder.display()),
    })
}

/// What every connection needs.
pub(super) fn configure(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    // A commit is on the disk before anybody hears of it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

fn use_write_ahead_log(connection: &Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    Ok(())
}

fn migrate(connection: &mut Connection, wanted: Option<u32>) -> Result<(), Fault> {
    // Immediate: of several processes that start at once, one migrates and the others see it done.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for step in steps(MIGRATIONS, found, wanted)? {
        transaction.execute_batch(step.sql)?;
        transaction.pragma_update(None, "user_version", step.version)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(path: &Path, version: Option<u32>) -> Vec<String> {
        let connection = open(path, version).unwrap();
        let mut names = connection
            .prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
            .unwrap();
        let names = names.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    #[test]
    fn down_takes_back_all_that_up_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/esl.db");
        let made = tables(&path, None);
        assert!(made.contains(&"jobs".to_owned()));
        assert_eq!(tables(&path, Some(0)), [""; 0]);
        assert_eq!(tables(&path, None), made);
    }

    #[test]
    fn several_can_open_a_new_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("esl.db");
        std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&path, None))).collect();
            for opener in openers {
                opener.join().unwrap().unwrap();
            }
        });
    }

    #[test]
    fn tables_of_a_later_program_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("esl.db");
        let connection = open(&path, None).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let result = open(&path, None);
        assert!(matches!(
            result,
            Err(StoreError::NewerSchema { found: 99, .. })
        ));
    }
}
