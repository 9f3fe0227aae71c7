//! `esl config`: the settings of a run, where they come from, and what is wrong with them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Session;
use crate::args::{ConfigCommand, SettingArgs};
use crate::config::{Settings, Shown, Typed};
use crate::exit::Failure;
use crate::output::{Answer, Outcome, style::printable};
use crate::wiring::Documents;

struct Effective(Settings);

struct Sound {
    warnings: Vec<String>,
}

pub(super) async fn config(command: ConfigCommand, session: &Session) -> Outcome {
    match command {
        ConfigCommand::Show(args) => Ok(Box::new(Effective(settings(&args, session)?))),
        ConfigCommand::Check(args) => {
            let settings = settings(&args, session)?;
            Documents::read(&settings.documents).await?;
            let warnings = settings.warnings;
            Ok(Box::new(Sound { warnings }))
        }
    }
}

fn settings(args: &SettingArgs, session: &Session) -> Result<Settings, Failure> {
    let typed = Typed {
        log_level: session.log_level,
        needs_jobs: true,
        ..args.settings()
    };
    session.environment.settings(typed)
}

/// The value as people read it.
fn told(shown: &Shown) -> String {
    match &shown.value {
        Value::Null => "none".to_owned(),
        Value::String(text) => printable(text),
        secret if shown.key.is_secret => match secret["fingerprint"].as_str() {
            Some(fingerprint) => format!("set ({fingerprint})"),
            None => "none".to_owned(),
        },
        other => other.to_string(),
    }
}

fn json_of(shown: &Shown) -> Value {
    let mut json = shown.origin.json();
    json["value"] = shown.value.clone();
    json["variables"] = shown.key.all_variables().collect();
    json
}

impl Answer for Effective {
    fn json(&self) -> Value {
        let fields = self.0.shown.iter();
        let fields = fields.map(|shown| (shown.key.path.to_owned(), json_of(shown)));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines: Vec<_> = self
            .0
            .shown
            .iter()
            .map(|shown| (shown, told(shown)))
            .collect();
        let name = lines.iter().map(|(shown, _)| shown.key.path.len()).max();
        let value = lines.iter().map(|(_, value)| value.chars().count()).max();
        let (name, value) = (name.unwrap_or(0), value.unwrap_or(0));
        for (shown, text) in lines {
            let origin = printable(&shown.origin.to_string());
            writeln!(out, "{:name$}  {text:value$}  {origin}", shown.key.path)?;
        }
        Ok(())
    }
}

impl Answer for Sound {
    fn json(&self) -> Value {
        json!({ "ok": true, "warnings": self.warnings })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for warning in &self.warnings {
            writeln!(out, "warning: {}", printable(warning))?;
        }
        writeln!(out, "the settings make sense; `esl doctor` tries them out")
    }
}
