//! A finished segment: frames that can be joined to others as they are, and what is in them.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use esl_core::Digest;
use serde::{Deserialize, Serialize};

use super::AudioError;
use super::frame::{FrameHeader, MpegVersion};
use super::stream::{self, Frame};

/// What segments must have in common to be joined without encoding them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Format {
    /// Samples per second; decides the generation of MPEG.
    pub sample_rate: u32,
    /// Bits per second, in thousands, of the first frame.
    pub kbits: u32,
}

/// What is in a segment, without the sound. Positions and lengths are in samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The first frame's header.
    header: [u8; 4],
    /// Frames.
    pub frames: u64,
    /// Bytes of all frames.
    pub bytes: u64,
    /// Whether all frames have one bit rate.
    pub is_constant: bool,
    /// From the onset of the speech to its end.
    pub speech: Range<u64>,
    /// The same of each turn.
    pub turns: Vec<Range<u64>>,
}

/// Levelled and trimmed sound of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedSegment {
    outline: Outline,
    frames: Bytes,
}

const MAGIC: &[u8; 8] = b"ESLSEG1\n";
const DIGEST_BYTES: usize = 64;
const OUTLINE_SIZE_BYTES: usize = 4;

impl Outline {
    /// The header of the first frame.
    #[must_use]
    pub fn header(&self) -> Option<FrameHeader> {
        FrameHeader::parse(&self.header)
    }

    /// What decides whether this segment can be joined to another; none if the header is not one.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        let header = self.header()?;
        Some(Format {
            sample_rate: header.sample_rate,
            kbits: header.kbits(),
        })
    }

    /// How long somebody speaks, pauses included.
    #[must_use]
    pub fn spoken_time(&self) -> Duration {
        let rate = self.header().map_or(1, |header| header.sample_rate);
        let samples = self.speech.end.saturating_sub(self.speech.start);
        Duration::from_secs_f64(samples as f64 / f64::from(rate))
    }

    /// Playing time in samples.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.frames
            * self
                .header()
                .map_or(0, |header| u64::from(header.samples()))
    }
}

impl Format {
    /// Whether segments of both formats can be joined as they are; the bit rate may change from
    /// frame to frame.
    #[must_use]
    pub fn joins(self, other: Self) -> bool {
        self.sample_rate == other.sample_rate
    }

    /// The generation of MPEG that has this rate.
    #[must_use]
    pub fn version(self) -> MpegVersion {
        match self.sample_rate {
            32_000.. => MpegVersion::Mpeg1,
            16_000.. => MpegVersion::Mpeg2,
            _ => MpegVersion::Mpeg25,
        }
    }
}

impl FinishedSegment {
    /// A segment of `frames`, which are whole MP3 frames of one channel and nothing else.
    pub(super) fn of_frames(
        frames: Vec<u8>,
        speech: Range<u64>,
        turns: Vec<Range<u64>>,
    ) -> Result<Self, AudioError> {
        let (mut count, mut first, mut is_constant) = (0, None, true);
        for frame in stream::bare_frames(&frames) {
            let first = first.get_or_insert(frame.header);
            is_constant &= first.kbits() == frame.header.kbits();
            count += 1;
        }
        let header = frames
            .first_chunk()
            .copied()
            .filter(|_| count > 0)
            .ok_or(AudioError::Empty)?;
        let outline = Outline {
            header,
            frames: count,
            bytes: frames.len() as u64,
            is_constant,
            speech,
            turns,
        };
        Ok(Self {
            outline,
            frames: frames.into(),
        })
    }

    /// What is in it.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// The frames, one behind the other.
    #[must_use]
    pub fn frames(&self) -> &Bytes {
        &self.frames
    }

    pub(super) fn iter_frames(&self) -> impl Iterator<Item = Frame<'_>> {
        stream::bare_frames(&self.frames)
    }

    /// The form in which it is stored: a mark, the digest of all that follows, the outline as JSON
    /// behind its size, the frames.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let outline = serde_json::to_vec(&self.outline).unwrap_or_default();
        let mut body = Vec::with_capacity(OUTLINE_SIZE_BYTES + outline.len() + self.frames.len());
        body.extend((outline.len() as u32).to_be_bytes());
        body.extend(outline);
        body.extend_from_slice(&self.frames);
        let mut stored = MAGIC.to_vec();
        stored.extend(Digest::of(&body).as_str().as_bytes());
        stored.extend(body);
        stored.into()
    }

    /// Reads the stored form; `None` if a single bit of it is not as it was written.
    #[must_use]
    pub fn from_bytes(stored: &Bytes) -> Option<Self> {
        let rest = stored.strip_prefix(MAGIC)?;
        let (digest, body) = rest.split_at_checked(DIGEST_BYTES)?;
        if Digest::of(body).as_str().as_bytes() != digest {
            return None;
        }
        let (size, rest) = body.split_at_checked(OUTLINE_SIZE_BYTES)?;
        let size = u32::from_be_bytes(size.try_into().ok()?) as usize;
        let (outline, frames) = rest.split_at_checked(size)?;
        let outline: Outline = serde_json::from_slice(outline).ok()?;
        let is_whole = outline.bytes == frames.len() as u64 && outline.header().is_some();
        is_whole.then(|| Self {
            outline,
            frames: stored.slice_ref(frames),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment() -> FinishedSegment {
        let frame = FrameHeader::parse(&[0xFF, 0xF3, 0x80, 0xC0])
            .unwrap()
            .blank_frame(0);
        FinishedSegment::of_frames(frame.repeat(7), 5..25, vec![5..20, 20..25]).unwrap()
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let segment = segment();
        assert_eq!(
            FinishedSegment::from_bytes(&segment.to_bytes()),
            Some(segment)
        );
    }

    #[test]
    fn any_damage_is_noticed() {
        let stored = segment().to_bytes();
        for at in (0..stored.len()).step_by(13) {
            let mut damaged = stored.to_vec();
            damaged[at] ^= 1;
            assert_eq!(
                FinishedSegment::from_bytes(&damaged.into()),
                None,
                "byte {at}"
            );
        }
        for length in [0, 5, 80, stored.len() - 1] {
            assert_eq!(FinishedSegment::from_bytes(&stored.slice(..length)), None);
        }
    }
}
