//! Who runs a service.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// An account that may do little. Some servers refuse to run as root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The account to run `service` with; none if the tests themselves do not run as root, and the
    /// service runs as they do.
    pub(super) fn beside_root(service: &str) -> Option<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        if !is_root {
            return None;
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = |name| accounts.lines().find_map(|line| Self::parse(line, name));
        named(service).or_else(|| named("nobody"))
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut parts = line.split(':');
        (parts.next() == Some(name)).then_some(())?;
        Some(Self {
            user: parts.nth(1)?.parse().ok()?,
            group: parts.next()?.parse().ok()?,
        })
    }

    /// Runs a command as this account.
    pub(super) fn runs(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }

    /// Gives it a folder.
    ///
    /// # Panics
    /// If the folder cannot be given away.
    pub(super) fn owns(self, folder: &Path) {
        let given = chown(folder, Some(self.user), Some(self.group));
        given.expect("root may give a folder away");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let line = "postgres:x:101:104:administrator,,,:/var/lib/postgresql:/bin/bash";
        let account = Account::parse(line, "postgres").unwrap();
        assert_eq!((account.user, account.group), (101, 104));
        assert!(Account::parse(line, "post").is_none());
        assert!(Account::parse("", "postgres").is_none());
    }
}
