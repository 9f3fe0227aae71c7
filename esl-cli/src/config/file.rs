//! `esl.toml`: one file that may hold every setting, presets, voices and students.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use esl_pipeline::spelling::closest;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::origin::Origin;
use super::problem::Problem;
use super::sources::Found;
use crate::source;

const NAME: &str = "esl.toml";

/// Tables that are documents of their own instead of settings.
const DOCUMENTS: [&str; 3] = ["presets", "voices", "students"];

/// A settings file that was found.
#[derive(Debug, Clone)]
pub(super) struct SettingsFile {
    path: PathBuf,
    values: BTreeMap<String, Found>,
    documents: BTreeMap<&'static str, String>,
}

impl SettingsFile {
    /// The first settings file in `folders`, if there is one.
    pub(super) fn find(folders: &[PathBuf]) -> Result<Option<Self>, Vec<Problem>> {
        let mut paths = folders.iter().map(|folder| folder.join(NAME));
        let Some(path) = paths.find(|path| path.is_file()) else {
            return Ok(None);
        };
        let place = path.display().to_string();
        let text = source::read_settings("settings file", &path)
            .map_err(|failure| vec![Problem::of(place, failure.message)])?;
        Self::parse(path, &text).map(Some)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, Vec<Problem>> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = line_at(text, error.span().map_or(0, |span| span.start));
            vec![problem(&path, line, error.message())]
        })?;
        let mut reading = Reading {
            path: &path,
            text,
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        let settings = table.get_ref().iter();
        let settings = settings.filter(|(name, _)| !DOCUMENTS.contains(&name.get_ref().as_ref()));
        for (name, value) in settings {
            let line = line_at(text, name.span().start);
            reading.add(name.get_ref().to_string(), value.get_ref(), line);
        }
        let Reading {
            values, problems, ..
        } = reading;
        if !problems.is_empty() {
            return Err(problems);
        }
        let documents = documents(text);
        Ok(Self {
            path,
            values,
            documents,
        })
    }

    /// What it says about the setting at `path`.
    pub(super) fn value(&self, path: &str) -> Option<&Found> {
        self.values.get(path)
    }

    /// The table `name` as a JSON document.
    pub(super) fn document(&self, name: &str) -> Option<&str> {
        self.documents.get(name).map(String::as_str)
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file being read.
struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    values: BTreeMap<String, Found>,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn add(&mut self, path: String, value: &DeValue<'_>, line: usize) {
        if let DeValue::Table(table) = value {
            for (name, value) in table {
                let line = line_at(self.text, name.span().start);
                let path = format!("{path}.{}", name.get_ref());
                self.add(path, value.get_ref(), line);
            }
            return;
        }
        let known = || keys::ALL.iter().map(|key| key.path);
        if !known().any(|known| known == path) {
            let message = match closest(&path, known()) {
                Some(meant) => format!("there is no setting {path}; did you mean {meant}?"),
                None => format!("there is no setting {path}"),
            };
            return self.problems.push(problem(self.path, line, &message));
        }
        match written(value) {
            Some(text) if text.trim().is_empty() => {}
            Some(text) => {
                let file = self.path.to_owned();
                let origin = Origin::File { file, line };
                self.values.insert(path, Found { text, origin });
            }
            None => {
                let message = format!("{path} cannot be a list of lists, a table or a date");
                self.problems.push(problem(self.path, line, &message));
            }
        }
    }
}

/// A value as a variable would have it; lists joined by commas.
fn written(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(switch) => switch.to_string(),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| match item.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            });
            items.collect::<Option<Vec<_>>>()?.join(",")
        }
        _ => return None,
    })
}

/// The tables that are documents, as JSON.
fn documents(text: &str) -> BTreeMap<&'static str, String> {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let found = DOCUMENTS.iter().filter_map(|name| {
        let document = serde_json::to_string(table.get(*name)?).ok()?;
        Some((*name, document))
    });
    found.collect()
}

fn problem(path: &Path, line: usize, message: &str) -> Problem {
    Problem::of(format!("{}:{line}", path.display()), message)
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SettingsFile, Vec<Problem>> {
        SettingsFile::parse(PathBuf::from("esl.toml"), text)
    }

    #[test]
    fn values_have_their_lines() {
        let text = "[notion]\ntoken = 'x'\n\n[speech]\nseed = 7\nstability = 0.5\nlanguage = ''\n\n\
                    [openai]\nvoices = ['a', 'b']\n";
        let file = parse(text).unwrap();
        let told = |path| {
            let found = file.value(path).unwrap();
            (found.text.as_str(), found.origin.to_string())
        };
        assert_eq!(told("notion.token"), ("x", "esl.toml:2".to_owned()));
        assert_eq!(told("speech.seed"), ("7", "esl.toml:5".to_owned()));
        assert_eq!(told("speech.stability").0, "0.5");
        assert_eq!(told("openai.voices").0, "a,b");
        assert!(file.value("speech.language").is_none());
    }

    #[test]
    fn everything_unknown_is_told_with_its_line() {
        let text = "[notion]\ntokn = 'x'\n[speech]\nmode = {}\nseed = [[1]]\ncolour = 'en'\n";
        let problems = parse(text).unwrap_err();
        let places = ["esl.toml:2", "esl.toml:5", "esl.toml:6"];
        let expected = [
            (
                places[0],
                "there is no setting notion.tokn; did you mean notion.token?",
            ),
            (
                places[1],
                "speech.seed cannot be a list of lists, a table or a date",
            ),
            (places[2], "there is no setting speech.colour"),
        ];
        let mut expected = expected
            .map(|(place, message)| Problem::of(place, message))
            .to_vec();
        let key = |problem: &Problem| format!("{problem:?}");
        expected.sort_by_key(key);
        let mut problems = problems;
        problems.sort_by_key(key);
        assert_eq!(problems, expected);
    }

    #[test]
    fn text_that_is_no_toml_is_told_with_its_line() {
        let problems = parse("[notion]\ntoken = \n").unwrap_err();
        assert!(
            format!("{problems:?}").contains("esl.toml:2"),
            "{problems:?}"
        );
    }

    #[test]
    fn presets_voices_and_students_are_documents() {
        let text = "[presets.calm]\nh2 = 'blue'\n[voices]\nAnna = 'Alice'\n[[students]]\nstudent = 'Ann'\n";
        let file = parse(text).unwrap();
        assert_eq!(file.document("presets"), Some(r#"{"calm":{"h2":"blue"}}"#));
        assert_eq!(file.document("voices"), Some(r#"{"Anna":"Alice"}"#));
        assert_eq!(file.document("students"), Some(r#"[{"student":"Ann"}]"#));
    }
}
