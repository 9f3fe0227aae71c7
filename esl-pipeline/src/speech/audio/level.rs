//! Making speech as loud as wanted: by steps of MP3 gain, or sample by sample.

use std::collections::VecDeque;

use super::measure::{Surroundings, measure_samples};
use super::{AudioError, FinishOptions, Measured};

/// One step of an MP3 frame's gain in dB: a factor of the fourth root of two.
const STEP_DB: f64 = 1.505_149_978;

/// How far below the peak limit samples are kept: between samples, and by encoding, peaks grow.
const OVERSHOOT_DB: f64 = 1.3;
/// How far above the limit unlimited peaks may get. More would be heard as distortion.
const MAX_LIMITING_DB: f64 = 12.0;
const LIMITER_WINDOWS_PER_SECOND: u32 = 200;
const PASSES: usize = 3;
/// In LU.
const NEAR_ENOUGH: f64 = 0.25;

/// The gain in steps of an MP3 frame that brings a recording to the wanted loudness: the nearest
/// one, or the highest that keeps the peak limit; 0 for silence.
pub(super) fn gain_steps(measured: &Measured, options: &FinishOptions) -> i32 {
    let Some(loudness) = measured.loudness else {
        return 0;
    };
    let nearest = ((options.loudness - loudness) / STEP_DB).round();
    let allowed = ((options.peak - measured.true_peak) / STEP_DB).floor();
    nearest.min(allowed).clamp(-255.0, 255.0) as i32
}

/// Brings samples to the wanted loudness; peaks that would pass the limit are rounded off.
///
/// # Errors
/// [`AudioError`] if they cannot be measured.
pub(super) fn level(
    sample_rate: u32,
    samples: &[f32],
    measured: &Measured,
    options: &FinishOptions,
) -> Result<Vec<f32>, AudioError> {
    let Some(mut loudness) = measured.loudness else {
        return Ok(samples.to_vec());
    };
    let ceiling = ratio(options.peak - OVERSHOOT_DB);
    let highest = options.peak - measured.true_peak + MAX_LIMITING_DB;
    let (mut gain, mut levelled) = (0.0, Vec::new());
    // Limiting takes some loudness away, which the next pass makes up for.
    for _ in 0..PASSES {
        gain = f64::min(gain + options.loudness - loudness, highest);
        levelled = limited(samples, ratio(gain), ceiling, window(sample_rate));
        loudness = measure_samples(sample_rate, &levelled, Surroundings::Pauses)?
            .loudness
            .unwrap_or(options.loudness);
        if (options.loudness - loudness).abs() < NEAR_ENOUGH || gain >= highest {
            break;
        }
    }
    Ok(levelled)
}

fn ratio(db: f64) -> f32 {
    10_f64.powf(db / 20.0) as f32
}

fn window(sample_rate: u32) -> usize {
    (sample_rate / LIMITER_WINDOWS_PER_SECOND) as usize
}

/// Multiplies by `gain`, less around samples that would pass `ceiling`: the least gain that any
/// sample within `reach` needs, averaged over the same reach, which is never more than the sample
/// itself needs.
fn limited(samples: &[f32], gain: f32, ceiling: f32, reach: usize) -> Vec<f32> {
    let needed = |sample: &f32| gain.min(ceiling / sample.abs().max(f32::MIN_POSITIVE));
    let needed: Vec<f32> = samples.iter().map(needed).collect();
    let least = minima(&needed, reach);
    let smooth = averages(&least, reach);
    samples
        .iter()
        .zip(smooth)
        .map(|(sample, gain)| sample * gain)
        .collect()
}

/// For each place the least value within `reach` of it.
fn minima(values: &[f32], reach: usize) -> Vec<f32> {
    let mut minima = Vec::with_capacity(values.len());
    // Places whose values rise: the first is the least of those in reach.
    let mut rising = VecDeque::new();
    let mut ahead = 0;
    for place in 0..values.len() {
        while ahead < values.len().min(place + reach + 1) {
            while rising
                .back()
                .is_some_and(|last: &usize| values[*last] >= values[ahead])
            {
                rising.pop_back();
            }
            rising.push_back(ahead);
            ahead += 1;
        }
        while rising.front().is_some_and(|first| first + reach < place) {
            rising.pop_front();
        }
        minima.push(rising.front().map_or(1.0, |least| values[*least]));
    }
    minima
}

/// For each place the mean of the values within `reach` of it.
fn averages(values: &[f32], reach: usize) -> impl Iterator<Item = f32> {
    let mut sum: f64 = values
        .iter()
        .take(reach)
        .map(|value| f64::from(*value))
        .sum();
    (0..values.len()).map(move |place| {
        let end = values.len().min(place + reach + 1);
        if place + reach < values.len() {
            sum += f64::from(values[place + reach]);
        }
        let start = place.saturating_sub(reach);
        if place > reach {
            sum -= f64::from(values[place - reach - 1]);
        }
        (sum / (end - start) as f64) as f32
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_sample_passes_the_ceiling_and_quiet_sound_is_only_louder(
            samples in prop::collection::vec(-1.0_f32..1.0, 0..300),
            gain in 0.1_f32..20.0,
            reach in 0_usize..20,
        ) {
            let limited = limited(&samples, gain, 0.8, reach);
            prop_assert!(limited.iter().all(|sample| sample.abs() <= 0.8001));
            let quiet: Vec<f32> = samples.iter().map(|sample| sample * 0.79 / gain).collect();
            for (sample, louder) in quiet.iter().zip(super::limited(&quiet, gain, 0.8, reach)) {
                prop_assert!((sample * gain - louder).abs() < 1e-4);
            }
        }

        #[test]
        fn minima_and_averages_are_those_of_the_window(
            values in prop::collection::vec(0.0_f32..1.0, 1..60),
            reach in 0_usize..12,
        ) {
            let window = |at: usize| &values[at.saturating_sub(reach)..values.len().min(at + reach + 1)];
            let averages: Vec<f32> = averages(&values, reach).collect();
            for (at, minimum) in minima(&values, reach).into_iter().enumerate() {
                prop_assert_eq!(minimum, window(at).iter().copied().fold(1.0, f32::min));
                let mean = window(at).iter().sum::<f32>() / window(at).len() as f32;
                prop_assert!((averages[at] - mean).abs() < 1e-4);
            }
        }
    }
}
