//! The jobs themselves, with the indexes that a database would have.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use esl_core::Timestamp;
use esl_core::job::{
    self, Actor, Admission, Attempt, Batch, BatchId, Change, Cursor, DedupeKey, Ignored, Job,
    JobEvent, JobHead, JobId, JobState, NewEvent, NewJob, Rank, Report, UserId, WorkerId,
};
use esl_core::ports::{
    Claim, Delayed, Depth, DepthState, Ended, EventPage, PermitKey, Setting, Submitted,
};

use crate::permits::Share;
use crate::wakeups::{News, Startable};

#[derive(Debug, Default)]
pub(super) struct State {
    jobs: BTreeMap<JobId, Kept>,
    /// Queued jobs that may start.
    ready: BTreeSet<(Rank, JobId)>,
    /// Queued jobs that wait for a time.
    delayed: BTreeSet<(Timestamp, JobId)>,
    running: BTreeSet<JobId>,
    active_keys: HashMap<DedupeKey, JobId>,
    backlogs: HashMap<UserId, u64>,
    batches: HashMap<BatchId, Batch>,
    events: VecDeque<NewEvent>,
    /// How many events were forgotten.
    forgotten: u64,
    pub(super) settings: BTreeMap<String, Setting>,
    pub(super) permits: HashMap<PermitKey, Vec<Share>>,
}

#[derive(Debug)]
struct Kept {
    job: Job,
    dedupe: Option<DedupeKey>,
    announced_at: Option<Timestamp>,
}

impl State {
    pub(super) fn submit(&mut self, new: NewJob, now: Timestamp, news: &mut News) -> Submitted {
        let same_key = new
            .dedupe
            .as_ref()
            .and_then(|key| self.active_keys.get(key));
        let same_id = self.jobs.contains_key(&new.id).then_some(&new.id);
        if let Some(id) = same_id.or(same_key).copied() {
            return Submitted { id, reused: true };
        }
        let backlog = new.owner.and_then(|owner| self.backlogs.get(&owner));
        let Admission { job, dedupe, event } = new.admit(now, backlog.copied().unwrap_or(0));
        let id = job.head.id;
        if let Some(batch) = job.head.batch {
            let batch = self.batches.entry(batch).or_insert(Batch::of(batch, 0));
            batch.open += 1;
        }
        news.note(&job.head);
        self.index(&job.head, dedupe.as_ref());
        let kept = Kept {
            job,
            dedupe,
            announced_at: None,
        };
        self.jobs.insert(id, kept);
        self.events.push_back(event);
        Submitted { id, reused: false }
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp, news: &mut News) -> Vec<Job> {
        self.wake_delayed(now);
        let only = claim
            .only
            .as_ref()
            .map(|only| only.iter().collect::<BTreeSet<_>>());
        let is_wanted = |id: &JobId| only.as_ref().is_none_or(|only| only.contains(id));
        let ready = self.ready.iter().map(|(_, id)| *id);
        let picked: Vec<_> = ready.filter(is_wanted).take(claim.limit).collect();
        let mut started = Vec::new();
        for id in picked {
            let change = job::claim(&self.jobs[&id].job.head, claim.worker, claim.lease, now);
            if let Ok(change) = change {
                self.write(change, now, news);
                started.push(self.jobs[&id].job.clone());
            }
        }
        started
    }

    pub(super) fn report(
        &mut self,
        report: Report,
        now: Timestamp,
        news: &mut News,
    ) -> Result<JobHead, Ignored> {
        let kept = self.jobs.get(&report.job).ok_or(Ignored::Missing)?;
        let change = job::apply(&kept.job.head, report, now)?;
        Ok(self.write(change, now, news))
    }

    pub(super) fn reap(&mut self, limit: usize, now: Timestamp, news: &mut News) -> Vec<JobHead> {
        let is_lost = |id: &&JobId| {
            let lease = self.jobs[*id].job.head.lease;
            lease.is_some_and(|lease| lease.expires_at <= now)
        };
        let lost: Vec<_> = self
            .running
            .iter()
            .filter(is_lost)
            .take(limit)
            .copied()
            .collect();
        let lost = lost
            .into_iter()
            .map(|id| Report::about(id, Actor::System, job::News::LeaseLost));
        lost.filter_map(|report| self.report(report, now, news).ok())
            .collect()
    }

    fn write(&mut self, change: Change, now: Timestamp, news: &mut News) -> JobHead {
        let head = change.head;
        news.note(&head);
        if let Some(mut kept) = self.jobs.remove(&head.id) {
            self.unindex(&kept.job.head, kept.dedupe.as_ref());
            if !change.payload.is_empty() {
                kept.dedupe = None;
            }
            kept.job.payload.fields.extend(change.payload);
            kept.job.output.extend(change.output);
            kept.job.head = head.clone();
            if head.state != JobState::Queued {
                kept.announced_at = None;
            }
            self.index(&head, kept.dedupe.as_ref());
            self.jobs.insert(head.id, kept);
        }
        self.events.push_back(change.event);
        let told = change.left.map(|batch| self.member_ended(batch, &head));
        for new in change.chained.into_iter().chain(told.into_iter().flatten()) {
            self.submit(new, now, news);
        }
        head
    }

    fn member_ended(&mut self, batch: BatchId, member: &JobHead) -> Vec<NewJob> {
        let Some(batch) = self.batches.get_mut(&batch) else {
            return Vec::new();
        };
        let told = batch.member_ended(member);
        let (id, is_over) = (batch.id, batch.is_over());
        if is_over {
            self.batches.remove(&id);
        }
        told
    }

    pub(super) fn renew(&mut self, worker: WorkerId, expires_at: Timestamp) -> Vec<Attempt> {
        let held = self.held(worker);
        for attempt in &held {
            let kept = self.jobs.get_mut(&attempt.job);
            if let Some(lease) = kept.and_then(|kept| kept.job.head.lease.as_mut()) {
                lease.expires_at = expires_at;
            }
        }
        held
    }

    pub(super) fn held(&self, worker: WorkerId) -> Vec<Attempt> {
        let heads = self.running.iter().map(|id| &self.jobs[id].job.head);
        heads
            .filter(|head| head.lease.is_some_and(|lease| lease.worker == worker))
            .map(JobHead::attempt)
            .collect()
    }

    pub(super) fn announce(
        &mut self,
        limit: usize,
        lost_before: Timestamp,
        now: Timestamp,
    ) -> Vec<JobId> {
        self.wake_delayed(now);
        let is_unannounced = |id: &JobId| {
            let announced_at = self.jobs[id].announced_at;
            announced_at.is_none_or(|time| time < lost_before)
        };
        let ready = self.ready.iter().map(|(_, id)| *id);
        let picked: Vec<_> = ready.filter(is_unannounced).take(limit).collect();
        for id in &picked {
            if let Some(kept) = self.jobs.get_mut(id) {
                kept.announced_at = Some(now);
            }
        }
        picked
    }

    pub(super) fn startable(&self, now: Timestamp) -> Startable {
        match self.delayed().next() {
            _ if !self.ready.is_empty() => Startable::Now,
            Some(next) if next.due <= now => Startable::Now,
            Some(next) => Startable::At(next.due),
            None => Startable::Nothing,
        }
    }

    pub(super) fn delayed(&self) -> impl Iterator<Item = Delayed> {
        let delayed = self.delayed.iter();
        delayed.map(|&(due, job)| Delayed { job, due })
    }

    pub(super) fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id).map(|kept| &kept.job)
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values().rev().map(|kept| &kept.job)
    }

    pub(super) fn depth(&self) -> Vec<Depth> {
        let mut found: BTreeMap<_, (u64, Timestamp)> = BTreeMap::new();
        for head in self.jobs.values().map(|kept| &kept.job.head) {
            let state = match (head.state, head.next_attempt_at) {
                (JobState::Queued, None) => DepthState::Ready,
                (JobState::Queued, Some(_)) => DepthState::Delayed,
                (JobState::Running, _) => DepthState::Running,
                _ => continue,
            };
            let key = (state, head.kind.clone(), head.priority);
            let (count, oldest) = found.entry(key).or_insert((0, head.eligible_at));
            *count += 1;
            *oldest = head.eligible_at.min(*oldest);
        }
        let depth = |((state, kind, priority), (count, oldest))| Depth {
            state,
            kind,
            priority,
            count,
            oldest,
        };
        found.into_iter().map(depth).collect()
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor::from_u64(self.forgotten + self.events.len() as u64)
    }

    pub(super) fn horizon(&self) -> Cursor {
        Cursor::from_u64(self.forgotten)
    }

    pub(super) fn events(&self, page: EventPage) -> Vec<JobEvent> {
        let after = page.after.as_u64().saturating_sub(self.forgotten);
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let events = self.events.iter().zip(self.forgotten + 1..).skip(after);
        events
            .filter(|(event, _)| page.job.is_none_or(|job| event.job == job))
            .take(page.limit)
            .map(|(event, place)| JobEvent {
                cursor: Cursor::from_u64(place),
                event: event.clone(),
            })
            .collect()
    }

    pub(super) fn forget_events(&mut self, before: Timestamp, limit: usize) -> usize {
        let events = self.events.iter().take(limit);
        let old = events.take_while(|event| event.at < before).count();
        self.events.drain(..old);
        self.forgotten += old as u64;
        old
    }

    pub(super) fn forget_jobs(&mut self, ended: Ended, limit: usize) -> usize {
        let is_old = |head: &JobHead| {
            head.kind.is_upkeep() == ended.is_upkeep
                && head.finished_at.is_some_and(|time| time < ended.before)
        };
        let heads = self.jobs.values().map(|kept| &kept.job.head);
        let old: BTreeSet<_> = heads
            .filter(|head| is_old(head))
            .map(|head| head.id)
            .take(limit)
            .collect();
        self.jobs.retain(|id, _| !old.contains(id));
        for kept in self.jobs.values_mut() {
            let parent = &mut kept.job.head.parent;
            *parent = parent.filter(|parent| !old.contains(parent));
        }
        old.len()
    }

    fn wake_delayed(&mut self, now: Timestamp) {
        while let Some((due, id)) = self.delayed.first().copied() {
            if due > now {
                return;
            }
            self.delayed.pop_first();
            if let Some(kept) = self.jobs.get_mut(&id) {
                kept.job.head.next_attempt_at = None;
                self.ready.insert((kept.job.head.rank, id));
            }
        }
    }

    fn index(&mut self, head: &JobHead, dedupe: Option<&DedupeKey>) {
        match (head.state, head.next_attempt_at) {
            (JobState::Queued, Some(due)) => {
                self.delayed.insert((due, head.id));
            }
            (JobState::Queued, None) => {
                self.ready.insert((head.rank, head.id));
            }
            (JobState::Running, _) => {
                self.running.insert(head.id);
            }
            _ => {}
        }
        if let (JobState::Queued, Some(owner)) = (head.state, head.owner) {
            *self.backlogs.entry(owner).or_default() += 1;
        }
        if let (false, Some(key)) = (head.state.is_terminal(), dedupe) {
            self.active_keys.insert(key.clone(), head.id);
        }
    }

    fn unindex(&mut self, head: &JobHead, dedupe: Option<&DedupeKey>) {
        self.ready.remove(&(head.rank, head.id));
        self.running.remove(&head.id);
        if let Some(due) = head.next_attempt_at {
            self.delayed.remove(&(due, head.id));
        }
        if let (JobState::Queued, Some(owner)) = (head.state, head.owner)
            && let Some(backlog) = self.backlogs.get_mut(&owner)
        {
            *backlog = backlog.saturating_sub(1);
        }
        if let (false, Some(key)) = (head.state.is_terminal(), dedupe) {
            self.active_keys.remove(key);
        }
    }
}
