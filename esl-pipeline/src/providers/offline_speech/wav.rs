//! The sound file of an engine as samples.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use esl_core::ports::Audio;
use hound::{SampleFormat, WavReader};

/// The engine left no usable sound.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadSound {
    #[error("it left no sound file: {0}")]
    Missing(#[from] std::io::Error),
    #[error("its sound file is damaged: {0}")]
    Damaged(#[from] hound::Error),
    #[error("its sound file has {bits} bits and {channels} channels, not 16 and 1")]
    OtherFormat { bits: u16, channels: u16 },
    #[error("its sound file has {0} bytes")]
    TooLarge(u64),
}

/// Reads 16-bit samples of one channel.
pub(super) fn read(path: &Path, max_bytes: u64) -> Result<Audio, BadSound> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > max_bytes {
        return Err(BadSound::TooLarge(size));
    }
    let reader = WavReader::new(BufReader::new(file))?;
    let spec = reader.spec();
    if (spec.bits_per_sample, spec.channels, spec.sample_format) != (16, 1, SampleFormat::Int) {
        return Err(BadSound::OtherFormat {
            bits: spec.bits_per_sample,
            channels: spec.channels,
        });
    }
    let samples = reader.into_samples::<i16>().collect::<Result<_, _>>()?;
    Ok(Audio::Pcm {
        sample_rate: spec.sample_rate,
        samples,
    })
}
