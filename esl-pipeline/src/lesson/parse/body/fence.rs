//! Code fences: three or more backticks or tildes.

use crate::lesson::Text;

/// The opening line of a fenced block.
#[derive(Debug, Clone, Copy)]
pub(in crate::lesson::parse) struct Fence<'a> {
    mark: char,
    length: usize,
    /// All after the marks, trimmed.
    pub info: Text<'a>,
}

impl<'a> Fence<'a> {
    /// Reads a trimmed line; none if it opens no fenced block.
    pub(in crate::lesson::parse) fn open(line: Text<'a>) -> Option<Self> {
        let mark = line.raw.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = marks(line.raw, mark);
        let info = line.slice(length, line.raw.len()).trimmed();
        let is_code_span = mark == '`' && info.raw.contains('`');
        (length >= 3 && !is_code_span).then_some(Self { mark, length, info })
    }

    /// Whether a trimmed line closes this fence: the same marks, at least as many, nothing else.
    pub(in crate::lesson::parse) fn is_closed_by(&self, line: &str) -> bool {
        let length = marks(line, self.mark);
        length >= self.length && length == line.len()
    }

    /// Whether every line that closes this fence also closes `other`.
    pub(in crate::lesson::parse) fn covers(&self, other: &Self) -> bool {
        self.mark == other.mark && self.length >= other.length
    }
}

fn marks(line: &str, mark: char) -> usize {
    line.len() - line.trim_start_matches(mark).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_closed_by_as_many_of_the_same_marks() {
        let fence = Fence::open(Text::new("~~~~ js", 0)).unwrap();
        assert_eq!(fence.info.raw, "js");
        assert!(fence.is_closed_by("~~~~~"));
        assert!(!fence.is_closed_by("~~~"));
        assert!(!fence.is_closed_by("````"));
        assert!(!fence.is_closed_by("~~~~ js"));
    }

    #[test]
    fn a_code_span_of_three_backticks_is_no_fence() {
        assert!(Fence::open(Text::new("```x``` y", 0)).is_none());
        assert!(Fence::open(Text::new("``", 0)).is_none());
    }
}
