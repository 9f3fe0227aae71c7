//! `esl jobs stats`: how many jobs there are in each state.

use std::collections::BTreeMap;
use std::io::{self, Write};

use esl_core::Timestamp;
use esl_core::job::JobState;
use serde_json::{Map, Value, json};

use super::Desk;
use crate::exit::Failure;
use crate::output::{Answer, Outcome, summary};

struct Stats {
    database: String,
    counts: BTreeMap<JobState, u64>,
    next_attempt_at: Option<Timestamp>,
}

pub(super) async fn stats(desk: &Desk<'_>) -> Outcome {
    let store = &desk.jobs.store;
    let (counts, delayed) = tokio::join!(store.counts(), store.delayed(1));
    let delayed = delayed.map_err(|error| Failure::of(&error))?;
    Ok(Box::new(Stats {
        database: desk.settings.jobs.database.to_string(),
        counts: counts.map_err(|error| Failure::of(&error))?,
        next_attempt_at: delayed.first().map(|next| next.due),
    }))
}

impl Stats {
    fn all(&self) -> impl Iterator<Item = (JobState, u64)> {
        let count = |state| (state, self.counts.get(&state).copied().unwrap_or(0));
        JobState::ALL.into_iter().map(count)
    }
}

impl Answer for Stats {
    fn json(&self) -> Value {
        let counts = self.all();
        let counts = counts.map(|(state, count)| (state.to_string(), json!(count)));
        json!({
            "database": self.database,
            "states": counts.collect::<Map<_, _>>(),
            "total": self.counts.values().sum::<u64>(),
            "nextAttemptAt": self.next_attempt_at,
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut fields = summary::Fields::default();
        fields.add("Database", &self.database);
        for (state, count) in self.all() {
            fields.add(state.as_str(), count);
        }
        fields.add_some("Next attempt", self.next_attempt_at);
        fields.write(out)
    }
}
