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
mod jobs;
#[cfg_attr(not(feature = "jobs"), path = "no_migrate.rs")]
mod migrate;
mod new;
mod phases;
mod plan;
mod resume;
mod run;
mod status;
#[cfg(feature = "jobs")]
#[cfg_attr(not(feature = "servers"), path = "no_takeover.rs")]
mod takeover;
mod tts;
mod upload;
mod validate;
mod voices;
mod watch;
mod worker;

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;

use esl_core::ErrorKind;
use serde_json::Value;

use crate::args::{Arguments, Command, Global, LogFormat, LogLevel};
use crate::config::Environment;
use crate::exit::{Exit, Failure};
use crate::logging;
use crate::output::{self, Outcome, progress::Progress};

/// What surrounds a command: who is told what, and the environment.
struct Session {
    environment: Environment,
    /// As typed.
    log_level: Option<LogLevel>,
    log_format: LogFormat,
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

    /// Says at once what happened: a line of the answer, or of the log where that is for programs.
    fn tell_event(&self, line: &str, event: &Value) {
        match self.log_format {
            LogFormat::Text => self.tell(line),
            LogFormat::Json => {
                let _ = writeln!(io::stderr().lock(), "{event}");
            }
        }
    }
}

/// Does what was asked, says how it went and tells how the process ends.
pub(crate) fn execute(arguments: Arguments) -> Exit {
    let wants_json = arguments.wants_json();
    let Arguments { global, command } = arguments;
    let (name, is_service) = (command.name(), command.is_service());
    let progress = Progress::new(global.log_format);
    let session = session(&global, is_service, wants_json, &progress);
    let outcome = session.and_then(|session| dispatch(command, &session));
    let outcome = outcome.map_err(|failure| match is_service {
        true => failure.of_service(),
        false => failure,
    });
    progress.close();
    output::finish(name, &outcome, &progress.events(), wants_json)
}

fn session(
    global: &Global,
    is_service: bool,
    wants_json: bool,
    progress: &Arc<Progress>,
) -> Result<Session, Failure> {
    let environment = Environment::of_process();
    let built_in = match is_service {
        true => LogLevel::Info,
        false => LogLevel::Warn,
    };
    let log_level = environment.log_level(global.log_level, built_in)?;
    logging::install(log_level, global.log_format, progress);
    for warning in environment.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(Session {
        environment,
        log_level: global.log_level,
        log_format: global.log_format,
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
        Command::Jobs(command) => block_on(jobs::jobs(command, session)),
        Command::Phases(command) => block_on(phases::phases(command, session)),
        Command::Worker(args) => block_on(worker::worker(&args, session)),
        Command::Migrate(args) => block_on(migrate::migrate(args, session)),
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
