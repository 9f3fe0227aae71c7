//! The order in which voices are given.
//!
//! What is named comes first and always holds. The others choose by points among the voices that
//! are still free: first those for whom there is a free voice of their gender, so that nobody of
//! whom less is known takes the one voice that fits them.

use esl_core::{Voice, VoiceAssignment, VoiceId, VoiceSettings, VoiceSource};

use super::pool::{Pool, Ranked};
use super::score::Wanted;
use super::{
    Casting, CastingError, CastingOptions, CastingProblem, CastingWarning, SpeakerNeed, VoiceMap,
    display_name, traits,
};

/// Gives every speaker a voice of `catalog`, as the lesson, `voice_map` and `options` want it.
///
/// In this order: the voice named in the speaker's profile, the voice map, the student's profile,
/// the run's own voice for an only speaker (all of them may be shared); the free voice with the
/// most points, unless the map says `auto: false`; the default voice (may be shared); a free voice;
/// a voice that somebody else has, with a warning.
///
/// # Errors
/// [`CastingError`] with every speaker that cannot be given a voice.
pub fn cast(
    speakers: &[SpeakerNeed],
    catalog: &[Voice],
    voice_map: &VoiceMap,
    options: &CastingOptions,
) -> Result<Casting, CastingError> {
    decide(speakers, catalog, voice_map, options).map(|decisions| decisions.casting)
}

/// A casting and, for each speaker in the same order, how the voices compared when it was made.
pub(super) struct Decisions {
    pub(super) casting: Casting,
    pub(super) rankings: Vec<Vec<Ranked>>,
}

pub(super) fn decide(
    speakers: &[SpeakerNeed],
    catalog: &[Voice],
    voice_map: &VoiceMap,
    options: &CastingOptions,
) -> Result<Decisions, CastingError> {
    let features = catalog.iter().map(|voice| options.scoring.features(voice));
    let features: Vec<_> = features.collect();
    let caster = Caster {
        catalog,
        pool: Pool::new(catalog, &features, options.scoring),
        voice_map,
        options,
        has_one_speaker: speakers.len() == 1,
        warnings: Vec::new(),
        problems: Vec::new(),
    };
    caster.decide(speakers)
}

struct Caster<'a> {
    catalog: &'a [Voice],
    pool: Pool<'a>,
    voice_map: &'a VoiceMap,
    options: &'a CastingOptions,
    has_one_speaker: bool,
    warnings: Vec<CastingWarning>,
    problems: Vec<CastingProblem>,
}

/// A speaker on the way to a voice.
struct Part<'a> {
    need: &'a SpeakerNeed,
    wanted: Wanted,
    ranking: Vec<Ranked>,
    outcome: Outcome,
}

enum Outcome {
    Open,
    Given(Box<VoiceAssignment>),
    Failed,
}

impl<'a> Caster<'a> {
    fn decide(mut self, speakers: &'a [SpeakerNeed]) -> Result<Decisions, CastingError> {
        let mut parts: Vec<_> = speakers.iter().map(|need| self.part(need)).collect();
        let rules: [fn(&mut Self, &mut Part<'a>); 4] = [
            Self::give_named,
            Self::give_best_match,
            Self::give_best_free,
            Self::give_what_is_left,
        ];
        for rule in rules {
            for part in &mut parts {
                if matches!(part.outcome, Outcome::Open) {
                    part.ranking = self.pool.rank(&part.wanted);
                    rule(&mut self, part);
                }
            }
        }
        self.finish(parts)
    }

    fn part(&self, need: &'a SpeakerNeed) -> Part<'a> {
        Part {
            need,
            wanted: self.options.scoring.wanted(need, self.options),
            ranking: Vec::new(),
            outcome: Outcome::Open,
        }
    }

    /// The voice that somebody named for this speaker.
    fn give_named(&mut self, part: &mut Part<'a>) {
        let speaker = &part.need.speaker;
        let options = self.options;
        let request = options.voice.as_deref().filter(|_| self.has_one_speaker);
        let named = [
            (
                VoiceSource::Profile,
                part.need.voice.as_ref().map(VoiceId::as_str),
            ),
            (VoiceSource::VoiceMap, self.voice_map.voice_of(speaker)),
            (
                VoiceSource::Student,
                options.student_voices.voice_of(speaker),
            ),
            (VoiceSource::Request, request),
        ];
        let first = named
            .into_iter()
            .find_map(|(rule, token)| Some((rule, token?)));
        let Some((rule, token)) = first else {
            return;
        };
        self.give_token(part, token, rule);
        let settings = match rule {
            VoiceSource::VoiceMap => self.voice_map.settings_of(speaker),
            VoiceSource::Student => options.student_voices.settings_of(speaker),
            _ => VoiceSettings::default(),
        };
        if let Outcome::Given(assignment) = &mut part.outcome {
            assignment.settings = settings;
        }
    }

    fn give_best_match(&mut self, part: &mut Part<'a>) {
        let best = self.pool.best_match(&part.ranking, &part.wanted);
        self.give_by_points(part, best.cloned());
    }

    fn give_best_free(&mut self, part: &mut Part<'a>) {
        let best = self.pool.best_free(&part.ranking, &part.wanted);
        self.give_by_points(part, best.cloned());
    }

    fn give_by_points(&mut self, part: &mut Part<'a>, best: Option<Ranked>) {
        let Some(best) = best.filter(|_| self.voice_map.auto) else {
            return;
        };
        let free = part.ranking.iter().filter(|ranked| ranked.is_free).count();
        let reason = format!("the best of {free} free voices, {}", breakdown(&best));
        self.warn_if_miscast(part, &best);
        self.give(
            part,
            best.index,
            VoiceSource::Auto,
            reason,
            Some(best.score),
        );
    }

    /// The default voice, else a free one, else a shared one.
    fn give_what_is_left(&mut self, part: &mut Part<'a>) {
        if let Some(token) = self.default_voice() {
            self.give_token(part, token, VoiceSource::Default);
        } else if let Some(index) = self.pool.first_free() {
            let reason = "the first free voice".to_owned();
            self.give(part, index, VoiceSource::Fallback, reason, None);
        } else if let Some(shared) = self.pool.best_shared(&part.ranking, &part.wanted).cloned() {
            let reason = format!("no voice is free, {}", breakdown(&shared));
            self.warnings.push(CastingWarning::SharedVoice {
                speaker: part.need.speaker.clone(),
                voice: self.name_of(&shared),
            });
            self.warn_if_miscast(part, &shared);
            self.give(part, shared.index, VoiceSource::Reuse, reason, None);
        } else {
            part.outcome = Outcome::Failed;
            let speaker = part.need.speaker.clone();
            self.problems.push(CastingProblem::NoVoice { speaker });
        }
    }

    fn default_voice(&self) -> Option<&'a str> {
        let options = self.options;
        let request = options.voice.as_deref().filter(|_| !self.has_one_speaker);
        request
            .or(self.voice_map.default.as_deref())
            .or(options.student_voices.default.as_deref())
    }

    /// Gives a voice that is named by id or name.
    fn give_token(&mut self, part: &mut Part<'a>, token: &str, rule: VoiceSource) {
        let reason = named_by(rule).to_owned();
        if let Some(index) = traits::index_of(self.catalog, token) {
            self.give(part, index, rule, reason, None);
            return;
        }
        let speaker = part.need.speaker.clone();
        let voice = token.trim().to_owned();
        match VoiceId::parse(token) {
            Ok(voice_id) if !self.options.catalog_is_complete => {
                part.outcome =
                    Outcome::Given(Box::new(assignment(&speaker, voice_id, rule, reason)));
                self.warnings
                    .push(CastingWarning::UnlistedVoice { speaker, voice });
            }
            _ => {
                part.outcome = Outcome::Failed;
                self.problems.push(CastingProblem::UnknownVoice {
                    nearest: nearest(self.catalog, &voice),
                    speaker,
                    voice,
                    rule,
                });
            }
        }
    }

    /// Gives the voice at `index` of the catalog.
    fn give(
        &mut self,
        part: &mut Part<'a>,
        index: usize,
        rule: VoiceSource,
        reason: String,
        score: Option<i32>,
    ) {
        self.pool.take(index);
        let voice = &self.catalog[index];
        part.outcome = Outcome::Given(Box::new(VoiceAssignment {
            score,
            voice_name: Some(voice.name.clone()),
            gender: voice.labels.gender.clone(),
            accent: voice.labels.accent.clone(),
            use_case: voice.labels.use_case.clone(),
            ..assignment(&part.need.speaker, voice.id.clone(), rule, reason)
        }));
    }

    fn warn_if_miscast(&mut self, part: &Part<'_>, given: &Ranked) {
        let Some(wanted) = part.wanted.required_gender() else {
            return;
        };
        if self.pool.is_miscast(given, &part.wanted) {
            self.warnings.push(CastingWarning::OtherGender {
                speaker: part.need.speaker.clone(),
                wanted: wanted.as_str(),
                voice: self.name_of(given),
            });
        }
    }

    fn name_of(&self, ranked: &Ranked) -> String {
        display_name(&self.catalog[ranked.index]).to_owned()
    }

    fn finish(mut self, parts: Vec<Part<'a>>) -> Result<Decisions, CastingError> {
        if !self.problems.is_empty() {
            return Err(CastingError {
                problems: self.problems,
            });
        }
        let mut assignments = Vec::with_capacity(parts.len());
        let mut rankings = Vec::with_capacity(parts.len());
        for part in parts {
            if let Outcome::Given(assignment) = part.outcome {
                assignments.push(*assignment);
                rankings.push(part.ranking);
            }
        }
        let uses_default = assignments
            .iter()
            .any(|given| given.source == VoiceSource::Default);
        let request = self
            .options
            .voice
            .clone()
            .filter(|_| assignments.len() > 1 && !uses_default);
        let unused = request.map(|voice| CastingWarning::RequestNotUsed { voice });
        self.warnings.extend(unused);
        Ok(Decisions {
            casting: Casting {
                assignments,
                warnings: self.warnings,
            },
            rankings,
        })
    }
}

fn assignment(
    speaker: &str,
    voice_id: VoiceId,
    source: VoiceSource,
    reason: String,
) -> VoiceAssignment {
    VoiceAssignment {
        speaker: speaker.to_owned(),
        voice_id,
        source,
        score: None,
        voice_name: None,
        gender: None,
        accent: None,
        use_case: None,
        settings: VoiceSettings::default(),
        reason: Some(reason),
    }
}

/// Where a voice is named, in words.
pub(super) const fn named_by(rule: VoiceSource) -> &'static str {
    match rule {
        VoiceSource::Profile => "named in the lesson's speaker_profiles",
        VoiceSource::VoiceMap => "named in the voice map",
        VoiceSource::Student => "named in the student's profile",
        VoiceSource::Request => "named by the run",
        _ => "the default voice",
    }
}

/// `63 points: gender +40, another age -5`
fn breakdown(ranked: &Ranked) -> String {
    let points = ranked.points.iter();
    let points: Vec<_> = points
        .map(|p| format!("{} {:+}", p.reason, p.points))
        .collect();
    format!("{} points: {}", ranked.score, points.join(", "))
}

/// The name of the voice that `token` may have meant.
fn nearest(catalog: &[Voice], token: &str) -> Option<String> {
    let token = token.to_lowercase();
    let similarity = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &token);
    catalog
        .iter()
        .map(traits::short_name)
        .map(|name| (similarity(name), name))
        .filter(|(similarity, _)| *similarity > 0.85)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests;
