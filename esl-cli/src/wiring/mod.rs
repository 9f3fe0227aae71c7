//! Where adapters are named: what stands behind each port for this user on this machine.

#[cfg_attr(not(feature = "s3"), path = "no_buckets.rs")]
mod buckets;
mod documents;
mod edits;
mod jobs;
mod lesson;
#[cfg_attr(not(feature = "jobs"), path = "no_notify.rs")]
mod notify;
mod recordings;
mod shelf;
mod speech;
mod storage;
#[cfg(feature = "servers")]
mod takeover;
mod worker;
mod workplace;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::job::UploadPhase;
use esl_core::ports::{Permits, Tts};
use esl_core::{DataSourceId, ErrorKind, StudentProfile};
use esl_pipeline::lesson::Lesson;
use esl_pipeline::pipeline::{Accounts, LessonInput, Pipeline, PipelineBuilder, UploadTarget};
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_pipeline::speech::encoders::Encoders;

use crate::config::{self, Settings};
use crate::exit::{Exit, Failure};

pub(crate) use documents::{Documents, Source};
pub(crate) use edits::ManifestEdits;
pub(crate) use jobs::{jobs, jobs_to_run};
#[cfg(feature = "jobs")]
pub(crate) use jobs::{places, unopened};
pub(crate) use lesson::{folder_of, identity, lesson};
use recordings::Recordings;
pub(crate) use shelf::Shelf;
use speech::Speech;
pub(crate) use speech::{eleven_labs, open as open_speech};
pub(crate) use storage::{manifests, uploads};
#[cfg(feature = "servers")]
pub(crate) use takeover::take_over;
pub(crate) use worker::worker;
pub(crate) use workspace::Workspace;

/// What is shared by all runs of a command: pages, documents, and who speaks.
#[derive(Debug)]
pub(crate) struct Workshop {
    settings: Settings,
    workspace: Workspace,
    documents: Documents,
    speech: Option<Speech>,
    uploads: Recordings,
    /// What all runs may do with sound at once.
    encoders: Encoders,
    /// By the folder below which their lessons lie.
    pipelines: Mutex<BTreeMap<PathBuf, Arc<Pipeline>>>,
}

impl Workshop {
    /// Finds what runs with these settings need, and why nobody speaks if somebody is to. What is
    /// asked of services at once is bounded over all processes that share `permits`.
    pub(crate) async fn open(
        settings: Settings,
        students_see_answers: bool,
        speaks: bool,
        permits: Option<Arc<dyn Permits>>,
    ) -> Result<(Self, Option<Failure>), Failure> {
        let documents = Documents::read(&settings.documents).await?;
        let catalog = documents.catalog.clone();
        let workspace = Workspace::open(&settings, students_see_answers, permits.clone())?;
        let (speech, missing) = match speaks {
            true => match Speech::open(&settings, catalog, permits).await {
                Ok(speech) => (Some(speech), None),
                Err(failure) => (None, Some(failure)),
            },
            false => (None, None),
        };
        let wants_bucket = settings.upload.wants_bucket(workspace.is_local())
            || documents.students.iter().any(is_for_bucket);
        let uploads = Recordings::open(&settings, wants_bucket && speaks)?;
        let workshop = Self {
            settings,
            workspace,
            documents,
            speech,
            uploads,
            encoders: Encoders::default(),
            pipelines: Mutex::default(),
        };
        Ok((workshop, missing))
    }

    /// The same, with another bound on what is done with sound at once.
    pub(crate) fn with_encoders(self, encoders: Encoders) -> Self {
        Self { encoders, ..self }
    }

    /// Who speaks, if somebody does.
    fn tts(&self) -> Option<Arc<dyn Tts>> {
        let speech = self.speech.as_ref()?;
        Some(Arc::clone(&speech.account.tts))
    }

    /// The settings that it was opened with.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What runs share of a school's documents.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The profile of the student that is typed, else named in the lesson.
    pub(crate) fn profile(&self, lesson: &LessonInput, student: Option<&str>) -> StudentProfile {
        let text = String::from_utf8_lossy(&lesson.bytes);
        let parsed = Lesson::parse(&text);
        let declared = parsed.front_matter.student.as_ref();
        let student = student.or(declared.map(|student| student.value.as_str()));
        self.documents.students.profile_of(student)
    }

    /// Where the pages of a student belong. The voices are on their way meanwhile.
    pub(crate) async fn source(&self, profile: &StudentProfile) -> Result<DataSourceId, Failure> {
        if let Some(speech) = self.speech.as_ref().filter(|_| !self.workspace.is_local()) {
            speech.ask_for_voices();
        }
        self.workspace.source(profile).await
    }

    /// Where the pages of the students themselves are, as far as pages of `source` need to know.
    pub(crate) async fn students(
        &self,
        source: DataSourceId,
    ) -> Result<Option<DataSourceId>, Failure> {
        let students = self.settings.notion.students.as_deref();
        self.workspace.students(students, source).await
    }

    /// Where recordings go unless a run or a student's profile says otherwise.
    pub(crate) fn delivery(&self) -> UploadTarget {
        let upload = &self.settings.upload;
        match upload.target {
            config::UploadTarget::None => UploadTarget::None,
            _ if upload.wants_bucket(self.workspace.is_local()) => UploadTarget::S3,
            _ => UploadTarget::Notion,
        }
    }

    /// The pipeline of lessons below `root`: their manifests lie beside them. All such lessons share
    /// it, so that no two runs make the same piece of speech.
    pub(crate) fn pipeline(&self, root: PathBuf) -> Result<Arc<Pipeline>, Failure> {
        let mut pipelines = self
            .pipelines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(&root) {
            return Ok(Arc::clone(pipeline));
        }
        let pipeline = Arc::new(self.build(root.clone())?);
        pipelines.insert(root, Arc::clone(&pipeline));
        Ok(pipeline)
    }

    fn build(&self, root: PathBuf) -> Result<Pipeline, Failure> {
        // Each run names the source of its page itself.
        let mut builder = Pipeline::builder()
            .notion(self.workspace.port(), LocalWorkspace::SOURCE)
            .manifest_store(manifests(&self.settings, &root)?)
            .presets(self.documents.presets.clone())
            .max_lesson_bytes(self.settings.max_lesson_bytes)
            .encoders(self.encoders.clone());
        if let Some(speech) = &self.speech {
            builder = builder
                .tts(Arc::clone(&speech.account.tts))
                .recordings(speech.segments.clone(), root);
        }
        if let Some(uploads) = self.uploads.shared() {
            builder = builder.uploads(Arc::clone(uploads));
        }
        build(builder)
    }

    /// The accounts of a run for a student, where jobs' phase of uploads behaves so: all runs share one
    /// bound on what is spoken at once.
    pub(crate) fn accounts(
        &self,
        profile: &StudentProfile,
        phase: &UploadPhase,
    ) -> Result<Accounts, Failure> {
        Ok(Accounts {
            speech: self.speech.as_ref().map(|speech| speech.account.clone()),
            uploads: self.uploads.of_run(profile, phase, &self.settings)?,
            ..Accounts::default()
        })
    }
}

fn is_for_bucket(profile: &StudentProfile) -> bool {
    profile.upload.as_deref() == Some("s3")
}

/// A pipeline that only looks at manifests below `root`.
pub(crate) fn observer(settings: &Settings, root: &Path) -> Result<Pipeline, Failure> {
    let nowhere = LocalWorkspace::open("homework", LocalWorkspaceOptions::default());
    let builder = Pipeline::builder()
        .notion(Arc::new(nowhere), LocalWorkspace::SOURCE)
        .manifest_store(manifests(settings, root)?);
    build(builder)
}

/// A pipeline that keeps and erases what there is of lessons below `root`; in the bucket, too, if
/// there is one and `is_remote` says so.
pub(crate) fn archive(
    root: PathBuf,
    settings: &Settings,
    is_remote: bool,
) -> Result<Pipeline, Failure> {
    let segments = FsArtifactStore::new(settings.cache()?);
    let mut builder = Pipeline::builder()
        .notion(Arc::new(workspace(settings)), LocalWorkspace::SOURCE)
        .manifest_store(manifests(settings, &root)?)
        .recordings(Arc::new(segments), root);
    if is_remote && settings.upload.bucket.is_some() {
        builder = builder.uploads(uploads(settings)?);
    }
    build(builder)
}

/// The workspace of local pages.
pub(crate) fn workspace(settings: &Settings) -> LocalWorkspace {
    LocalWorkspace::open(&settings.pages, LocalWorkspaceOptions::default())
}

fn build(builder: PipelineBuilder) -> Result<Pipeline, Failure> {
    builder
        .build()
        .map_err(|error| Failure::new(Exit::Unexpected, ErrorKind::Internal, error.to_string()))
}
