//! MP3 frames to samples, one frame at a time.

use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::MpaDecoder;

use super::AudioError;
use super::stream::Frame;

/// Decodes the frames of one stream in order; several channels are mixed to one.
pub(super) struct Decoder {
    decoder: MpaDecoder,
    mono: Vec<f32>,
}

impl Decoder {
    pub(super) fn new() -> Result<Self, AudioError> {
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_MP3);
        let decoder = MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| damaged(&error))?;
        Ok(Self {
            decoder,
            mono: Vec::new(),
        })
    }

    /// The samples of the next frame, from -1 to 1.
    pub(super) fn decode(&mut self, frame: &Frame<'_>) -> Result<&[f32], AudioError> {
        let length = Duration::from(frame.header.samples());
        let packet = PacketRef::new(0, Timestamp::ZERO, length, frame.bytes);
        let decoded = self
            .decoder
            .decode_ref(&packet)
            .map_err(|error| damaged(&error))?;
        let GenericAudioBufferRef::F32(buffer) = decoded else {
            return Err(AudioError::Damaged(
                "it decodes to samples of another kind".into(),
            ));
        };
        self.mono.clear();
        self.mono.resize(buffer.frames(), 0.0);
        let planes: Vec<&[f32]> = (0..).map_while(|channel| buffer.plane(channel)).collect();
        for plane in &planes {
            for (mixed, sample) in self.mono.iter_mut().zip(*plane) {
                *mixed += sample / planes.len() as f32;
            }
        }
        Ok(&self.mono)
    }
}

fn damaged(error: &dyn std::error::Error) -> AudioError {
    AudioError::Damaged(error.to_string())
}
