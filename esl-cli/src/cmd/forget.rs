//! `esl forget`: erases what is stored about a lesson or a student, and tells what stays elsewhere.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use esl_core::{ErrorKind, LessonId};
use esl_pipeline::lesson::{DEFAULT_LIMIT, Lesson};
use esl_pipeline::pipeline::{Holdings, Pipeline};
use esl_pipeline::providers::local_workspace::LocalWorkspace;
use serde::Serialize;
use serde_json::{Value, json};

use super::Session;
use crate::args::ForgetArgs;
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, summary};
use crate::{lessons, source, wiring};

/// A lesson of which something is stored.
struct Found {
    path: PathBuf,
    id: LessonId,
    pipeline: Pipeline,
    holdings: Holdings,
}

/// What is stored about a lesson, or was.
#[derive(Serialize)]
struct Traces {
    file: String,
    manifest: String,
    recordings: Vec<PathBuf>,
    segments: usize,
    /// The folders of its pages.
    pages: Vec<PathBuf>,
    /// What is not erased: addresses, and the lesson itself.
    stays: Vec<String>,
}

struct Forgotten {
    lessons: Vec<Traces>,
    is_erased: bool,
}

pub(super) async fn forget(args: ForgetArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings())?;
    let workspace = wiring::workspace(&settings);
    let mut lessons = Vec::new();
    for path in paths(&args)? {
        let (id, root) = wiring::identity(&path)?;
        let pipeline = wiring::archive(root, &settings)?;
        let Some(holdings) = pipeline.holdings(&id).await.map_err(Failure::from)? else {
            continue;
        };
        if args
            .student
            .as_ref()
            .is_some_and(|name| !is_about(name, &path, &holdings))
        {
            continue;
        }
        let found = Found {
            path,
            id,
            pipeline,
            holdings,
        };
        lessons.push(found.traces(&workspace));
        if args.yes {
            found.erase(&workspace).await?;
        }
    }
    let is_erased = args.yes;
    Ok(Box::new(Forgotten { lessons, is_erased }))
}

/// The lessons named, and those that have a manifest in the folders named. The latter need not exist
/// any more.
fn paths(args: &ForgetArgs) -> Result<Vec<PathBuf>, Failure> {
    let folder = args.paths.iter().find(|path| path.is_dir());
    match folder {
        Some(folder) if args.student.is_none() => {
            let message = format!("{} is a folder", folder.display());
            let failure = Failure::new(Exit::Usage, ErrorKind::InvalidInput, message);
            Err(failure.hint("name a lesson, or a student with --student"))
        }
        _ => lessons::with_manifests(&args.paths),
    }
}

/// Whether the lesson was made for the student, or names them now.
fn is_about(student: &str, lesson: &Path, holdings: &Holdings) -> bool {
    let text = source::lesson_text(lesson, DEFAULT_LIMIT);
    let named = text.ok().and_then(|text| {
        let named = Lesson::parse(&text).front_matter.student;
        named.map(|named| named.value.trim().to_lowercase())
    });
    holdings.are_of(student) || named.is_some_and(|named| named == student.trim().to_lowercase())
}

impl Found {
    fn traces(&self, workspace: &LocalWorkspace) -> Traces {
        let Holdings {
            pages, page_url, ..
        } = &self.holdings;
        let mut traces = Traces {
            file: source::name(&self.path),
            manifest: self.holdings.manifest_path.clone(),
            recordings: self.holdings.recordings.clone(),
            segments: self.holdings.segments,
            pages: Vec::new(),
            stays: Vec::new(),
        };
        for page in pages {
            match workspace.folder(*page) {
                Some(folder) => traces.pages.push(folder),
                None if pages.last() == Some(page) => {
                    let page = page_url.clone().unwrap_or_else(|| page.to_string());
                    traces.stays.push(format!("page {page}"));
                }
                None => traces.stays.push(format!("page {page}")),
            }
        }
        let audio = self.holdings.audio_url.iter();
        traces
            .stays
            .extend(audio.map(|url| format!("recording {url}")));
        if self.path.exists() {
            traces.stays.push(format!("lesson {}", traces.file));
        }
        traces
    }

    /// The manifest goes last, so that an interrupted erasure can be repeated.
    async fn erase(&self, workspace: &LocalWorkspace) -> Result<(), Failure> {
        for page in &self.holdings.pages {
            if workspace.folder(*page).is_some() {
                let removed = workspace.remove(*page).await;
                removed.map_err(|error| Failure::of(&error))?;
            }
        }
        self.pipeline.erase(&self.id).await.map_err(Failure::from)
    }
}

impl Answer for Forgotten {
    fn json(&self) -> Value {
        json!({ "erased": self.is_erased, "lessons": summary::json(&self.lessons) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for lesson in &self.lessons {
            let mut fields = summary::Fields::default();
            fields.add("Lesson", &lesson.file);
            fields.add("Manifest", &lesson.manifest);
            for page in &lesson.pages {
                fields.add("Page", page.display());
            }
            for recording in &lesson.recordings {
                fields.add("Recording", recording.display());
            }
            if lesson.segments > 0 {
                fields.add("Speech", format!("{} pieces in the cache", lesson.segments));
            }
            for stays in &lesson.stays {
                fields.add("Stays", stays);
            }
            fields.write(out)?;
            writeln!(out)?;
        }
        match self.lessons.len() {
            0 => writeln!(out, "nothing is stored about that"),
            _ if self.is_erased => writeln!(out, "erased, but for what stays"),
            _ => writeln!(out, "nothing was erased; --yes erases all but what stays"),
        }
    }
}
