//! Runs of backticks, indexed so that no two searches read the same part of a line.

/// The length and the first byte of each run of backticks in a line, sorted.
#[derive(Debug)]
pub(in crate::lesson) struct Backticks(Vec<(usize, usize)>);

impl Backticks {
    pub(in crate::lesson) fn of(line: &str) -> Self {
        let mut runs = Vec::new();
        let mut at = 0;
        while let Some(skipped) = line[at..].find('`') {
            let start = at + skipped;
            let length = run_length(&line[start..]);
            runs.push((length, start));
            at = start + length;
        }
        runs.sort_unstable();
        Self(runs)
    }

    /// Where the next run of exactly `length` backticks at or behind `from` begins.
    pub(in crate::lesson) fn next(&self, length: usize, from: usize) -> Option<usize> {
        let at = self.0.partition_point(|run| *run < (length, from));
        let (next, start) = self.0.get(at)?;
        (*next == length).then_some(*start)
    }
}

/// The length of the code, backticks included, that begins at byte `open` of `line`; of the
/// backticks alone if nothing closes it.
pub(in crate::lesson) fn code_length(line: &str, backticks: &Backticks, open: usize) -> usize {
    let length = run_length(&line[open..]);
    let close = backticks.next(length, open + length);
    close.map_or(length, |close| close + length - open)
}

/// How many backticks `text` begins with.
pub(super) fn run_length(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}
