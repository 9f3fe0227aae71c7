//! Recordings as MP3 frames: finishing what a provider delivers, and joining it without loss.
//!
//! [`finish`] makes a [`FinishedSegment`] of whatever arrives: levelled, trimmed, a run of MP3 frames that
//! needs nothing from its neighbours. [`Timeline`] says where each segment of a recording begins;
//! [`Joiner`] writes them in that order, frame by frame. No file, network or cache is touched here.
//!
//! Facts about the format are from ISO/IEC 11172-3 and 13818-3; 2.5 is the usual extension of the
//! latter to half its sampling rates.

mod decode;
mod encode;
mod finish;
mod frame;
mod info;
mod join;
mod level;
mod measure;
mod segment;
mod side_info;
mod stream;
mod tags;
#[cfg(test)]
mod tests;
mod trim;
mod turns;

pub(crate) use finish::convert;
pub use finish::{FinishOptions, finish};
pub use frame::{FrameHeader, MpegVersion};
pub use info::{StreamSummary, summarize};
pub use join::{Joiner, Timeline};
pub use measure::{Measured, measure_mp3};
pub use segment::{FinishedSegment, Format, Outline};
pub use tags::Tags;
pub(crate) use tags::tag_bytes;

/// Sound could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The bytes are no MP3 stream, or a part of one.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// There is nothing to hear.
    #[error("nothing can be heard in the recording")]
    Empty,
    /// The sound has to be encoded, and the encoder was left out of this build.
    #[error("cannot write {what} as MP3: this build has no encoder (cargo feature `mp3-encoder`)")]
    NoEncoder {
        /// What would have been encoded.
        what: &'static str,
    },
    /// The encoder refuses the sound.
    #[error("cannot encode sound of {sample_rate} Hz: {message}")]
    Encoder {
        /// Samples per second.
        sample_rate: u32,
        /// What the encoder said.
        message: String,
    },
    /// The joined recording cannot be written.
    #[error("cannot write the recording")]
    Write(#[from] std::io::Error),
}
