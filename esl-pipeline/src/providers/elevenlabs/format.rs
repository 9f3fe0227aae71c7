//! The formats that can be ordered and made into a recording.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use esl_core::ports::Audio;

/// A format of the sound that the service delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputFormat(&'static Listed);

#[derive(Debug, PartialEq, Eq)]
struct Listed {
    name: &'static str,
    /// Samples per second of headerless samples; none for MP3.
    pcm: Option<u32>,
}

const fn mp3(name: &'static str) -> Listed {
    Listed { name, pcm: None }
}

const fn pcm(name: &'static str, sample_rate: u32) -> Listed {
    Listed {
        name,
        pcm: Some(sample_rate),
    }
}

/// The formats of the API reference that a recording can be made of (text to speech,
/// `output_format`).
static FORMATS: [Listed; 14] = [
    mp3("mp3_44100_128"),
    mp3("mp3_22050_32"),
    mp3("mp3_24000_48"),
    mp3("mp3_44100_32"),
    mp3("mp3_44100_64"),
    mp3("mp3_44100_96"),
    mp3("mp3_44100_192"),
    pcm("pcm_8000", 8_000),
    pcm("pcm_16000", 16_000),
    pcm("pcm_22050", 22_050),
    pcm("pcm_24000", 24_000),
    pcm("pcm_32000", 32_000),
    pcm("pcm_44100", 44_100),
    pcm("pcm_48000", 48_000),
];

impl OutputFormat {
    /// The service's name of it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// The sound in `bytes`. Whether MP3 is whole is seen when it is decoded.
    pub(super) fn audio(self, bytes: Bytes) -> Audio {
        let Some(sample_rate) = self.0.pcm else {
            return Audio::Mp3(bytes);
        };
        let (pairs, _) = bytes.as_chunks::<2>();
        Audio::Pcm {
            sample_rate,
            samples: pairs.iter().copied().map(i16::from_le_bytes).collect(),
        }
    }
}

impl Default for OutputFormat {
    fn default() -> Self {
        Self(&FORMATS[0])
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OutputFormat {
    type Err = UnknownOutputFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let listed = FORMATS.iter().find(|format| format.name == name.trim());
        listed.map(Self).ok_or_else(|| UnknownOutputFormat {
            name: name.to_owned(),
        })
    }
}

/// The text names no format of which a recording can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no usable output format; use {}", names())]
pub struct UnknownOutputFormat {
    name: String,
}

fn names() -> String {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_told() {
        let format: OutputFormat = " mp3_22050_32 ".parse().unwrap();
        assert_eq!(format.to_string(), "mp3_22050_32");
        assert_eq!(OutputFormat::default().as_str(), "mp3_44100_128");
        let error = "opus_48000_64".parse::<OutputFormat>().unwrap_err();
        let told = "`opus_48000_64` is no usable output format; use mp3_44100_128, ";
        assert!(error.to_string().starts_with(told), "{error}");
    }

    #[test]
    fn headerless_samples_are_read_as_they_are() {
        let format: OutputFormat = "pcm_16000".parse().unwrap();
        let expected = Audio::Pcm {
            sample_rate: 16_000,
            samples: vec![1, -2],
        };
        assert_eq!(
            format.audio(Bytes::from_static(&[1, 0, 0xFE, 0xFF])),
            expected
        );
    }
}
