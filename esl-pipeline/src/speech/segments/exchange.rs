//! Cuts a dialogue into exchanges: the turns that are spoken in one request.
//!
//! Where to cut is decided by the content, so that an edit leaves all but the neighbouring
//! exchanges, and with them their recordings, as they were. Every boundary between two turns has a
//! rank: paragraphs part first, questions stay with their answers, and a hash of the turn decides
//! the rest. A boundary is cut if the turns around it, up to the next boundaries of better rank,
//! do not fit into one exchange. So turns further away than one exchange is long have no say.

use std::collections::HashSet;
use std::ops::Range;

use esl_core::{Digest, VoiceId};

/// What one request may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Characters (Unicode scalar values) of all turns together.
    pub(super) characters: usize,
    /// Turns.
    pub(super) turns: usize,
    /// Distinct voices.
    pub(super) voices: usize,
}

/// A turn as the cutter sees it.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) voice: &'a VoiceId,
    pub(super) text: &'a str,
    /// Whether a blank line stands before it.
    pub(super) after_blank: bool,
    /// Whether it goes on with the line before.
    pub(super) continues_line: bool,
}

/// The exchanges as ranges of `turns`: in order, without gaps, none empty. Each is within `limits`
/// or a single turn.
pub(super) fn exchanges(turns: &[Candidate<'_>], limits: Limits) -> Vec<Range<usize>> {
    let extent = Extent::new(turns, limits);
    let cuts = reaches(&ranks(turns))
        .into_iter()
        .enumerate()
        .filter(|(_, reach)| !extent.fits(reach))
        .map(|(before, _)| before + 1);
    let mut exchanges = Vec::new();
    let mut start = 0;
    for end in cuts.chain([turns.len()]) {
        if start < end {
            exchanges.push(start..end);
        }
        start = end;
    }
    exchanges
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seam {
    Paragraph,
    Turn,
    QuestionAndAnswer,
    WithinLine,
}

/// The rank of the boundary before each turn but the first; the lowest is the best place to cut.
fn ranks(turns: &[Candidate<'_>]) -> Vec<(Seam, Digest)> {
    turns
        .windows(2)
        .map(|pair| (seam(&pair[0], &pair[1]), Digest::of(pair[1].text)))
        .collect()
}

fn seam(before: &Candidate<'_>, after: &Candidate<'_>) -> Seam {
    if after.continues_line {
        Seam::WithinLine
    } else if after.after_blank {
        Seam::Paragraph
    } else if before.text.ends_with('?') {
        Seam::QuestionAndAnswer
    } else {
        Seam::Turn
    }
}

/// For each boundary the turns around it up to the next boundaries of better rank; of equals the
/// first is better.
fn reaches<R: Ord>(ranks: &[R]) -> Vec<Range<usize>> {
    let mut reaches: Vec<Range<usize>> = Vec::with_capacity(ranks.len());
    let mut open: Vec<usize> = Vec::new();
    for (boundary, rank) in ranks.iter().enumerate() {
        while let Some(last) = open.pop_if(|last| ranks[*last] > *rank) {
            reaches[last].end = boundary + 1;
        }
        let start = open.last().map_or(0, |last| last + 1);
        reaches.push(start..ranks.len() + 1);
        open.push(boundary);
    }
    reaches
}

/// Measures ranges of turns.
struct Extent<'a> {
    turns: &'a [Candidate<'a>],
    limits: Limits,
    /// Characters before each turn, and at the end those of all.
    characters_before: Vec<usize>,
}

impl<'a> Extent<'a> {
    fn new(turns: &'a [Candidate<'a>], limits: Limits) -> Self {
        let mut characters_before = vec![0];
        let mut total = 0;
        for turn in turns {
            total += turn.text.chars().count();
            characters_before.push(total);
        }
        Self {
            turns,
            limits,
            characters_before,
        }
    }

    fn fits(&self, range: &Range<usize>) -> bool {
        let characters = self.characters_before[range.end] - self.characters_before[range.start];
        characters <= self.limits.characters
            && range.len() <= self.limits.turns
            && self.voices(range) <= self.limits.voices
    }

    fn voices(&self, range: &Range<usize>) -> usize {
        let voices = self.turns[range.clone()].iter().map(|turn| turn.voice);
        voices.collect::<HashSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits {
        characters: 100,
        turns: 8,
        voices: 2,
    };

    fn voices() -> Vec<VoiceId> {
        ["a", "b", "c"].map(|id| VoiceId::parse(id).unwrap()).into()
    }

    fn candidates<'a>(texts: &'a [String], voices: &'a [VoiceId]) -> Vec<Candidate<'a>> {
        let turn = |(at, text): (usize, &'a String)| Candidate {
            voice: &voices[(at + text.len() / 30) % voices.len()],
            text,
            after_blank: text.starts_with('b'),
            continues_line: false,
        };
        texts.iter().enumerate().map(turn).collect()
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[a-h]{1,40}[.?]", 0..60)
    }

    /// The text of each exchange, and its distance in characters from turn `from`.
    fn spoken(turns: &[Candidate<'_>], from: usize) -> Vec<(String, usize)> {
        let length =
            |range: Range<usize>| -> usize { turns[range].iter().map(|t| t.text.len()).sum() };
        exchanges(turns, LIMITS)
            .into_iter()
            .map(|range| {
                let text = turns[range.clone()].iter().map(|turn| turn.text).collect();
                let distance = if range.end <= from {
                    length(range.end..from)
                } else {
                    length((from + 1).min(range.start)..range.start)
                };
                (text, distance)
            })
            .collect()
    }

    #[test]
    fn paragraphs_part_and_questions_stay_with_their_answers() {
        let voices = voices();
        let texts = [
            "a".repeat(40),
            "c".repeat(39) + "?",
            "a".repeat(20),
            "b".repeat(50),
        ];
        let turns = candidates(&texts, &voices[..1]);
        assert_eq!(exchanges(&turns, LIMITS), [0..3, 3..4]);
    }

    #[test]
    fn a_dialogue_of_equal_turns_is_cut_too() {
        let voices = voices();
        let texts = vec!["yes".to_owned(); 50];
        let turns = candidates(&texts, &voices[..1]);
        assert!(
            exchanges(&turns, LIMITS)
                .iter()
                .all(|range| range.len() <= LIMITS.turns)
        );
    }

    proptest! {
        #[test]
        fn exchanges_hold_every_turn_once_and_keep_the_limits(texts in texts()) {
            let voices = voices();
            let turns = candidates(&texts, &voices);
            let exchanges = exchanges(&turns, LIMITS);
            let extent = Extent::new(&turns, LIMITS);
            prop_assert!(exchanges.iter().all(|range| range.len() == 1 || extent.fits(range)));
            let all: Vec<usize> = exchanges.into_iter().flatten().collect();
            prop_assert_eq!(all, (0..turns.len()).collect::<Vec<_>>());
        }

        #[test]
        fn an_edit_recuts_only_its_neighbourhood(
            texts in texts().prop_filter("has turns", |texts| !texts.is_empty()),
            at in any::<prop::sample::Index>(),
            new in "[a-h]{1,29}[.?]",
        ) {
            let voices = voices();
            let at = at.index(texts.len());
            let mut edited = texts.clone();
            edited[at] = new;
            let before = spoken(&candidates(&texts, &voices[..1]), at);
            let after = spoken(&candidates(&edited, &voices[..1]), at);
            let after: HashSet<_> = after.into_iter().map(|(text, _)| text).collect();
            for (text, distance) in before {
                let is_near = distance <= LIMITS.characters;
                prop_assert!(is_near || after.contains(&text));
            }
        }
    }
}
