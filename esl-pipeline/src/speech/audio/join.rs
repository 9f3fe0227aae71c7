//! Segments one behind the other: where each begins, and the file they make.

use std::io::Write;
use std::ops::Range;
use std::time::Duration;

use super::AudioError;
use super::frame::FrameHeader;
use super::info::{self, Contents};
use super::segment::{FinishedSegment, Outline};

/// Where the segments of a recording stand, to the sample.
#[derive(Debug, Clone)]
pub struct Timeline {
    header: FrameHeader,
    pieces: Vec<Piece>,
    silent_at_end: u64,
}

#[derive(Debug, Clone)]
struct Piece {
    /// Silent frames before the segment.
    silent_before: u64,
    /// The segment's first frame in the recording.
    first_frame: u64,
    outline: Outline,
}

impl Timeline {
    /// Lays out segments with a pause before each (the first one's does not count) and silence at
    /// the end.
    ///
    /// Pauses are heard pauses, from the end of speech to the next onset, rounded to whole frames.
    /// A pause is longer than asked for where the silence that the segments themselves bring is.
    ///
    /// # Errors
    /// [`AudioError::Empty`] without segments, [`AudioError::Damaged`] if they cannot be joined.
    pub fn new(parts: Vec<(Outline, Duration)>, tail: Duration) -> Result<Self, AudioError> {
        let header = parts
            .first()
            .and_then(|(first, _)| first.header())
            .ok_or(AudioError::Empty)?;
        let mut timeline = Self {
            header,
            pieces: Vec::new(),
            silent_at_end: 0,
        };
        let mut next_frame = 0;
        for (outline, pause) in parts {
            if !outline
                .header()
                .is_some_and(|other| other.continues(header))
            {
                return Err(AudioError::Damaged(
                    "its segments are not of one kind".into(),
                ));
            }
            let silent_before = timeline.silent_frames(pause, outline.speech.start);
            let first_frame = next_frame + silent_before;
            next_frame = first_frame + outline.frames;
            timeline.pieces.push(Piece {
                silent_before,
                first_frame,
                outline,
            });
        }
        timeline.silent_at_end = timeline.silent_frames_for(tail, timeline.trailing_silence());
        Ok(timeline)
    }

    /// Playing time, exactly.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.time_of(self.frames() * u64::from(self.header.samples()))
    }

    /// Samples of the whole recording.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.frames() * u64::from(self.header.samples())
    }

    /// For each segment, when each of its turns is spoken.
    pub fn turns(&self) -> impl Iterator<Item = Vec<Range<Duration>>> {
        self.pieces.iter().map(|piece| {
            let start = piece.first_frame * u64::from(self.header.samples());
            let turns = piece.outline.turns.iter();
            turns
                .map(|turn| self.time_of(start + turn.start)..self.time_of(start + turn.end))
                .collect()
        })
    }

    fn frames(&self) -> u64 {
        self.pieces
            .last()
            .map_or(0, |last| last.first_frame + last.outline.frames)
            + self.silent_at_end
    }

    fn silent_frames(&self, pause: Duration, leading_silence: u64) -> u64 {
        if self.pieces.is_empty() {
            return 0;
        }
        self.silent_frames_for(pause, self.trailing_silence() + leading_silence)
    }

    /// Frames that make `silence` samples as long as `pause`, or as near as whole frames come.
    fn silent_frames_for(&self, pause: Duration, silence: u64) -> u64 {
        let wanted = pause.as_secs_f64() * f64::from(self.header.sample_rate);
        let missing = (wanted - silence as f64).max(0.0);
        (missing / f64::from(self.header.samples())).round() as u64
    }

    fn trailing_silence(&self) -> u64 {
        self.pieces.last().map_or(0, |last| {
            last.outline
                .samples()
                .saturating_sub(last.outline.speech.end)
        })
    }

    fn time_of(&self, samples: u64) -> Duration {
        Duration::from_secs_f64(samples as f64 / f64::from(self.header.sample_rate))
    }

    fn contents(&self) -> Contents {
        let silence = self.header.blank_frame(0).len() as u64;
        let mut bytes = 0;
        let mut marks = Vec::with_capacity(2 * self.pieces.len());
        for piece in &self.pieces {
            bytes += piece.silent_before * silence;
            marks.push((piece.first_frame, bytes));
            bytes += piece.outline.bytes;
            marks.push((piece.first_frame + piece.outline.frames, bytes));
        }
        let kbits = |piece: &Piece| piece.outline.header().map(FrameHeader::kbits);
        Contents {
            header: self.header,
            frames: self.frames(),
            bytes: bytes + self.silent_at_end * silence,
            marks,
            is_constant: self.pieces.iter().all(|piece| {
                piece.outline.is_constant && kbits(piece) == Some(self.header.kbits())
            }),
        }
    }
}

/// Writes a recording segment by segment; holds none of them.
#[derive(Debug)]
pub struct Joiner<W> {
    writer: W,
    silence: Vec<u8>,
    pieces: std::vec::IntoIter<Piece>,
    silent_at_end: u64,
}

impl<W: Write> Joiner<W> {
    /// Writes `tag` and the frame that describes the recording.
    ///
    /// # Errors
    /// [`AudioError::Write`].
    pub fn begin(mut writer: W, tag: &[u8], timeline: &Timeline) -> Result<Self, AudioError> {
        writer.write_all(tag)?;
        writer.write_all(&info::info_frame(&timeline.contents()))?;
        Ok(Self {
            writer,
            silence: timeline.header.blank_frame(0),
            pieces: timeline.pieces.clone().into_iter(),
            silent_at_end: timeline.silent_at_end,
        })
    }

    /// Writes the next segment and the pause before it.
    ///
    /// # Errors
    /// [`AudioError::Write`]; [`AudioError::Damaged`] if it is not the segment that the timeline
    /// has in this place.
    pub fn append(&mut self, segment: &FinishedSegment) -> Result<(), AudioError> {
        let expected = self
            .pieces
            .next()
            .filter(|piece| piece.outline == *segment.outline());
        let piece = expected
            .ok_or_else(|| AudioError::Damaged("a segment is not the one laid out".into()))?;
        self.write_silence(piece.silent_before)?;
        self.writer.write_all(segment.frames())?;
        Ok(())
    }

    /// Writes the silence at the end and gives the writer back.
    ///
    /// # Errors
    /// [`AudioError::Write`]; [`AudioError::Damaged`] if segments are missing.
    pub fn finish(mut self) -> Result<W, AudioError> {
        if self.pieces.len() > 0 {
            return Err(AudioError::Damaged(format!(
                "{} segments are missing",
                self.pieces.len()
            )));
        }
        self.write_silence(self.silent_at_end)?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn write_silence(&mut self, frames: u64) -> Result<(), AudioError> {
        for _ in 0..frames {
            self.writer.write_all(&self.silence)?;
        }
        Ok(())
    }
}
