//! How much louder or quieter a segment has to become, and sample-wise ways to make it so.

use super::{FinishOptions, Measured};

/// One step of an MP3 frame's gain in dB: a factor of the fourth root of two.
const STEP_DB: f64 = 1.505_149_978;

/// The gain in dB that brings a recording to the wanted loudness without its peak passing the limit;
/// 0 for silence.
pub(super) fn gain_db(measured: &Measured, options: &FinishOptions) -> f64 {
    let Some(loudness) = measured.loudness else {
        return 0.0;
    };
    (options.loudness - loudness).min(options.peak - measured.true_peak)
}

/// The same in whole steps of an MP3 frame's gain: the nearest step, or the next lower one where
/// the nearest would pass the peak limit.
pub(super) fn gain_steps(measured: &Measured, options: &FinishOptions) -> i32 {
    let Some(loudness) = measured.loudness else {
        return 0;
    };
    let nearest = ((options.loudness - loudness) / STEP_DB).round();
    let allowed = ((options.peak - measured.true_peak) / STEP_DB).floor();
    nearest.min(allowed).clamp(-255.0, 255.0) as i32
}

/// Multiplies every sample.
pub(super) fn amplify(samples: &mut [f32], gain_db: f64) {
    let factor = 10_f64.powf(gain_db / 20.0) as f32;
    samples.iter_mut().for_each(|sample| *sample *= factor);
}
