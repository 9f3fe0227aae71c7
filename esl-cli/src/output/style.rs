//! Whether to colour, and text that is safe to show in a terminal.

use std::io::{self, IsTerminal};

use crate::config::Environment;

/// Whether standard output takes colours.
pub(crate) fn colours_stdout() -> bool {
    io::stdout().is_terminal() && Environment::wants_colours()
}

/// Whether standard error takes colours.
pub(crate) fn colours_stderr() -> bool {
    io::stderr().is_terminal() && Environment::wants_colours()
}

/// `text` without control characters, which could move the cursor or change the terminal.
pub(crate) fn printable(text: &str) -> String {
    let replaced = |character: char| match character {
        '\n' | '\t' => character,
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r"), "a\u{fffd}[2Jb\u{fffd}");
    }
}
