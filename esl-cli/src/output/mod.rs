//! What the process says: one answer on standard output, all else on standard error.

pub(crate) mod diagnostics;
mod document;
mod failure;
pub(crate) mod progress;
pub(crate) mod sarif;
pub(crate) mod style;
pub(crate) mod summary;

use std::io::{self, Write};

use esl_core::ErrorKind;
use serde_json::Value;

use crate::exit::{Exit, Failure};
pub(crate) use document::TimedEvent;
pub(crate) use failure::report;

/// What a command found out, for people and for programs.
pub(crate) trait Answer {
    /// How the process ends.
    fn exit(&self) -> Exit {
        Exit::Success
    }

    /// `result` of the JSON document.
    fn json(&self) -> Value;

    /// The answer as text.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// A command's end.
pub(crate) type Outcome = Result<Box<dyn Answer>, Failure>;

/// Says how `command` ended and tells how the process ends.
pub(crate) fn finish(
    command: &'static str,
    outcome: &Outcome,
    events: &[TimedEvent],
    as_json: bool,
) -> Exit {
    let exit = match outcome {
        Ok(answer) => answer.exit(),
        Err(failure) => failure.exit,
    };
    if let Err(failure) = outcome {
        report(failure);
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match outcome {
        _ if as_json => document::write(&mut out, Some(command), exit, outcome, events),
        Ok(answer) => answer.write_text(&mut out),
        Err(_) => Ok(()),
    };
    end_of(written.and_then(|()| out.flush()), exit)
}

/// Answers a command line that clap did not accept, or a request for help or the version.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    let written = error.print();
    if !error.use_stderr() {
        return end_of(written, Exit::Success);
    }
    if !std::env::args_os().any(|word| word == "--json") {
        return end_of(written, Exit::Usage);
    }
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let message = message.trim_start_matches("error: ");
    let outcome = Err(Failure::new(Exit::Usage, ErrorKind::InvalidInput, message));
    let out = &mut io::stdout().lock();
    let written = document::write(out, None, Exit::Usage, &outcome, &[]);
    end_of(written, Exit::Usage)
}

/// A reader that stopped listening (`esl … | head`) changes nothing about what was done.
fn end_of(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            report(&Failure::new(Exit::Unexpected, ErrorKind::Storage, message));
            Exit::Unexpected
        }
        _ => exit,
    }
}
