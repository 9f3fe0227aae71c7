//! Cutting and levelling MP3 without decoding it: which frames to keep, and what they need.
//!
//! A frame's main data may begin in frames before it (the bit reservoir), so a cut keeps those as
//! carriers, silent themselves.

use std::ops::Range;
use std::time::Duration;

use super::side_info;
use super::stream::Frame;

/// Silence kept before the onset and after the end.
pub(super) const LEAD: Duration = Duration::from_millis(20);
pub(super) const TRAIL: Duration = Duration::from_millis(60);

/// The frames around the speech: enough of the silence before it that the first audible frame finds
/// its main data and its overlap, and as much after it as sounds finished.
pub(super) fn kept_frames(frames: &[Frame<'_>], speech: &Range<u64>) -> Range<usize> {
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
pub(super) fn rewrite(frames: &[Frame<'_>], steps: i32) -> Vec<u8> {
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

pub(super) fn samples_in(duration: Duration, sample_rate: u32) -> u64 {
    (duration.as_secs_f64() * f64::from(sample_rate)).round() as u64
}
