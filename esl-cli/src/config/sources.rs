//! Everything that settings are read from: variables of the process, `.env` files, `esl.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::file::SettingsFile;
use super::keys::{self, Key};
use super::origin::Origin;
use super::problem::Problem;
use super::{dotenv, minio, secret_file, strangers};

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
        let variables = std::env::vars_os();
        let named = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self::read(&current, &named.collect())
    }

    /// The environment of a process in the folder `current` with the variables of `process`.
    pub(super) fn read(current: &Path, process: &BTreeMap<String, OsString>) -> Self {
        let mut environment = Self::default();
        for name in keys::OF_MACHINE {
            let value = process.get(*name).filter(|value| !value.is_empty());
            environment
                .machine
                .extend(value.map(|value| (*name, value.clone())));
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
    fn read_variables(&mut self, folders: &[PathBuf], process: &BTreeMap<String, OsString>) {
        let names: BTreeSet<_> = keys::names().collect();
        let files = dotenv::read(folders, &names, &mut self.warnings);
        let strangers = files.strangers.iter().chain(process.keys());
        self.warnings.extend(strangers::warnings(strangers, &names));
        self.variables = files.variables;
        for name in names {
            let origin = Origin::Variable(name);
            match process.get(name).cloned().map(OsString::into_string) {
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
    pub(super) fn find(&self, key: &Key) -> Result<Option<Found>, Problem> {
        let mut variables = key.all_variables();
        match variables.find(|name| self.origin(name).is_some()) {
            Some(name) => self.value(name),
            None => Ok(self.in_file(key).cloned()),
        }
    }

    /// Whether anything sets `key`.
    pub(super) fn sets(&self, key: &Key) -> bool {
        let mut variables = key.all_variables();
        variables.any(|name| self.origin(name).is_some()) || self.in_file(key).is_some()
    }

    fn in_file(&self, key: &Key) -> Option<&Found> {
        self.file.as_ref()?.value(key.path)
    }

    /// What the variable `name` says itself.
    pub(super) fn variable(&self, name: &str) -> Option<&Found> {
        self.variables.get(name)
    }

    /// What the variable `name` says, or, of a secret, the file that another variable names.
    pub(super) fn value(&self, name: &str) -> Result<Option<Found>, Problem> {
        secret_file::settle(self.variable(name), self.secret_file(name))
    }

    /// What would tell the value of the variable `name`.
    pub(super) fn origin(&self, name: &str) -> Option<&Origin> {
        let found = self.variable(name).or_else(|| self.secret_file(name))?;
        Some(&found.origin)
    }

    fn secret_file(&self, name: &str) -> Option<&Found> {
        self.variable(keys::secret_file(name)?)
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
