//! From accepted words to sound, and to the times at which each character sounds.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::catalog::CatalogVoice;
use super::rules::Accepted;
use crate::sound::Score;

/// Seconds of silence before and after each line.
const PAUSE: f64 = 0.12;
/// Seconds of the shortest tone: shorter ones are too short to measure loudness on.
const MIN_TONE: f64 = 0.5;
/// Seconds of sound in one piece of a stream with times.
const PIECE: f64 = 2.0;

/// Lines that were spoken.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) audio: Bytes,
    seconds: f64,
    characters: Vec<Character>,
    /// One for each line of a dialogue; nothing for other speech.
    segments: Option<Vec<Segment>>,
}

#[derive(Debug)]
struct Character {
    character: char,
    time: Range<f64>,
}

#[derive(Debug)]
struct Segment {
    voice_id: String,
    line: usize,
    characters: Range<usize>,
    time: Range<f64>,
}

impl Spoken {
    /// Speaks the lines one after the other.
    pub(super) fn new(accepted: &Accepted, seconds_per_character: f64) -> Self {
        let order = &accepted.order;
        // v3 passes the speed over.
        let speed = if accepted.model.is_v3() {
            1.0
        } else {
            order.speed
        };
        let mut score = Score::default();
        let mut characters = Vec::new();
        let mut segments = Vec::new();
        for (index, line) in order.lines.iter().enumerate() {
            score.rest(PAUSE);
            let count = line.text.chars().count();
            let start = score.seconds();
            let length = (count as f64 * seconds_per_character / speed).max(MIN_TONE);
            segments.push(Segment {
                voice_id: line.voice_id.clone(),
                line: index,
                characters: characters.len()..characters.len() + count,
                time: start..start + length,
            });
            characters.extend(spread(&line.text, start, length));
            score.tone(pitch(&line.voice_id), length);
            score.rest(PAUSE);
        }
        Self {
            audio: accepted.format.write(&score),
            seconds: score.seconds(),
            characters,
            segments: order.is_dialogue.then_some(segments),
        }
    }

    /// The answer with times.
    pub(super) fn with_timestamps(&self) -> Value {
        self.piece(&self.audio, 0.0..f64::INFINITY)
    }

    /// The same in pieces, one JSON object a line.
    pub(super) fn timestamped_stream(&self) -> String {
        let count = (self.seconds / PIECE).ceil().max(1.0) as usize;
        let bytes_before = |piece: usize| self.audio.len() * piece / count;
        let pieces = (0..count).map(|piece| {
            let audio = &self.audio[bytes_before(piece)..bytes_before(piece + 1)];
            let start = piece as f64 * PIECE;
            format!("{}\n", self.piece(audio, start..start + PIECE))
        });
        pieces.collect()
    }

    /// `audio` with what begins in `time`.
    fn piece(&self, audio: &[u8], time: Range<f64>) -> Value {
        let characters = self.characters.iter();
        let alignment = alignment(characters.filter(|it| time.contains(&it.time.start)));
        let mut piece = json!({
            "audio_base64": STANDARD.encode(audio),
            "alignment": alignment,
            "normalized_alignment": alignment,
        });
        if let Some(segments) = &self.segments {
            let segments = segments.iter();
            let begun = segments.filter(|it| time.contains(&it.time.start));
            piece["voice_segments"] = begun.map(Segment::to_json).collect();
        }
        piece
    }
}

impl Segment {
    fn to_json(&self) -> Value {
        json!({
            "voice_id": self.voice_id,
            "start_time_seconds": millis(self.time.start),
            "end_time_seconds": millis(self.time.end),
            "character_start_index": self.characters.start,
            "character_end_index": self.characters.end,
            "dialogue_input_index": self.line,
        })
    }
}

/// The characters of `text`, each as long as the others.
fn spread(text: &str, start: f64, length: f64) -> impl Iterator<Item = Character> {
    let each = length / text.chars().count() as f64;
    let at = move |index: usize| start + each * index as f64;
    let characters = text.chars().enumerate();
    characters.map(move |(index, character)| Character {
        character,
        time: at(index)..at(index + 1),
    })
}

fn alignment<'a>(characters: impl Iterator<Item = &'a Character>) -> Value {
    let (mut words, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for Character { character, time } in characters {
        words.push(character.to_string());
        starts.push(millis(time.start));
        ends.push(millis(time.end));
    }
    json!({
        "characters": words,
        "character_start_times_seconds": starts,
        "character_end_times_seconds": ends,
    })
}

/// Each voice has a pitch, so that turns can be told apart.
fn pitch(voice_id: &str) -> f64 {
    let place = CatalogVoice::find(voice_id).map_or(0, |(place, _)| place);
    460.0 + 60.0 * (place % 16) as f64
}

/// Seconds rounded to milliseconds, as the service tells them.
fn millis(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
