//! `esl jobs cancel`, `rerun`, `edit` and `retry`: the actions of jobs, asked for by name.

use std::io::{self, Write};
use std::sync::Arc;

use esl_core::action::{ActionError, ActionKind, ActionOutcome, Actions, JobAction, ManifestSync};
use esl_core::job::Actor;
use serde_json::{Map, Value, json};

use super::{Desk, view};
use crate::args::{CancelJobArgs, EditJobArgs, IdPrefix, JobVoiceArgs, RerunJobArgs};
use crate::exit::Failure;
use crate::output::{Answer, Outcome};
use crate::wiring::ManifestEdits;

struct Acted {
    name: &'static str,
    outcome: ActionOutcome,
}

pub(super) async fn cancel(args: CancelJobArgs, desk: &Desk<'_>) -> Outcome {
    let payload = payload([("reason", json!(args.reason))]);
    act(&args.job.id, ActionKind::Cancel, payload, desk).await
}

pub(super) async fn rerun(args: RerunJobArgs, desk: &Desk<'_>) -> Outcome {
    let mut payload = voices(&args.voices);
    payload.insert("forceTts".into(), json!(!args.no_force));
    act(&args.job.id, ActionKind::RerunAudio, payload, desk).await
}

pub(super) async fn edit(args: EditJobArgs, desk: &Desk<'_>) -> Outcome {
    if let Some(preset) = &args.preset {
        desk.check_preset(preset).await?;
    }
    let mut payload = voices(&args.voices);
    payload.insert("preset".into(), json!(args.preset));
    payload.insert("notionDatabase".into(), json!(args.database));
    act(&args.job.id, ActionKind::EditMetadata, payload, desk).await
}

pub(super) async fn retry(id: &IdPrefix, desk: &Desk<'_>) -> Outcome {
    let job = desk.find(id).await?;
    let actions = Actions::new(desk.jobs.store.clone());
    let outcome = actions.retry(job.head.id, Actor::System).await;
    acted("retry", outcome)
}

fn voices(args: &JobVoiceArgs) -> Map<String, Value> {
    payload([
        ("voiceId", json!(args.voice)),
        ("voiceAccent", json!(args.accent)),
        ("mode", json!(args.mode)),
    ])
}

fn payload<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

async fn act(
    id: &IdPrefix,
    kind: ActionKind,
    payload: Map<String, Value>,
    desk: &Desk<'_>,
) -> Outcome {
    let actions = Actions::new(desk.jobs.store.clone());
    let actions = match kind {
        ActionKind::Cancel => actions,
        ActionKind::EditMetadata | ActionKind::RerunAudio => editing(actions, desk),
    };
    let action = JobAction::parse(kind, &payload).map_err(|error| refused(&error))?;
    let job = desk.find(id).await?;
    let outcome = actions.perform(job.head.id, &action, Actor::System).await;
    acted(kind.as_str(), outcome)
}

/// Manifests that are out of reach from here are left to workers.
fn editing(actions: Actions, desk: &Desk<'_>) -> Actions {
    match ManifestEdits::open(desk.settings.clone()) {
        Ok(manifests) => actions.editing(Arc::new(manifests)),
        Err(_) => actions,
    }
}

fn acted(name: &'static str, outcome: Result<ActionOutcome, ActionError>) -> Outcome {
    let outcome = outcome.map_err(|error| refused(&error))?;
    Ok(Box::new(Acted { name, outcome }))
}

fn refused(error: &ActionError) -> Failure {
    let mut details = json!({ "code": error.code() });
    let mut failure = Failure::of(error);
    if let ActionError::InvalidState { state, allowed, .. } = error {
        details["state"] = json!(state);
        details["allowedStates"] = json!(allowed);
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        failure = failure.hint(format!("it is for {} jobs", allowed.join(" or ")));
    }
    failure.details = Some(Box::new(details));
    failure
}

impl Answer for Acted {
    fn json(&self) -> Value {
        let ActionOutcome {
            job,
            new_job,
            manifest_sync,
            ..
        } = &self.outcome;
        json!({
            "actionType": self.name,
            "job": view::json(job),
            "newJobId": new_job,
            "manifestSync": manifest_sync,
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let id = self.outcome.job.head.id;
        match (self.outcome.new_job, self.outcome.manifest_sync) {
            (Some(new), _) => writeln!(out, "{new}: follows from {id}"),
            (None, None) => writeln!(out, "{id}: cancelled"),
            (None, Some(ManifestSync::Skipped)) => writeln!(out, "{id}: edited"),
            (None, Some(ManifestSync::Done)) => writeln!(out, "{id}: edited, and its manifest"),
            (None, Some(ManifestSync::Failed)) => {
                writeln!(
                    out,
                    "{id}: edited; its manifest is damaged and stays as it is"
                )
            }
            (None, Some(ManifestSync::Queued)) => {
                writeln!(out, "{id}: edited; a job brings its manifest up to date")
            }
        }
    }
}
