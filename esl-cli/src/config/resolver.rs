//! Brings what was typed and what the environment says together, setting by setting, and keeps
//! what is wrong with any of them until the end.

use std::path::PathBuf;

use esl_core::Digest;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::keys::Key;
use super::origin::{Origin, Setting};
use super::parse;
use super::problem::Problem;
use super::sources::{Environment, Found};

/// A setting as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) key: &'static Key,
    /// The value; of a secret only whether it is set, and a fingerprint.
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// Resolves one setting after another.
#[derive(Debug)]
pub(super) struct Resolver<'a> {
    pub(super) environment: &'a Environment,
    pub(super) shown: Vec<Shown>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            shown: Vec::new(),
            problems: environment.problems.clone(),
            warnings: Vec::new(),
        }
    }

    /// The value of `key`: as typed, else as the environment says.
    pub(super) fn optional<T: Serialize>(
        &mut self,
        key: &'static Key,
        typed: Option<T>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Setting<T>> {
        self.resolve(key, typed, |found| read(&found.text), None)
    }

    /// The value of `key`: as typed, else as the environment says, else `built_in`.
    pub(super) fn or<T>(
        &mut self,
        key: &'static Key,
        typed: Option<T>,
        read: impl Fn(&str) -> Result<T, String>,
        built_in: T,
    ) -> Setting<T>
    where
        T: Serialize + Clone,
    {
        let setting = self.resolve(
            key,
            typed,
            |found| read(&found.text),
            Some(built_in.clone()),
        );
        // A problem is told at the end; until then anything will do.
        setting.unwrap_or(Setting::new(built_in, Origin::BuiltIn))
    }

    /// A path. In a file it is meant from that file's folder on, else from the current one.
    pub(super) fn path(
        &mut self,
        key: &'static Key,
        typed: Option<PathBuf>,
        built_in: Option<&str>,
    ) -> Option<Setting<PathBuf>> {
        let mut absolute = |path: PathBuf| match std::path::absolute(&path) {
            Ok(path) => path,
            Err(error) => {
                let message = format!("it cannot be found: {error}");
                self.problems
                    .push(Problem::of(path.display().to_string(), message));
                path
            }
        };
        let typed = typed.map(&mut absolute);
        let built_in = built_in.map(|path| absolute(path.into()));
        self.resolve(key, typed, path_of, built_in)
    }

    /// A secret; shown without a part of it.
    pub(super) fn secret(&mut self, key: &'static Key) -> Option<SecretString> {
        let found = self.found(key);
        let value = match &found {
            Some(found) => {
                let digest = Digest::of(found.text.trim());
                json!({ "isSet": true, "fingerprint": &digest.as_str()[..8] })
            }
            None => json!({ "isSet": false }),
        };
        let origin = found.as_ref().map(|found| found.origin.clone());
        self.show(key, value, &origin.unwrap_or(Origin::BuiltIn));
        Some(SecretString::from(found?.text.trim()))
    }

    /// Notes that a setting cannot be used.
    pub(super) fn refuse(&mut self, setting: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::of(setting, message));
    }

    pub(super) fn show(&mut self, key: &'static Key, value: Value, origin: &Origin) {
        let origin = origin.clone();
        self.shown.push(Shown { key, value, origin });
    }

    /// What sets `key`. An older name gives a warning.
    pub(super) fn found(&mut self, key: &Key) -> Option<Found> {
        let found = self.environment.find(key).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })?;
        if let Origin::Variable(name) | Origin::DotEnv { name, .. } = found.origin
            && key.is_deprecated(name)
            && let Some(replacement) = key.variables.first()
        {
            let warning = format!("{name} is an older name; set {replacement} instead");
            self.warnings.push(warning);
        }
        Some(found)
    }

    fn resolve<T: Serialize>(
        &mut self,
        key: &'static Key,
        typed: Option<T>,
        read: impl Fn(&Found) -> Result<T, String>,
        built_in: Option<T>,
    ) -> Option<Setting<T>> {
        let of_environment = self.found(key);
        self.choose(key, typed, of_environment, read, built_in)
    }

    /// The value of `key`: as typed, else as was found, else built in.
    pub(super) fn choose<T: Serialize>(
        &mut self,
        key: &'static Key,
        typed: Option<T>,
        of_environment: Option<Found>,
        read: impl Fn(&Found) -> Result<T, String>,
        built_in: Option<T>,
    ) -> Option<Setting<T>> {
        let flag = typed.zip(key.flag);
        let setting = match (flag, of_environment) {
            (Some((value, flag)), _) => Some(Setting::new(value, Origin::Flag(flag))),
            (None, Some(found)) => match read(&found) {
                Ok(value) => Some(Setting::new(value, found.origin)),
                Err(message) => {
                    self.problems.push(Problem::new(&found.origin, message));
                    None
                }
            },
            (None, None) => built_in.map(|value| Setting::new(value, Origin::BuiltIn)),
        };
        let Some(setting) = setting else {
            self.show(key, Value::Null, &Origin::BuiltIn);
            return None;
        };
        match serde_json::to_value(&setting.value) {
            Ok(value) => self.show(key, value, &setting.origin),
            // Manifests and documents could not say it.
            Err(error) => {
                let setting = format!("{} ({})", key.path, setting.origin);
                self.problems.push(Problem::of(setting, error.to_string()));
            }
        }
        Some(setting)
    }
}

/// The path that was found. In a file it is meant from that file's folder on.
pub(super) fn path_of(found: &Found) -> Result<PathBuf, String> {
    let file = match &found.origin {
        Origin::DotEnv { file, .. } | Origin::File { file, .. } => file.parent(),
        _ => None,
    };
    match file {
        Some(folder) => Ok(folder.join(found.text.trim())),
        None => parse::path(found.text.trim()),
    }
}
