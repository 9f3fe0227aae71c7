//! The first frame of a file that describes the others (Xing, Info or VBRI): reading and writing.
//!
//! The field layout is that of the Xing header as players read it: a mark behind the side
//! information, flags, then frames, bytes and a table of contents, as far as flagged.

use std::io::Read;
use std::time::Duration;

use super::AudioError;
use super::frame::{FrameHeader, HEADER_BYTES};
use super::stream;

const HAS_FRAMES: u32 = 1;
const HAS_BYTES: u32 = 2;
const HAS_TOC: u32 = 4;
const TOC_ENTRIES: usize = 100;
/// Mark, flags, frames, bytes and the table.
const PAYLOAD: usize = 16 + TOC_ENTRIES;
/// The Fraunhofer header stands at a fixed place, whatever the side information takes.
const VBRI_OFFSET: usize = HEADER_BYTES + 32;

/// How many audio frames the frame says will follow; `None` if it is an audio frame itself.
pub(super) fn announced_frames(header: FrameHeader, frame: &[u8]) -> Option<u32> {
    let number = |at: usize| {
        let bytes = frame.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    // Encoders place the mark as if there were no checksum; some leave room for it.
    for at in [
        header.main_data_offset(),
        header.main_data_offset() - header.side_info_offset() + 4,
    ] {
        if matches!(frame.get(at..at + 4), Some(b"Xing" | b"Info")) {
            let has_frames = number(at + 4).is_some_and(|flags| flags & HAS_FRAMES != 0);
            return Some(if has_frames {
                number(at + 8).unwrap_or(0)
            } else {
                0
            });
        }
    }
    if frame.get(VBRI_OFFSET..VBRI_OFFSET + 4) == Some(b"VBRI") {
        return Some(number(VBRI_OFFSET + 14).unwrap_or(0));
    }
    None
}

/// What the audio after an Info frame is like.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    /// Any header of the stream.
    pub(super) header: FrameHeader,
    /// Audio frames.
    pub(super) frames: u64,
    /// Bytes of the audio frames.
    pub(super) bytes: u64,
    /// Points (frame, byte) on the way, ascending; between them the stream is taken as even.
    pub(super) marks: Vec<(u64, u64)>,
    /// Whether all frames have one bit rate.
    pub(super) is_constant: bool,
}

/// The frame that describes `contents`. It names no encoder, so players play every sample after it
/// and times count from its end.
pub(super) fn info_frame(contents: &Contents) -> Vec<u8> {
    let mut frame = contents.header.blank_frame(PAYLOAD);
    let at = frame_payload_offset(&frame);
    let total = contents.bytes + frame.len() as u64;
    let mut payload = Vec::with_capacity(PAYLOAD);
    payload.extend(if contents.is_constant {
        b"Info"
    } else {
        b"Xing"
    });
    for number in [
        u64::from(HAS_FRAMES | HAS_BYTES | HAS_TOC),
        contents.frames,
        total,
    ] {
        payload.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    }
    payload.extend((0..TOC_ENTRIES).map(|percent| {
        let byte = byte_at(
            contents,
            contents.frames as f64 * percent as f64 / TOC_ENTRIES as f64,
        );
        ((byte + frame.len() as f64) * 256.0 / total as f64).min(255.0) as u8
    }));
    frame[at..at + PAYLOAD].copy_from_slice(&payload);
    frame
}

fn frame_payload_offset(frame: &[u8]) -> usize {
    FrameHeader::parse(frame).map_or(HEADER_BYTES, FrameHeader::main_data_offset)
}

fn byte_at(contents: &Contents, frame: f64) -> f64 {
    let end = (contents.frames, contents.bytes);
    let after = contents
        .marks
        .iter()
        .chain([&end])
        .find(|mark| mark.0 as f64 > frame);
    let before = contents
        .marks
        .iter()
        .rev()
        .find(|mark| mark.0 as f64 <= frame);
    let (from, to) = (before.unwrap_or(&(0, 0)), after.unwrap_or(&end));
    let share = (frame - from.0 as f64) / to.0.saturating_sub(from.0).max(1) as f64;
    from.1 as f64 + share * to.1.saturating_sub(from.1) as f64
}

/// The size of a recording, counted in its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSummary {
    /// Audio frames; the one that describes the others does not count.
    pub frames: u64,
    /// Playing time.
    pub duration: Duration,
}

/// Walks over all frames of a file in memory constant in its length.
///
/// # Errors
/// [`AudioError::Damaged`] if it is not one tag, one describing frame and exactly as many frames
/// as that announces; [`AudioError::Write`] if it cannot be read.
pub fn summarize(mut file: impl Read) -> Result<StreamSummary, AudioError> {
    let damaged = |what: &str| AudioError::Damaged(what.to_owned());
    let mut carried = Vec::new();
    (&mut file)
        .take(stream::ID3V2_HEADER_BYTES)
        .read_to_end(&mut carried)?;
    if let Some(rest) = (stream::id3v2_bytes(&carried) as u64).checked_sub(carried.len() as u64) {
        std::io::copy(&mut (&mut file).take(rest), &mut std::io::sink())?;
        carried.clear();
    }
    let mut frames = FrameReader { file, carried };
    let (header, first) = frames
        .next()?
        .ok_or_else(|| damaged("it holds no MP3 frames"))?;
    let announced = announced_frames(header, &first)
        .ok_or_else(|| damaged("its first frame does not describe the others"))?;
    let mut count = 0;
    while let Some((next, _)) = frames.next()? {
        if !next.continues(header) {
            return Err(damaged("its frames are not of one kind"));
        }
        count += 1;
    }
    if count != u64::from(announced) {
        return Err(AudioError::Damaged(format!(
            "{count} of {announced} MP3 frames"
        )));
    }
    let samples = count * u64::from(header.samples());
    Ok(StreamSummary {
        frames: count,
        duration: Duration::from_secs_f64(samples as f64 / f64::from(header.sample_rate)),
    })
}

struct FrameReader<R> {
    file: R,
    carried: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    fn next(&mut self) -> Result<Option<(FrameHeader, Vec<u8>)>, AudioError> {
        let mut frame = std::mem::take(&mut self.carried);
        self.fill(&mut frame, HEADER_BYTES)?;
        if frame.is_empty() {
            return Ok(None);
        }
        let header = FrameHeader::parse(&frame).ok_or_else(|| {
            AudioError::Damaged("something else stands between its frames".into())
        })?;
        let size = header.frame_bytes();
        self.fill(&mut frame, size)?;
        if frame.len() < size || size < header.main_data_offset() {
            return Err(AudioError::Damaged("its last frame is cut short".into()));
        }
        self.carried = frame.split_off(size);
        Ok(Some((header, frame)))
    }

    fn fill(&mut self, frame: &mut Vec<u8>, size: usize) -> std::io::Result<()> {
        let missing = size.saturating_sub(frame.len());
        (&mut self.file).take(missing as u64).read_to_end(frame)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(bytes: [u8; 4], frames: u64) -> Contents {
        let header = FrameHeader::parse(&bytes).unwrap();
        Contents {
            header,
            frames,
            bytes: frames * header.frame_bytes() as u64,
            marks: Vec::new(),
            is_constant: true,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for header in [[0xFF, 0xFB, 0x90, 0xC0], [0xFF, 0xF3, 0x40, 0xC0]] {
            let frame = info_frame(&contents(header, 1234));
            let header = FrameHeader::parse(&frame).unwrap();
            assert_eq!(announced_frames(header, &frame), Some(1234));
        }
    }

    #[test]
    fn the_table_of_contents_follows_the_marks() {
        let mut uneven = contents([0xFF, 0xFB, 0x90, 0xC0], 1000);
        uneven.marks = vec![(500, uneven.bytes / 10)];
        assert!((byte_at(&uneven, 250.0) - uneven.bytes as f64 / 20.0).abs() < 1.0);
        assert!((byte_at(&uneven, 750.0) - uneven.bytes as f64 * 0.55).abs() < 1.0);
    }

    #[test]
    fn a_summary_counts_the_frames_behind_the_tag() {
        let contents = contents([0xFF, 0xF3, 0x80, 0xC0], 100);
        let mut file = b"ID3\x04\0\0\0\0\0\x05title".to_vec();
        file.extend(info_frame(&contents));
        file.extend(contents.header.blank_frame(0).repeat(100));
        let summary = summarize(file.as_slice()).unwrap();
        assert_eq!(summary.frames, 100);
        assert_eq!(
            summary.duration,
            Duration::from_secs_f64(57_600.0 / 22_050.0)
        );
        file.truncate(file.len() - 208);
        assert!(matches!(
            summarize(file.as_slice()),
            Err(AudioError::Damaged(_))
        ));
        file.truncate(file.len() - 10);
        assert!(matches!(
            summarize(file.as_slice()),
            Err(AudioError::Damaged(_))
        ));
    }
}
