//! Opening the file: settings, folders, tables.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use esl_core::ports::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::error::Fault;
use crate::migrations::{Migration, SchemaChange, SchemaVersion, migration};

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How long to wait before the log is asked for again, which SQLite does not wait for by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// How many prepared statements a connection keeps: more than there are.
const STATEMENTS: usize = 64;

const MIGRATIONS: &[Migration] = &[
    migration!("sqlite", "0001_jobs"),
    migration!("sqlite", "0002_settings"),
    migration!("sqlite", "0003_batches"),
    migration!("sqlite", "0004_users"),
];

const OPENING: &str = "open the SQLite file";
const MIGRATING: &str = "migrate the SQLite file";

/// Opens the file, makes it if it is not there, and brings its tables to the last version.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    Ok(change(path, SchemaVersion::Latest)?.0)
}

/// Opens the file, makes it if it is not there, and brings its tables to a version.
pub(super) fn change(
    path: &Path,
    wanted: SchemaVersion,
) -> Result<(Connection, SchemaChange), StoreError> {
    make_folder(path)?;
    let mut connection = Connection::open(path)
        .map_err(Fault::from)
        .map_err(|fault| fault.opening(path, OPENING))?;
    configure(&connection)
        .and_then(|()| use_write_ahead_log(&connection))
        .map_err(|fault| fault.opening(path, OPENING))?;
    let change =
        migrate(&mut connection, wanted).map_err(|fault| fault.opening(path, MIGRATING))?;
    Ok((connection, change))
}

/// What [`change`] would do. A file that is not there stays so.
pub(super) fn plan(path: &Path, wanted: SchemaVersion) -> Result<SchemaChange, StoreError> {
    if !path.exists() {
        return SchemaChange::find(MIGRATIONS, 0, wanted);
    }
    let looking = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY)?;
        let found = version(&connection)?;
        Ok(SchemaChange::find(MIGRATIONS, found, wanted)?)
    };
    looking().map_err(|fault: Fault| fault.opening(path, OPENING))
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

/// Several that want the log of a new file at once hold each other's locks; SQLite then refuses all
/// but one at once instead of waiting, since waiting with a lock in hand would never end.
fn use_write_ahead_log(connection: &Connection) -> Result<(), Fault> {
    let give_up = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && Instant::now() < give_up => thread::sleep(BUSY_PAUSE),
            result => return Ok(result?),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn migrate(connection: &mut Connection, wanted: SchemaVersion) -> Result<SchemaChange, Fault> {
    // Immediate: of several processes that start at once, one migrates and the others see it done.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    let change = SchemaChange::find(MIGRATIONS, found, wanted)?;
    for step in &change.steps {
        transaction.execute_batch(step.sql)?;
        transaction.pragma_update(None, "user_version", step.version)?;
    }
    transaction.commit()?;
    Ok(change)
}

fn version(connection: &Connection) -> Result<u32, Fault> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    Ok(version?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(path: &Path, version: SchemaVersion) -> Vec<String> {
        let (connection, _) = change(path, version).unwrap();
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
        let planned = plan(&path, SchemaVersion::Latest).unwrap();
        assert!(!path.exists());
        let made = tables(&path, SchemaVersion::Latest);
        assert!(made.contains(&"jobs".to_owned()));
        assert_eq!(tables(&path, SchemaVersion::Exactly(0)), [""; 0]);
        assert_eq!(plan(&path, SchemaVersion::Latest).unwrap(), planned);
        assert_eq!(tables(&path, SchemaVersion::Latest), made);
    }

    #[test]
    fn several_can_open_a_new_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..40 {
            let path = folder.path().join(format!("esl{round}.db"));
            std::thread::scope(|scope| {
                let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&path))).collect();
                for opener in openers {
                    opener.join().unwrap().unwrap();
                }
            });
        }
    }

    #[test]
    fn a_file_that_cannot_be_one_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("notes.txt");
        std::fs::write(&notes, "no tables").unwrap();
        for (path, remedy) in [
            (notes.as_path(), "is no SQLite database; name another file"),
            (folder.path(), "cannot be opened; name a file"),
        ] {
            let error = open(path).unwrap_err().to_string();
            let told = format!("cannot use the job store: {} {remedy}", path.display());
            assert!(error.starts_with(&told), "{error}");
        }
    }

    #[test]
    fn tables_of_others_are_told_of_in_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("others.db");
        let others = Connection::open(&path).unwrap();
        others
            .execute_batch("CREATE TABLE jobs (name TEXT)")
            .unwrap();
        let said = esl_core::with_causes(&open(&path).unwrap_err());
        let expected = "the job store cannot migrate the SQLite file: \
                        table jobs already exists (SQLite error 1)";
        assert_eq!(said, expected);
    }

    #[test]
    fn tables_of_a_later_program_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("esl.db");
        let connection = open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let result = open(&path);
        assert!(matches!(
            result,
            Err(StoreError::NewerSchema { found: 99, .. })
        ));
    }
}
