//! Speech for tests: every voice is a tone. No engine, no network, the same bytes each time.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use esl_core::ports::{
    Audio, DialogueCapabilities, Speech, SpeechRequest, Tts, TtsCapabilities, TtsError, Turn,
    TurnTiming,
};
use esl_core::{CancellationToken, Voice, VoiceId, VoiceLabels};

const PROVIDER: &str = "tone";
const SAMPLE_RATE: u32 = 22_050;
/// Most characters of a turn, and of all turns of a dialogue.
const MAX_CHARACTERS: usize = 1000;
/// Samples of one MPEG-2 layer III frame; both formats count in it.
const FRAME: usize = 576;
const FRAMES_PER_CHARACTER: usize = 2;
/// Silence before and after each turn.
const PAUSE_FRAMES: usize = 5;
/// Shortest tone: shorter ones are too short to measure loudness on.
const MIN_TONE_FRAMES: usize = 18;

/// A speech provider whose voices are tones: the pitch follows the voice, the length the text.
///
/// Strict: it refuses unknown voices, blank text, text over the limit and requests without turns
/// or with too many, as a paying provider would. It counts its calls and fails when told to.
#[derive(Debug)]
pub struct ToneTts {
    capabilities: TtsCapabilities,
    voices: Vec<Voice>,
    is_mp3: bool,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    requests: Vec<SpeechRequest>,
    failures: VecDeque<TtsError>,
    under_way: usize,
    most_under_way: usize,
}

impl ToneTts {
    /// Two voices, `tone-anna` (female) and `tone-tom` (male), one turn a request, uncompressed
    /// sound, free.
    #[must_use]
    pub fn new() -> Self {
        Self {
            capabilities: TtsCapabilities {
                provider: PROVIDER.into(),
                model: "tone-1".into(),
                variant: String::new(),
                max_characters: MAX_CHARACTERS,
                stabilities: Vec::new(),
                dialogue: None,
                concurrency: 4,
                is_paid: false,
                lists_all_voices: true,
            },
            voices: vec![voice("tone-anna", "female"), voice("tone-tom", "male")],
            is_mp3: false,
            heard: Mutex::default(),
        }
    }

    /// Speaks up to `max_turns` turns in one recording and says when each begins and ends.
    #[must_use]
    pub fn speaking_dialogues(mut self, max_turns: usize) -> Self {
        self.capabilities.dialogue = Some(DialogueCapabilities {
            model: "tone-1".into(),
            max_characters: MAX_CHARACTERS,
            max_turns,
            max_voices: 10,
            stabilities: Vec::new(),
        });
        self
    }

    /// Delivers MP3, so that no encoder is needed to work with it.
    #[must_use]
    pub fn delivering_mp3(mut self) -> Self {
        self.is_mp3 = true;
        self
    }

    /// Charges one credit for each character.
    #[must_use]
    pub fn charging(mut self) -> Self {
        self.capabilities.is_paid = true;
        self
    }

    /// Offers one more voice with this id.
    ///
    /// # Panics
    /// If `id` is no voice id.
    #[must_use]
    pub fn with_voice(mut self, id: &str, gender: &str) -> Self {
        self.voices.push(voice(id, gender));
        self
    }

    /// Fails the next call with `error`; several are used up in order, one a call.
    pub fn fail_next(&self, error: TtsError) {
        self.heard().failures.push_back(error);
    }

    /// How often `synthesize` was called, failures included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.heard().requests.len()
    }

    /// What was asked for so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<SpeechRequest> {
        self.heard().requests.clone()
    }

    /// The most calls that were ever under way together.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.heard().most_under_way
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn check(&self, request: &SpeechRequest) -> Result<(), TtsError> {
        let dialogue = self.capabilities.dialogue.as_ref();
        if request.is_dialogue && dialogue.is_none() {
            return Err(refused("a dialogue".into()));
        }
        let max_turns = dialogue.map_or(1, |dialogue| dialogue.max_turns);
        if request.turns.is_empty() || request.turns.len() > max_turns {
            let turns = request.turns.len();
            return Err(refused(format!("{turns} turns in one request")));
        }
        request
            .turns
            .iter()
            .try_for_each(|turn| self.check_turn(turn))
    }

    fn check_turn(&self, turn: &Turn) -> Result<(), TtsError> {
        if !self.voices.iter().any(|voice| voice.id == turn.voice) {
            return Err(TtsError::UnknownVoice {
                provider: PROVIDER.into(),
                voice: turn.voice.clone(),
            });
        }
        if turn.text.trim().is_empty() {
            return Err(refused("blank text".into()));
        }
        let characters = turn.text.chars().count();
        if characters > self.capabilities.max_characters {
            return Err(TtsError::TooLong {
                provider: PROVIDER.into(),
                characters,
                max: self.capabilities.max_characters,
            });
        }
        Ok(())
    }

    fn speak(&self, request: &SpeechRequest) -> Speech {
        let mut frames = Vec::new();
        let mut timings = Vec::new();
        for turn in &request.turns {
            let position = self.voices.iter().position(|voice| voice.id == turn.voice);
            let pitch = 24 + 6 * (position.unwrap_or_default() % 8);
            let tone = (turn.text.chars().count() * FRAMES_PER_CHARACTER).max(MIN_TONE_FRAMES);
            frames.extend([None; PAUSE_FRAMES]);
            let start = time_of(frames.len());
            frames.resize(frames.len() + tone, Some(pitch));
            let end = time_of(frames.len());
            timings.push(TurnTiming { start, end });
            frames.extend([None; PAUSE_FRAMES]);
        }
        let characters: usize = request
            .turns
            .iter()
            .map(|turn| turn.text.chars().count())
            .sum();
        Speech {
            audio: if self.is_mp3 {
                mp3(&frames)
            } else {
                pcm(&frames)
            },
            characters_billed: if self.capabilities.is_paid {
                characters as u64
            } else {
                0
            },
            timings,
            max_concurrency: None,
        }
    }
}

impl Default for ToneTts {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Tts for ToneTts {
    fn capabilities(&self) -> &TtsCapabilities {
        &self.capabilities
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        Ok(self.voices.clone())
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        let failure = {
            let mut heard = self.heard();
            heard.requests.push(request.clone());
            heard.under_way += 1;
            heard.most_under_way = heard.most_under_way.max(heard.under_way);
            heard.failures.pop_front()
        };
        tokio::task::yield_now().await;
        self.heard().under_way -= 1;
        if cancel.is_cancelled() {
            return Err(TtsError::Cancelled);
        }
        self.check(request)?;
        failure.map_or_else(|| Ok(self.speak(request)), Err)
    }
}

fn voice(id: &str, gender: &str) -> Voice {
    Voice {
        id: VoiceId::parse(id).expect("tests name voices sensibly"),
        name: id.into(),
        category: None,
        labels: VoiceLabels {
            gender: Some(gender.into()),
            language: Some("en".into()),
            ..VoiceLabels::default()
        },
        preview_url: None,
    }
}

fn refused(message: String) -> TtsError {
    TtsError::Refused {
        provider: PROVIDER.into(),
        message,
    }
}

fn time_of(frames: usize) -> Duration {
    Duration::from_secs_f64((frames * FRAME) as f64 / f64::from(SAMPLE_RATE))
}

/// A sine per frame at the frequency of MDCT line `pitch`; silence for `None`.
fn pcm(frames: &[Option<usize>]) -> Audio {
    let samples = frames.iter().flat_map(|pitch| {
        (0..FRAME).map(move |position| {
            let Some(line) = *pitch else { return 0 };
            let cycles = line as f64 * position as f64 / (2 * FRAME) as f64;
            ((cycles * std::f64::consts::TAU).sin() * 8000.0) as i16
        })
    });
    Audio::Pcm {
        sample_rate: SAMPLE_RATE,
        samples: samples.collect(),
    }
}

/// MPEG-2 layer III at 22.05 kHz and 64 kbit/s, mono, no bit reservoir: each frame holds at most
/// one MDCT line, so that no encoder is needed to write it (ISO/IEC 13818-3, 2.4.1 and 2.4.3.4).
fn mp3(frames: &[Option<usize>]) -> Audio {
    Audio::Mp3(
        frames
            .iter()
            .flat_map(|pitch| mp3_frame(*pitch))
            .collect::<Vec<_>>()
            .into(),
    )
}

fn mp3_frame(line: Option<usize>) -> [u8; 208] {
    const HEADER: u64 = 0xFFF3_80C0;
    const LOUDNESS: u64 = 200;
    let mut bits = BitWriter::default();
    bits.put(HEADER, 32);
    bits.put(0, 8 + 1); // main_data_begin, private bit
    // Pairs before the line are (0, 0), one bit each in table 1; the line is (1, 0) and its sign.
    let pairs = line.map_or(0, |line| line as u64 / 2);
    let (length, big_values) = if line.is_some() {
        (pairs + 3, pairs + 1)
    } else {
        (0, 0)
    };
    bits.put(length, 12);
    bits.put(big_values, 9);
    bits.put(LOUDNESS, 8);
    bits.put(0, 9 + 1); // scalefac_compress, window_switching_flag
    bits.put(0b00001_00001_00001, 15); // table_select
    bits.put(0, 4 + 3 + 1 + 1); // region counts, scalefac_scale, count1table_select
    if line.is_some() {
        (0..pairs).for_each(|_| bits.put(1, 1));
        bits.put(0b010, 3);
    }
    bits.0
}

struct BitWriter([u8; 208], usize);

impl Default for BitWriter {
    fn default() -> Self {
        Self([0; 208], 0)
    }
}

impl BitWriter {
    fn put(&mut self, value: u64, width: usize) {
        for bit in (0..width).rev() {
            if value >> bit & 1 == 1 {
                self.0[self.1 / 8] |= 0x80 >> (self.1 % 8);
            }
            self.1 += 1;
        }
    }
}
