//! `esl migrate`: the tables that hold jobs, brought to a version.

use std::io::{self, Write};

use esl_jobs::{SchemaChange, SchemaStep, SchemaVersion};
use serde_json::{Value, json};

use super::{Session, takeover};
use crate::args::MigrateArgs;
use crate::config::Typed;
use crate::output::{Answer, Outcome};
use crate::wiring;

struct Migrated {
    database: String,
    change: SchemaChange,
    is_plan: bool,
}

pub(super) async fn migrate(args: MigrateArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(Typed {
        reference: args.from_reference.as_deref(),
        needs_jobs: true,
        ..Typed::default()
    })?;
    if args.from_reference.is_some() {
        return takeover::take_over(&settings.jobs).await;
    }
    let wanted = match (args.down, args.to) {
        (Some(versions), _) => SchemaVersion::Back(versions),
        (None, Some(version)) => SchemaVersion::Exactly(version),
        (None, None) => SchemaVersion::Latest,
    };
    let places = wiring::places(&settings.jobs);
    let change = esl_jobs::migrate(&places, wanted, args.dry_run).await;
    Ok(Box::new(Migrated {
        database: settings.jobs.database.to_string(),
        change: change.map_err(|error| wiring::unopened(&error, &settings.jobs))?,
        is_plan: args.dry_run,
    }))
}

impl Migrated {
    /// Each step, and whether it makes something.
    fn steps(&self) -> impl Iterator<Item = (&SchemaStep, bool)> {
        let is_up = self.change.to() > self.change.from;
        self.change.steps.iter().map(move |step| (step, is_up))
    }
}

impl Answer for Migrated {
    fn json(&self) -> Value {
        let steps = self.steps().map(|(step, is_up)| {
            let direction = if is_up { "up" } else { "down" };
            json!({ "name": step.name, "direction": direction, "version": step.version })
        });
        json!({
            "database": self.database,
            "from": self.change.from,
            "to": self.change.to(),
            "steps": steps.collect::<Vec<_>>(),
            "dryRun": self.is_plan,
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (step, is_up) in self.steps() {
            let done = match (self.is_plan, is_up) {
                (false, true) => "made",
                (false, false) => "took away",
                (true, true) => "would make",
                (true, false) => "would take away",
            };
            writeln!(out, "{done} {}", step.name)?;
        }
        let (from, to) = (self.change.from, self.change.to());
        match (from == to, self.is_plan) {
            (true, _) => writeln!(out, "{}: at version {from} already", self.database),
            (_, true) => writeln!(
                out,
                "{}: would go from version {from} to {to}",
                self.database
            ),
            (_, false) => writeln!(out, "{}: from version {from} to {to}", self.database),
        }
    }
}
