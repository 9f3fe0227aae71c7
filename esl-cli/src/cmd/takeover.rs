//! `esl migrate --from-reference`: what the service before kept, brought here.

use std::io::{self, Write};

use esl_core::ErrorKind;
use esl_jobs::postgres::{Counted, TakenOver};
use serde_json::{Value, json};

use crate::config::JobSettings;
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome};
use crate::wiring;

struct Taken {
    database: String,
    reference: String,
    taken: TakenOver,
}

pub(super) async fn take_over(settings: &JobSettings) -> Outcome {
    let Some(reference) = &settings.reference else {
        let mend = "give its address after --from-reference, or set REFERENCE_DATABASE_URL";
        return Err(impossible("nothing says which database to take over", mend));
    };
    if settings.database.is_sqlite() {
        let message = "another database can be taken over into Postgres only";
        let mend = "set DATABASE_URL to the database that is to have it";
        return Err(impossible(message, mend));
    }
    Ok(Box::new(Taken {
        database: settings.database.to_string(),
        reference: reference.to_string(),
        taken: wiring::take_over(settings, reference).await?,
    }))
}

fn impossible(message: &str, mend: &str) -> Failure {
    Failure::new(Exit::Configuration, ErrorKind::Configuration, message).hint(mend)
}

impl Taken {
    /// What was found, by what programs and people call it.
    fn counted(&self) -> [(&'static str, &'static str, Counted); 3] {
        let taken = &self.taken;
        [
            ("jobs", "jobs", taken.jobs),
            ("users", "accounts", taken.users),
            ("userSettings", "settings of accounts", taken.user_settings),
        ]
    }
}

impl Answer for Taken {
    fn json(&self) -> Value {
        let mut json = json!({
            "database": self.database,
            "reference": self.reference,
            "uploadsLeft": self.taken.uploads_left,
        });
        for (name, _, Counted { found, new }) in self.counted() {
            json[name] = json!({ "read": found, "written": new });
        }
        json
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (_, name, Counted { found, new }) in self.counted() {
            writeln!(out, "{name}: {found} read, {new} written")?;
        }
        writeln!(out, "uploads: {} left", self.taken.uploads_left)?;
        writeln!(out, "{}: has what {} has", self.database, self.reference)
    }
}
