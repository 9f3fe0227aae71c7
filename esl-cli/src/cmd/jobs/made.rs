//! What there is of a job's homework on this machine: where the pages and the recording are.

use esl_core::job::Job;
use esl_core::manifest::Manifest;
use esl_pipeline::jobs::LessonName;
use serde_json::{Value, json};

use super::Desk;
use crate::exit::Failure;
use crate::wiring::{self, Shelf};

/// Where the homework of a job is, as the manifest of its lesson has it.
pub(super) struct Made(Manifest);

impl Made {
    /// The homework of `job`; none if this machine has nothing of it.
    pub(super) async fn of(job: &Job, desk: &Desk<'_>) -> Result<Option<Self>, Failure> {
        let md = job.payload.fields.get("md").and_then(Value::as_str);
        let name = md.and_then(|md| LessonName::parse(md).ok());
        let Some(name) = name.filter(|_| job.output.contains_key("manifestPath")) else {
            return Ok(None);
        };
        let shelf = Shelf::open(&desk.settings)?;
        let limit = desk.settings.max_lesson_bytes as u64;
        // A lesson that is gone, or is on another machine, is no reason to tell nothing.
        let Ok(lesson) = shelf.lessons.find(&name, job.head.owner, limit).await else {
            return Ok(None);
        };
        let manifests = wiring::manifests(&desk.settings, shelf.root(&name))?;
        let found = manifests.read(&lesson.id).await;
        let found = found.map_err(|error| Failure::of(&error))?;
        Ok(found.map(|found| Self(found.manifest)))
    }

    pub(super) fn page(&self) -> Option<&str> {
        self.0.page_url.as_deref()
    }

    pub(super) fn student_page(&self) -> Option<&str> {
        self.0.student_page_url.as_deref()
    }

    pub(super) fn audio(&self) -> Option<&str> {
        let audio = self.0.audio.as_ref()?;
        audio.path.as_deref().or(audio.url.as_deref())
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "pageUrl": self.page(),
            "studentPageUrl": self.student_page(),
            "audio": self.audio(),
        })
    }
}
