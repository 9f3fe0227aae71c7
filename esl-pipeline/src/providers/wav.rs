//! A WAVE file as samples.
//!
//! Those who write them are careless with the fields that follow from others (flite states a wrong byte rate for
//! its 8 kHz voice; servers that stream do not know the size), so only what is needed is read (Multimedia Programming Interface and Data
//! Specifications 1.0, WAVE).

use std::io::{self, Read};

use esl_core::ports::Audio;

/// Sizes from here on are what is written where the size is not known yet.
const UNKNOWN_SIZE: u64 = 0x7FFF_0000;

/// There is no usable sound.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadSound {
    #[error("the sound file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it is something else than a sound file")]
    NoWave,
    #[error("the sound file has {bits} bits and {channels} channels, not 16 and 1")]
    OtherFormat { bits: u16, channels: u16 },
    #[error("the sound file is cut short")]
    CutShort,
    #[error("the sound file has {0} bytes")]
    TooLarge(u64),
}

/// Reads 16-bit samples of one channel.
pub(super) fn parse(mut file: impl Read) -> Result<Audio, BadSound> {
    let [riff, _, wave] = words(&mut file)?;
    if riff != *b"RIFF" || wave != *b"WAVE" {
        return Err(BadSound::NoWave);
    }
    let mut sample_rate = None;
    loop {
        let [name, size] = words(&mut file)?;
        let size = u64::from(u32::from_le_bytes(size));
        // Chunks begin at even places.
        let mut chunk = (&mut file).take(size + size % 2);
        match (&name, sample_rate) {
            (b"fmt ", _) => sample_rate = Some(format(&mut chunk)?),
            (b"data", Some(sample_rate)) => {
                let samples = samples(chunk.take(size), size)?;
                return Ok(Audio::Pcm {
                    sample_rate,
                    samples,
                });
            }
            _ => {}
        }
        io::copy(&mut chunk, &mut io::sink())?;
    }
}

/// Samples per second, if it is the format that is read here.
fn format(mut chunk: impl Read) -> Result<u32, BadSound> {
    let [[_, _, channels @ ..], rate, _, [_, _, bits @ ..]] = words(&mut chunk)?;
    match (u16::from_le_bytes(bits), u16::from_le_bytes(channels)) {
        (16, 1) => Ok(u32::from_le_bytes(rate)),
        (bits, channels) => Err(BadSound::OtherFormat { bits, channels }),
    }
}

fn samples(mut data: impl Read, size: u64) -> Result<Vec<i16>, BadSound> {
    let mut bytes = Vec::new();
    data.read_to_end(&mut bytes)?;
    if size < UNKNOWN_SIZE && (bytes.len() as u64) < size {
        return Err(BadSound::CutShort);
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    Ok(pairs.iter().copied().map(i16::from_le_bytes).collect())
}

fn words<const N: usize>(file: &mut impl Read) -> Result<[[u8; 4]; N], BadSound> {
    let mut words = [[0; 4]; N];
    file.read_exact(words.as_flattened_mut())
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BadSound::NoWave,
            _ => BadSound::Unreadable(error),
        })?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wave(channels: u8, samples: &[i16]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0".to_vec();
        file.extend([channels, 0]);
        file.extend(8000_u32.to_le_bytes());
        file.extend([0, 0, 0, 0, 0, 0, 16, 0]);
        file.extend(b"data");
        file.extend((samples.len() as u32 * 2).to_le_bytes());
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        file
    }

    #[test]
    fn other_chunks_and_wrong_byte_rates_do_not_matter() {
        let expected = Audio::Pcm {
            sample_rate: 8000,
            samples: vec![1, -2, 300],
        };
        assert_eq!(parse(wave(1, &[1, -2, 300]).as_slice()).unwrap(), expected);
    }

    #[test]
    fn stereo_is_another_format() {
        let stereo = parse(wave(2, &[1, 2]).as_slice());
        assert!(matches!(
            stereo,
            Err(BadSound::OtherFormat { channels: 2, .. })
        ));
    }

    #[test]
    fn an_early_end_is_told_unless_the_size_is_unknown() {
        let mut file = wave(1, &[1, 2, 3]);
        file.truncate(file.len() - 2);
        assert!(matches!(parse(file.as_slice()), Err(BadSound::CutShort)));
        let size = file.len() - 8;
        file[size..size + 4].fill(0xFF);
        assert!(parse(file.as_slice()).is_ok());
    }

    proptest! {
        #[test]
        fn damaged_files_do_no_harm(cut in 0_usize..60, at in 0_usize..60, byte: u8) {
            let mut file = wave(1, &[1, 2, 3, 4]);
            file.truncate(cut);
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
            let _ = parse(file.as_slice());
        }
    }
}
