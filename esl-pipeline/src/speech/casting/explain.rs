//! The casting with its reasons, for people to look at.

use esl_core::{Voice, VoiceAssignment, VoiceId};
use serde::Serialize;

use super::choose::{Decisions, decide};
use super::pool::Ranked;
use super::{CastingError, CastingOptions, CastingWarning, Points, SpeakerNeed, VoiceMap};

/// Voices listed for each speaker.
const CANDIDATES: usize = 5;

/// Who was given which voice, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation<'a> {
    /// One per speaker, in order of appearance.
    pub speakers: Vec<SpeakerExplanation<'a>>,
    /// What people should know.
    pub warnings: Vec<CastingWarning>,
}

/// How one speaker came to a voice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpeakerExplanation<'a> {
    /// What was wanted.
    pub need: &'a SpeakerNeed,
    /// The voice, the rule that gave it, and the reason in words.
    pub choice: VoiceAssignment,
    /// The voices with the most points when it was chosen, at most five.
    pub candidates: Vec<Candidate>,
}

/// A voice and its points for one speaker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The voice.
    pub voice_id: VoiceId,
    /// Its name.
    pub voice_name: String,
    /// The sum of the points.
    pub score: i32,
    /// What they are for.
    pub points: Vec<Points>,
    /// Whether nobody had it yet.
    pub is_free: bool,
}

/// Casts as [`cast`](super::cast) does, and shows how.
///
/// # Errors
/// [`CastingError`] as `cast`.
pub fn explain<'a>(
    speakers: &'a [SpeakerNeed],
    catalog: &[Voice],
    voice_map: &VoiceMap,
    options: &CastingOptions,
) -> Result<Explanation<'a>, CastingError> {
    let Decisions { casting, rankings } = decide(speakers, catalog, voice_map, options)?;
    let choices = casting.assignments.into_iter().zip(rankings);
    let speakers = speakers
        .iter()
        .zip(choices)
        .map(|(need, (choice, ranking))| {
            let best = ranking.into_iter().take(CANDIDATES);
            SpeakerExplanation {
                need,
                choice,
                candidates: best.map(|ranked| candidate(catalog, ranked)).collect(),
            }
        });
    Ok(Explanation {
        speakers: speakers.collect(),
        warnings: casting.warnings,
    })
}

fn candidate(catalog: &[Voice], ranked: Ranked) -> Candidate {
    let voice = &catalog[ranked.index];
    Candidate {
        voice_id: voice.id.clone(),
        voice_name: voice.name.clone(),
        score: ranked.score,
        points: ranked.points,
        is_free: ranked.is_free,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{need, voice};
    use super::*;

    #[test]
    fn shows_the_choice_beside_its_rivals() {
        let speakers = [need("Anna")];
        let catalog = [voice("b Bob male british"), voice("a Ann female - young")];
        let options = CastingOptions::default();
        let shown = explain(&speakers, &catalog, &VoiceMap::default(), &options).unwrap();
        insta::assert_json_snapshot!(shown);
    }
}
