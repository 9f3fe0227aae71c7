//! The terminal: how much fits on it, and what is written there besides the questions.

use std::io::{self, Write};

use crossterm::cursor::MoveToPreviousLine;
use crossterm::terminal::{self, Clear, ClearType};
use crossterm::{execute, style::Print};

/// Lines that are no choice: the question, and the help below the choices.
const AROUND: usize = 2;
/// Columns before a choice: the cursor and blanks around it.
const BEFORE: usize = 3;
/// Choices that are shown in any case.
const LEAST_CHOICES: usize = 3;

/// How much fits on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    width: usize,
    height: usize,
}

impl Screen {
    /// The terminal as it is now; an ordinary one where that cannot be told.
    pub(super) fn present() -> Self {
        let (width, height) = terminal::size().unwrap_or_default();
        let or = |size: u16, usual| if size == 0 { usual } else { usize::from(size) };
        Self {
            width: or(width, 80),
            height: or(height, 24),
        }
    }

    /// `notes` that leave room for the choices: the others are left out.
    pub(super) fn fit_notes(&self, notes: Vec<String>) -> Vec<String> {
        let room = self.height.saturating_sub(AROUND + LEAST_CHOICES + 1);
        let cut = |note: String| self.cut(&note, self.width);
        notes.into_iter().take(room).map(cut).collect()
    }

    /// A choice that fits on a line.
    pub(super) fn fit_choice(&self, choice: &str) -> String {
        self.cut(choice, self.width.saturating_sub(BEFORE))
    }

    /// How many choices can be shown below so many notes.
    pub(super) fn room_below(&self, notes: usize) -> usize {
        self.height.saturating_sub(AROUND + notes + 1).max(1)
    }

    fn cut(&self, text: &str, width: usize) -> String {
        if text.chars().count() <= width {
            return text.to_owned();
        }
        let kept: String = text.chars().take(width.saturating_sub(1)).collect();
        format!("{}…", kept.trim_end())
    }
}

/// Writes lines.
pub(super) fn show(lines: &[String]) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for line in lines {
        writeln!(err, "{line}")?;
    }
    err.flush()
}

/// Takes the last `lines` lines away again.
pub(super) fn erase(lines: usize) -> io::Result<()> {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    let below = Clear(ClearType::FromCursorDown);
    execute!(io::stderr(), MoveToPreviousLine(lines), Print('\r'), below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_choices_go_first() {
        let screen = Screen {
            width: 10,
            height: 8,
        };
        assert_eq!(screen.fit_choice("1234567"), "1234567");
        assert_eq!(screen.fit_choice("12345678"), "123456…");
        let notes = vec!["note".to_owned(); 5];
        assert_eq!(screen.fit_notes(notes).len(), 2);
        assert_eq!((screen.room_below(2), screen.room_below(9)), (3, 1));
    }
}
