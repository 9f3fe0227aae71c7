//! `esl jobs submit`: lessons on their way to workers.

use std::io::{self, Write};
use std::path::Path;

use esl_core::job::payload::{LessonRun, TtsMode, UploadTarget};
use esl_core::job::{BatchId, Job, JobId, NewJob, Notify};
use esl_core::ports::Submitted;
use esl_core::{Digest, PhaseSettings};
use esl_pipeline::jobs::LessonName;
use serde_json::{Value, json};

use super::super::interrupt;
use super::follow::Follower;
use super::{Desk, end, view};
use crate::args::{JobUpload, Mode, SubmitArgs};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable};
use crate::source;
use crate::wiring::Shelf;

/// A lesson that is to be submitted.
struct Lesson {
    /// As typed.
    typed: String,
    /// What people call it.
    file_name: Option<String>,
    digest: Digest,
    place: Place,
}

/// Where a lesson is.
enum Place {
    /// Where workers find it.
    Shelf(LessonName),
    /// Nowhere else than here.
    Text(String),
}

/// What became of the lessons.
struct Submission {
    accepted: Vec<Accepted>,
    batch: Option<BatchId>,
    /// Whether somebody waited for the ends of the jobs, and did so until then.
    waited: Option<bool>,
}

struct Accepted {
    typed: String,
    job: Job,
    /// Whether the job was there already.
    reused: bool,
}

pub(super) async fn submit(args: SubmitArgs, desk: &Desk<'_>) -> Outcome {
    if let Some(preset) = &args.preset {
        desk.check_preset(preset).await?;
    }
    let shelf = Shelf::open(&desk.settings)?;
    let mut lessons = Vec::new();
    for path in &args.lessons {
        lessons.push(read(path, desk, &shelf).await?);
    }
    let batch = (lessons.len() > 1).then(BatchId::new);
    let submitted = hand_over(&lessons, batch, &args, desk, &shelf).await?;
    let ids: Vec<_> = submitted.iter().map(|submitted| submitted.id).collect();
    let waited = match args.wait {
        true => Some(wait(&ids, desk).await?),
        false => None,
    };
    let jobs = desk.jobs.store.jobs(&ids).await;
    let jobs = jobs.map_err(|error| Failure::of(&error))?;
    Ok(Box::new(Submission {
        accepted: accepted(lessons, &submitted, &jobs),
        batch,
        waited,
    }))
}

/// Makes the lessons jobs, with copies of those that workers cannot find otherwise.
async fn hand_over(
    lessons: &[Lesson],
    batch: Option<BatchId>,
    args: &SubmitArgs,
    desk: &Desk<'_>,
    shelf: &Shelf,
) -> Result<Vec<Submitted>, Failure> {
    let notify = notify(desk).await?;
    let names = keep(lessons, shelf).await?;
    let new = lessons.iter().zip(&names).map(|(lesson, name)| NewJob {
        batch,
        notify: notify.clone(),
        ..job(lesson, name, args, desk)
    });
    let submitted = desk.jobs.store.submit(new.collect()).await;
    let submitted = submitted.map_err(|error| Failure::of(&error))?;
    for (name, _) in names.iter().zip(&submitted).filter(|(_, job)| job.reused) {
        forget(name, shelf).await;
    }
    Ok(submitted)
}

/// Each lesson with the job that it became, as that is now.
fn accepted(lessons: Vec<Lesson>, submitted: &[Submitted], jobs: &[Job]) -> Vec<Accepted> {
    let find = |id: JobId| jobs.iter().find(|job| job.head.id == id).cloned();
    let accepted = lessons.into_iter().zip(submitted);
    let accepted = accepted.filter_map(|(lesson, submitted)| {
        Some(Accepted {
            typed: lesson.typed,
            job: find(submitted.id)?,
            reused: submitted.reused,
        })
    });
    accepted.collect()
}

/// The lesson that was typed, as it is now.
async fn read(path: &Path, desk: &Desk<'_>, shelf: &Shelf) -> Result<Lesson, Failure> {
    let limit = desk.settings.max_lesson_bytes;
    let typed = source::name(path);
    if !typed.starts_with("lesson:") {
        let text = source::lesson_text(path, limit)?;
        return Ok(Lesson {
            typed,
            file_name: file_name(path),
            digest: Digest::of(&text),
            place: Place::Text(text),
        });
    }
    let name = LessonName::parse(&typed).map_err(|error| Failure::of(&error))?;
    let found = shelf.lessons.find(&name, None, limit as u64).await;
    let found = found.map_err(|error| Failure::of(&error))?;
    Ok(Lesson {
        file_name: file_name(Path::new(&typed)),
        typed,
        digest: Digest::of(&found.bytes),
        place: Place::Shelf(name),
    })
}

/// Keeps a copy of each lesson that workers cannot find otherwise, and tells by which names they do.
async fn keep(lessons: &[Lesson], shelf: &Shelf) -> Result<Vec<LessonName>, Failure> {
    let mut names = Vec::new();
    for lesson in lessons {
        names.push(match &lesson.place {
            Place::Shelf(name) => name.clone(),
            Place::Text(text) => {
                let id = shelf.uploads.put(None, text.clone().into()).await;
                LessonName::Upload(id.map_err(|error| Failure::of(&error))?)
            }
        });
    }
    Ok(names)
}

fn file_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    (name != "-").then(|| name.to_owned())
}

/// Takes back the copy of a lesson for which there is a job already, with a copy of its own.
async fn forget(name: &LessonName, shelf: &Shelf) {
    if let LessonName::Upload(id) = name
        && let Err(error) = shelf.uploads.remove(None, *id).await
    {
        tracing::warn!(%error, "a copy of the lesson that nobody needs could not be removed");
    }
}

/// Who is told when the jobs end, as the phases are configured now; nobody owns these jobs.
async fn notify(desk: &Desk<'_>) -> Result<Option<Notify>, Failure> {
    let phases = PhaseSettings::new(desk.jobs.settings.clone()).all().await;
    let phases = phases.map_err(|error| Failure::of(&error))?;
    Ok(phases.notify.for_owner(None))
}

fn job(lesson: &Lesson, name: &LessonName, args: &SubmitArgs, desk: &Desk<'_>) -> NewJob {
    let payload = LessonRun {
        md: name.to_string(),
        content_hash: Some(lesson.digest.clone()),
        file_name: lesson.file_name.clone(),
        preset: args.preset.clone(),
        with_tts: Some(args.speaks()),
        upload: args.upload.map(|upload| match upload {
            JobUpload::Auto => UploadTarget::Auto,
            JobUpload::S3 => UploadTarget::S3,
            JobUpload::None => UploadTarget::None,
        }),
        voice_id: args.voices.voice.clone(),
        voice_accent: args.voices.accent.clone(),
        force_tts: args.force_tts.then_some(true),
        notion_database: args.database.clone(),
        mode: args.voices.mode.map(|mode| match mode {
            Mode::Auto => TtsMode::Auto,
            Mode::Dialogue => TtsMode::Dialogue,
            Mode::Monologue => TtsMode::Monologue,
        }),
        student: args.student.clone(),
        manual: true,
        ..LessonRun::default()
    };
    NewJob {
        priority: args.priority,
        max_attempts: desk.settings.jobs.max_attempts,
        dedupe: (!args.force).then(|| payload.dedupe_key(None)),
        ..NewJob::new(&payload)
    }
}

/// Follows the jobs; whether all of them came to their ends.
async fn wait(ids: &[JobId], desk: &Desk<'_>) -> Result<bool, Failure> {
    let cancel = interrupt::token();
    Follower::new(desk, None, cancel.clone())
        .await?
        .follow(ids)
        .await?;
    Ok(!cancel.is_cancelled())
}

impl Answer for Submission {
    fn exit(&self) -> Exit {
        match self.waited {
            None => Exit::Success,
            Some(false) => Exit::Cancelled,
            Some(true) => end::exit(self.accepted.iter().map(|accepted| &accepted.job)),
        }
    }

    fn json(&self) -> Value {
        let jobs = self.accepted.iter().map(|Accepted { typed, job, reused }| {
            json!({ "lesson": typed, "reused": reused, "job": view::json(job) })
        });
        json!({ "jobs": jobs.collect::<Vec<_>>(), "batchId": self.batch })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for Accepted { typed, job, reused } in &self.accepted {
            let (id, state) = (job.head.id, job.head.state);
            let already = if *reused { ", as before" } else { "" };
            let line = format!("{id}  {state}{already}  {typed}");
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }
}
