//! Finding and running the programs of a service.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;

/// The first folder of `more` and of `PATH` that has all these programs.
pub(super) fn folder_with(
    programs: &[&str],
    more: impl Iterator<Item = PathBuf>,
) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let has_all = |folder: &PathBuf| programs.iter().all(|name| folder.join(name).is_file());
    more.chain(env::split_paths(&path)).find(has_all)
}

/// Runs a program to its end, which must be a good one.
///
/// # Panics
/// If it fails; with what it said.
pub(super) fn run(account: Option<Account>, folder: &Path, command: &mut Command) {
    let done = try_to_run(account, folder, command);
    done.unwrap_or_else(|said| panic!("{said}"));
}

/// Runs a program to its end.
///
/// # Errors
/// What it said if that was no good one.
pub(super) fn try_to_run(
    account: Option<Account>,
    folder: &Path,
    command: &mut Command,
) -> Result<(), String> {
    if let Some(account) = account {
        account.runs(command);
    }
    // Servers that go on in the background would keep pipes open: what is said goes to a file.
    let log = folder.join("commands.log");
    let out = std::fs::File::create(&log).expect("the log can be made");
    let errors = out.try_clone().expect("the log can be shared");
    command.current_dir(folder).stdin(Stdio::null());
    let status = command.stdout(out).stderr(errors).status();
    if status.as_ref().is_ok_and(std::process::ExitStatus::success) {
        return Ok(());
    }
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    Err(format!("{command:?}: {status:?}\n{said}"))
}
