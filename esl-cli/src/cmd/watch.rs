//! `esl watch`: homework that follows the lesson while it is written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use esl_core::{CancellationToken, Digest, Silent};
use esl_pipeline::pipeline::RunReport;
use serde_json::{Value, json};

use super::homework::{Maker, Unmade};
use super::{Session, interrupt};
use crate::args::WatchArgs;
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Outcome, style::printable, summary};
use crate::source;
use crate::watching::Saves;

/// A lesson and what became of it so far.
struct Watched {
    path: PathBuf,
    /// What was made last; none after a failure, so that the next save is a new attempt.
    made: Option<Made>,
    refreshes: usize,
    failures: usize,
    /// Why there was nothing made last.
    failure: Option<Failure>,
}

struct Made {
    digest: Digest,
    page_url: Option<String>,
}

/// Makes the homework and says so.
struct Desk<'a> {
    maker: Maker,
    cancel: CancellationToken,
    session: &'a Session,
    max_lesson_bytes: usize,
}

struct Ended(Vec<Watched>);

pub(super) async fn watch(args: WatchArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.homework.settings())?;
    let maker = Maker::new(&args.homework, &session.environment).await?;
    let desk = Desk {
        maker: maker.that_can_speak()?,
        cancel: interrupt::token(),
        session,
        max_lesson_bytes: settings.max_lesson_bytes.value,
    };
    // Before the first look at the lessons, so that no save falls in between.
    let saves = Saves::of(&args.lessons)?;
    let mut lessons: Vec<_> = args.lessons.into_iter().map(Watched::new).collect();
    let start = Instant::now();
    for lesson in &mut lessons {
        desk.refresh(lesson, start).await;
    }
    loop {
        let saved = tokio::select! {
            biased;
            () = desk.cancel.cancelled() => break,
            saved = saves.next() => saved,
        };
        for file in saved.files {
            desk.refresh(&mut lessons[file], saved.since).await;
        }
    }
    Ok(Box::new(Ended(lessons)))
}

impl Watched {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            made: None,
            refreshes: 0,
            failures: 0,
            failure: None,
        }
    }
}

impl Desk<'_> {
    /// Brings the homework up to date with what was saved at `since`, and tells how it went.
    async fn refresh(&self, lesson: &mut Watched, since: Instant) {
        let digest = match source::read_lesson(&lesson.path, self.max_lesson_bytes) {
            Ok(bytes) => Digest::of(bytes),
            Err(failure) => return self.fail(lesson, failure.into(), since),
        };
        if lesson
            .made
            .as_ref()
            .is_some_and(|made| made.digest == digest)
        {
            return;
        }
        let cancel = self.cancel.clone();
        match self
            .maker
            .make(&lesson.path, cancel, Arc::new(Silent))
            .await
        {
            Ok(report) => self.succeed(lesson, &report, digest, since),
            Err(_) if self.cancel.is_cancelled() => {}
            Err(unmade) => self.fail(lesson, unmade, since),
        }
    }

    fn succeed(&self, lesson: &mut Watched, report: &RunReport, digest: Digest, since: Instant) {
        let page_url = report.page_url.clone();
        let page = page_url.as_deref().unwrap_or("no page");
        let what = if report.changed {
            "refreshed in"
        } else {
            "up to date after"
        };
        self.tell(&lesson.path, &format!("{what} {}, {page}", elapsed(since)));
        lesson.refreshes += 1;
        lesson.failure = None;
        lesson.made = Some(Made { digest, page_url });
    }

    fn fail(&self, lesson: &mut Watched, unmade: Unmade, since: Instant) {
        unmade.show_findings();
        output::report(&unmade.failure);
        self.tell(
            &lesson.path,
            &format!("not refreshed after {}", elapsed(since)),
        );
        lesson.failures += 1;
        lesson.failure = Some(unmade.failure);
        lesson.made = None;
    }

    fn tell(&self, lesson: &Path, news: &str) {
        let name = source::name(lesson);
        self.session.tell(&printable(&format!("{name}: {news}")));
    }
}

fn elapsed(since: Instant) -> String {
    format!("{} ms", since.elapsed().as_millis())
}

impl Watched {
    fn json(&self) -> Value {
        let made = self.made.as_ref();
        let mut json = json!({
            "file": source::name(&self.path),
            "refreshes": self.refreshes,
            "failures": self.failures,
            "pageUrl": made.and_then(|made| made.page_url.as_deref()),
        });
        if let Some(failure) = &self.failure {
            json["error"] = summary::json(failure);
        }
        json
    }
}

impl Answer for Ended {
    /// Only Ctrl-C ends it.
    fn exit(&self) -> Exit {
        Exit::Cancelled
    }

    fn json(&self) -> Value {
        json!({ "lessons": self.0.iter().map(Watched::json).collect::<Vec<_>>() })
    }

    /// Everything was told when it happened.
    fn write_text(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
