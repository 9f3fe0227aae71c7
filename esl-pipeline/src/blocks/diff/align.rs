//! Which of our blocks on the page stands for which block of the lesson, among siblings.
//!
//! Blocks that say the same are found first, by a line diff with bounded effort. What is left
//! between them is paired by kind and likeness, in windows of [`WINDOW`] blocks. Order is kept: a
//! block that the lesson moves is made anew, since Notion cannot move one.

use std::collections::HashMap;
use std::ops::Range;

use esl_core::manifest::BlockDigest;
use imara_diff::{Algorithm, Diff, InternedInput, TokenSource};

/// The product of two lengths up to which the fewest edits are looked for; beyond it, few.
const MAX_EXACT: usize = 4000 * 4000;
/// Blocks compared with each other for likeness, on either side.
const WINDOW: usize = 64;
/// Words of a block looked at for likeness.
const MAX_WORDS: usize = 200;
/// What it is worth to pair two blocks of a kind, and what full likeness adds to it.
const SAME_KIND: u32 = 1;
const SAME_WORDS: u32 = 100;

/// A step down both lists: an index of ours, of the lesson's, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The lesson has not changed it.
    Same(usize, usize),
    /// The lesson says it differently.
    Changed(usize, usize),
    /// The lesson does not have it any more.
    Gone(usize),
    /// The lesson has not had it before.
    New(usize),
}

/// How often each word occurs.
pub(super) type Words = HashMap<String, u32>;

/// How the two lists go together. `likeness` says how alike two blocks are that do not say the
/// same, from 0 to 1; `None` if one cannot become the other.
pub(super) fn align(
    ours: &[BlockDigest],
    wanted: &[BlockDigest],
    likeness: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<Step> {
    let input = InternedInput::new(Says(ours), Says(wanted));
    let is_large = ours.len().saturating_mul(wanted.len()) > MAX_EXACT;
    let algorithm = if is_large {
        Algorithm::Histogram
    } else {
        Algorithm::MyersMinimal
    };
    let diff = Diff::compute(algorithm, &input);
    let mut steps = Vec::with_capacity(ours.len().max(wanted.len()));
    let (mut our, mut want) = (0, 0);
    for hunk in diff.hunks() {
        let before = hunk.before.start as usize..hunk.before.end as usize;
        let after = hunk.after.start as usize..hunk.after.end as usize;
        steps.extend((our..before.start).zip(want..).map(same));
        (our, want) = (before.end, after.end);
        pair(before, after, &likeness, &mut steps);
    }
    steps.extend((our..ours.len()).zip(want..).map(same));
    steps
}

/// What the line diff takes for lines.
struct Says<'a>(&'a [BlockDigest]);

impl<'a> TokenSource for Says<'a> {
    type Token = BlockDigest;
    type Tokenizer = std::iter::Copied<std::slice::Iter<'a, BlockDigest>>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.iter().copied()
    }

    fn estimate_tokens(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

fn same((our, want): (usize, usize)) -> Step {
    Step::Same(our, want)
}

/// Pairs what does not say the same, window by window.
fn pair(
    mut ours: Range<usize>,
    mut wanted: Range<usize>,
    likeness: &impl Fn(usize, usize) -> Option<f64>,
    steps: &mut Vec<Step>,
) {
    while !ours.is_empty() && !wanted.is_empty() {
        let window = |range: &Range<usize>| range.start..range.end.min(range.start + WINDOW);
        let (near, far) = (window(&ours), window(&wanted));
        (ours.start, wanted.start) = (near.end, far.end);
        pair_window(near, far, likeness, steps);
    }
    steps.extend(ours.map(Step::Gone));
    steps.extend(wanted.map(Step::New));
}

/// The pairs of the highest total worth.
fn pair_window(
    ours: Range<usize>,
    wanted: Range<usize>,
    likeness: &impl Fn(usize, usize) -> Option<f64>,
    steps: &mut Vec<Step>,
) {
    let width = wanted.len() + 1;
    let mut worth = vec![None; ours.len() * width];
    // best[i][j]: the most that the blocks from i and from j on are worth.
    let mut best = vec![0; (ours.len() + 1) * width];
    for i in (0..ours.len()).rev() {
        for j in (0..wanted.len()).rev() {
            let at = i * width + j;
            worth[at] = likeness(ours.start + i, wanted.start + j).map(worth_of);
            let paired = worth[at].map_or(0, |worth| worth + best[at + width + 1]);
            best[at] = paired.max(best[at + width]).max(best[at + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut new = Vec::new();
    while i < ours.len() && j < wanted.len() {
        let at = i * width + j;
        let paired = worth[at].map(|worth| worth + best[at + width + 1]);
        if paired == Some(best[at]) {
            steps.append(&mut new);
            steps.push(Step::Changed(ours.start + i, wanted.start + j));
            (i, j) = (i + 1, j + 1);
        } else if best[at] == best[at + width] {
            steps.push(Step::Gone(ours.start + i));
            i += 1;
        } else {
            new.push(Step::New(wanted.start + j));
            j += 1;
        }
    }
    steps.extend((ours.start + i..ours.end).map(Step::Gone));
    steps.append(&mut new);
    steps.extend((wanted.start + j..wanted.end).map(Step::New));
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "likeness is between 0 and 1"
)]
fn worth_of(likeness: f64) -> u32 {
    SAME_KIND + (likeness * f64::from(SAME_WORDS)) as u32
}

/// The words of a text, counted.
pub(super) fn words(text: &str) -> Words {
    let mut words = Words::new();
    for word in text.split_whitespace().take(MAX_WORDS) {
        *words.entry(word.to_lowercase()).or_default() += 1;
    }
    words
}

/// How many words two texts share, of all they have: 0 to 1.
pub(super) fn likeness(one: &Words, other: &Words) -> f64 {
    let total: u32 = one.values().chain(other.values()).sum();
    let shared =
        |(word, count): (&String, &u32)| other.get(word).map_or(0, |more| *count.min(more));
    let shared: u32 = one.iter().map(shared).sum();
    if total == 0 {
        1.0
    } else {
        f64::from(2 * shared) / f64::from(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{Changed, Gone, New, Same};

    /// Aligns lines of text; lines that begin with `#` cannot become others.
    fn aligned(ours: &[&str], wanted: &[&str]) -> Vec<Step> {
        let digests = |lines: &[&str]| lines.iter().map(BlockDigest::of).collect::<Vec<_>>();
        align(&digests(ours), &digests(wanted), |our, want| {
            let is_free = !ours[our].starts_with('#') && !wanted[want].starts_with('#');
            is_free.then(|| likeness(&words(ours[our]), &words(wanted[want])))
        })
    }

    #[test]
    fn equal_lists_are_the_same() {
        assert_eq!(aligned(&["a", "b"], &["a", "b"]), [Same(0, 0), Same(1, 1)]);
        assert_eq!(aligned(&[], &[]), []);
    }

    #[test]
    fn the_most_similar_block_is_the_one_that_changed() {
        let steps = aligned(
            &["where is the museum", "turn left", "it is late"],
            &["a new line", "Where is the big museum", "it is very late"],
        );
        assert_eq!(steps, [New(0), Changed(0, 1), Gone(1), Changed(2, 2)]);
    }

    #[test]
    fn what_is_gone_comes_before_what_takes_its_place() {
        let steps = aligned(&["a", "#b", "c"], &["a", "#d", "c"]);
        assert_eq!(steps, [Same(0, 0), Gone(1), New(1), Same(2, 2)]);
    }

    #[test]
    fn long_lists_without_likeness_take_bounded_effort() {
        let lines = |from: usize| {
            (from..from + 5000)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
        };
        let (ours, wanted) = (lines(0), lines(10_000));
        let comparisons = std::cell::Cell::new(0);
        let digests = |lines: &[String]| lines.iter().map(BlockDigest::of).collect::<Vec<_>>();
        let steps = align(&digests(&ours), &digests(&wanted), |_, _| {
            comparisons.set(comparisons.get() + 1);
            None
        });
        assert_eq!(steps.len(), 10_000);
        assert!(comparisons.get() <= 5000 * WINDOW + WINDOW * WINDOW);
    }
}
