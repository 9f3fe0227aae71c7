//! `esl batch`: the homework of many lessons, some at once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use esl_core::{CancellationToken, ErrorKind, Silent};
use esl_pipeline::pipeline::RunReport;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::homework::{Maker, Unmade};
use super::{Session, interrupt};
use crate::args::BatchArgs;
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable, summary};
use crate::{lessons, source};

/// A file and what became of it.
struct Item {
    path: PathBuf,
    end: End,
    took: Duration,
}

enum End {
    Made(Box<RunReport>),
    Failed(Failure),
    /// It is no lesson.
    Skipped,
    /// Ctrl-C came first.
    NotBegun,
}

struct Batch {
    items: Vec<Item>,
    is_cancelled: bool,
}

pub(super) async fn batch(args: BatchArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.homework.settings())?;
    let limit = settings.max_lesson_bytes.value;
    let files = lessons::find(&args.paths)?;
    let (others, lessons): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| lessons::is_other_text(file, limit));
    if lessons.is_empty() {
        return Err(no_lessons(&args.paths));
    }
    let maker = Maker::new(&args.homework, &session.environment).await?;
    let maker = Arc::new(maker.that_can_speak()?);
    let cancel = interrupt::token();
    let mut items: Vec<_> = others.into_iter().map(Item::skipped).collect();
    for item in &items {
        session.tell(&item.line());
    }
    let jobs = args.jobs.map_or_else(default_jobs, usize::from);
    items.extend(make_all(lessons, jobs, &maker, &cancel, session).await?);
    items.sort_by(|a, b| a.path.cmp(&b.path));
    let is_cancelled = cancel.is_cancelled();
    Ok(Box::new(Batch {
        items,
        is_cancelled,
    }))
}

/// Each lesson waits for processes and disks, so a few at once keep the machine busy.
fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Makes the homework of `lessons`, `jobs` at once, and tells of each when it is done.
async fn make_all(
    lessons: Vec<PathBuf>,
    jobs: usize,
    maker: &Arc<Maker>,
    cancel: &CancellationToken,
    session: &Session,
) -> Result<Vec<Item>, Failure> {
    let mut waiting = lessons.into_iter();
    let mut running = JoinSet::new();
    let mut items = Vec::new();
    loop {
        while running.len() < jobs && !cancel.is_cancelled() {
            let Some(path) = waiting.next() else { break };
            running.spawn(make(path, Arc::clone(maker), cancel.clone()));
        }
        let Some(made) = running.join_next().await else {
            break;
        };
        let item: Item = made.map_err(|error| {
            Failure::new(Exit::Unexpected, ErrorKind::Internal, error.to_string())
        })?;
        session.tell(&item.line());
        items.push(item);
    }
    items.extend(waiting.map(Item::not_begun));
    Ok(items)
}

async fn make(path: PathBuf, maker: Arc<Maker>, cancel: CancellationToken) -> Item {
    let start = Instant::now();
    let end = match maker.make(&path, cancel, Arc::new(Silent)).await {
        Ok(report) => End::Made(Box::new(report)),
        Err(Unmade { failure, .. }) => End::Failed(failure),
    };
    let took = start.elapsed();
    Item { path, end, took }
}

fn no_lessons(paths: &[PathBuf]) -> Failure {
    let paths: Vec<_> = paths.iter().map(|path| source::name(path)).collect();
    let message = format!("there are no lessons in {}", paths.join(", "));
    Failure::new(Exit::Unexpected, ErrorKind::NotFound, message)
        .hint("a lesson is a Markdown file with front matter; `esl new` writes one")
}

impl Item {
    fn skipped(path: PathBuf) -> Self {
        Self::untouched(path, End::Skipped)
    }

    fn not_begun(path: PathBuf) -> Self {
        Self::untouched(path, End::NotBegun)
    }

    fn untouched(path: PathBuf, end: End) -> Self {
        let took = Duration::ZERO;
        Self { path, end, took }
    }

    /// What JSON calls its end.
    fn status(&self) -> &'static str {
        match &self.end {
            End::Made(report) if report.changed => "done",
            End::Made(_) => "unchanged",
            End::Failed(failure) if failure.exit == Exit::Cancelled => "cancelled",
            End::Failed(_) => "failed",
            End::Skipped => "skipped",
            End::NotBegun => "cancelled",
        }
    }

    fn line(&self) -> String {
        let took = self.took.as_secs_f64();
        let news = match &self.end {
            End::Made(report) => {
                let page = report.page_url.as_deref().unwrap_or("no page");
                format!("{} in {took:.1} s, {page}", self.status())
            }
            End::Failed(failure) => format!("{}, {}", self.status(), failure.message),
            End::Skipped => "skipped, it has no front matter".to_owned(),
            End::NotBegun => "not begun".to_owned(),
        };
        printable(&format!("{}: {news}", source::name(&self.path)))
    }

    fn json(&self) -> Value {
        let mut json = json!({ "file": source::name(&self.path), "status": self.status() });
        match &self.end {
            End::Made(report) => json["report"] = summary::json(report),
            End::Failed(failure) => {
                json["error"] = summary::json(failure);
                json["exitCode"] = json!(failure.exit as u8);
            }
            End::Skipped | End::NotBegun => {}
        }
        json
    }
}

impl Batch {
    fn count(&self, status: &str) -> usize {
        let items = self.items.iter();
        items.filter(|item| item.status() == status).count()
    }

    fn failures(&self) -> impl Iterator<Item = (&Path, &Failure)> {
        self.items.iter().filter_map(|item| match &item.end {
            End::Failed(failure) => Some((item.path.as_path(), failure)),
            _ => None,
        })
    }
}

impl Answer for Batch {
    /// The worst: codes rise with how little the user can do about it.
    fn exit(&self) -> Exit {
        if self.is_cancelled {
            return Exit::Cancelled;
        }
        let exits = self.failures().map(|(_, failure)| failure.exit);
        exits
            .max_by_key(|exit| *exit as u8)
            .unwrap_or(Exit::Success)
    }

    fn json(&self) -> Value {
        let items: Vec<_> = self.items.iter().map(Item::json).collect();
        let mut json = json!({ "lessons": items });
        for status in ["done", "unchanged", "failed", "cancelled", "skipped"] {
            json[status] = json!(self.count(status));
        }
        json
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let counts: Vec<_> = ["done", "unchanged", "failed", "cancelled", "skipped"]
            .into_iter()
            .map(|status| (status, self.count(status)))
            .filter(|(_, count)| *count > 0)
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        writeln!(out, "\n{}", counts.join(", "))?;
        for (path, failure) in self.failures() {
            let name = source::name(path);
            let hint = match failure.exit {
                Exit::InvalidLesson => Some(format!("`esl validate '{name}'` shows what")),
                _ => failure.hint.clone(),
            };
            let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
            let line = format!("failed {name}: {}{hint}", failure.message);
            writeln!(out, "{}", printable(&line))?;
        }
        Ok(())
    }
}
