//! `maintenance.verify`: is what was made of lessons still there?

use std::collections::HashSet;

use async_trait::async_trait;
use esl_core::Retry;
use esl_core::job::payload::{LessonRerunAudio, LessonRun, MaintenanceVerify, VerifyScope};
use esl_core::job::{Job, JobId, JobState, Payload as _, UserId};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError, JobFilter};
use serde::Serialize;
use serde_json::{Map, json};

use super::task::Wanted;
use super::{LessonJobs, LessonName, failure};
use crate::dice;

/// How many lessons make a sample.
const SAMPLE: usize = 50;

/// How many jobs are read at a time.
const PAGE: usize = 200;

/// How many defects an output names; it counts all.
const MOST_NAMED: usize = 100;

/// What is wrong with a lesson.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    md: String,
    /// The job that made homework of it last.
    job_id: JobId,
    /// `manifest_missing`, `manifest_unreadable`, `lesson_changed`, `audio_missing`, or the code with
    /// which a run would fail.
    defect: String,
}

/// The output counts `lessons` and `defects` and lists what was `found`. A lesson that is not as it
/// should be fails nothing.
#[async_trait]
impl HandlePayload<MaintenanceVerify> for LessonJobs {
    async fn run(
        &self,
        payload: MaintenanceVerify,
        _job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let mut ids = self.finished(context).await?;
        if payload.scope == VerifyScope::Sample {
            sample(&mut ids);
        }
        let mut found = Vec::new();
        for id in &ids {
            context.check()?;
            found.extend(self.verify(*id, context).await?);
        }
        let defects = found.len();
        found.truncate(MOST_NAMED);
        let mut output = Map::new();
        output.insert("lessons".into(), json!(ids.len()));
        output.insert("defects".into(), json!(defects));
        output.insert("found".into(), json!(found));
        let chained = Vec::new();
        Ok(Done { output, chained })
    }
}

impl LessonJobs {
    /// The last successful job of each lesson.
    async fn finished(&self, context: &JobContext) -> Result<Vec<JobId>, JobError> {
        let mut filter = JobFilter::default();
        filter.states = vec![JobState::Succeeded];
        filter.kinds = vec![LessonRun::KIND, LessonRerunAudio::KIND];
        filter.limit = PAGE;
        let (mut ids, mut seen) = (Vec::new(), HashSet::new());
        loop {
            context.check()?;
            let page = self.jobs.list(&filter).await?;
            let Some(last) = page.last() else {
                return Ok(ids);
            };
            filter.before = Some(last.head.id);
            let newest = page.iter().filter(|job| seen.insert(lesson_of(job)));
            ids.extend(newest.map(|job| job.head.id));
        }
    }

    async fn verify(&self, id: JobId, context: &JobContext) -> Result<Vec<Found>, JobError> {
        // Somebody may have deleted it meanwhile.
        let Some(job) = self.jobs.jobs(&[id]).await?.pop() else {
            return Ok(Vec::new());
        };
        let defects = match self.defects(&job, context).await {
            Ok(defects) => defects,
            // What may pass is no finding: another attempt looks again.
            Err(error) if error.retry != Retry::Never => return Err(error),
            Err(error) => vec![error.failure.code.to_string()],
        };
        let (_, md) = lesson_of(&job);
        let found = defects.into_iter().map(|defect| Found {
            md: md.clone(),
            job_id: id,
            defect,
        });
        Ok(found.collect())
    }

    async fn defects(&self, job: &Job, context: &JobContext) -> Result<Vec<String>, JobError> {
        // Reruns have the same fields.
        let payload: LessonRun = job.payload.read()?;
        let name = LessonName::parse(&payload.md)?;
        let wanted = Wanted {
            name: &name,
            file_name: payload.file_name.as_deref(),
            database: payload.notion_database.as_deref(),
            student: payload.student.as_deref(),
        };
        let task = self.task(wanted, job, context).await?;
        let defects = task.setup.pipeline.defects(&task.lesson).await;
        let defects = defects.map_err(|error| failure::of_run(&error))?;
        let names = defects.into_iter().map(|defect| defect.as_str().to_owned());
        Ok(names.collect())
    }
}

/// Whose lesson a job is about, and which.
fn lesson_of(job: &Job) -> (Option<UserId>, String) {
    let md = job.payload.fields.get("md").and_then(|md| md.as_str());
    (job.head.owner, md.unwrap_or_default().to_owned())
}

/// Leaves some of them, any as likely as any other.
fn sample(ids: &mut Vec<JobId>) {
    for at in 0..SAMPLE.min(ids.len()) {
        let rest = ids.len() - at;
        let chosen = at + ((dice::roll() * rest as f64) as usize).min(rest - 1);
        ids.swap(at, chosen);
    }
    ids.truncate(SAMPLE);
}
