//! `esl jobs`: looking at jobs and having things done to them, from a terminal.

mod act;
mod end;
mod find;
mod follow;
mod list;
mod made;
mod show;
mod stats;
mod submit;
mod view;
mod watch;

use std::sync::Arc;

use esl_jobs::Jobs;

use super::Session;
use crate::args::JobsCommand;
use crate::config::{Settings, Typed};
use crate::exit::Failure;
use crate::output::Outcome;
use crate::wiring::{self, Documents};

/// What all of them need.
struct Desk<'a> {
    session: &'a Session,
    settings: Arc<Settings>,
    jobs: Jobs,
}

pub(super) async fn jobs(command: JobsCommand, session: &Session) -> Outcome {
    let desk = Desk::open(session).await?;
    match command {
        JobsCommand::Submit(args) => submit::submit(*args, &desk).await,
        JobsCommand::List(args) => list::list(args, &desk).await,
        JobsCommand::Show(args) => show::show(&args.id, &desk).await,
        JobsCommand::Watch(args) => watch::watch(args, &desk).await,
        JobsCommand::Cancel(args) => act::cancel(args, &desk).await,
        JobsCommand::Rerun(args) => act::rerun(args, &desk).await,
        JobsCommand::Edit(args) => act::edit(args, &desk).await,
        JobsCommand::Retry(args) => act::retry(&args.id, &desk).await,
        JobsCommand::Stats => stats::stats(&desk).await,
    }
}

impl<'a> Desk<'a> {
    async fn open(session: &'a Session) -> Result<Self, Failure> {
        let settings = session.environment.settings(Typed {
            needs_jobs: true,
            ..Typed::default()
        })?;
        let jobs = wiring::jobs(&settings.jobs).await?;
        Ok(Self {
            session,
            settings: Arc::new(settings),
            jobs,
        })
    }

    /// Where the jobs are, as people call it.
    fn place(&self) -> String {
        let settings = &self.settings.jobs;
        format!("{} (namespace {})", settings.database, settings.namespace)
    }

    /// That there are such heading colours, by the presets that workers with these settings have.
    async fn check_preset(&self, name: &str) -> Result<(), Failure> {
        let documents = Documents::read(&self.settings.documents).await?;
        let found = documents.presets.find(name);
        found.map(drop).map_err(|error| Failure::of_setting(&error))
    }
}
