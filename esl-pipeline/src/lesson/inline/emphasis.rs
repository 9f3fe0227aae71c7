//! Which marks of emphasis belong together: CommonMark's delimiter runs, in linear time.
//!
//! (CommonMark specification, section 6.2 "Emphasis and strong emphasis" and the appendix on
//! parsing strategy.)

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// A kind of emphasis that a stretch of the line has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emphasis {
    Bold,
    Italic,
    Strikethrough,
    Underline,
}

/// The pieces between an opening and a closing mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The piece that holds the opening mark.
    pub(super) open: usize,
    /// The piece that holds the closing mark.
    pub(super) close: usize,
    pub(super) emphasis: Emphasis,
}

/// A run of `*` or `~` that may open or close emphasis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delimiter {
    /// The piece that holds the run.
    piece: usize,
    mark: char,
    /// How many marks the run has.
    length: usize,
    /// How many of them are not yet used.
    unused: usize,
    can_open: bool,
    can_close: bool,
}

impl Delimiter {
    /// A run of `length` marks in `piece`, standing between the texts `before` and `after`; none if
    /// it can neither open nor close.
    pub(super) fn new(
        piece: usize,
        mark: char,
        length: usize,
        before: &str,
        after: &str,
    ) -> Option<Self> {
        if mark == '~' && length != 2 {
            return None;
        }
        let before = before.chars().next_back().map_or(Beside::Gap, Beside::of);
        let after = after.chars().next().map_or(Beside::Gap, Beside::of);
        let can_open = after.is_flanked_from(before);
        let can_close = before.is_flanked_from(after);
        (can_open || can_close).then_some(Self {
            piece,
            mark,
            length,
            unused: length,
            can_open,
            can_close,
        })
    }

    /// Runs that agree in this find, or fail to find, the same openers.
    fn class(&self) -> usize {
        let mark = usize::from(self.mark == '~');
        (self.length % 3) * 4 + usize::from(self.can_open) * 2 + mark
    }

    /// Whether this run may be closed by `closer`: the same mark, and the "rule of three".
    fn matches(&self, closer: &Self) -> bool {
        let is_ambiguous = self.can_close || closer.can_open;
        let sum_confuses = (self.length + closer.length).is_multiple_of(3)
            && !(self.length.is_multiple_of(3) && closer.length.is_multiple_of(3));
        self.mark == closer.mark && !(is_ambiguous && sum_confuses)
    }

    fn emphasis_with(&self, closer: &Self) -> Emphasis {
        match self.mark {
            '~' => Emphasis::Strikethrough,
            _ if self.unused >= 2 && closer.unused >= 2 => Emphasis::Bold,
            _ => Emphasis::Italic,
        }
    }
}

impl Emphasis {
    /// How many characters the marks of this kind have, before and after.
    pub(super) const fn mark_lengths(self) -> (usize, usize) {
        match self {
            Self::Italic => (1, 1),
            Self::Bold | Self::Strikethrough => (2, 2),
            Self::Underline => ("<u>".len(), "</u>".len()),
        }
    }
}

/// What stands beside a run of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Gap,
    Punctuation,
    Letter,
}

impl Beside {
    fn of(character: char) -> Self {
        if character.is_whitespace() {
            Self::Gap
        } else if is_punctuation(character) {
            Self::Punctuation
        } else {
            Self::Letter
        }
    }

    /// Whether a run leans against this side, `other` being what stands on its other side.
    fn is_flanked_from(self, other: Self) -> bool {
        match self {
            Self::Gap => false,
            Self::Punctuation => other != Self::Letter,
            Self::Letter => true,
        }
    }
}

/// Punctuation in CommonMark's sense: symbols count, too.
pub(super) fn is_punctuation(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_punctuation();
    }
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Symbol
    )
}

/// Pairs the runs up and adds a stretch for each pair, inner ones first.
pub(super) fn pair(delimiters: &mut [Delimiter], stretches: &mut Vec<Stretch>) {
    let mut openers = Vec::new();
    // Per class of closers: no opener before this one will match.
    let mut floors = [0; 12];
    for at in 0..delimiters.len() {
        if delimiters[at].can_close {
            let floor = &mut floors[delimiters[at].class()];
            close(delimiters, at, &mut openers, floor, stretches);
        }
        if delimiters[at].can_open && delimiters[at].unused > 0 {
            openers.push(at);
        }
    }
}

fn close(
    delimiters: &mut [Delimiter],
    at: usize,
    openers: &mut Vec<usize>,
    floor: &mut usize,
    stretches: &mut Vec<Stretch>,
) {
    while delimiters[at].unused > 0 {
        let closer = delimiters[at];
        let candidates = openers.iter().rev().take_while(|opener| **opener >= *floor);
        let Some(skipped) = candidates
            .copied()
            .position(|opener| delimiters[opener].matches(&closer))
        else {
            *floor = at;
            return;
        };
        openers.truncate(openers.len() - skipped);
        let opener = openers[openers.len() - 1];
        let emphasis = delimiters[opener].emphasis_with(&closer);
        stretches.push(Stretch {
            open: delimiters[opener].piece,
            close: closer.piece,
            emphasis,
        });
        let (used, _) = emphasis.mark_lengths();
        delimiters[opener].unused -= used;
        delimiters[at].unused -= used;
        if delimiters[opener].unused == 0 {
            openers.pop();
        }
    }
}
