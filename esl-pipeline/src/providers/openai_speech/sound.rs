//! What was delivered, by its first bytes: servers say one thing and send another.

use bytes::Bytes;
use esl_core::ports::Audio;

use crate::providers::wav::{self, BadSound};

/// The answer is no sound that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoSound {
    #[error("its answer is empty")]
    Empty,
    #[error(transparent)]
    Wav(#[from] BadSound),
    #[error("it sent {0}; ask it for mp3 or wav")]
    OtherFormat(&'static str),
    #[error("it sent text in place of sound")]
    Text,
}

impl NoSound {
    /// Whether it is sound, but not in a form that is read here.
    pub(super) fn is_of_another_kind(&self) -> bool {
        matches!(
            self,
            Self::OtherFormat(_) | Self::Wav(BadSound::OtherFormat { .. })
        )
    }
}

/// Reads MP3 and WAVE. Whether MP3 is whole is seen when it is decoded.
pub(super) fn read(body: Bytes) -> Result<Audio, NoSound> {
    match &*body {
        [] => Err(NoSound::Empty),
        [b'R', b'I', b'F', b'F', ..] => Ok(wav::parse(&*body)?),
        [b'O', b'g', b'g', b'S', ..] => Err(NoSound::OtherFormat("Ogg")),
        [b'f', b'L', b'a', b'C', ..] => Err(NoSound::OtherFormat("FLAC")),
        [b'{' | b'[' | b'<', ..] => Err(NoSound::Text),
        _ => Ok(Audio::Mp3(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_what_it_is() {
        let told = |bytes: &'static [u8]| match read(Bytes::from_static(bytes)) {
            Ok(Audio::Mp3(_)) => "mp3".to_owned(),
            Ok(Audio::Pcm { .. }) => "samples".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told(b"ID3\x04"), "mp3");
        assert_eq!(told(&[0xFF, 0xF3, 0x80, 0xC0]), "mp3");
        assert_eq!(told(b""), "its answer is empty");
        assert_eq!(told(b"OggS\0"), "it sent Ogg; ask it for mp3 or wav");
        assert_eq!(told(b"{\"error\":1}"), "it sent text in place of sound");
        assert_eq!(told(b"RIFF"), "it is something else than a sound file");
    }
}
