//! `esl run` without a lesson on a terminal: asks for what it needs, shows what that would take,
//! and asks whether to begin. No question has a page of its own.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use esl_core::ErrorKind;
use esl_pipeline::pipeline::RunPlan;
use inquire::{Confirm, InquireError, Select};

use super::Session;
use super::homework::Maker;
use crate::args::RunArgs;
use crate::config::{DatabaseChoice, Settings};
use crate::exit::{Exit, Failure};
use crate::output::{style::printable, summary};
use crate::wiring::Documents;
use crate::{lessons, source};

/// Lessons that are offered.
const OFFERED: usize = 10;

/// What an answer is called, and what it means.
struct Choice<T> {
    name: String,
    value: T,
}

impl<T> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.name))
    }
}

/// Asks for the lesson, and for what no flag says; the answers stand in `args` as if typed.
///
/// # Errors
/// That there is nobody to ask, no lesson to offer, or that the user thought better of it.
pub(super) async fn complete(args: &mut RunArgs, session: &Session) -> Result<PathBuf, Failure> {
    if session.wants_json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = "no lesson is named";
        let failure = Failure::new(Exit::Usage, ErrorKind::InvalidInput, message);
        return Err(failure.hint("esl run LESSON"));
    }
    let settings = session
        .environment
        .settings(args.homework.settings.settings())?;
    let documents = Documents::read(&settings.documents).await?;
    let lesson = lesson()?;
    target(args, &settings)?;
    preset(args, &documents)?;
    if !args.homework.speech.is_decided() {
        let sound = Confirm::new("Make the recording?").with_default(true);
        args.homework
            .speech
            .decide(sound.prompt().map_err(refused)?);
    }
    Ok(lesson)
}

/// Shows what the run would take, and asks whether to begin.
///
/// # Errors
/// That it cannot begin, or shall not.
pub(super) async fn confirm(maker: &Maker, lesson: &Path) -> Result<(), Failure> {
    let plan = maker.plan(lesson, None).await?;
    show(&plan).map_err(|error| refused(InquireError::IO(error)))?;
    let begin = Confirm::new("Begin?").with_default(true).prompt();
    match begin.map_err(refused)? {
        true => Ok(()),
        false => Err(refused(InquireError::OperationCanceled)),
    }
}

fn lesson() -> Result<PathBuf, Failure> {
    let lessons = lessons::newest(Path::new("."), OFFERED)?;
    if lessons.is_empty() {
        let message = "there is no lesson here to choose";
        let failure = Failure::new(Exit::Usage, ErrorKind::NotFound, message);
        return Err(failure.hint("`esl new` writes one"));
    }
    let choices = lessons.into_iter().map(|path| Choice {
        name: source::name(&path),
        value: path,
    });
    let chosen = Select::new("Lesson:", choices.collect()).prompt();
    Ok(chosen.map_err(refused)?.value)
}

/// Only a choice is a question.
fn target(args: &mut RunArgs, settings: &Settings) -> Result<(), Failure> {
    let databases = &settings.notion.databases;
    let is_local = settings.is_local || settings.notion.token.is_none();
    if is_local || settings.notion.target.is_typed || databases.len() < 2 {
        return Ok(());
    }
    let choices = databases.iter().map(|DatabaseChoice { id, name }| Choice {
        name: name.clone(),
        value: id.clone(),
    });
    let chosen = Select::new("Database:", choices.collect()).prompt();
    args.homework.settings.target.db_id = Some(chosen.map_err(refused)?.value);
    Ok(())
}

fn preset(args: &mut RunArgs, documents: &Documents) -> Result<(), Failure> {
    let preset = &mut args.homework.preset;
    if preset.no_preset || preset.preset.is_some() {
        return Ok(());
    }
    let named = documents.presets.names().map(|name| Choice {
        name: name.to_owned(),
        value: Some(name.to_owned()),
    });
    let usual = Choice {
        name: "as usual for this lesson and student".to_owned(),
        value: None,
    };
    let choices = std::iter::once(usual).chain(named).collect();
    let chosen = Select::new("Heading colours:", choices).prompt();
    preset.preset = chosen.map_err(refused)?.value;
    Ok(())
}

fn show(plan: &RunPlan) -> io::Result<()> {
    let mut fields = summary::Fields::default();
    fields.add(
        "Page",
        format!("{:?}, {} blocks", plan.page.title, plan.page.blocks),
    );
    if let Some(audio) = &plan.audio {
        let characters = audio.characters_to_speak;
        fields.add(
            "To speak",
            format!("{characters} of {} characters", audio.characters),
        );
        fields.add("Voices", summary::voices(&audio.voices));
    }
    for warning in &plan.warnings {
        fields.add("Warning", warning);
    }
    for problem in &plan.problems {
        fields.add("Problem", &problem.message);
    }
    let mut out = io::stderr().lock();
    fields.write(&mut out)?;
    out.flush()
}

/// Whoever gives no answer wants no run.
fn refused(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failure::new(Exit::Cancelled, ErrorKind::Cancelled, "nothing was done")
        }
        error => Failure::new(Exit::Unexpected, ErrorKind::Internal, error.to_string()),
    }
}
