//! What is to be spoken, and the sound of it.

use bytes::Bytes;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::super::audio_file;
use super::super::service::FakeResponse;
use crate::sound::Score;
use crate::sound::mp3::Mp3Format;

/// Samples a second, in every format.
const SAMPLE_RATE: u32 = 24_000;
const KBITS: u32 = 128;
/// Seconds of silence before and after the words.
const PAUSE: f64 = 0.12;
/// Seconds of the shortest tone: shorter ones are too short to measure loudness on.
const MIN_TONE: f64 = 0.5;

/// Speeds that are taken.
pub(super) const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;

/// A request that was checked.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    pub(super) input: String,
    pub(super) voice: String,
    pub(super) format: String,
    pub(super) speed: f64,
}

impl Order {
    pub(super) fn speak(&self, seconds_per_character: f64) -> FakeResponse {
        let characters = self.input.chars().count() as f64;
        let length = characters * seconds_per_character / self.speed;
        let mut score = Score::default();
        score.rest(PAUSE);
        score.tone(pitch(&self.voice), length.max(MIN_TONE));
        score.rest(PAUSE);
        let (content_type, file) = write(&self.format, &score);
        let mut response = Response::new(Bytes::from(file));
        let content_type = HeaderValue::from_static(content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}

fn write(format: &str, score: &Score) -> (&'static str, Vec<u8>) {
    match format {
        "wav" => ("audio/wav", audio_file::wav(score, SAMPLE_RATE)),
        "pcm" => ("audio/pcm", audio_file::pcm(score, SAMPLE_RATE)),
        "opus" => ("audio/opus", audio_file::opus(score)),
        _ => {
            let format = Mp3Format::new(SAMPLE_RATE, KBITS).expect("the standard has this format");
            ("audio/mpeg", audio_file::mp3(score, format))
        }
    }
}

/// Each voice has a pitch, so that voices can be told apart.
fn pitch(voice: &str) -> f64 {
    let sum: u32 = voice.bytes().map(u32::from).sum();
    460.0 + 60.0 * f64::from(sum % 16)
}
