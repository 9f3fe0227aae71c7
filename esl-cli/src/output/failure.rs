//! Failures, told to people on standard error.

use std::io::{self, Write};

use super::style::{colours_stderr, printable};
use crate::exit::Failure;

/// Says what went wrong, why and how to mend it. If nobody can hear it, the exit code remains.
pub(crate) fn report(failure: &Failure) {
    let _ = write(&mut io::stderr().lock(), failure, colours_stderr());
}

fn write(out: &mut dyn Write, failure: &Failure, coloured: bool) -> io::Result<()> {
    let (red, bold, plain) = match coloured {
        true => ("\x1b[1;31m", "\x1b[1m", "\x1b[0m"),
        false => ("", "", ""),
    };
    let message = printable(&failure.message);
    writeln!(out, "{red}error{plain}{bold}: {message}{plain}")?;
    for cause in &failure.causes {
        writeln!(out, "  because: {}", printable(cause))?;
    }
    if let Some(hint) = &failure.hint {
        writeln!(out, "  {bold}help{plain}: {}", printable(hint))?;
    }
    Ok(())
}
