//! How loud a recording is and where in it somebody speaks.

use std::ops::Range;
use std::time::Duration;

use ebur128::{EbuR128, Mode};

use super::AudioError;
use super::decode::Decoder;
use super::stream::{self, Frame};

/// The silence around a segment that blocks of 400 ms see.
const PAUSE_SECONDS: f64 = 0.4;
/// Windows of speech detection in one second.
const WINDOWS_PER_SECOND: u32 = 200;
/// Speech is what is at most this much quieter than the loudest window, as a ratio of powers
/// (-38 dB) …
const RELATIVE_FLOOR: f32 = 1.6e-4;
/// … and louder than this in any case (-60 dB of full scale).
const ABSOLUTE_FLOOR: f32 = 1e-6;

/// What was found in a recording.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Samples per second.
    pub sample_rate: u32,
    /// Samples of one channel.
    pub samples: u64,
    /// Integrated loudness in LUFS (EBU R 128); none in silence.
    pub loudness: Option<f64>,
    /// The highest peak between and on samples, in dBTP.
    pub true_peak: f64,
    window: u64,
    is_speech: Vec<bool>,
}

impl Measured {
    /// From the onset of the first sound to the end of the last, in samples; none in silence.
    #[must_use]
    pub fn speech(&self) -> Option<Range<u64>> {
        let first = self.is_speech.iter().position(|speech| *speech)?;
        let last = self.is_speech.iter().rposition(|speech| *speech)?;
        let end = ((last as u64 + 1) * self.window).min(self.samples);
        Some(first as u64 * self.window..end)
    }

    /// Where the speech begins that is under way at `sample`, if that is at most `reach` earlier, or
    /// else the first that begins after it; `sample` itself in the middle of longer speech.
    #[must_use]
    pub fn onset_near(&self, sample: u64, reach: u64) -> Option<u64> {
        let window = usize::try_from(sample / self.window).ok()?;
        let ahead = self.is_speech.get(window..)?;
        if ahead.first() == Some(&true) {
            let silent = self.is_speech[..window].iter().rposition(|speech| !speech);
            let onset = silent.map_or(0, |silent| silent + 1) as u64 * self.window;
            return Some(if sample - onset <= reach {
                onset
            } else {
                sample
            });
        }
        let silent = ahead.iter().position(|speech| *speech)?;
        Some((window + silent) as u64 * self.window)
    }

    /// Where speech begins after a silence of at least `pause`, in ascending order.
    pub(super) fn onsets_after(&self, pause: Duration) -> Vec<u64> {
        let windows = (pause.as_secs_f64() * f64::from(WINDOWS_PER_SECOND)) as usize;
        let mut onsets = Vec::new();
        let mut silent = windows;
        for (at, is_speech) in self.is_speech.iter().enumerate() {
            if *is_speech && silent >= windows {
                onsets.push(at as u64 * self.window);
            }
            silent = if *is_speech { 0 } else { silent + 1 };
        }
        onsets
    }

    /// The end of the last speech that begins before `sample`.
    #[must_use]
    pub fn end_before(&self, sample: u64) -> Option<u64> {
        let windows = usize::try_from(sample.div_ceil(self.window)).ok()?;
        let before = &self.is_speech[..windows.min(self.is_speech.len())];
        let last = before.iter().rposition(|speech| *speech)?;
        Some(((last as u64 + 1) * self.window).min(sample))
    }
}

/// Whether a segment is measured as it will be heard, with pauses around it that belong to the
/// recording, or sound as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    Pauses,
    Nothing,
}

/// Measures a complete MP3 file; several channels are taken mixed to one.
///
/// # Errors
/// [`AudioError::Damaged`] and [`AudioError::Empty`].
pub fn measure_mp3(file: &[u8]) -> Result<Measured, AudioError> {
    measure_frames(stream::frames(file)?, Surroundings::Nothing)
}

pub(super) fn measure_frames<'a>(
    frames: impl IntoIterator<Item = Frame<'a>>,
    surroundings: Surroundings,
) -> Result<Measured, AudioError> {
    let mut decoder = Decoder::new()?;
    let mut meter = None;
    for frame in frames {
        let samples = decoder.decode(&frame)?;
        if meter.is_none() {
            meter = Some(Meter::new(frame.header.sample_rate, surroundings)?);
        }
        if let Some(meter) = &mut meter {
            meter.add(samples)?;
        }
    }
    meter.ok_or(AudioError::Empty)?.finish()
}

pub(super) fn measure_samples(
    sample_rate: u32,
    samples: &[f32],
    surroundings: Surroundings,
) -> Result<Measured, AudioError> {
    let mut meter = Meter::new(sample_rate, surroundings)?;
    meter.add(samples)?;
    meter.finish()
}

struct Meter {
    loudness: EbuR128,
    sample_rate: u32,
    samples: u64,
    window: usize,
    power: f32,
    powers: Vec<f32>,
    pause: Vec<f32>,
}

impl Meter {
    fn new(sample_rate: u32, surroundings: Surroundings) -> Result<Self, AudioError> {
        let loudness = EbuR128::new(1, sample_rate, Mode::I | Mode::TRUE_PEAK)
            .map_err(|error| AudioError::Damaged(format!("{sample_rate} Hz: {error}")))?;
        let pause = match surroundings {
            Surroundings::Pauses => vec![0.0; (f64::from(sample_rate) * PAUSE_SECONDS) as usize],
            Surroundings::Nothing => Vec::new(),
        };
        let mut meter = Self {
            loudness,
            sample_rate,
            samples: 0,
            window: (sample_rate / WINDOWS_PER_SECOND).max(1) as usize,
            power: 0.0,
            powers: Vec::new(),
            pause,
        };
        meter.pause()?;
        Ok(meter)
    }

    fn pause(&mut self) -> Result<(), AudioError> {
        self.loudness
            .add_frames_f32(&self.pause)
            .map_err(|error| AudioError::Damaged(error.to_string()))
    }

    fn add(&mut self, samples: &[f32]) -> Result<(), AudioError> {
        self.loudness
            .add_frames_f32(samples)
            .map_err(|error| AudioError::Damaged(error.to_string()))?;
        for sample in samples {
            self.power += sample * sample;
            self.samples += 1;
            if self.samples.is_multiple_of(self.window as u64) {
                self.powers
                    .push(std::mem::take(&mut self.power) / self.window as f32);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Measured, AudioError> {
        self.pause()?;
        if self.samples == 0 {
            return Err(AudioError::Empty);
        }
        let peak = self.loudness.true_peak(0).unwrap_or(0.0);
        let is_speech = speech_windows(&self.powers);
        Ok(Measured {
            sample_rate: self.sample_rate,
            samples: self.samples,
            loudness: self.integrated_loudness(&is_speech),
            true_peak: 20.0 * peak.max(1e-9).log10(),
            window: self.window as u64,
            is_speech,
        })
    }

    /// Loudness by the standard, whose blocks take 400 ms; much shorter speech is judged by its mean
    /// power, which agrees with the standard at 1 kHz.
    fn integrated_loudness(&self, is_speech: &[bool]) -> Option<f64> {
        let spoken = self
            .powers
            .iter()
            .zip(is_speech)
            .filter(|(_, speech)| **speech);
        let (count, sum) = spoken.fold((0_u32, 0.0), |(count, sum), (power, _)| {
            (count + 1, sum + f64::from(*power))
        });
        if count == 0 {
            return None;
        }
        let integrated = self
            .loudness
            .loudness_global()
            .ok()
            .filter(|loudness| loudness.is_finite());
        let is_short = count < WINDOWS_PER_SECOND / 5;
        Some(match integrated {
            Some(integrated) if !is_short => integrated,
            _ => 10.0 * (sum / f64::from(count)).log10(),
        })
    }
}

/// Which windows hold speech; a single loud one between silent ones is a click.
fn speech_windows(powers: &[f32]) -> Vec<bool> {
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let floor = (loudest * RELATIVE_FLOOR).max(ABSOLUTE_FLOOR);
    let is_loud = |at: usize| powers.get(at).is_some_and(|power| *power > floor);
    (0..powers.len())
        .map(|at| is_loud(at) && (is_loud(at + 1) || at > 0 && is_loud(at - 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f64, amplitude: f32) -> Vec<f32> {
        (0..(seconds * 48_000.0) as usize)
            .map(|at| (at as f32 * 997.0 / 48_000.0 * std::f32::consts::TAU).sin() * amplitude)
            .collect()
    }

    #[test]
    fn a_full_scale_tone_has_the_loudness_of_the_standard() {
        // EBU Tech 3341: a 0 dBFS sine of 997 Hz in one channel is -3.01 LUFS.
        let measured = measure_samples(48_000, &tone(2.0, 1.0), Surroundings::Nothing).unwrap();
        assert!(
            (measured.loudness.unwrap() + 3.01).abs() < 0.1,
            "{measured:?}"
        );
        assert!(measured.true_peak.abs() < 0.2);
    }

    #[test]
    fn short_speech_is_measured_too() {
        let measured = measure_samples(48_000, &tone(0.2, 1.0), Surroundings::Nothing).unwrap();
        assert!(
            (measured.loudness.unwrap() + 3.01).abs() < 0.3,
            "{measured:?}"
        );
    }

    #[test]
    fn speech_is_found_between_silences_and_clicks_are_not_speech() {
        let mut samples = vec![0.0; 48_000];
        samples[4800] = 0.9;
        samples.extend(tone(0.5, 0.5));
        samples.extend(vec![0.0; 24_000]);
        let measured = measure_samples(48_000, &samples, Surroundings::Nothing).unwrap();
        assert_eq!(measured.speech(), Some(48_000..72_000));
        assert_eq!(measured.onset_near(10_000, 0), Some(48_000));
        assert_eq!(measured.onset_near(50_000, 3000), Some(48_000));
        assert_eq!(measured.onset_near(50_000, 1000), Some(50_000));
        assert_eq!(measured.onset_near(80_000, 0), None);
        assert_eq!(measured.end_before(90_000), Some(72_000));
        let pause = Duration::from_millis(500);
        assert_eq!(measured.onsets_after(pause), [48_000]);
    }

    #[test]
    fn silence_has_no_loudness_and_no_speech() {
        let measured = measure_samples(16_000, &[0.0; 16_000], Surroundings::Nothing).unwrap();
        assert_eq!((measured.loudness, measured.speech()), (None, None));
        assert!(matches!(
            measure_samples(16_000, &[], Surroundings::Nothing),
            Err(AudioError::Empty)
        ));
    }
}
