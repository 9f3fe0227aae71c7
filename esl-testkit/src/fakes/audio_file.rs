//! Sound as the files that speech services send.

use crate::sound::Score;
use crate::sound::mp3::Mp3Format;

/// A tag that names the encoder, a frame with an `Info` header, the sound: what real encoders
/// write.
pub(crate) fn mp3(score: &Score, format: Mp3Format) -> Vec<u8> {
    let frames = format.frames(score);
    [id3_tag(), format.info_frame(&frames), frames].concat()
}

/// An ID3v2.4 tag with one text frame.
fn id3_tag() -> Vec<u8> {
    const TEXT: &[u8] = b"\x03esl-fakes\0";
    const FRAME_HEADER: u8 = 10;
    // Sizes below 128 are the same with seven bits to a byte.
    let text_size = TEXT.len() as u8;
    [
        b"ID3\x04\0\0\0\0\0".as_slice(),
        &[text_size + FRAME_HEADER],
        b"TSSE\0\0\0",
        &[text_size],
        b"\0\0",
        TEXT,
    ]
    .concat()
}

/// Signed 16-bit samples without a header, little end first.
pub(crate) fn pcm(score: &Score, sample_rate: u32) -> Vec<u8> {
    score
        .samples(sample_rate)
        .flat_map(i16::to_le_bytes)
        .collect()
}

/// The same with a RIFF header.
pub(crate) fn wav(score: &Score, sample_rate: u32) -> Vec<u8> {
    const HEADER_AFTER_SIZE: u32 = 36;
    let samples = pcm(score, sample_rate);
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(samples.len() + 44);
    file.extend(b"RIFF");
    file.extend(length.saturating_add(HEADER_AFTER_SIZE).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes()); // uncompressed
    file.extend(1_u16.to_le_bytes()); // channels
    file.extend(sample_rate.to_le_bytes());
    file.extend((sample_rate * 2).to_le_bytes()); // bytes a second
    file.extend(2_u16.to_le_bytes()); // bytes of a sample
    file.extend(16_u16.to_le_bytes()); // bits of a sample
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

/// G.711 µ-law.
pub(crate) fn ulaw(score: &Score, sample_rate: u32) -> Vec<u8> {
    score.samples(sample_rate).map(ulaw_code).collect()
}

/// G.711 A-law.
pub(crate) fn alaw(score: &Score, sample_rate: u32) -> Vec<u8> {
    score.samples(sample_rate).map(alaw_code).collect()
}

fn ulaw_code(sample: i16) -> u8 {
    const BIAS: u16 = 0x84;
    const CLIP: u16 = 32_635;
    let magnitude = sample.unsigned_abs().min(CLIP) + BIAS;
    let exponent = 15 - magnitude.leading_zeros() as u16 - 7;
    let mantissa = magnitude >> (exponent + 3) & 0x0F;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !((sign | exponent << 4 | mantissa) as u8)
}

fn alaw_code(sample: i16) -> u8 {
    let is_negative = sample < 0;
    let magnitude = if is_negative { !sample } else { sample } as u16 >> 3;
    let exponent = (16 - magnitude.leading_zeros() as u16).saturating_sub(5);
    let mantissa = magnitude >> exponent.max(1) & 0x0F;
    let code = (exponent << 4 | mantissa) as u8;
    (if is_negative { code } else { code | 0x80 }) ^ 0x55
}

/// Ogg Opus. Only the length is right: no encoder is at hand, so every packet is silence.
pub(crate) fn opus(score: &Score) -> Vec<u8> {
    crate::sound::opus::silence(score.seconds())
}
