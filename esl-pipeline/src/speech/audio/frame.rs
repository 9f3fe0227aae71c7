//! One MP3 frame: its header, its size, its checksum, and the frame that is silent.

use super::side_info;

/// The generation of the format, which decides rates and sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MpegVersion {
    /// MPEG-1: 32, 44.1 and 48 kHz.
    Mpeg1,
    /// MPEG-2: half the rates of MPEG-1.
    Mpeg2,
    /// MPEG-2.5: a quarter of them.
    Mpeg25,
}

/// What the first four bytes of a layer III frame say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// The generation of the format.
    pub version: MpegVersion,
    /// Samples per second.
    pub sample_rate: u32,
    /// Whether there is one channel.
    pub is_mono: bool,
    /// Whether a checksum follows the header.
    pub has_crc: bool,
    bitrate_index: u8,
    is_padded: bool,
}

/// Bytes of the header, and of the checksum that may follow it.
pub(super) const HEADER_BYTES: usize = 4;
pub(super) const CRC_BYTES: usize = 2;

const KBITS_MPEG1: [u32; 15] = [
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const KBITS_MPEG2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES: [u32; 3] = [44_100, 48_000, 32_000];
const MONO: u8 = 0b11;

impl FrameHeader {
    /// Reads the header at the start of `bytes`; `None` if it is none of layer III with a stated
    /// bit rate.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[sync, kind, rates, mode, ..] = bytes else {
            return None;
        };
        if sync != 0xFF || kind & 0xE0 != 0xE0 || kind >> 1 & 0b11 != 0b01 {
            return None;
        }
        let (version, divisor) = match kind >> 3 & 0b11 {
            0b11 => (MpegVersion::Mpeg1, 1),
            0b10 => (MpegVersion::Mpeg2, 2),
            0b00 => (MpegVersion::Mpeg25, 4),
            _ => return None,
        };
        let bitrate_index = rates >> 4;
        if matches!(bitrate_index, 0 | 15) {
            return None;
        }
        Some(Self {
            version,
            sample_rate: RATES.get(usize::from(rates >> 2 & 0b11))? / divisor,
            is_mono: mode >> 6 == MONO,
            has_crc: kind & 1 == 0,
            bitrate_index,
            is_padded: rates >> 1 & 1 == 1,
        })
    }

    /// Bits per second, in thousands.
    #[must_use]
    pub fn kbits(self) -> u32 {
        self.kbits_table()[usize::from(self.bitrate_index)]
    }

    /// Bytes of the whole frame.
    #[must_use]
    pub fn frame_bytes(self) -> usize {
        let slots = self.samples() / 8 * self.kbits() * 1000 / self.sample_rate;
        slots as usize + usize::from(self.is_padded)
    }

    /// Samples of each channel in one frame.
    #[must_use]
    pub fn samples(self) -> u32 {
        match self.version {
            MpegVersion::Mpeg1 => 1152,
            MpegVersion::Mpeg2 | MpegVersion::Mpeg25 => 576,
        }
    }

    /// Whether frames of both headers may follow each other in one stream.
    #[must_use]
    pub fn continues(self, other: Self) -> bool {
        self.version == other.version
            && self.sample_rate == other.sample_rate
            && self.is_mono == other.is_mono
    }

    /// Where the side information begins in the frame.
    pub(super) fn side_info_offset(self) -> usize {
        HEADER_BYTES + if self.has_crc { CRC_BYTES } else { 0 }
    }

    /// Where the main data begins in the frame.
    pub(super) fn main_data_offset(self) -> usize {
        self.side_info_offset() + side_info::bytes(self)
    }

    /// The plainest frame of this stream: no checksum, no padding, and room for at least
    /// `payload` bytes behind the side information; silent, since nothing is set in it.
    pub(super) fn blank_frame(self, payload: usize) -> Vec<u8> {
        let plain = Self {
            has_crc: false,
            is_padded: false,
            ..self
        };
        let needed = plain.main_data_offset() + payload;
        let header = (self.bitrate_index..15)
            .map(|bitrate_index| Self {
                bitrate_index,
                ..plain
            })
            .find(|header| header.frame_bytes() >= needed)
            .unwrap_or(plain);
        let mut frame = vec![0; header.frame_bytes().max(needed)];
        frame[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
        frame
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let (version, divisor) = match self.version {
            MpegVersion::Mpeg1 => (0b11, 1),
            MpegVersion::Mpeg2 => (0b10, 2),
            MpegVersion::Mpeg25 => (0b00, 4),
        };
        let rate = RATES
            .iter()
            .position(|rate| rate / divisor == self.sample_rate);
        let rate = rate.unwrap_or_default() as u8;
        [
            0xFF,
            0xE0 | version << 3 | 0b01 << 1 | u8::from(!self.has_crc),
            self.bitrate_index << 4 | rate << 2 | u8::from(self.is_padded) << 1,
            if self.is_mono { MONO << 6 } else { 0 },
        ]
    }

    fn kbits_table(self) -> &'static [u32; 15] {
        match self.version {
            MpegVersion::Mpeg1 => &KBITS_MPEG1,
            MpegVersion::Mpeg2 | MpegVersion::Mpeg25 => &KBITS_MPEG2,
        }
    }
}

/// Writes the checksum of a frame that has one; it covers the last two bytes of the header and the
/// side information.
pub(super) fn seal(frame: &mut [u8]) {
    let Some(header) = FrameHeader::parse(frame).filter(|header| header.has_crc) else {
        return;
    };
    let covered = frame[2..HEADER_BYTES]
        .iter()
        .chain(&frame[header.side_info_offset()..header.main_data_offset()]);
    let crc = covered.fold(0xFFFF, |crc, byte| crc16(crc, *byte));
    frame[HEADER_BYTES..HEADER_BYTES + CRC_BYTES].copy_from_slice(&crc.to_be_bytes());
}

fn crc16(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
        if crc & 0x8000 == 0 {
            crc << 1
        } else {
            crc << 1 ^ 0x8005
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_all_generations_have_the_sizes_of_the_standard() {
        let sizes = [
            (
                [0xFF, 0xFB, 0x90, 0xC0],
                MpegVersion::Mpeg1,
                44_100,
                128,
                417,
            ),
            (
                [0xFF, 0xFB, 0x92, 0xC0],
                MpegVersion::Mpeg1,
                44_100,
                128,
                418,
            ),
            (
                [0xFF, 0xF3, 0x88, 0xC0],
                MpegVersion::Mpeg2,
                16_000,
                64,
                288,
            ),
            (
                [0xFF, 0xE3, 0x88, 0xC0],
                MpegVersion::Mpeg25,
                8_000,
                64,
                576,
            ),
        ];
        for (bytes, version, rate, kbits, size) in sizes {
            let header = FrameHeader::parse(&bytes).unwrap();
            assert_eq!((header.version, header.sample_rate), (version, rate));
            assert_eq!((header.kbits(), header.frame_bytes()), (kbits, size));
            assert_eq!(header.to_bytes(), bytes);
        }
    }

    #[test]
    fn what_is_no_layer_three_header_is_refused() {
        for bytes in [
            &[0xFF, 0xFB, 0x90][..],
            &[0xFE, 0xFB, 0x90, 0xC0],
            &[0xFF, 0xFD, 0x90, 0xC0], // layer II
            &[0xFF, 0xEB, 0x90, 0xC0], // reserved version
            &[0xFF, 0xFB, 0x00, 0xC0], // free bit rate
            &[0xFF, 0xFB, 0xF0, 0xC0],
            &[0xFF, 0xFB, 0x9C, 0xC0], // reserved sampling rate
        ] {
            assert_eq!(FrameHeader::parse(bytes), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // CRC-16 with polynomial 0x8005 and initial value 0xFFFF: the catalogue's check value
        // (CRC-16/CMS) for "123456789".
        let crc = b"123456789"
            .iter()
            .fold(0xFFFF, |crc, byte| crc16(crc, *byte));
        assert_eq!(crc, 0xAEE7);
    }

    #[test]
    fn a_blank_frame_grows_to_hold_its_payload() {
        let narrow = FrameHeader::parse(&[0xFF, 0xF3, 0x40, 0xC0]).unwrap();
        assert_eq!(narrow.blank_frame(0).len(), 104);
        let roomy = narrow.blank_frame(120);
        assert_eq!(
            FrameHeader::parse(&roomy).unwrap().frame_bytes(),
            roomy.len()
        );
        assert!(roomy.len() >= 13 + 120);
    }
}
