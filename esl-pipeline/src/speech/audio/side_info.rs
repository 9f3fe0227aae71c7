//! The side information of a frame: where its main data begins, how loud it is, how to mute it.
//!
//! Layout: 11172-3, 2.4.1.7 (MPEG-1) and 13818-3, 2.4.1.7 (MPEG-2).

use super::frame::{self, FrameHeader, MpegVersion};

/// Bits of one granule of one channel before `global_gain`: `part2_3_length` and `big_values`.
const LENGTH_BITS: usize = 12;
const BIG_VALUES_BITS: usize = 9;
const GAIN_BITS: usize = 8;

struct Layout {
    main_data_begin_bits: usize,
    /// Where the first granule begins.
    granules_at: usize,
    granule_bits: usize,
    /// Granules of all channels.
    granules: usize,
}

fn layout(header: FrameHeader) -> Layout {
    let channels = if header.is_mono { 1 } else { 2 };
    match header.version {
        MpegVersion::Mpeg1 => Layout {
            main_data_begin_bits: 9,
            granules_at: 9 + if header.is_mono { 5 } else { 3 } + 4 * channels,
            granule_bits: 59,
            granules: 2 * channels,
        },
        MpegVersion::Mpeg2 | MpegVersion::Mpeg25 => Layout {
            main_data_begin_bits: 8,
            granules_at: 8 + channels,
            granule_bits: 63,
            granules: channels,
        },
    }
}

/// Bytes of the side information.
pub(super) fn bytes(header: FrameHeader) -> usize {
    let layout = layout(header);
    (layout.granules_at + layout.granules * layout.granule_bits).div_ceil(8)
}

/// The farthest that main data may begin before its frame, in bytes.
pub(super) fn reach(header: FrameHeader) -> usize {
    (1 << layout(header).main_data_begin_bits) - 1
}

/// How many bytes before the frame's own its main data begins, in the main data of its
/// predecessors.
pub(super) fn main_data_begin(header: FrameHeader, frame: &[u8]) -> usize {
    let width = layout(header).main_data_begin_bits;
    get(&frame[header.side_info_offset()..], 0, width) as usize
}

/// Makes the frame silent and lets it carry on `carried` bytes of its predecessors' main data, so
/// that a later frame may begin in them. Its own main data stays.
pub(super) fn mute(header: FrameHeader, frame: &mut [u8], carried: usize) {
    let side_info = &mut frame[header.side_info_offset()..header.main_data_offset()];
    side_info.fill(0);
    let width = layout(header).main_data_begin_bits;
    set(side_info, 0, width, carried.min(reach(header)) as u32);
    frame::seal(frame);
}

/// Multiplies the amplitude of the frame by 2^(`steps`/4): 1.505 dB a step.
pub(super) fn amplify(header: FrameHeader, frame: &mut [u8], steps: i32) {
    let layout = layout(header);
    let side_info = &mut frame[header.side_info_offset()..];
    for granule in 0..layout.granules {
        let start = layout.granules_at + granule * layout.granule_bits;
        if get(side_info, start, LENGTH_BITS) == 0 {
            continue;
        }
        let at = start + LENGTH_BITS + BIG_VALUES_BITS;
        let gain = get(side_info, at, GAIN_BITS) as i32;
        set(
            side_info,
            at,
            GAIN_BITS,
            (gain + steps).clamp(0, 255) as u32,
        );
    }
    frame::seal(frame);
}

fn get(bytes: &[u8], at: usize, width: usize) -> u32 {
    (at..at + width).fold(0, |value, bit| {
        value << 1 | u32::from(bytes[bit / 8] >> (7 - bit % 8) & 1)
    })
}

fn set(bytes: &mut [u8], at: usize, width: usize, value: u32) {
    for (index, bit) in (at..at + width).enumerate() {
        let mask = 0x80 >> (bit % 8);
        if value >> (width - 1 - index) & 1 == 1 {
            bytes[bit / 8] |= mask;
        } else {
            bytes[bit / 8] &= !mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: [u8; 4]) -> FrameHeader {
        FrameHeader::parse(&bytes).unwrap()
    }

    #[test]
    fn sizes_are_those_of_the_standard() {
        assert_eq!(bytes(header([0xFF, 0xFB, 0x90, 0xC0])), 17);
        assert_eq!(bytes(header([0xFF, 0xFB, 0x90, 0x00])), 32);
        assert_eq!(bytes(header([0xFF, 0xF3, 0x80, 0xC0])), 9);
        assert_eq!(bytes(header([0xFF, 0xF3, 0x80, 0x00])), 17);
    }

    #[test]
    fn a_muted_frame_carries_what_its_successors_begin_in() {
        for (first, reach) in [
            ([0xFF, 0xFB, 0x90, 0xC0], 511),
            ([0xFF, 0xF3, 0x80, 0xC0], 255),
        ] {
            let header = header(first);
            let mut frame = vec![0xAA; header.frame_bytes()];
            frame[..4].copy_from_slice(&first);
            mute(header, &mut frame, 9000);
            assert_eq!(main_data_begin(header, &frame), reach);
            mute(header, &mut frame, 77);
            assert_eq!(main_data_begin(header, &frame), 77);
            assert!(
                frame[header.main_data_offset()..]
                    .iter()
                    .all(|byte| *byte == 0xAA)
            );
        }
    }

    #[test]
    fn amplifying_there_and_back_is_the_identity() {
        let header = header([0xFF, 0xFA, 0x90, 0x00]);
        let mut frame: Vec<u8> = (0..header.frame_bytes())
            .map(|at| (at * 7 % 128) as u8)
            .collect();
        frame[..4].copy_from_slice(&[0xFF, 0xFA, 0x90, 0x00]);
        frame::seal(&mut frame);
        let before = frame.clone();
        amplify(header, &mut frame, 4);
        assert_ne!(frame, before);
        amplify(header, &mut frame, -4);
        assert_eq!(frame, before);
    }
}
