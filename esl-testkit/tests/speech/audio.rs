//! Listening to what the fakes speak.

use std::io::Cursor;

use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// A file decoded to its end.
pub(crate) struct Heard {
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    pub(crate) samples: Vec<f32>,
}

impl Heard {
    pub(crate) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.sample_rate)
    }

    /// The loudest sample from `start` to `end` seconds.
    pub(crate) fn peak(&self, start: f64, end: f64) -> f32 {
        let at = |seconds: f64| {
            ((seconds * f64::from(self.sample_rate)) as usize).min(self.samples.len())
        };
        let part = self.samples[at(start)..at(end)].iter();
        part.fold(0.0, |peak, sample| peak.max(sample.abs()))
    }
}

/// Decodes an MP3 file, every packet of it.
pub(crate) fn mp3(file: &[u8]) -> Heard {
    let source = MediaSourceStream::new(Box::new(Cursor::new(file.to_vec())), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            source,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .expect("an MP3 file");
    let track = format.default_track(TrackType::Audio).expect("a track");
    let parameters = track.codec_params.as_ref().and_then(|it| it.audio());
    let parameters = parameters.expect("a known codec");
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .expect("a decoder");
    let mut heard = Heard {
        sample_rate: parameters.sample_rate.expect("a sample rate"),
        channels: 0,
        samples: Vec::new(),
    };
    while let Some(packet) = format.next_packet().expect("whole frames") {
        let GenericAudioBufferRef::F32(buffer) = decoder.decode(&packet).expect("valid frames")
        else {
            panic!("MP3 decodes to floats")
        };
        heard.channels = buffer.num_planes();
        heard.samples.extend(buffer.plane(0).expect("a channel"));
    }
    heard
}
