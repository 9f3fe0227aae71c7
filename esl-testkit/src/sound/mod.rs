//! Sound for tests: a score of tones and rests, rendered as samples or as a file.
//!
//! Nothing in here encodes real speech; what counts is that the files are valid and that their
//! length is known beforehand.

pub(crate) mod mp3;
pub(crate) mod opus;

const AMPLITUDE: f64 = 8000.0;

/// What to play: tones and rests, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score(Vec<Note>);

#[derive(Debug, Clone, Copy)]
struct Note {
    hertz: Option<f64>,
    seconds: f64,
}

impl Score {
    /// Adds silence.
    pub(crate) fn rest(&mut self, seconds: f64) {
        let hertz = None;
        self.0.push(Note { hertz, seconds });
    }

    /// Adds a tone.
    pub(crate) fn tone(&mut self, hertz: f64, seconds: f64) {
        let hertz = Some(hertz);
        self.0.push(Note { hertz, seconds });
    }

    /// How long it plays.
    pub(crate) fn seconds(&self) -> f64 {
        self.0.iter().map(|note| note.seconds).sum()
    }

    /// Signed 16-bit samples of one channel.
    pub(crate) fn samples(&self, sample_rate: u32) -> impl Iterator<Item = i16> {
        let step = 1.0 / f64::from(sample_rate);
        self.steps(step).enumerate().map(move |(index, hertz)| {
            hertz.map_or(0, |hertz| {
                let cycles = (hertz * index as f64 * step).fract();
                ((cycles * std::f64::consts::TAU).sin() * AMPLITUDE) as i16
            })
        })
    }

    /// What sounds in the middle of each `step` seconds, to the end of the last note.
    fn steps(&self, step: f64) -> impl Iterator<Item = Option<f64>> {
        let mut notes = self.0.iter().copied();
        let mut current = Note {
            hertz: None,
            seconds: 0.0,
        };
        let mut end = 0.0;
        (0..(self.seconds() / step).round() as usize).map(move |index| {
            let middle = (index as f64 + 0.5) * step;
            while middle >= end {
                let Some(next) = notes.next() else { break };
                current = next;
                end += next.seconds;
            }
            current.hertz
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Score;

    #[test]
    fn a_score_has_the_samples_of_its_length_and_is_silent_in_its_rests() {
        let mut score = Score::default();
        score.rest(0.5);
        score.tone(1000.0, 1.0);
        score.rest(0.25);
        let samples: Vec<i16> = score.samples(8000).collect();
        assert_eq!(samples.len(), 14_000);
        assert!(samples[..4000].iter().all(|sample| *sample == 0));
        assert!(samples[4000..12_000].iter().any(|sample| *sample > 7000));
        assert!(samples[12_000..].iter().all(|sample| *sample == 0));
    }
}
