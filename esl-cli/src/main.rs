//! The command `esl`: arguments in, calls out.
//!
//! Standard output carries results and nothing else; logs, progress and errors go to standard
//! error. `wiring` alone names adapters, `config` alone reads the environment, `exit`
//! alone knows exit codes.

mod args;
mod cmd;
mod config;
mod exit;
mod exporter;
mod lessons;
mod logging;
mod output;
mod saving;
mod source;
mod watching;
mod wiring;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse(std::env::args_os().collect()) {
        Ok(arguments) => cmd::execute(arguments).into(),
        Err(error) => output::usage(&error).into(),
    }
}
