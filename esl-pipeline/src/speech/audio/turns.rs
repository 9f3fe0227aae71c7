//! Where in a recording each of its turns is spoken.

use std::ops::Range;
use std::time::Duration;

use esl_core::ports::TurnTiming;

use super::Measured;
use super::trim::samples_in;

/// How late a provider may say that a turn begins.
const TIMING_ERROR: Duration = Duration::from_millis(100);

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

    /// The first turn begins where the speech does, each other at the onset nearest to where it is
    /// said to be.
    fn starts(&self, measured: &Measured, speech: &Range<u64>) -> Vec<u64> {
        let reach = samples_in(TIMING_ERROR, measured.sample_rate);
        let nominal = self.nominal_starts(measured.sample_rate, speech);
        let mut starts: Vec<u64> = Vec::with_capacity(nominal.len());
        for (index, said) in nominal.iter().enumerate() {
            let Some(before) = starts.last() else {
                starts.push(speech.start);
                continue;
            };
            let limit = nominal.get(index + 1).copied().unwrap_or(speech.end);
            let onset = measured
                .onset_near(*said, reach)
                .filter(|onset| *onset < limit);
            starts.push(onset.unwrap_or(*said).clamp(*before, speech.end));
        }
        starts
    }

    fn nominal_starts(&self, sample_rate: u32, speech: &Range<u64>) -> Vec<u64> {
        if self.timings.len() == self.lengths.len() {
            let start = |timing: &TurnTiming| {
                samples_in(timing.start, sample_rate).saturating_add(self.delay)
            };
            return self.timings.iter().map(start).collect();
        }
        let total = self.lengths.iter().sum::<usize>().max(1) as f64;
        let length = (speech.end - speech.start) as f64;
        self.lengths
            .iter()
            .scan(0, |spoken, characters| {
                let share = *spoken as f64 / total;
                *spoken += characters;
                Some(speech.start + (share * length) as u64)
            })
            .collect()
    }
}
