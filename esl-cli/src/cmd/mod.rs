//! One command per file: what was typed in, an answer out. No command decides how it is shown or
//! what the pipeline does.

mod ask;
mod batch;
mod blocks;
mod colorize;
mod completions;
mod config;
mod doctor;
mod extract;
mod forget;
mod homework;
mod interrupt;
mod new;
mod plan;
mod resume;
mod run;
mod status;
mod tts;
mod upload;
mod validate;
mod voices;
mod watch;

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;

use esl_core::ErrorKind;

use crate::args::{Arguments, Command, Global, LogLevel};
use crate::config::Environment;
use crate::exit::{Exit, Failure};
use crate::logging;
use crate::output::{self, Outcome, progress::Progress};

/// What surrounds a command: who is told what, and the environment.
struct Session {
    environment: Environment,
    /// As typed.
    log_level: Option<LogLevel>,
    progress: Arc<Progress>,
    wants_json: bool,
}

impl Session {
    /// Says a line of the answer at once, for commands that take long. Standard output is for the
    /// document alone where one is wanted. A command goes on when nobody listens.
    fn tell(&self, line: &str) {
        let _ = match self.wants_json {
            true => writeln!(io::stderr().lock(), "{line}"),
            false => writeln!(io::stdout().lock(), "{line}"),
        };
    }
}

/// Does what was asked, says how it went and tells how the process ends.
pub(crate) fn execute(arguments: Arguments) -> Exit {
    let wants_json = arguments.wants_json();
    let Arguments { global, command } = arguments;
    let name = command.name();
    let progress = Progress::new(global.log_format);
    let session = session(&global, wants_json, &progress);
    let outcome = session.and_then(|session| dispatch(command, &session));
    progress.close();
    output::finish(name, &outcome, &progress.events(), wants_json)
}

fn session(
    global: &Global,
    wants_json: bool,
    progress: &Arc<Progress>,
) -> Result<Session, Failure> {
    let environment = Environment::of_process();
    let log_level = environment.log_level(global.log_level)?;
    logging::install(log_level, global.log_format, progress);
    for warning in environment.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(Session {
        environment,
        log_level: global.log_level,
        progress: Arc::clone(progress),
        wants_json,
    })
}

fn dispatch(command: Command, session: &Session) -> Outcome {
    let environment = &session.environment;
    match command {
        Command::Run(args) => block_on(run::run(*args, session)),
        Command::Rerun(args) => block_on(run::rerun(*args, session)),
        Command::Resume(args) => block_on(resume::resume(args, session)),
        Command::Plan(args) => block_on(plan::plan(*args, session)),
        Command::Batch(args) => block_on(batch::batch(*args, session)),
        Command::Watch(args) => block_on(watch::watch(*args, session)),
        Command::Tts(args) => block_on(tts::tts(*args, session)),
        Command::Upload(args) => block_on(upload::upload(&args, session)),
        Command::Colorize(args) => block_on(colorize::colorize(&args, session)),
        Command::New(args) => new::new(&args),
        Command::Validate(args) => validate::validate(&args),
        Command::Blocks(args) => block_on(blocks::blocks(&args, environment)),
        Command::Voices(command) => block_on(voices::voices(command, environment)),
        Command::Extract(args) => extract::extract(&args),
        Command::Status(args) => block_on(status::status(args, environment)),
        Command::Forget(args) => block_on(forget::forget(args, session)),
        Command::Config(command) => block_on(config::config(command, session)),
        Command::Doctor(args) => block_on(doctor::doctor(&args, session)),
        Command::Completions(args) => completions::completions(&args),
    }
}

/// Runs a command that waits for things. Commands that do not need it start no runtime.
fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        let message = format!("cannot start: {error}");
        Failure::new(Exit::Unexpected, ErrorKind::Internal, message)
    })?;
    runtime.block_on(command)
}
