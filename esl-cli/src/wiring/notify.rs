//! Who tells people and programs how jobs ended.

use std::sync::Arc;

use esl_core::PhaseSettings;
use esl_core::job::payload::{NotifyEmail, NotifyWebhook};
use esl_jobs::Jobs;
use esl_jobs::notify::email::Mail;
use esl_jobs::notify::webhook::{Webhook, WebhookConfig};
use esl_jobs::worker::WorkerBuilder;

use crate::config::NotifySettings;
use crate::exit::Failure;

/// Has the worker tell of ends: over HTTP as the phase settings name endpoints, and by mail if that
/// is set up.
pub(super) fn telling(
    worker: WorkerBuilder,
    jobs: &Jobs,
    settings: &NotifySettings,
) -> Result<WorkerBuilder, Failure> {
    let endpoints = Arc::new(PhaseSettings::new(jobs.settings.clone()));
    let mut config = WebhookConfig::default();
    config.allowed.clone_from(&settings.allowed_networks);
    let webhook = Webhook::new(jobs.store.clone(), jobs.events.clone(), endpoints, config);
    let webhook = webhook.map_err(|error| Failure::of_setting(&error))?;
    let worker = worker.handles::<NotifyWebhook>(webhook);
    let Some(mail) = &settings.mail else {
        return Ok(worker);
    };
    let mail = Mail::new(jobs.store.clone(), mail);
    let mail =
        mail.map_err(|error| Failure::of_setting(&error).hint("correct MAIL_FROM and its like"))?;
    Ok(worker.handles::<NotifyEmail>(mail))
}
