//! One command per file: what was typed in, an answer out. No command decides how it is shown or
//! what the pipeline does.

mod blocks;
mod completions;
mod extract;
mod interrupt;
mod new;
mod run;
mod status;
mod validate;
mod voices;

use std::future::Future;
use std::sync::Arc;

use esl_core::ErrorKind;

use crate::args::{Arguments, Command};
use crate::exit::{Exit, Failure};
use crate::logging;
use crate::output::{self, Outcome, progress::Progress};

/// Does what was asked, says how it went and tells how the process ends.
pub(crate) fn execute(arguments: Arguments) -> Exit {
    let wants_json = arguments.wants_json();
    let Arguments { global, command } = arguments;
    let progress = Progress::new(global.log_format);
    logging::install(&global, &progress);
    let name = command.name();
    let outcome = dispatch(command, &progress);
    progress.close();
    output::finish(name, &outcome, &progress.events(), wants_json)
}

fn dispatch(command: Command, progress: &Arc<Progress>) -> Outcome {
    match command {
        Command::Run(args) => block_on(run::run(*args, Arc::clone(progress))),
        Command::New(args) => new::new(&args),
        Command::Validate(args) => validate::validate(&args),
        Command::Blocks(args) => blocks::blocks(&args),
        Command::Voices(command) => block_on(voices::voices(command)),
        Command::Extract(args) => extract::extract(&args),
        Command::Status(args) => block_on(status::status(args)),
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
