//! Writing files for the user: whole or not at all, and never over something unasked.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use esl_core::ErrorKind;
use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure};

/// Makes the existing file at `path` hold `text`. Its permissions stay, and a link goes on
/// pointing to it.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let replaced = || {
        let path = path.canonicalize()?;
        let permissions = fs::metadata(&path)?.permissions();
        let file = prepared(&path, text)?;
        file.as_file().set_permissions(permissions)?;
        file.persist(&path)?;
        io::Result::Ok(())
    };
    replaced().map_err(|error| unwritable(path, &error))
}

/// Writes a new file. One that is there already is only replaced by `force`.
pub(crate) fn create(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if force && path.exists() {
        return replace(path, text);
    }
    let created = prepared(path, text).and_then(|file| Ok(file.persist_noclobber(path)?));
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("{} exists already", path.display());
            let failure = Failure::new(Exit::Usage, ErrorKind::Conflict, message);
            Err(failure.hint("give another name, or --force to replace it"))
        }
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn prepared(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".esl-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Narrowed by the umask, as for any other new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write {}", path.display());
    Failure {
        causes: vec![error.to_string()],
        ..Failure::new(Exit::Unexpected, ErrorKind::Storage, message)
    }
}
