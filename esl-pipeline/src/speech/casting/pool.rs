//! The voices of a catalog, who has them, and which fits a speaker best.

use std::cmp::Reverse;

use esl_core::{Gender, Voice};

use super::score::{Company, Features, Points, Scoring, Wanted};
use super::traits;

/// Voices that are taken first where nothing chooses by points, by name.
const FALLBACK_NAMES: [&str; 13] = [
    "Liam", "Sarah", "George", "Alice", "Charlie", "Matilda", "Bella", "River", "Callum", "Laura",
    "Roger", "Clyde", "Harry",
];

/// A voice of the catalog with its points for one speaker.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    /// Its place in the catalog.
    pub(super) index: usize,
    pub(super) score: i32,
    pub(super) points: Vec<Points>,
    pub(super) is_free: bool,
}

pub(super) struct Pool<'a> {
    catalog: &'a [Voice],
    features: &'a [Features],
    scoring: Scoring,
    /// How many speakers have each voice.
    uses: Vec<usize>,
    company: Company<'a>,
}

impl<'a> Pool<'a> {
    /// `features` are those of the voices of `catalog`, in its order.
    pub(super) fn new(catalog: &'a [Voice], features: &'a [Features], scoring: Scoring) -> Self {
        Self {
            catalog,
            features,
            scoring,
            uses: vec![0; catalog.len()],
            company: Company::default(),
        }
    }

    /// Gives the voice at `index` to one more speaker.
    pub(super) fn take(&mut self, index: usize) {
        self.uses[index] += 1;
        self.company.join(&self.features[index]);
    }

    /// All voices as they compare now; the best comes first, of equals the first of the catalog.
    pub(super) fn rank(&self, wanted: &Wanted) -> Vec<Ranked> {
        let ranked = |(index, features): (usize, &Features)| {
            let points = self.scoring.points(wanted, features, &self.company);
            Ranked {
                index,
                score: points.iter().map(|points| points.points).sum(),
                points,
                is_free: self.uses[index] == 0,
            }
        };
        let mut ranking: Vec<_> = self.features.iter().enumerate().map(ranked).collect();
        ranking.sort_by_key(|ranked| Reverse(ranked.score));
        ranking
    }

    /// The best free voice that has the gender required; none if no gender is.
    pub(super) fn best_match<'r>(
        &self,
        ranking: &'r [Ranked],
        wanted: &Wanted,
    ) -> Option<&'r Ranked> {
        let gender = wanted.required_gender()?;
        let mut free = ranking.iter().filter(|ranked| ranked.is_free);
        free.find(|ranked| self.has_gender(ranked, gender))
    }

    /// The best free voice; of the gender required, else a neutral one, else any.
    pub(super) fn best_free<'r>(
        &self,
        ranking: &'r [Ranked],
        wanted: &Wanted,
    ) -> Option<&'r Ranked> {
        let free = ranking.iter().filter(|ranked| ranked.is_free).collect();
        self.narrowed(free, wanted).first().copied()
    }

    /// The best of the fitting voices that the fewest speakers have.
    pub(super) fn best_shared<'r>(
        &self,
        ranking: &'r [Ranked],
        wanted: &Wanted,
    ) -> Option<&'r Ranked> {
        let fitting = self.narrowed(ranking.iter().collect(), wanted);
        fitting
            .into_iter()
            .min_by_key(|ranked| self.uses[ranked.index])
    }

    /// A free voice where nothing chooses by points.
    pub(super) fn first_free(&self) -> Option<usize> {
        let is_free = |index: &usize| self.uses[*index] == 0;
        let named = |name: &&str| traits::index_of(self.catalog, name).filter(is_free);
        let first = || (0..self.catalog.len()).find(is_free);
        FALLBACK_NAMES.iter().find_map(named).or_else(first)
    }

    /// Whether the voice sounds clearly like another gender than the one required.
    pub(super) fn is_miscast(&self, ranked: &Ranked, wanted: &Wanted) -> bool {
        let is_other = |gender| {
            let says_gender = self.features[ranked.index].gender.is_some();
            says_gender
                && !self.has_gender(ranked, gender)
                && !self.has_gender(ranked, Gender::Neutral)
        };
        wanted.required_gender().is_some_and(is_other)
    }

    fn narrowed<'r>(&self, voices: Vec<&'r Ranked>, wanted: &Wanted) -> Vec<&'r Ranked> {
        let Some(gender) = wanted.required_gender() else {
            return voices;
        };
        [gender, Gender::Neutral]
            .into_iter()
            .map(|gender| -> Vec<_> {
                let all = voices.iter().copied();
                all.filter(|ranked| self.has_gender(ranked, gender))
                    .collect()
            })
            .find(|some| !some.is_empty())
            .unwrap_or(voices)
    }

    fn has_gender(&self, ranked: &Ranked, gender: Gender) -> bool {
        self.features[ranked.index].gender.as_deref() == Some(gender.as_str())
    }
}
