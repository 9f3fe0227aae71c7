//! An MP3 file as its frames, without whatever surrounds them.

use super::AudioError;
use super::frame::FrameHeader;
use super::info;

/// Junk allowed before the first frame.
const MAX_LEAD: usize = 64 * 1024;

/// Bytes of the header of an ID3v2 tag.
pub(super) const ID3V2_HEADER_BYTES: u64 = 10;

/// One whole frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) header: FrameHeader,
    pub(super) bytes: &'a [u8],
}

/// The audio frames of a complete file: tags and frames that only describe the stream (Xing, Info,
/// VBRI) are left out.
///
/// # Errors
/// [`AudioError::Damaged`] if something else stands between frames, if the last frame is cut short
/// or if there are fewer frames than the file itself says; [`AudioError::Empty`] without frames.
pub(super) fn frames(file: &[u8]) -> Result<Vec<Frame<'_>>, AudioError> {
    let mut rest = &file[first_frame(file)?..];
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut announced = 0;
    while !is_end(rest) {
        let frame = next_frame(rest, frames.first()).ok_or_else(|| {
            let at = file.len() - rest.len();
            AudioError::Damaged(format!("no whole MP3 frame at byte {at} of {}", file.len()))
        })?;
        rest = &rest[frame.bytes.len()..];
        match info::announced_frames(frame.header, frame.bytes) {
            Some(count) => announced += count as usize,
            None => frames.push(frame),
        }
    }
    if frames.is_empty() {
        return Err(AudioError::Empty);
    }
    if frames.len() < announced {
        let found = frames.len();
        return Err(AudioError::Damaged(format!(
            "{found} of {announced} MP3 frames"
        )));
    }
    Ok(frames)
}

/// Splits bytes that are nothing but whole frames.
pub(super) fn bare_frames(mut bytes: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    std::iter::from_fn(move || {
        let frame = next_frame(bytes, None)?;
        bytes = &bytes[frame.bytes.len()..];
        Some(frame)
    })
}

fn next_frame<'a>(bytes: &'a [u8], first: Option<&Frame<'_>>) -> Option<Frame<'a>> {
    let header = FrameHeader::parse(bytes)?;
    let size = header.frame_bytes();
    let fits = bytes.len() >= size && size >= header.main_data_offset();
    let continues = first.is_none_or(|first| first.header.continues(header));
    (fits && continues).then(|| Frame {
        header,
        bytes: &bytes[..size],
    })
}

fn first_frame(file: &[u8]) -> Result<usize, AudioError> {
    let tags = id3v2_bytes(file);
    let lead = file.get(tags..).unwrap_or_default();
    if lead.is_empty() {
        return Err(AudioError::Empty);
    }
    let starts_stream = |at: &usize| {
        next_frame(&lead[*at..], None).is_some_and(|frame| {
            let rest = &lead[at + frame.bytes.len()..];
            is_end(rest) || next_frame(rest, Some(&frame)).is_some()
        })
    };
    (0..lead.len().min(MAX_LEAD))
        .find(starts_stream)
        .map(|at| tags + at)
        .ok_or_else(|| AudioError::Damaged("it holds no MP3 frames".into()))
}

/// Bytes of the ID3v2 tag at the start; 0 if there is none. The size is written in four times seven
/// bits (ID3v2.4 structure, 3.1).
pub(super) fn id3v2_bytes(file: &[u8]) -> usize {
    let Some((head, _)) = file.split_at_checked(10) else {
        return 0;
    };
    if !head.starts_with(b"ID3") {
        return 0;
    }
    let has_footer = head[5] & 0x10 != 0;
    let body = head[6..]
        .iter()
        .fold(0, |size, byte| size << 7 | usize::from(byte & 0x7F));
    10 + body + if has_footer { 10 } else { 0 }
}

/// Whether only tags or padding follow.
fn is_end(rest: &[u8]) -> bool {
    const TAGS: [&[u8]; 4] = [b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3"];
    TAGS.iter().any(|tag| rest.starts_with(tag)) || rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; 4] = [0xFF, 0xF3, 0x80, 0xC0];

    fn file(count: usize) -> Vec<u8> {
        FrameHeader::parse(&HEADER)
            .unwrap()
            .blank_frame(0)
            .repeat(count)
    }

    #[test]
    fn tags_around_the_frames_are_skipped() {
        let mut tagged = b"ID3\x04\0\0\0\0\0\x05title".to_vec();
        tagged.extend(file(3));
        tagged.extend(b"TAG whatever");
        assert_eq!(frames(&tagged).unwrap().len(), 3);
    }

    #[test]
    fn a_file_cut_short_is_damaged() {
        let whole = file(3);
        assert!(matches!(
            frames(&whole[..whole.len() - 1]),
            Err(AudioError::Damaged(_))
        ));
        assert!(matches!(frames(&whole[..100]), Err(AudioError::Damaged(_))));
    }

    #[test]
    fn junk_between_frames_is_damage() {
        let mut broken = file(2);
        broken.extend(b"junk");
        broken.extend(file(1));
        assert!(matches!(frames(&broken), Err(AudioError::Damaged(_))));
    }

    #[test]
    fn nothing_is_empty_and_text_is_damaged() {
        assert!(matches!(frames(b""), Err(AudioError::Empty)));
        assert!(matches!(
            frames(b"<html>busy</html>"),
            Err(AudioError::Damaged(_))
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000),
                           at in 0_usize..2000) {
            let at = at.min(bytes.len());
            bytes.splice(at..at, file(1));
            let _ = frames(&bytes);
        }
    }
}
