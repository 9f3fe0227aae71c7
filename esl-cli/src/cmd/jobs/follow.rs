//! Following what happens to jobs, event by event.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use esl_core::job::{Cursor, Job, JobEvent, JobId};
use esl_core::ports::{EventPage, StoreError};
use esl_core::{CancellationToken, Classify as _, Retry, with_causes};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Desk, show, view};
use crate::exit::Failure;

/// How many events are read at once.
const PAGE: usize = 100;
/// How long to wait for an event before looking for one.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a log that does not answer is asked again, and how often.
const OUTAGE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of events as they come.
pub(super) struct Follower<'a> {
    desk: &'a Desk<'a>,
    cancel: CancellationToken,
    /// The place reached in the log.
    cursor: Cursor,
    /// How many events were told.
    told: u64,
}

impl<'a> Follower<'a> {
    /// Begins after `cursor`, or, if there is none, with what happens next.
    pub(super) async fn new(
        desk: &'a Desk<'a>,
        cursor: Option<Cursor>,
        cancel: CancellationToken,
    ) -> Result<Self, Failure> {
        let cursor = match cursor {
            Some(cursor) => cursor,
            None => desk.jobs.events.head().await.map_err(failed)?,
        };
        Ok(Self {
            desk,
            cancel,
            cursor,
            told: 0,
        })
    }

    /// Follows all jobs until cancelled.
    pub(super) async fn follow_all(&mut self) -> Result<(), Failure> {
        while let Some(events) = self.next().await? {
            events.iter().for_each(|event| self.tell(event));
        }
        Ok(())
    }

    /// Follows these jobs, from their beginnings, until all have ended or it is cancelled; returns
    /// them as they are then.
    pub(super) async fn follow(&mut self, ids: &[JobId]) -> Result<Vec<Job>, Failure> {
        let jobs = &self.desk.jobs;
        // Looked at before the log: whatever has ended by now, the log already says so.
        let before = jobs.store.jobs(ids).await.map_err(failed)?;
        let open = before.iter().filter(|job| !job.head.state.is_terminal());
        let mut open: BTreeSet<_> = open.map(|job| job.head.id).collect();
        self.cursor = jobs.events.head().await.map_err(failed)?;
        let mut events = self.history(ids).await.map_err(failed)?;
        loop {
            for event in events.iter().filter(|one| ids.contains(&one.event.job)) {
                self.tell(event);
                if event.event.state.is_terminal() {
                    open.remove(&event.event.job);
                }
            }
            if open.is_empty() {
                break;
            }
            match self.next().await? {
                Some(next) => events = next,
                None => break,
            }
        }
        jobs.store.jobs(ids).await.map_err(failed)
    }

    /// What happened to these jobs up to the place reached, in order.
    async fn history(&self, ids: &[JobId]) -> Result<Vec<JobEvent>, StoreError> {
        let mut events = Vec::new();
        for id in ids {
            events.extend(show::history(*id, self.desk.jobs.events.as_ref()).await?);
        }
        events.retain(|event| event.cursor <= self.cursor);
        events.sort_by_key(|event| event.cursor);
        Ok(events)
    }

    /// The next events, as soon as there are some; none once it is cancelled.
    async fn next(&mut self) -> Result<Option<Vec<JobEvent>>, Failure> {
        let reading = self.cancel.run_until_cancelled(self.read_on());
        let events = reading.await.transpose().map_err(failed)?;
        let last = events.as_ref().and_then(|events| events.last());
        self.cursor = last.map_or(self.cursor, |last| last.cursor);
        Ok(events)
    }

    /// The next events, as soon as there are some. A log that does not answer may be restarting.
    async fn read_on(&self) -> Result<Vec<JobEvent>, StoreError> {
        let log = &self.desk.jobs.events;
        let mut lost = None;
        loop {
            let found = log.read(EventPage::after(self.cursor, PAGE)).await;
            let waited = match found {
                Ok(events) if !events.is_empty() => return Ok(events),
                Ok(_) => log.wait(self.cursor, PATIENCE).await,
                Err(error) => Err(error),
            };
            let Err(error) = waited else {
                lost = None;
                continue;
            };
            let lost = *lost.get_or_insert_with(Instant::now);
            if error.retry() == Retry::Never || lost.elapsed() > OUTAGE {
                return Err(error);
            }
            tracing::warn!(error = %with_causes(&error), "cannot read events, trying again");
            sleep(PAUSE).await;
        }
    }

    fn tell(&mut self, event: &JobEvent) {
        let session = self.desk.session;
        let (at, job) = (view::second(event.event.at), event.event.job);
        let line = format!("{at}  {job}  {}", view::happened(event));
        session.tell_event(&line, &view::event_json(event));
        self.told += 1;
    }

    /// How far it came, for programs that go on from there.
    pub(super) fn json(&self) -> Value {
        json!({ "events": self.told, "cursor": self.cursor })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands behind map_err")]
fn failed(error: StoreError) -> Failure {
    Failure::of(&error)
}
