//! Runs of backticks, indexed so that no two searches read the same part of a line.

use std::collections::{HashMap, VecDeque};

/// Where the runs of backticks of a line begin, by their length.
#[derive(Debug)]
pub(in crate::lesson) struct Backticks(HashMap<usize, VecDeque<usize>>);

impl Backticks {
    pub(in crate::lesson) fn of(line: &str) -> Self {
        let mut by_length = HashMap::<_, VecDeque<_>>::new();
        let mut at = 0;
        while let Some(skipped) = line[at..].find('`') {
            let start = at + skipped;
            let length = run_length(&line[start..]);
            by_length.entry(length).or_default().push_back(start);
            at = start + length;
        }
        Self(by_length)
    }

    /// Where the next run of exactly `length` backticks at or behind `from` begins. `from` must not
    /// go back from one call to the next.
    pub(in crate::lesson) fn next(&mut self, length: usize, from: usize) -> Option<usize> {
        let starts = self.0.get_mut(&length)?;
        while starts.front().is_some_and(|start| *start < from) {
            starts.pop_front();
        }
        starts.front().copied()
    }
}

/// How many backticks `text` begins with.
pub(in crate::lesson) fn run_length(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}
