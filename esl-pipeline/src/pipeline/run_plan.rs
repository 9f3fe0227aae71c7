//! What a run would do, told without doing any of it.

use std::path::{Path, PathBuf};

use esl_core::block::Block;
use esl_core::manifest::{Manifest, UrlKind};
use esl_core::ports::{ArtifactStore, Notion};
use esl_core::{DataSourceId, Digest, Stage, VoiceAssignment};
use serde::Serialize;

use super::delivery;
use super::page_plan;
use super::plan::{Action, Plan};
use super::preflight::Outlook;
use super::run::no_step;
use super::stages::validate;
use super::{PageRequest, Pipeline, PipelineError, Problem, RunContext, RunRequest, StudentLink};
use crate::lesson::Lesson;
use crate::speech::segments::SpeechMode;

/// What a run would do, and everything that stands in its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunPlan {
    /// Every stage in the order of effects.
    pub stages: Vec<StagePlan>,
    /// The page.
    pub page: PagePlan,
    /// The recording; none if there will be no speech.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioPlan>,
    /// The uploaded recording; none if it will not be uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadPlan>,
    /// What may surprise though it stands in nobody's way.
    pub warnings: Vec<String>,
    /// Every reason for which the run would end before its first effect.
    pub problems: Vec<Problem>,
}

/// What would be done about a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StagePlan {
    /// The stage.
    pub stage: Stage,
    /// What would be done.
    pub action: Action,
    /// Why, in words for people.
    pub reason: String,
}

/// The page as the lesson wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PagePlan {
    /// Where it is, or would be, created.
    pub data_source_id: DataSourceId,
    /// Its title.
    pub title: String,
    /// Its blocks, nested ones included.
    pub blocks: usize,
    /// How many requests writing it takes; 0 if the page is left as it is.
    pub chunks: usize,
    /// What they do, in order.
    pub requests: Vec<PageRequest>,
    /// Whether the page points to its student.
    pub student: StudentLink,
    /// Whether the page names the student.
    pub student_linked: bool,
}

/// The recording as the lesson wants it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioPlan {
    /// Whether several speakers may share a request.
    pub mode: SpeechMode,
    /// Requests to the speech provider; 0 if the recording is there.
    pub chunks: usize,
    /// Segments of the recording.
    pub segments: usize,
    /// Characters (Unicode scalar values) of all segments.
    pub characters: usize,
    /// Characters of the segments that would be spoken: what a paid provider would charge for.
    pub characters_to_speak: usize,
    /// Segments that are there already.
    pub cached_segments: usize,
    /// Segments that would be spoken at once, at most.
    pub concurrency: usize,
    /// Addresses the recording.
    pub cache_key: Digest,
    /// The local MP3 file.
    pub path: PathBuf,
    /// Who would speak with which voice.
    pub voices: Vec<VoiceAssignment>,
}

/// Where the recording would be uploaded to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadPlan {
    /// The bucket; none in stores without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The object's name. It is made from the sound, so a recording still to be made has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its address, without a signature; none without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who could fetch it there.
    pub url_kind: UrlKind,
}

impl Pipeline {
    /// What [`run`](Self::run) would do with the same arguments. Changes nothing and costs nothing:
    /// manifest, workspace, voices and cache are only read.
    ///
    /// # Errors
    /// The lesson is no text or too large, or the cache of segments cannot be read. Whatever else is
    /// wrong is told among the [`problems`](RunPlan::problems).
    pub async fn plan(
        &self,
        request: RunRequest,
        context: RunContext,
    ) -> Result<RunPlan, PipelineError> {
        self.plan_parts(&request, None, &context).await
    }

    /// What [`rerun`](Self::rerun) would do with the same arguments, as [`plan`](Self::plan) does for
    /// a run.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_rerun(
        &self,
        steps: &[Stage],
        request: RunRequest,
        context: RunContext,
    ) -> Result<RunPlan, PipelineError> {
        self.plan_parts(&request, Some(steps), &context).await
    }

    async fn plan_parts(
        &self,
        request: &RunRequest,
        rerun: Option<&[Stage]>,
        context: &RunContext,
    ) -> Result<RunPlan, PipelineError> {
        let limit = self.max_lesson_bytes;
        let text = validate::text(&request.lesson, limit)?;
        let lesson = Lesson::parse(text);
        let preflight = self.preflight(request, rerun, context, &lesson).await;
        let outlook = &preflight.outlook;
        let page = page(outlook, preflight.manifest(), &self.notion_of(context)).await;
        let steps = rerun.unwrap_or_default().iter();
        let mut problems: Vec<_> = steps.filter_map(|step| no_step(*step)).collect();
        problems.extend(validate::problems(
            &lesson,
            text,
            limit,
            request.options.strict,
        ));
        let (page, unread) = page;
        problems.extend(unread);
        Ok(RunPlan {
            stages: stages(&outlook.plan),
            page,
            audio: self.audio(request, outlook).await?,
            upload: upload(self.uploads_of(context), outlook),
            warnings: outlook.warnings(),
            problems: {
                problems.extend(preflight.into_problems());
                problems
            },
        })
    }

    async fn audio(
        &self,
        request: &RunRequest,
        outlook: &Outlook,
    ) -> Result<Option<AudioPlan>, PipelineError> {
        let Outlook { take, engine, .. } = outlook;
        let (Some(take), Some(engine), Some(recordings)) = (take, engine, &self.recordings) else {
            return Ok(None);
        };
        let out: &Path = request.options.out.as_ref().unwrap_or(&recordings.out);
        let mut audio = take.outlook(&engine.recorder, out).await?;
        if !outlook.plan.tts.runs() {
            (audio.chunks, audio.characters_to_speak) = (0, 0);
        }
        Ok(Some(audio))
    }
}

fn stages(plan: &Plan) -> Vec<StagePlan> {
    let planned = |stage| {
        let decision = plan.decision(stage);
        StagePlan {
            stage,
            action: decision.action,
            reason: decision.reason.to_owned(),
        }
    };
    Stage::ALL.into_iter().map(planned).collect()
}

/// The page, and the problem that it could not be read.
async fn page(
    outlook: &Outlook,
    manifest: Option<Manifest>,
    notion: &dyn Notion,
) -> (PagePlan, Option<Problem>) {
    let page = &outlook.page;
    let requests = match manifest {
        Some(manifest) => page_plan::requests(notion, outlook, &manifest).await,
        None => Ok(Vec::new()),
    };
    let unread = requests.as_ref().err().map(Problem::of_failure);
    let requests = requests.unwrap_or_default();
    let plan = PagePlan {
        data_source_id: page.source,
        title: page.head.title.clone(),
        blocks: page.blocks.iter().map(Block::count).sum(),
        chunks: requests.len(),
        requests,
        student: page.student_link,
        student_linked: page.student_link == StudentLink::Linked,
    };
    (plan, unread)
}

/// What uploading would do.
fn upload(store: Option<&dyn ArtifactStore>, outlook: &Outlook) -> Option<UploadPlan> {
    let store = store.filter(|_| outlook.plan.upload.runs())?;
    let digest = outlook.recorded.as_ref();
    let digest = digest.filter(|_| !outlook.plan.tts.runs());
    let place = delivery::place(store, digest)?;
    Some(UploadPlan {
        bucket: place.bucket,
        key: digest.map(|_| place.key),
        url: digest.map(|_| place.url),
        url_kind: place.url_kind,
    })
}
