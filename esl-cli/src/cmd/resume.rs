//! `esl resume`: goes on with a run that was stopped, as that was asked to do it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::homework::Maker;
use super::{Session, interrupt, run};
use crate::args::ResumeArgs;
use crate::exit::Failure;
use crate::output::{Answer, Outcome, style::printable};
use crate::{source, wiring};

/// The last run was seen through.
struct NothingToResume(PathBuf);

pub(super) async fn resume(args: ResumeArgs, session: &Session) -> Outcome {
    let lesson = args.lesson.path();
    let (id, root) = wiring::identity(&lesson)?;
    let unfinished = wiring::observer(root)?.unfinished(&id).await;
    let Some(unfinished) = unfinished.map_err(Failure::from)? else {
        return Ok(Box::new(NothingToResume(lesson)));
    };
    let maker = Maker::again(&unfinished, args.timeout, &session.environment).await?;
    let maker = maker.that_can_speak()?;
    let progress = Arc::clone(&session.progress);
    match maker.resume(&lesson, interrupt::token(), progress).await {
        Ok(None) => Ok(Box::new(NothingToResume(lesson))),
        Ok(Some(report)) => run::answer(lesson, Ok(report)),
        Err(unmade) => run::answer(lesson, Err(unmade)),
    }
}

impl Answer for NothingToResume {
    fn json(&self) -> Value {
        json!({ "resumed": false })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = format!("{}: there is nothing to resume", source::name(&self.0));
        writeln!(out, "{}", printable(&line))
    }
}
