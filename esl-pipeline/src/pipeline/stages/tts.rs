//! Speaks the study text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use esl_core::manifest::{AudioRecord, Manifest, StageOutcome, StageRecord};
use esl_core::ports::Tts;
use esl_core::{
    CancellationToken, Classify, Digest, ErrorKind, Stage, StudentProfile, Timestamp,
    VoiceAssignment,
};

use crate::lesson::{Lesson, Script};
use crate::patience::patiently;
use crate::pipeline::page::student_of;
use crate::pipeline::properties::value;
use crate::pipeline::scope::Scope;
use crate::pipeline::speech_options::SpokenAs;
use crate::pipeline::strays;
use crate::pipeline::{AudioPlan, ErrorClass, PipelineError, Problem, RunRequest, SynthesisReport};
use crate::speech::audio::Tags;
use crate::speech::casting::{
    Casting, CastingOptions, Preference, Scoring, cast, resolve_preference, speakers,
};
use crate::speech::recorder::{Recorder, Recording, Reuse, Score, Target};
use crate::speech::segments::{Delivery, SegmentError, SpeechMode, plan};

/// A recording that could be made: who says what with which voice.
#[derive(Debug)]
pub(in crate::pipeline) struct Take {
    /// Addresses everything that the file holds, what it says about itself included.
    pub(in crate::pipeline) key: Digest,
    /// What may surprise about the voices.
    pub(in crate::pipeline) warnings: Vec<String>,
    score: Score,
    /// The same line by line, where dialogues are not insisted on.
    by_line: Option<Score>,
    pub(in crate::pipeline) voices: Vec<VoiceAssignment>,
    spoken_as: SpokenAs,
    prefix: String,
    tags: Tags,
    reuse: Reuse,
}

impl Take {
    /// Casts the lesson and cuts it into segments. Nothing is spoken.
    pub(in crate::pipeline) async fn prepare(
        engine: &Engine,
        lesson: &Lesson<'_>,
        request: &RunRequest,
        profile: &StudentProfile,
        manifest: &Manifest,
    ) -> Result<Self, Vec<Problem>> {
        let spoken_as = SpokenAs::of(request, manifest, profile)?;
        let Some(script) = Script::of(lesson) else {
            return Err(problem(&SegmentError::Silent));
        };
        let casting = casting(&*engine.tts, lesson, &script, request, profile, &spoken_as).await?;
        let capabilities = engine.tts.capabilities();
        let gaps = &request.defaults.gaps;
        let settings = &spoken_as.settings;
        let planned = |mode| {
            let segments = plan(&script, &casting, mode, settings, capabilities, gaps);
            segments.map_err(|error| problem(&error))
        };
        let segments = planned(spoken_as.mode)?;
        let about_voices = casting.warnings.iter().map(ToString::to_string);
        let about_settings = segments.warnings.iter().map(ToString::to_string);
        let warnings = about_voices.chain(about_settings).collect();
        let assembly = engine.recorder.assembly();
        let may_fall_back =
            spoken_as.mode == SpeechMode::Auto && segments.delivery == Delivery::Exchanges;
        let by_line = match may_fall_back {
            true => Some(planned(SpeechMode::Monologue)?.score(capabilities, &assembly)),
            false => None,
        };
        let score = segments.score(capabilities, &assembly);
        let student = student_of(request.options.student.as_deref(), lesson);
        let student = student.filter(|_| request.options.student_in_files);
        let tags = tags(lesson, request, student);
        let prefix = student.map(slug).unwrap_or_default();
        let remake = request.options.force || request.options.redo_tts;
        Ok(Self {
            key: Digest::of(format!("{} {prefix} {tags:?}", score.key)),
            warnings,
            score,
            by_line,
            voices: casting.assignments,
            spoken_as,
            prefix,
            tags,
            reuse: if remake {
                Reuse::Segments
            } else {
                Reuse::Recording
            },
        })
    }

    /// What stands in the way if no more than `limit` characters may be spoken.
    pub(in crate::pipeline) fn too_long(&self, limit: usize) -> Option<Problem> {
        let characters = self.score.characters();
        (characters > limit).then(|| Problem {
            stage: Stage::Tts,
            class: ErrorClass::ValidationError,
            field: None,
            message: format!("the study text has {characters} characters, the limit is {limit}"),
            hint: Some("shorten the study text".to_owned()),
            kind: ErrorKind::InvalidInput,
        })
    }

    /// What making the recording in the folder `out` would take.
    pub(in crate::pipeline) async fn outlook(
        &self,
        recorder: &Recorder,
        out: &Path,
    ) -> Result<AudioPlan, PipelineError> {
        let plan = recorder.plan(self.score.clone()).await;
        let plan = plan.map_err(|source| PipelineError::Speech { source })?;
        Ok(AudioPlan {
            mode: self.spoken_as.mode,
            chunks: plan.segments - plan.cached,
            segments: plan.segments,
            characters: plan.characters,
            characters_to_speak: plan.characters_to_speak,
            cached_segments: plan.cached,
            concurrency: recorder.concurrency(),
            path: self.path(out),
            cache_key: plan.key,
            voices: self.voices.clone(),
        })
    }

    /// Where the recording in the folder `out` will be.
    pub(in crate::pipeline) fn path(&self, out: &Path) -> PathBuf {
        self.target(out).recording(&self.score.key)
    }

    fn target(&self, out: &Path) -> Target {
        Target {
            dir: out.to_owned(),
            prefix: self.prefix.clone(),
            tags: self.tags.clone(),
            reuse: self.reuse,
        }
    }

    /// Makes the recording in the folder `out`; line by line if the account has no dialogues and
    /// they are not insisted on.
    pub(in crate::pipeline) async fn record(
        &self,
        recorder: &Recorder,
        out: &Path,
        scope: &Scope,
        stop: &CancellationToken,
    ) -> Result<Recorded, PipelineError> {
        let target = self.target(out);
        let make = async |score: &Score| {
            let plan = recorder.plan(score.clone()).await?;
            let recorder = recorder.clone().until(scope.wind_down.clone());
            recorder.record(&plan, &target, &scope.progress, stop).await
        };
        let mut made = make(&self.score).await;
        let mut warning = None;
        if let (Err(error), Some(by_line)) = (&made, &self.by_line)
            && let Some(reason) = error.no_dialogue()
        {
            warning = Some(format!("spoken line by line: {reason}"));
            made = make(by_line).await;
        }
        let recorded = made.map(|recording| Recorded { recording, warning });
        recorded.map_err(|source| match source.kind() {
            ErrorKind::Cancelled => PipelineError::Cancelled,
            _ => PipelineError::Speech { source },
        })
    }

    /// Notes the recording in the manifest. What the page plays stays on record until it plays
    /// something else.
    pub(in crate::pipeline) fn note(
        &self,
        recording: &Recording,
        manifest: &mut Manifest,
        now: Timestamp,
    ) {
        let old = manifest.audio.take().unwrap_or_default();
        let is_same = old.sha256.as_ref() == Some(&recording.sha256);
        if !is_same {
            strays::note(manifest, &old);
        }
        strays::adopt(manifest, &recording.path);
        let uploaded = if is_same {
            old.clone()
        } else {
            AudioRecord::default()
        };
        manifest.audio = Some(AudioRecord {
            path: Some(recording.path.display().to_string()),
            hash: Some(recording.key.to_string()),
            voices: self.voices.clone(),
            sha256: Some(recording.sha256.clone()),
            bytes: Some(recording.bytes),
            duration_seconds: Some(recording.duration.as_secs_f64()),
            block_id: old.block_id,
            extra: old.extra,
            ..uploaded
        });
        let addresses = recording.segments.iter();
        let addresses = addresses.map(|address| address.digest().clone());
        manifest.segments.extend(addresses);
        self.spoken_as.note(manifest);
        let record = StageRecord {
            status: StageOutcome::Done,
            finished_at: now,
            key: Some(self.key.clone()),
        };
        manifest.stages.insert(Stage::Tts, record);
    }
}

/// A recording, and what should be known of how it came about.
#[derive(Debug)]
pub(in crate::pipeline) struct Recorded {
    pub(in crate::pipeline) recording: Recording,
    pub(in crate::pipeline) warning: Option<String>,
}

/// A speech provider and the recorder that works with it.
#[derive(Debug, Clone)]
pub(in crate::pipeline) struct Engine {
    pub(in crate::pipeline) tts: Arc<dyn Tts>,
    pub(in crate::pipeline) recorder: Recorder,
}

/// What it took to make the recording.
pub(in crate::pipeline) fn synthesis(recording: &Recording) -> SynthesisReport {
    let stats = &recording.stats;
    SynthesisReport {
        segments: stats.segments,
        cached_segments: stats.cached,
        characters: stats.characters,
        characters_billed: stats.characters_billed,
        retries: stats.retries,
    }
}

async fn casting(
    tts: &dyn Tts,
    lesson: &Lesson<'_>,
    script: &Script<'_>,
    request: &RunRequest,
    profile: &StudentProfile,
    spoken_as: &SpokenAs,
) -> Result<Casting, Vec<Problem>> {
    let provider = &tts.capabilities().provider;
    let catalog = patiently(provider, || tts.voices()).await;
    let catalog = catalog.map_err(|error| problem(&error))?;
    let Preference { voice, accent } = resolve_preference(&catalog, spoken_as.preference.clone());
    let options = CastingOptions {
        student_voices: profile.voices.iter().flatten().collect(),
        voice,
        accent,
        language: spoken_as.settings.language.clone(),
        scoring: Scoring::default(),
        catalog_is_complete: tts.capabilities().lists_all_voices,
    };
    let speakers = speakers(script, &lesson.front_matter);
    cast(&speakers, &catalog, &request.voices, &options).map_err(|error| {
        vec![Problem {
            field: Some("voiceId"),
            ..Problem::of(Stage::Tts, &error)
        }]
    })
}

fn problem(error: &impl Classify) -> Vec<Problem> {
    vec![Problem::of(Stage::Tts, error)]
}

fn tags(lesson: &Lesson<'_>, request: &RunRequest, student: Option<&str>) -> Tags {
    let front_matter = &lesson.front_matter;
    Tags {
        title: value(&front_matter.title),
        album: value(&front_matter.topic).or_else(|| value(&front_matter.level)),
        artist: student.map(str::to_owned),
        lesson: Some(request.lesson.id.to_string()),
        language: None,
    }
}

/// A name as the beginning of a file name: Latin letters and digits joined by `-`, `-` at the end;
/// empty if there are none.
fn slug(name: &str) -> String {
    use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
    let plain = name
        .nfkd()
        .filter(|character| !is_combining_mark(*character));
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    let words = plain.split(|character: char| !character.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.flat_map(|word| [word, "-"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_file_names() {
        assert_eq!(slug("Crème Brûlée №7"), "creme-brulee-no7-");
        assert_eq!(slug("  A--b "), "a-b-");
        assert_eq!(slug("Анна"), "");
    }
}
