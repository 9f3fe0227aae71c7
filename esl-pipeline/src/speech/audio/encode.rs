//! Samples to MP3 frames, by LAME; the only module that knows the encoder.

#[cfg(not(feature = "mp3-encoder"))]
use super::{AudioError, segment::Format};

/// Bits per second of what is encoded here, in thousands.
pub(super) const KBITS: u32 = 64;
/// The encoder's part in the address of what it wrote.
pub(super) const ENCODER: &str = "lame-3.100-cbr64-mono";

#[cfg(feature = "mp3-encoder")]
pub(super) use lame::encode;

/// Stands where the encoder would be.
#[cfg(not(feature = "mp3-encoder"))]
pub(super) fn encode(
    _: &[f32],
    _: u32,
    _: Format,
    what: &'static str,
) -> Result<Vec<u8>, AudioError> {
    Err(AudioError::NoEncoder { what })
}

#[cfg(feature = "mp3-encoder")]
mod lame {
    use std::num::NonZeroU32;

    use mp3lame_encoder::{
        Bitrate, Builder, Encoder, FlushGap, Mode, MonoPcm, Quality, max_required_buffer_size,
    };

    use super::super::AudioError;
    use super::super::segment::Format;

    const BITRATES: [Bitrate; 16] = [
        Bitrate::Kbps8,
        Bitrate::Kbps16,
        Bitrate::Kbps24,
        Bitrate::Kbps32,
        Bitrate::Kbps40,
        Bitrate::Kbps48,
        Bitrate::Kbps64,
        Bitrate::Kbps80,
        Bitrate::Kbps96,
        Bitrate::Kbps112,
        Bitrate::Kbps128,
        Bitrate::Kbps160,
        Bitrate::Kbps192,
        Bitrate::Kbps224,
        Bitrate::Kbps256,
        Bitrate::Kbps320,
    ];
    /// Samples handed over at once.
    const CHUNK: usize = 16 * 1024;

    /// One channel as whole frames at a constant bit rate, without a describing frame.
    pub(in super::super) fn encode(
        samples: &[f32],
        sample_rate: u32,
        format: Format,
        _what: &'static str,
    ) -> Result<Vec<u8>, AudioError> {
        let failed = |message: String| AudioError::Encoder {
            sample_rate,
            message,
        };
        let mut encoder = encoder(sample_rate, format).map_err(failed)?;
        let mut frames = Vec::new();
        for chunk in samples.chunks(CHUNK) {
            frames.reserve(max_required_buffer_size(chunk.len()));
            encoder
                .encode_to_vec(MonoPcm(chunk), &mut frames)
                .map_err(|error| failed(error.to_string()))?;
        }
        frames.reserve(max_required_buffer_size(0));
        // The other way to flush saves a frame by leaving out the end of the sound.
        encoder
            .flush_to_vec::<FlushGap>(&mut frames)
            .map_err(|error| failed(error.to_string()))?;
        Ok(frames)
    }

    fn encoder(sample_rate: u32, format: Format) -> Result<Encoder, String> {
        let bitrate = BITRATES
            .into_iter()
            .find(|rate| *rate as u32 >= format.kbits);
        let configure = |builder: Builder| {
            builder
                .with_num_channels(1)?
                .with_sample_rate(sample_rate)?
                .with_output_sample_rate(NonZeroU32::new(format.sample_rate))?
                .with_mode(Mode::Mono)?
                .with_brate(bitrate.unwrap_or(Bitrate::Kbps320))?
                .with_quality(Quality::NearBest)?
                .with_to_write_vbr_tag(false)?
                .build()
        };
        let builder = Builder::new().ok_or("out of memory")?;
        configure(builder).map_err(|error| error.to_string())
    }
}
