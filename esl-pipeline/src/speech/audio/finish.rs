//! What a provider delivers becomes a segment: levelled, trimmed, MP3 frames.

use std::ops::Range;

use esl_core::ports::{Audio, Speech};

use super::decode::Decoder;
use super::measure::{Surroundings, measure_frames, measure_samples};
use super::segment::{FinishedSegment, Format};
use super::stream::{self, Frame};
use super::trim::{LEAD, TRAIL, kept_frames, rewrite, samples_in};
use super::turns::Turns;
use super::{AudioError, encode, level};

/// What a finished segment sounds like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinishOptions {
    /// Integrated loudness in LUFS. Default -16.
    pub loudness: f64,
    /// Highest true peak in dBTP. Default -1.
    pub peak: f64,
}

impl Default for FinishOptions {
    fn default() -> Self {
        Self {
            loudness: -16.0,
            peak: -1.0,
        }
    }
}

impl FinishOptions {
    /// The options and everything else that decides how a finished segment sounds, as text for
    /// cache addresses.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!(
            "finish-1 {} LUFS {} dBTP {}",
            self.loudness,
            self.peak,
            encode::ENCODER
        )
    }
}

/// What encoder and decoder of MP3 add before the sound, in samples: 576 + 529, as LAME does.
const CODEC_DELAY: u64 = 1105;

/// Makes a segment of `speech`, in which turns of these lengths (in characters) are spoken.
///
/// MP3 of one channel keeps its frames: their gain is edited, silent ones are cut off. Everything
/// else is encoded once.
///
/// # Errors
/// [`AudioError::Empty`] and [`AudioError::Damaged`] if there is nothing to hear or the MP3 is
/// broken; [`AudioError::NoEncoder`] if it has to be encoded and cannot be.
pub fn finish(
    speech: &Speech,
    turn_lengths: &[usize],
    options: &FinishOptions,
) -> Result<FinishedSegment, AudioError> {
    match &speech.audio {
        Audio::Pcm {
            sample_rate,
            samples,
        } => {
            let samples: Vec<_> = samples
                .iter()
                .map(|sample| f32::from(*sample) / 32_768.0)
                .collect();
            let turns = Turns {
                timings: &speech.timings,
                lengths: turn_lengths,
                delay: 0,
            };
            finish_samples(
                *sample_rate,
                &samples,
                &turns,
                options,
                "uncompressed speech",
            )
        }
        Audio::Mp3(file) => {
            let frames = stream::frames(file)?;
            let turns = Turns {
                timings: &speech.timings,
                lengths: turn_lengths,
                delay: CODEC_DELAY,
            };
            match frames.first() {
                Some(first) if first.header.is_mono => finish_frames(&frames, &turns, options),
                _ => {
                    let (sample_rate, samples) = decode(&frames)?;
                    finish_samples(sample_rate, &samples, &turns, options, "speech in stereo")
                }
            }
        }
    }
}

/// Encodes a segment again, so that it can be joined to others.
///
/// # Errors
/// [`AudioError::NoEncoder`], [`AudioError::Encoder`].
pub(crate) fn convert(
    segment: &FinishedSegment,
    format: Format,
) -> Result<FinishedSegment, AudioError> {
    let frames: Vec<_> = segment.iter_frames().collect();
    let (sample_rate, samples) = decode(&frames)?;
    let source = segment.outline();
    encode_samples(
        sample_rate,
        &samples,
        format,
        source.speech.clone(),
        &source.turns,
        "mixed speech",
    )
}

fn finish_samples(
    sample_rate: u32,
    samples: &[f32],
    turns: &Turns<'_>,
    options: &FinishOptions,
    what: &'static str,
) -> Result<FinishedSegment, AudioError> {
    let measured = measure_samples(sample_rate, samples, Surroundings::Pauses)?;
    turns.check(&measured)?;
    let samples = level::level(sample_rate, samples, &measured, options)?;
    let speech = measured.speech().ok_or(AudioError::Empty)?;
    let turns = turns.locate(&measured, &speech);
    let start = speech.start.saturating_sub(samples_in(LEAD, sample_rate));
    let end = (speech.end + samples_in(TRAIL, sample_rate)).min(measured.samples);
    let kept = &samples[start as usize..end as usize];
    let format = Format {
        sample_rate,
        kbits: encode::KBITS,
    };
    let speech = earlier(&speech, start);
    let turns: Vec<_> = turns.iter().map(|turn| earlier(turn, start)).collect();
    encode_samples(sample_rate, kept, format, speech, &turns, what)
}

/// Encodes sound in which speech and turns are known, and finds where the encoder has put them.
fn encode_samples(
    sample_rate: u32,
    samples: &[f32],
    format: Format,
    speech: Range<u64>,
    turns: &[Range<u64>],
    what: &'static str,
) -> Result<FinishedSegment, AudioError> {
    let file = encode::encode(samples, sample_rate, format, what)?;
    let frames: Vec<u8> = stream::frames(&file)?
        .iter()
        .flat_map(|frame| frame.bytes)
        .copied()
        .collect();
    let measured = measure_frames(stream::bare_frames(&frames), Surroundings::Pauses)?;
    let found = measured.speech().ok_or(AudioError::Empty)?;
    let place = |sample: u64| {
        let scaled = sample as f64 * f64::from(format.sample_rate) / f64::from(sample_rate);
        let origin = speech.start as f64 * f64::from(format.sample_rate) / f64::from(sample_rate);
        ((scaled - origin).max(0.0) as u64 + found.start).min(found.end)
    };
    let turns = turns
        .iter()
        .map(|turn| place(turn.start)..place(turn.end))
        .collect();
    FinishedSegment::of_frames(frames, found, turns)
}

fn finish_frames(
    frames: &[Frame<'_>],
    turns: &Turns<'_>,
    options: &FinishOptions,
) -> Result<FinishedSegment, AudioError> {
    let measured = measure_frames(frames.iter().copied(), Surroundings::Pauses)?;
    turns.check(&measured)?;
    let speech = measured.speech().ok_or(AudioError::Empty)?;
    let kept = kept_frames(frames, &speech);
    let start = kept.start as u64 * u64::from(frames[0].header.samples());
    let turns = turns.locate(&measured, &speech);
    let turns = turns.iter().map(|turn| earlier(turn, start)).collect();
    let steps = level::gain_steps(&measured, options);
    FinishedSegment::of_frames(
        rewrite(&frames[kept], steps),
        earlier(&speech, start),
        turns,
    )
}

fn decode(frames: &[Frame<'_>]) -> Result<(u32, Vec<f32>), AudioError> {
    let mut decoder = Decoder::new()?;
    let mut samples = Vec::new();
    for frame in frames {
        samples.extend_from_slice(decoder.decode(frame)?);
    }
    let first = frames.first().ok_or(AudioError::Empty)?;
    Ok((first.header.sample_rate, samples))
}

fn earlier(range: &Range<u64>, by: u64) -> Range<u64> {
    range.start.saturating_sub(by)..range.end.saturating_sub(by)
}
