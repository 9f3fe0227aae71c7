//! Where in a recording each of its turns is spoken.
//!
//! Providers' clocks run some percent too fast or slow, or end early. The sound is the truth: of
//! two readings of the clock, as told and stretched to the length of the speech, the one counts
//! whose turns begin nearer to where sound begins after a pause; the difference between both is how
//! far a turn may be moved to such a place.

use std::ops::Range;
use std::time::Duration;

use esl_core::ports::TurnTiming;

use super::trim::samples_in;
use super::{AudioError, Measured};

/// How late a provider may say that a turn begins.
const TIMING_ERROR: Duration = Duration::from_millis(100);
/// The shortest silence that counts as one between turns.
const PAUSE: Duration = Duration::from_millis(120);
/// How much longer than the sound a clock may run …
const MOST_DRIFT: f64 = 1.1;
/// … and how much later it may end.
const EARLY_END: Duration = Duration::from_millis(1500);

/// What is known of the turns before the sound is looked at.
pub(super) struct Turns<'a> {
    pub(super) timings: &'a [TurnTiming],
    pub(super) lengths: &'a [usize],
    /// Samples by which the sound lags behind the timings.
    pub(super) delay: u64,
}

impl Turns<'_> {
    /// Where each turn is spoken: as the provider says, else in proportion to its length, moved to
    /// where the sound begins and ends.
    pub(super) fn locate(&self, measured: &Measured, speech: &Range<u64>) -> Vec<Range<u64>> {
        let starts = self.starts(measured, speech);
        let limits = starts.iter().skip(1).copied().chain([speech.end]);
        let end = |start: u64, limit| measured.end_before(limit).unwrap_or(limit).max(start);
        starts
            .iter()
            .zip(limits)
            .map(|(start, limit)| *start..end(*start, limit))
            .collect()
    }

    /// Refuses sound that ends long before its last turn is said to: the rest is missing.
    pub(super) fn check(&self, measured: &Measured) -> Result<(), AudioError> {
        let last = self.timings.iter().map(|timing| timing.end).max();
        let last = last.unwrap_or_default().as_secs_f64();
        let length = measured.samples as f64 / f64::from(measured.sample_rate);
        if last > length * MOST_DRIFT + EARLY_END.as_secs_f64() {
            return Err(AudioError::Damaged(format!(
                "it ends after {length:.1} s, its last turn after {last:.1} s"
            )));
        }
        Ok(())
    }

    /// The first turn begins where the speech does, each other at the onset nearest to where it is
    /// said to be.
    fn starts(&self, measured: &Measured, speech: &Range<u64>) -> Vec<u64> {
        let reach = samples_in(TIMING_ERROR, measured.sample_rate);
        let onsets = measured.onsets_after(PAUSE);
        let said = self.said(measured.sample_rate, speech, &onsets);
        let mut starts: Vec<u64> = Vec::with_capacity(said.len());
        for (index, Said { at, doubt }) in said.iter().copied().enumerate() {
            let Some(before) = starts.last().copied() else {
                starts.push(speech.start);
                continue;
            };
            let limit = said.get(index + 1).map_or(speech.end, |next| next.at);
            let after_pause = nearest(&onsets, at)
                .filter(|onset| doubt > 0 && onset.abs_diff(at) <= reach + doubt)
                .filter(|onset| *onset > before);
            let onset = after_pause.or_else(|| measured.onset_near(at, reach));
            let onset = onset.filter(|onset| *onset < limit);
            starts.push(onset.unwrap_or(at).clamp(before, speech.end));
        }
        starts
    }

    /// Where each turn is said to begin.
    fn said(&self, sample_rate: u32, speech: &Range<u64>, onsets: &[u64]) -> Vec<Said> {
        if self.timings.is_empty() || self.timings.len() != self.lengths.len() {
            return self.in_proportion(speech);
        }
        let as_told = self
            .timings
            .iter()
            .map(|timing| samples_in(timing.start, sample_rate).saturating_add(self.delay));
        let as_told: Vec<_> = as_told.collect();
        let stretched = self.stretched(speech);
        let distance = |starts: &[u64]| -> u64 {
            let distances = starts
                .iter()
                .skip(1)
                .filter_map(|start| nearest(onsets, *start).map(|onset| onset.abs_diff(*start)));
            distances.sum()
        };
        let is_even = distance(&stretched) < distance(&as_told);
        let said = |(told, stretched): (u64, u64)| Said {
            at: if is_even { stretched } else { told },
            doubt: told.abs_diff(stretched),
        };
        as_told.into_iter().zip(stretched).map(said).collect()
    }

    /// The times told, on a clock that runs as long as the speech does.
    fn stretched(&self, speech: &Range<u64>) -> Vec<u64> {
        let seconds = |time: Duration| time.as_secs_f64();
        let first = self
            .timings
            .first()
            .map_or(0.0, |timing| seconds(timing.start));
        let last = self
            .timings
            .last()
            .map_or(0.0, |timing| seconds(timing.end));
        let length = (speech.end - speech.start) as f64;
        let scale = length / (last - first).max(f64::MIN_POSITIVE);
        let place = |timing: &TurnTiming| {
            let after = ((seconds(timing.start) - first) * scale).clamp(0.0, length);
            speech.start + after as u64
        };
        self.timings.iter().map(place).collect()
    }

    fn in_proportion(&self, speech: &Range<u64>) -> Vec<Said> {
        let total = self.lengths.iter().sum::<usize>().max(1) as f64;
        let length = (speech.end - speech.start) as f64;
        let mut spoken = 0;
        let said = self.lengths.iter().map(|characters| {
            let share = spoken as f64 / total;
            spoken += characters;
            Said {
                at: speech.start + (share * length) as u64,
                doubt: 0,
            }
        });
        said.collect()
    }
}

/// Where a turn is said to begin, and how wrong that may be.
#[derive(Debug, Clone, Copy)]
struct Said {
    at: u64,
    doubt: u64,
}

/// The value nearest to `place` in an ascending list.
fn nearest(values: &[u64], place: u64) -> Option<u64> {
    let after = values.partition_point(|value| *value < place);
    let around = &values[after.saturating_sub(1)..values.len().min(after + 1)];
    around
        .iter()
        .copied()
        .min_by_key(|value| value.abs_diff(place))
}
