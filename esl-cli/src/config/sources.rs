//! Everything that settings are read from: variables of the process, `.env` files, `esl.toml`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::file::SettingsFile;
use super::keys::{self, Key};
use super::origin::Origin;
use super::problem::Problem;
use super::{dotenv, minio};

/// Variables by name.
pub(super) type Variables = BTreeMap<&'static str, Found>;

/// A value as it was written, and where.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// What settings are read from, without what was typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    pub(super) variables: Variables,
    pub(super) machine: BTreeMap<&'static str, OsString>,
    pub(super) file: Option<SettingsFile>,
    /// What the user should know, but can do without.
    pub(super) warnings: Vec<String>,
    /// What cannot be read.
    pub(super) problems: Vec<Problem>,
}

impl Found {
    pub(super) fn typed(text: &str, flag: &'static str) -> Self {
        let (text, origin) = (text.to_owned(), Origin::Flag(flag));
        Self { text, origin }
    }

    pub(super) fn in_dotenv(text: String, name: &'static str, file: PathBuf, line: usize) -> Self {
        let origin = Origin::DotEnv { name, file, line };
        Self { text, origin }
    }
}

/// The text may be a secret.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({})", self.origin)
    }
}

impl Environment {
    /// The environment of this process in its current folder.
    pub(crate) fn of_process() -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        Self::read(&current, |name| std::env::var_os(name))
    }

    /// The environment of a process in the folder `current` with the variables of `process`.
    pub(super) fn read(current: &Path, process: impl Fn(&str) -> Option<OsString>) -> Self {
        let mut environment = Self::default();
        for name in keys::OF_MACHINE {
            let value = process(name).filter(|value| !value.is_empty());
            environment
                .machine
                .extend(value.map(|value| (*name, value)));
        }
        let folders = dotenv::folders(current, environment.settings_folder().as_deref());
        environment.read_variables(&folders, process);
        match SettingsFile::find(&folders) {
            Ok(file) => environment.file = file,
            Err(problems) => environment.problems.extend(problems),
        }
        environment
    }

    /// Those of the process hide those of `.env` files, even if they are empty; an empty one counts
    /// as not set.
    fn read_variables(&mut self, folders: &[PathBuf], process: impl Fn(&str) -> Option<OsString>) {
        let of_keys = keys::ALL.iter().flat_map(|key| key.all_variables());
        let names: Vec<_> = of_keys.chain(keys::HELPERS.iter().copied()).collect();
        self.variables = dotenv::read(folders, &names, &mut self.warnings);
        for name in names {
            let origin = Origin::Variable(name);
            match process(name).map(OsString::into_string) {
                Some(Ok(text)) => {
                    self.variables.insert(name, Found { text, origin });
                }
                Some(Err(_)) => self.problems.push(Problem::new(&origin, "it is not UTF-8")),
                None => {}
            }
        }
        self.variables
            .retain(|_, found| !found.text.trim().is_empty());
        if let Err(problem) = minio::settle(&mut self.variables) {
            self.problems.push(problem);
        }
    }

    /// What sets `key`: a variable, else the settings file.
    pub(super) fn find(&self, key: &Key) -> Option<Found> {
        let variable = key.all_variables().find_map(|name| self.variable(name));
        let in_file = || self.file.as_ref()?.value(key.path);
        variable.or_else(in_file).cloned()
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Found> {
        self.variables.get(name)
    }

    /// What the user should know about the places that settings come from.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The folder `esl-pipeline` in the user's folder of settings.
    pub(super) fn settings_folder(&self) -> Option<PathBuf> {
        let folder = self.folder_of_user(keys::CONFIG_HOME, ".config")?.0;
        Some(folder.join("esl-pipeline"))
    }

    /// The folder that `variable` names, else the one called `below_home`; and which variable it was.
    pub(super) fn folder_of_user(
        &self,
        variable: &'static str,
        below_home: &str,
    ) -> Option<(PathBuf, &'static str)> {
        [(variable, ""), (keys::HOME, below_home)]
            .into_iter()
            .find_map(|(name, below)| {
                let folder = Path::new(self.machine.get(name)?);
                folder.is_absolute().then(|| (folder.join(below), name))
            })
    }

    /// Whether the user wants colours: not with `NO_COLOR`, nor in a terminal that has none.
    pub(crate) fn wants_colours() -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        !is_set(keys::NO_COLOR) && std::env::var_os(keys::TERM).is_none_or(|term| term != "dumb")
    }
}
