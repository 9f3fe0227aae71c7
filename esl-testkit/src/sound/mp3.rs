//! MP3 without an encoder: a granule holds at most one line of the spectrum (ISO/IEC 11172-3 and
//! 13818-3, 2.4.1 and 2.4.3.4). One channel, constant bit rate, no bit reservoir.

use super::Score;

/// Samples of one granule, in every generation of the format.
const GRANULE: u32 = 576;
const HEADER_BYTES: usize = 4;
const KBITS_MPEG1: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const KBITS_MPEG2: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_MPEG1: [u32; 3] = [44_100, 48_000, 32_000];
const RATES_MPEG2: [u32; 3] = [22_050, 24_000, 16_000];

/// Sample rate and bit rate of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mp3Format {
    is_mpeg1: bool,
    sample_rate: u32,
    kbits: u32,
    rate_index: u64,
    kbits_index: u64,
}

impl Mp3Format {
    /// The format, if the standard has it.
    pub(crate) fn new(sample_rate: u32, kbits: u32) -> Option<Self> {
        let is_mpeg1 = RATES_MPEG1.contains(&sample_rate);
        let (rates, bit_rates) = if is_mpeg1 {
            (RATES_MPEG1, KBITS_MPEG1)
        } else {
            (RATES_MPEG2, KBITS_MPEG2)
        };
        Some(Self {
            is_mpeg1,
            sample_rate,
            kbits,
            rate_index: rates.iter().position(|rate| *rate == sample_rate)? as u64,
            kbits_index: bit_rates.iter().position(|rate| *rate == kbits)? as u64 + 1,
        })
    }

    fn granules_per_frame(self) -> u32 {
        if self.is_mpeg1 { 2 } else { 1 }
    }

    fn side_info_bytes(self) -> usize {
        if self.is_mpeg1 { 17 } else { 9 }
    }

    /// Bytes of the first `frames` frames; a frame is padded wherever this passes a whole byte.
    fn bytes_of(self, frames: u64) -> usize {
        let samples = u64::from(GRANULE * self.granules_per_frame());
        let bits_per_second = u64::from(self.kbits) * 1000;
        (frames * samples * bits_per_second / (8 * u64::from(self.sample_rate))) as usize
    }

    /// The number of the spectrum's line next to `hertz`.
    fn line(self, hertz: f64) -> u64 {
        let width = f64::from(self.sample_rate) / f64::from(2 * GRANULE);
        (hertz / width).round().clamp(1.0, 100.0) as u64
    }

    /// The frames of `score`, whole ones.
    pub(crate) fn frames(self, score: &Score) -> Vec<u8> {
        let step = f64::from(GRANULE) / f64::from(self.sample_rate);
        let lines: Vec<Option<u64>> = score
            .steps(step)
            .map(|hertz| hertz.map(|hertz| self.line(hertz)))
            .collect();
        let frames = lines.chunks(self.granules_per_frame() as usize);
        let mut file = Vec::with_capacity(self.bytes_of(frames.len() as u64));
        for (index, granules) in (1..).zip(frames) {
            let length = self.bytes_of(index) - file.len();
            file.extend(self.frame(length, granules));
        }
        file
    }

    /// A silent frame whose header tells how many frames of how many bytes follow. Players do not
    /// play it.
    pub(crate) fn info_frame(self, frames: &[u8]) -> Vec<u8> {
        const HAS_FRAMES_AND_BYTES: u32 = 3;
        let length = self.bytes_of(1);
        let mut frame = self.frame(length, &[]);
        let count = (1..).find(|count| self.bytes_of(*count) >= frames.len());
        let mut info = b"Info".to_vec();
        info.extend(HAS_FRAMES_AND_BYTES.to_be_bytes());
        info.extend((count.unwrap_or_default() as u32).to_be_bytes());
        info.extend(((frames.len() + length) as u32).to_be_bytes());
        let start = HEADER_BYTES + self.side_info_bytes();
        frame[start..start + info.len()].copy_from_slice(&info);
        frame
    }

    fn frame(self, length: usize, granules: &[Option<u64>]) -> Vec<u8> {
        let is_padded = length > self.bytes_of(1);
        let mut bits = BitWriter::new(length);
        self.put_header(&mut bits, is_padded);
        // main_data_begin, private bits and, in MPEG-1, scfsi.
        bits.put(0, if self.is_mpeg1 { 9 + 5 + 4 } else { 8 + 1 });
        for granule in 0..self.granules_per_frame() as usize {
            self.put_side_info(&mut bits, granules.get(granule).copied().flatten());
        }
        for line in granules.iter().flatten() {
            // Pairs before the line are (0, 0), one bit each in table 1; it is (1, 0) and its sign.
            bits.put_ones(pairs_before(*line));
            bits.put(0b010, 3);
        }
        bits.bytes
    }

    fn put_header(self, bits: &mut BitWriter, is_padded: bool) {
        const MPEG1_LAYER3: u64 = 0xFFFB;
        const MPEG2_LAYER3: u64 = 0xFFF3;
        const MONO: u64 = 0xC0;
        bits.put(
            if self.is_mpeg1 {
                MPEG1_LAYER3
            } else {
                MPEG2_LAYER3
            },
            16,
        );
        bits.put(self.kbits_index, 4);
        bits.put(self.rate_index, 2);
        bits.put(u64::from(is_padded), 1);
        bits.put(0, 1);
        bits.put(MONO, 8);
    }

    fn put_side_info(self, bits: &mut BitWriter, line: Option<u64>) {
        const LOUDNESS: u64 = 200;
        let (length, big_values) = line.map_or((0, 0), |line| {
            (pairs_before(line) + 3, pairs_before(line) + 1)
        });
        bits.put(length, 12);
        bits.put(big_values, 9);
        bits.put(LOUDNESS, 8);
        bits.put(0, if self.is_mpeg1 { 4 } else { 9 }); // scalefac_compress
        bits.put(0, 1); // window_switching_flag
        bits.put(0b00001_00001_00001, 15); // table_select
        bits.put(0, 4 + 3); // region counts
        bits.put(0, if self.is_mpeg1 { 1 } else { 0 }); // preflag
        bits.put(0, 1 + 1); // scalefac_scale, count1table_select
    }
}

fn pairs_before(line: u64) -> u64 {
    line / 2
}

struct BitWriter {
    bytes: Vec<u8>,
    position: usize,
}

impl BitWriter {
    fn new(length: usize) -> Self {
        Self {
            bytes: vec![0; length],
            position: 0,
        }
    }

    fn put(&mut self, value: u64, width: usize) {
        for bit in (0..width).rev() {
            if value >> bit & 1 == 1 {
                self.bytes[self.position / 8] |= 0x80 >> (self.position % 8);
            }
            self.position += 1;
        }
    }

    fn put_ones(&mut self, count: u64) {
        (0..count).for_each(|_| self.put(1, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::{Mp3Format, Score};

    #[test]
    fn frames_keep_the_bit_rate_exactly_over_a_second() {
        for (sample_rate, kbits) in [(44_100, 128), (22_050, 64), (24_000, 48), (48_000, 320)] {
            let format = Mp3Format::new(sample_rate, kbits).unwrap();
            let mut score = Score::default();
            score.tone(440.0, 12.0);
            let bytes = format.frames(&score).len() as f64;
            let ratio = bytes * 8.0 / 12.0 / f64::from(kbits * 1000);
            assert!(
                (ratio - 1.0).abs() < 0.003,
                "{sample_rate} {kbits}: {ratio}"
            );
        }
    }

    #[test]
    fn a_format_that_the_standard_lacks_is_none() {
        assert_eq!(Mp3Format::new(44_100, 8), None);
        assert_eq!(Mp3Format::new(22_050, 192), None);
        assert_eq!(Mp3Format::new(11_025, 64), None);
    }
}
