//! `esl phases`: how the phases of jobs behave, for all who share the database.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use esl_core::job::{Actor, PhaseConfig};
use esl_core::{ErrorKind, PhaseSettingError, PhaseSettings};
use serde_json::{Map, Value, json};

use super::Session;
use crate::args::{Assignment, Given, PhasesCommand};
use crate::config::Typed;
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable};
use crate::{source, wiring};

/// Settings by their whole keys, without secrets.
struct Behaviour(Map<String, Value>);

pub(super) async fn phases(command: PhasesCommand, session: &Session) -> Outcome {
    let settings = session.environment.settings(Typed {
        needs_jobs: true,
        ..Typed::default()
    })?;
    let jobs = wiring::jobs(&settings.jobs).await?;
    let phases = PhaseSettings::new(jobs.settings.clone());
    let behaviour = match command {
        PhasesCommand::Show { phase } => show(&phases, phase.as_deref()).await?,
        PhasesCommand::Set { settings } => set(&phases, settings).await?,
        PhasesCommand::Reset { phase } => reset(&phases, phase.as_deref()).await?,
    };
    Ok(Box::new(behaviour))
}

async fn show(phases: &PhaseSettings, phase: Option<&str>) -> Result<Behaviour, Failure> {
    let Some(phase) = phase else {
        let all = phases.all().await;
        return Ok(Behaviour::of(&all.map_err(|error| Failure::of(&error))?));
    };
    let fields = phases.phase(phase).await.map_err(|error| failed(&error))?;
    let fields = fields.into_iter();
    let named = fields.map(|(key, value)| (format!("phase.{phase}.{key}"), value));
    Ok(Behaviour(named.collect()))
}

/// Changes the settings, and shows them as they are then.
async fn set(phases: &PhaseSettings, settings: Vec<Assignment>) -> Result<Behaviour, Failure> {
    let mut values = BTreeMap::new();
    for Assignment { key, value } in settings {
        let value = match value {
            Given::Here(value) => value,
            Given::InFile(file) => read(&file)?,
        };
        values.insert(key, value);
    }
    let keys: Vec<_> = values.keys().cloned().collect();
    let config = phases.set(values, Actor::System).await;
    let mut behaviour = Behaviour::of(&config.map_err(|error| failed(&error))?);
    behaviour.0.retain(|key, _| keys.contains(key));
    Ok(behaviour)
}

async fn reset(phases: &PhaseSettings, phase: Option<&str>) -> Result<Behaviour, Failure> {
    let reset = phases.reset(phase, Actor::System).await;
    reset.map_err(|error| failed(&error))?;
    show(phases, phase).await
}

/// A value that stands in a file. What is wrong with it is not repeated: it may be a secret.
fn read(file: &Path) -> Result<Value, Failure> {
    let text = source::read_settings("value", file)?;
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("no JSON: line {line}, column {column}");
        Failure::new(Exit::Usage, ErrorKind::InvalidInput, message).in_file(file)
    })
}

fn failed(error: &PhaseSettingError) -> Failure {
    let failure = Failure::of(error);
    match error {
        PhaseSettingError::UnknownPhase(_) | PhaseSettingError::Refused { .. } => Failure {
            exit: Exit::Usage,
            ..failure.hint("`esl phases show` lists all settings")
        },
        _ => failure,
    }
}

impl Behaviour {
    fn of(config: &PhaseConfig) -> Self {
        let mut settings = Map::new();
        for (phase, fields) in json!(config).as_object().into_iter().flatten() {
            for (key, value) in fields.as_object().into_iter().flatten() {
                settings.insert(format!("phase.{phase}.{key}"), value.clone());
            }
        }
        Self(settings)
    }
}

impl Answer for Behaviour {
    fn json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.0.keys().map(String::len).max().unwrap_or(0);
        for (key, value) in &self.0 {
            writeln!(out, "{key:width$}  {}", printable(&value.to_string()))?;
        }
        Ok(())
    }
}
