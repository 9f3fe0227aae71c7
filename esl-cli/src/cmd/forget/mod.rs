//! `esl forget`: erases what is stored about a lesson or a student, and tells what stays elsewhere.

mod reach;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use esl_core::{ErrorKind, LessonId, PageId};
use esl_pipeline::lesson::{DEFAULT_LIMIT, Lesson};
use esl_pipeline::pipeline::{Holdings, Pipeline};
use serde::Serialize;
use serde_json::{Value, json};

use super::Session;
use crate::args::ForgetArgs;
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, summary};
use crate::{lessons, source, wiring};
use reach::{Place, Reach};

/// A lesson of which something is stored.
struct Found {
    path: PathBuf,
    id: LessonId,
    pipeline: Pipeline,
    holdings: Holdings,
    pages: Vec<(PageId, Place)>,
}

/// What is stored about a lesson, or was.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Traces {
    file: String,
    manifest: String,
    recordings: Vec<PathBuf>,
    segments: usize,
    /// The folders of its pages.
    pages: Vec<PathBuf>,
    /// Its pages in Notion, by address.
    notion_pages: Vec<String>,
    /// Its recordings in the bucket.
    objects: Vec<String>,
    /// What is not erased: addresses, and the lesson itself.
    stays: Vec<String>,
}

struct Forgotten {
    lessons: Vec<Traces>,
    is_erased: bool,
}

pub(super) async fn forget(args: ForgetArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings())?;
    let reach = Reach::of(&settings, args.remote)?;
    let mut lessons = Vec::new();
    for path in paths(&args)? {
        let (id, root) = wiring::identity(&path, &settings)?;
        let pipeline = wiring::archive(root, &settings, args.remote)?;
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
        let mut pages = Vec::new();
        for page in &holdings.pages {
            pages.push((*page, reach.place(*page).await?));
        }
        let found = Found {
            path,
            id,
            pipeline,
            holdings,
            pages,
        };
        lessons.push(found.traces());
        if args.yes {
            found.erase(&reach).await?;
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
    fn traces(&self) -> Traces {
        let holdings = &self.holdings;
        let mut traces = Traces {
            file: source::name(&self.path),
            manifest: holdings.manifest_path.clone(),
            recordings: holdings.recordings.clone(),
            segments: holdings.segments,
            pages: Vec::new(),
            notion_pages: Vec::new(),
            objects: holdings.objects.clone(),
            stays: Vec::new(),
        };
        for (page, place) in &self.pages {
            match place {
                Place::Folder(folder) => traces.pages.push(folder.clone()),
                Place::Notion(url) => traces.notion_pages.push(url.clone()),
                Place::Elsewhere => {
                    let is_present = holdings.pages.last() == Some(page);
                    let url = holdings.page_url.clone().filter(|_| is_present);
                    let page = url.unwrap_or_else(|| page.to_string());
                    traces.stays.push(format!("page {page}"));
                }
            }
        }
        let audio = holdings.audio_url.iter();
        let audio = audio.filter(|_| holdings.objects.is_empty());
        traces
            .stays
            .extend(audio.map(|url| format!("recording {url}")));
        if self.path.exists() {
            traces.stays.push(format!("lesson {}", traces.file));
        }
        traces
    }

    /// The manifest goes last, so that an interrupted erasure can be repeated.
    async fn erase(&self, reach: &Reach) -> Result<(), Failure> {
        for (page, place) in &self.pages {
            reach.erase(*page, place).await?;
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
            for page in &lesson.notion_pages {
                fields.add("Page", format!("{page} (goes to the trash of Notion)"));
            }
            for recording in &lesson.recordings {
                fields.add("Recording", recording.display());
            }
            for object in &lesson.objects {
                fields.add("Recording", format!("{object} (in the bucket)"));
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
