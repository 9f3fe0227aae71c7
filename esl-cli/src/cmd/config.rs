//! `esl config show`: the settings of a run and where they come from.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Session;
use crate::args::{ConfigCommand, LogLevel};
use crate::config::{Origin, Setting, Settings};
use crate::output::{Answer, Outcome, style::printable};

/// A setting: its name in JSON and in text, its value, where it comes from.
struct Line {
    key: &'static str,
    name: &'static str,
    value: Value,
    origin: Origin,
}

struct Shown(Vec<Line>);

pub(super) fn config(command: &ConfigCommand, session: &Session) -> Outcome {
    let ConfigCommand::Show(args) = command;
    let settings = session.environment.settings(args.settings())?;
    Ok(Box::new(Shown(lines(settings, session.log_level))))
}

fn lines(settings: Settings, log_level: Setting<LogLevel>) -> Vec<Line> {
    let line = |key, name, value, origin| Line {
        key,
        name,
        value,
        origin,
    };
    let text = |path: PathBuf| json!(path.display().to_string());
    let some = |path: Option<PathBuf>| path.map_or(Value::Null, text);
    let Settings {
        workspace,
        cache,
        presets,
        voices,
        concurrency,
        max_lesson_bytes,
    } = settings;
    let level = json!(log_level.value.as_str());
    vec![
        line(
            "workspace",
            "pages",
            text(workspace.value),
            workspace.origin,
        ),
        line("cache", "spoken segments", some(cache.value), cache.origin),
        line("presets", "presets", some(presets.value), presets.origin),
        line("voices", "voice map", some(voices.value), voices.origin),
        line(
            "concurrency",
            "segments at once",
            json!(concurrency.value),
            concurrency.origin,
        ),
        line(
            "maxLessonBytes",
            "largest lesson",
            json!(max_lesson_bytes.value),
            max_lesson_bytes.origin,
        ),
        line("logLevel", "log level", level, log_level.origin),
    ]
}

impl Line {
    fn shown(&self) -> String {
        match (&self.value, self.key) {
            (Value::Null, "presets") => "built in".to_owned(),
            (Value::Null, _) => "none".to_owned(),
            (Value::String(text), _) => printable(text),
            (number, "maxLessonBytes") => format!("{number} bytes"),
            (other, _) => other.to_string(),
        }
    }

    fn json(&self) -> Value {
        let (origin, name) = match self.origin {
            Origin::Flag(name) => ("flag", Some(name)),
            Origin::Variable(name) => ("variable", Some(name)),
            Origin::LocalConfigs => ("configs", None),
            Origin::Default => ("default", None),
        };
        let mut json = json!({ "value": self.value, "origin": origin });
        if let Some(name) = name {
            json["name"] = json!(name);
        }
        json
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Flag(name) | Origin::Variable(name) => name,
        Origin::LocalConfigs => "configs folder",
        Origin::Default => "default",
    }
}

impl Answer for Shown {
    fn json(&self) -> Value {
        let lines = self.0.iter().map(|line| (line.key.to_owned(), line.json()));
        Value::Object(lines.collect::<Map<_, _>>())
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let values: Vec<_> = self.0.iter().map(Line::shown).collect();
        let width = values.iter().map(|value| value.chars().count()).max();
        let width = width.unwrap_or(0);
        for (line, value) in self.0.iter().zip(values) {
            let origin = origin(line.origin);
            writeln!(out, "{:16}  {value:width$}  {origin}", line.name)?;
        }
        Ok(())
    }
}
