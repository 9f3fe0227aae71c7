//! Output formats: their names, what plan they need, how sound is written in them.

use bytes::Bytes;

use super::super::audio_file;
use super::account::Tier;
use crate::sound::Score;
use crate::sound::mp3::Mp3Format;

/// A format of the `output_format` parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum OutputFormat {
    Mp3 { format: Mp3Format, kbits: u32 },
    Pcm { sample_rate: u32 },
    Wav { sample_rate: u32 },
    Ulaw,
    Alaw,
    Opus,
}

const MP3: [(u32, u32); 7] = [
    (22_050, 32),
    (24_000, 48),
    (44_100, 32),
    (44_100, 64),
    (44_100, 96),
    (44_100, 128),
    (44_100, 192),
];
const UNCOMPRESSED: [u32; 7] = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const OPUS: [u32; 5] = [32, 64, 96, 128, 192];

impl OutputFormat {
    pub(super) const DEFAULT: &'static str = "mp3_44100_128";

    /// The format of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split('_');
        let codec = parts.next()?;
        let sample_rate: u32 = parts.next()?.parse().ok()?;
        let kbits: Option<u32> = parts.next().map(str::parse).transpose().ok()?;
        let format = match (codec, sample_rate, kbits) {
            ("mp3", rate, Some(kbits)) if MP3.contains(&(rate, kbits)) => Self::Mp3 {
                format: Mp3Format::new(rate, kbits)?,
                kbits,
            },
            ("pcm", sample_rate, None) if UNCOMPRESSED.contains(&sample_rate) => {
                Self::Pcm { sample_rate }
            }
            ("wav", sample_rate, None) if UNCOMPRESSED.contains(&sample_rate) => {
                Self::Wav { sample_rate }
            }
            ("ulaw", 8000, None) => Self::Ulaw,
            ("alaw", 8000, None) => Self::Alaw,
            ("opus", 48_000, Some(kbits)) if OPUS.contains(&kbits) => Self::Opus,
            _ => return None,
        };
        parts.next().is_none().then_some(format)
    }

    /// The smallest plan that has it.
    pub(super) fn tier(self) -> Tier {
        match self {
            Self::Mp3 { kbits: 192, .. } => Tier::Creator,
            Self::Pcm {
                sample_rate: 44_100,
            }
            | Self::Wav {
                sample_rate: 44_100,
            } => Tier::Pro,
            _ => Tier::Free,
        }
    }

    /// Whether it can be sent in pieces.
    pub(super) fn is_streamable(self) -> bool {
        !matches!(self, Self::Wav { .. })
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 { .. } => "audio/mpeg",
            Self::Pcm { .. } => "audio/pcm",
            Self::Wav { .. } => "audio/wav",
            Self::Ulaw => "audio/basic",
            Self::Alaw => "audio/x-alaw-basic",
            Self::Opus => "audio/ogg",
        }
    }

    /// `score` as a file of this format.
    pub(super) fn write(self, score: &Score) -> Bytes {
        match self {
            Self::Mp3 { format, .. } => audio_file::mp3(score, format),
            Self::Pcm { sample_rate } => audio_file::pcm(score, sample_rate),
            Self::Wav { sample_rate } => audio_file::wav(score, sample_rate),
            Self::Ulaw => audio_file::ulaw(score, 8000),
            Self::Alaw => audio_file::alaw(score, 8000),
            Self::Opus => audio_file::opus(score),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documented_names_are_formats() {
        for name in [
            "mp3_22050_32",
            "mp3_44100_192",
            "pcm_8000",
            "wav_48000",
            "ulaw_8000",
            "opus_48000_96",
        ] {
            assert!(OutputFormat::parse(name).is_some(), "{name}");
        }
        for name in [
            "mp3_22050_64",
            "mp3",
            "pcm_11025",
            "ulaw_16000",
            "wav_8000_1",
            "",
        ] {
            assert_eq!(OutputFormat::parse(name), None, "{name}");
        }
    }
}
