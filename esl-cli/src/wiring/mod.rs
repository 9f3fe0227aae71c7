//! Where adapters are named: what stands behind each port for this user on this machine.

mod documents;
mod jobs;
mod lesson;
mod shelf;
mod speech;
mod storage;
mod workplace;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::ports::ArtifactStore;
use esl_core::{DataSourceId, ErrorKind};
use esl_pipeline::lesson::Lesson;
use esl_pipeline::pipeline::{Accounts, LessonInput, Pipeline, PipelineBuilder};
use esl_pipeline::providers::fs::FsArtifactStore;
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_pipeline::speech::encoders::Encoders;

use crate::config::Settings;
use crate::exit::{Exit, Failure};

pub(crate) use documents::{Documents, Source};
pub(crate) use jobs::{jobs, jobs_to_run, places};
pub(crate) use lesson::{folder_of, identity, lesson};
pub(crate) use shelf::Shelf;
use speech::Speech;
pub(crate) use speech::{eleven_labs, open as open_speech};
pub(crate) use storage::{manifests, uploads};
pub(crate) use workplace::worker;
pub(crate) use workspace::Workspace;

/// What is shared by all runs of a command: pages, documents, and who speaks.
#[derive(Debug)]
pub(crate) struct Workshop {
    settings: Settings,
    workspace: Workspace,
    documents: Documents,
    speech: Option<Speech>,
    /// Where pages in Notion find recordings, if not there.
    uploads: Option<Arc<dyn ArtifactStore>>,
    /// What all runs may do with sound at once.
    encoders: Encoders,
    /// By the folder below which their lessons lie.
    pipelines: Mutex<BTreeMap<PathBuf, Arc<Pipeline>>>,
}

impl Workshop {
    /// Finds what runs with these settings need, and why nobody speaks if somebody is to.
    pub(crate) async fn open(
        settings: Settings,
        students_see_answers: bool,
        speaks: bool,
    ) -> Result<(Self, Option<Failure>), Failure> {
        let documents = Documents::read(&settings.documents).await?;
        let catalog = documents.catalog.clone();
        let workspace = Workspace::open(&settings, students_see_answers)?;
        let (speech, missing) = match speaks {
            true => match Speech::open(&settings, catalog).await {
                Ok(speech) => (Some(speech), None),
                Err(failure) => (None, Some(failure)),
            },
            false => (None, None),
        };
        let wants_bucket = settings.upload.wants_bucket(workspace.is_local());
        let uploads = match wants_bucket && speaks {
            true => Some(Arc::new(uploads(&settings)?) as Arc<dyn ArtifactStore>),
            false => None,
        };
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

    /// The settings that it was opened with.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What runs share of a school's documents.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Where the page of `lesson` belongs, for the student that is typed, else named in the lesson.
    pub(crate) async fn source(
        &self,
        lesson: &LessonInput,
        student: Option<&str>,
    ) -> Result<DataSourceId, Failure> {
        self.source_in(None, lesson, student).await
    }

    /// The same, unless it is said in which database.
    pub(crate) async fn source_in(
        &self,
        database: Option<&str>,
        lesson: &LessonInput,
        student: Option<&str>,
    ) -> Result<DataSourceId, Failure> {
        let text = String::from_utf8_lossy(&lesson.bytes);
        let parsed = Lesson::parse(&text);
        let declared = parsed.front_matter.student.as_ref();
        let student = student.or(declared.map(|student| student.value.as_str()));
        let profile = self.documents.students.profile_of(student);
        self.workspace.source(database, &profile).await
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
        if let Some(uploads) = &self.uploads {
            builder = builder.uploads(Arc::clone(uploads));
        }
        build(builder)
    }

    /// The accounts of a run: all runs share one bound on what is spoken at once.
    pub(crate) fn accounts(&self) -> Accounts {
        Accounts {
            speech: self.speech.as_ref().map(|speech| speech.account.clone()),
            ..Accounts::default()
        }
    }
}

/// A pipeline that only looks at manifests below `root`.
pub(crate) fn observer(settings: &Settings, root: &Path) -> Result<Pipeline, Failure> {
    let nowhere = LocalWorkspace::open("homework", LocalWorkspaceOptions::default());
    let builder = Pipeline::builder()
        .notion(Arc::new(nowhere), LocalWorkspace::SOURCE)
        .manifest_store(manifests(settings, root)?);
    build(builder)
}

/// A pipeline that keeps and erases what there is of lessons below `root`.
pub(crate) fn archive(root: PathBuf, settings: &Settings) -> Result<Pipeline, Failure> {
    let segments = FsArtifactStore::new(settings.cache()?);
    let builder = Pipeline::builder()
        .notion(Arc::new(workspace(settings)), LocalWorkspace::SOURCE)
        .manifest_store(manifests(settings, &root)?)
        .recordings(Arc::new(segments), root);
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
