//! The settings and where each of them came from. The only place that reads the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use esl_core::ErrorKind;
use esl_pipeline::lesson::DEFAULT_LIMIT;

use crate::args::LogLevel;
use crate::exit::{Exit, Failure};

/// A folder that may hold settings files.
const CONFIG_DIR: &str = "ESL_PIPELINE_CONFIG_DIR";
/// How much to log.
const LOG_LEVEL: &str = "LOG_LEVEL";
/// The user's folder of what can be made again (XDG Base Directory Specification).
const CACHE_HOME: &str = "XDG_CACHE_HOME";
/// The user's folder.
const HOME: &str = "HOME";

/// The folder below the current one that may hold settings files.
const LOCAL_CONFIGS: &str = "configs";
/// The folder of the pages unless given.
const WORKSPACE: &str = "homework";

/// The variables of the process that are looked at. An empty one counts as not set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<&'static str, OsString>);

/// A value and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was typed after this flag.
    Flag(&'static str),
    /// This variable of the environment says so.
    Variable(&'static str),
    /// The folder `configs` below the current one holds it.
    LocalConfigs,
    /// Nobody says anything else.
    Default,
}

/// What was typed of the settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Typed<'a> {
    pub(crate) workspace: Option<&'a Path>,
    pub(crate) presets: Option<&'a Path>,
    pub(crate) voices: Option<&'a Path>,
    pub(crate) concurrency: Option<u16>,
    pub(crate) max_lesson_bytes: Option<usize>,
}

/// Everything that can be set for a run on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The folder of the pages.
    pub(crate) workspace: Setting<PathBuf>,
    /// The folder of finished segments; none if nothing says where that could be.
    pub(crate) cache: Setting<Option<PathBuf>>,
    /// The presets file; none for the built-in preset.
    pub(crate) presets: Setting<Option<PathBuf>>,
    /// The voice map; none for an empty one.
    pub(crate) voices: Setting<Option<PathBuf>>,
    /// Segments to speak at once.
    pub(crate) concurrency: Setting<usize>,
    /// The largest lesson that is accepted.
    pub(crate) max_lesson_bytes: Setting<usize>,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_process() -> Self {
        let known = [CONFIG_DIR, LOG_LEVEL, CACHE_HOME, HOME].into_iter();
        Self(
            known
                .filter_map(|name| Some((name, std::env::var_os(name)?)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// How much to log: as typed, as `LOG_LEVEL` says, or warnings.
    pub(crate) fn log_level(&self, typed: Option<LogLevel>) -> Result<Setting<LogLevel>, Failure> {
        if let Some(level) = typed {
            return Ok(Setting::new(level, Origin::Flag("--log-level")));
        }
        let Some(value) = self.0.get(LOG_LEVEL) else {
            return Ok(Setting::new(LogLevel::Warn, Origin::Default));
        };
        let value = value.to_string_lossy();
        let level = LogLevel::from_str(&value, true).map_err(|_| {
            let message = format!("{LOG_LEVEL} is {value:?}, which is no log level");
            Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
                .hint("set it to off, error, warn, info, debug or trace")
        })?;
        Ok(Setting::new(level, Origin::Variable(LOG_LEVEL)))
    }

    /// The settings of a run: what was typed beats the environment, that beats files in the folder
    /// `configs`, and those the built-in values.
    pub(crate) fn settings(&self, typed: Typed<'_>) -> Result<Settings, Failure> {
        let workspace = typed.workspace.unwrap_or(Path::new(WORKSPACE));
        let speech = crate::wiring::default_concurrency();
        Ok(Settings {
            workspace: Setting {
                value: absolute(workspace)?,
                origin: flag_or_default("--workspace", typed.workspace.is_some()),
            },
            cache: self.cache(),
            presets: self.file("--presets-path", typed.presets, "presets.json")?,
            voices: self.file("--voices", typed.voices, "voices.yml")?,
            concurrency: Setting {
                value: typed.concurrency.map_or(speech, usize::from),
                origin: flag_or_default("--concurrency", typed.concurrency.is_some()),
            },
            max_lesson_bytes: Setting {
                value: typed.max_lesson_bytes.unwrap_or(DEFAULT_LIMIT),
                origin: flag_or_default("--max-lesson-bytes", typed.max_lesson_bytes.is_some()),
            },
        })
    }

    /// The typed settings file, or the one called `name` in the first folder that has it.
    fn file(
        &self,
        flag: &'static str,
        typed: Option<&Path>,
        name: &str,
    ) -> Result<Setting<Option<PathBuf>>, Failure> {
        if let Some(path) = typed {
            return Ok(Setting::new(Some(path.to_owned()), Origin::Flag(flag)));
        }
        let named = self.config_dir()?;
        let folders = named
            .map(|folder| (folder, Origin::Variable(CONFIG_DIR)))
            .into_iter()
            .chain([(Path::new(LOCAL_CONFIGS), Origin::LocalConfigs)]);
        let found = folders
            .map(|(folder, origin)| Setting::new(Some(folder.join(name)), origin))
            .find(|file| file.value.as_ref().is_some_and(|path| path.exists()));
        Ok(found.unwrap_or(Setting::new(None, Origin::Default)))
    }

    fn config_dir(&self) -> Result<Option<&Path>, Failure> {
        let Some(folder) = self.0.get(CONFIG_DIR).map(Path::new) else {
            return Ok(None);
        };
        if !folder.is_dir() {
            let message = format!("{CONFIG_DIR} is {}, which is no folder", folder.display());
            let failure = Failure::new(Exit::Configuration, ErrorKind::Configuration, message);
            return Err(failure.hint("set it to the folder of your settings files, or unset it"));
        }
        Ok(Some(folder))
    }

    fn cache(&self) -> Setting<Option<PathBuf>> {
        let folders = [(CACHE_HOME, ""), (HOME, ".cache")];
        let cache = folders.into_iter().find_map(|(name, below)| {
            let folder = Path::new(self.0.get(name)?);
            let cache = folder.join(below).join("esl-pipeline/segments");
            folder
                .is_absolute()
                .then(|| Setting::new(Some(cache), Origin::Variable(name)))
        });
        cache.unwrap_or(Setting::new(None, Origin::Default))
    }
}

impl<T> Setting<T> {
    const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

impl Settings {
    /// The folder of finished segments.
    pub(crate) fn cache(&self) -> Result<&Path, Failure> {
        self.cache.value.as_deref().ok_or_else(|| {
            let message = "cannot tell where to keep spoken segments";
            Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
                .hint(format!("set {CACHE_HOME} or {HOME} to an absolute path"))
        })
    }
}

fn flag_or_default(flag: &'static str, is_typed: bool) -> Origin {
    if is_typed {
        Origin::Flag(flag)
    } else {
        Origin::Default
    }
}

/// `path` from the root on: what is recorded holds wherever the next run starts.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        let message = format!("cannot use the folder {}: {error}", path.display());
        Failure::new(Exit::Configuration, ErrorKind::Storage, message)
    })
}

/// Whether the user wants colours: not with `NO_COLOR` (no-color.org), nor in a terminal that has
/// none.
pub(crate) fn colours_wanted() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&'static str, &str)]) -> Environment {
        let owned = variables
            .iter()
            .map(|(name, value)| (*name, OsString::from(value)));
        Environment(owned.collect())
    }

    #[test]
    fn the_flag_beats_the_variable_and_that_beats_the_default() {
        let level = |environment: &Environment, typed| environment.log_level(typed).unwrap();
        let loud = with(&[(LOG_LEVEL, "DEBUG")]);
        let typed = level(&loud, Some(LogLevel::Off));
        assert_eq!(
            typed,
            Setting::new(LogLevel::Off, Origin::Flag("--log-level"))
        );
        let set = level(&loud, None);
        assert_eq!(
            set,
            Setting::new(LogLevel::Debug, Origin::Variable(LOG_LEVEL))
        );
        let unset = level(&with(&[]), None);
        assert_eq!(unset, Setting::new(LogLevel::Warn, Origin::Default));
    }

    #[test]
    fn a_level_that_is_none_is_refused_by_the_name_of_its_variable() {
        let failure = with(&[(LOG_LEVEL, "loud")]).log_level(None).unwrap_err();
        assert_eq!(failure.exit, Exit::Configuration);
        assert!(failure.message.contains(LOG_LEVEL), "{}", failure.message);
    }

    #[test]
    fn a_cache_folder_that_is_not_absolute_is_passed_over() {
        let cache = |variables| with(variables).cache();
        let home = cache(&[(CACHE_HOME, "here"), (HOME, "/home/a")]);
        let expected = PathBuf::from("/home/a/.cache/esl-pipeline/segments");
        assert_eq!(home, Setting::new(Some(expected), Origin::Variable(HOME)));
        assert_eq!(cache(&[]).value, None);
    }
}
