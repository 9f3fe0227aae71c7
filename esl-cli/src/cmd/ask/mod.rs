//! `esl run` without a lesson on a terminal: one screen that shows what would be done, with whom and
//! for what, and lets all of it be changed before it begins. Only the screen is known here and the
//! questions behind its lines; what they mean is up to the flags, as if they had been typed.

mod form;
mod questions;
mod screen;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use esl_core::ErrorKind;
use esl_pipeline::pipeline::RunPlan;
use inquire::{InquireError, Select};

use super::Session;
use super::homework::Maker;
use crate::args::RunArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failure};
use crate::lessons;
use crate::wiring::Documents;
use form::{Form, Line};
use screen::Screen;

/// Lessons that are offered.
const OFFERED: usize = 10;
/// What somebody chose on the screen.
pub(super) struct Chosen {
    pub(super) lesson: PathBuf,
    pub(super) maker: Maker,
}

impl Chosen {
    fn of(lesson: PathBuf, look: Look) -> Self {
        let maker = look.maker;
        Self { lesson, maker }
    }
}

/// What a command line would make of a lesson.
struct Look {
    maker: Maker,
    /// The plan, or why there is none.
    plan: Result<RunPlan, Failure>,
}

/// Lets lesson and all else be chosen; what is chosen stands in `args` as if typed. With `--yes` the
/// newest lesson is taken as it is.
///
/// # Errors
/// That there is nobody to ask, no lesson to offer, or that the user thought better of it.
pub(super) async fn choose(args: &mut RunArgs, session: &Session) -> Result<Chosen, Failure> {
    if session.wants_json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = "no lesson is named";
        let failure = Failure::new(Exit::Usage, ErrorKind::InvalidInput, message);
        return Err(failure.hint("esl run LESSON"));
    }
    let lessons = lessons::newest(Path::new("."), OFFERED)?;
    let Some(mut lesson) = lessons.first().cloned() else {
        let message = "there is no lesson here to choose";
        let failure = Failure::new(Exit::Usage, ErrorKind::NotFound, message);
        return Err(failure.hint("`esl new` writes one"));
    };
    let mut cursor = Line::Begin;
    loop {
        let look = look(args, &lesson, session).await?;
        if args.yes {
            return Ok(Chosen::of(lesson, look));
        }
        let form = Form::of(args, &lesson, &look);
        cursor = pick(&form, cursor)?;
        match cursor {
            Line::Begin => return Ok(Chosen::of(lesson, look)),
            Line::Plan => {
                args.dry_run = true;
                return Ok(Chosen::of(lesson, look));
            }
            Line::Lesson => lesson = questions::lesson(&lessons)?,
            Line::Student => questions::student(args, &look)?,
            Line::Database => questions::database(args, &look)?,
            Line::Colours => questions::colours(args, &look)?,
            Line::Recording => args.homework.speech.turn(),
            Line::Accent => questions::accent(args)?,
            Line::Upload => questions::upload(args)?,
        }
    }
}

async fn look(args: &RunArgs, lesson: &Path, session: &Session) -> Result<Look, Failure> {
    let maker = Maker::new(&args.homework, &session.environment).await?;
    let plan = maker.plan(lesson, None).await;
    Ok(Look { maker, plan })
}

impl Look {
    fn settings(&self) -> &Settings {
        self.maker.workshop().settings()
    }

    fn documents(&self) -> &Documents {
        self.maker.workshop().documents()
    }
}

/// Shows the form and waits for a choice, the cursor on `line`.
fn pick(form: &Form, line: Line) -> Result<Line, Failure> {
    let screen = Screen::present();
    let notes = form.notes(&screen);
    screen::show(&notes).map_err(|error| refused(InquireError::IO(error)))?;
    let choices = form.choices(&screen);
    let cursor = choices.iter().position(|choice| choice.line == line);
    let chosen = Select::new("Homework:", choices)
        .without_filtering()
        .with_starting_cursor(cursor.unwrap_or(0))
        .with_page_size(screen.room_below(notes.len()))
        .with_help_message("↑↓ to move, Enter to begin or change, Esc to leave")
        .with_formatter(&|_| String::new())
        .prompt();
    let chosen = chosen.map_err(refused)?;
    // What was chosen is a line of its own.
    screen::erase(notes.len() + 1).map_err(|error| refused(InquireError::IO(error)))?;
    Ok(chosen.line)
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
