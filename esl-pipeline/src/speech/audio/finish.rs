//! What a provider delivers becomes a segment: levelled, trimmed, MP3 frames.

use std::ops::Range;
use std::time::Duration;

use esl_core::ports::{Audio, Speech, TurnTiming};

use super::decode::Decoder;
use super::measure::{Measured, measure_frames, measure_samples};
use super::segment::{FinishedSegment, Format};
use super::stream::{self, Frame};
use super::{AudioError, encode, level, side_info};

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

/// Silence kept before the onset and after the end.
const LEAD: Duration = Duration::from_millis(20);
const TRAIL: Duration = Duration::from_millis(60);
/// What encoder and decoder of MP3 add before the sound, in samples: 576 + 529, as LAME does.
const CODEC_DELAY: u64 = 1105;

/// How late a provider may say that a turn begins.
const TIMING_ERROR: Duration = Duration::from_millis(100);

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
            let samples = samples
                .iter()
                .map(|sample| f32::from(*sample) / 32_768.0)
                .collect();
            let turns = Turns {
                timings: &speech.timings,
                lengths: turn_lengths,
                delay: 0,
            };
            finish_samples(*sample_rate, samples, turns, options, "uncompressed speech")
        }
        Audio::Mp3(file) => {
            let frames = stream::frames(file)?;
            let turns = Turns {
                timings: &speech.timings,
                lengths: turn_lengths,
                delay: CODEC_DELAY,
            };
            match frames.first() {
                Some(first) if first.header.is_mono => finish_frames(&frames, turns, options),
                _ => {
                    let (sample_rate, samples) = decode(&frames)?;
                    finish_samples(sample_rate, samples, turns, options, "speech in stereo")
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
    mut samples: Vec<f32>,
    turns: Turns<'_>,
    options: &FinishOptions,
    what: &'static str,
) -> Result<FinishedSegment, AudioError> {
    let measured = measure_samples(sample_rate, &samples)?;
    level::amplify(&mut samples, level::gain_db(&measured, options));
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
    let measured = measure_frames(stream::bare_frames(&frames))?;
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
    turns: Turns<'_>,
    options: &FinishOptions,
) -> Result<FinishedSegment, AudioError> {
    let measured = measure_frames(frames.iter().copied())?;
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

/// The frames around the speech: enough of the silence before it that the first audible frame finds
/// its main data and its overlap, and as much after it as sounds finished.
fn kept_frames(frames: &[Frame<'_>], speech: &Range<u64>) -> Range<usize> {
    let header = frames[0].header;
    let frame_samples = u64::from(header.samples());
    let lead = samples_in(LEAD, header.sample_rate) + frame_samples;
    let trail = samples_in(TRAIL, header.sample_rate);
    let first = (speech.start.saturating_sub(lead) / frame_samples) as usize;
    let end = ((speech.end + trail).div_ceil(frame_samples) as usize).min(frames.len());
    reservoir_start(frames, first)..end
}

/// The frame to begin with so that frame `first` can be decoded: its main data may begin in the
/// frames before it.
fn reservoir_start(frames: &[Frame<'_>], first: usize) -> usize {
    let mut missing = side_info::main_data_begin(frames[first].header, frames[first].bytes);
    let mut start = first;
    while missing > 0 && start > 0 {
        start -= 1;
        missing = missing.saturating_sub(main_data_bytes(&frames[start]));
    }
    start
}

/// Copies the frames with another gain. A frame whose main data begins before the first of them is
/// muted, but still carries main data for those that follow.
fn rewrite(frames: &[Frame<'_>], steps: i32) -> Vec<u8> {
    let mut copy = Vec::with_capacity(frames.iter().map(|frame| frame.bytes.len()).sum());
    let mut available = 0;
    for frame in frames {
        let at = copy.len();
        copy.extend_from_slice(frame.bytes);
        let copied = &mut copy[at..];
        if side_info::main_data_begin(frame.header, frame.bytes) > available {
            side_info::mute(frame.header, copied, available);
        } else {
            side_info::amplify(frame.header, copied, steps);
        }
        available += main_data_bytes(frame);
    }
    copy
}

fn main_data_bytes(frame: &Frame<'_>) -> usize {
    frame.bytes.len() - frame.header.main_data_offset()
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

fn samples_in(duration: Duration, sample_rate: u32) -> u64 {
    (duration.as_secs_f64() * f64::from(sample_rate)).round() as u64
}

/// What is known of the turns before the sound is looked at.
struct Turns<'a> {
    timings: &'a [TurnTiming],
    lengths: &'a [usize],
    /// Samples by which the sound lags behind the timings.
    delay: u64,
}

impl Turns<'_> {
    /// Where each turn is spoken: as the provider says, else in proportion to its length, moved to
    /// where the sound begins and ends.
    fn locate(&self, measured: &Measured, speech: &Range<u64>) -> Vec<Range<u64>> {
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
