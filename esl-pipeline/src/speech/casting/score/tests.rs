//! What voices are worth.

use super::super::samples::{need, voice};
use super::*;

fn score(scoring: Scoring, need: &SpeakerNeed, options: &CastingOptions, described: &str) -> i32 {
    let features = scoring.features(&voice(described));
    let wanted = scoring.wanted(need, options);
    let points = scoring.points(&wanted, &features, &Company::default());
    points.iter().map(|points| points.points).sum()
}

fn legacy(need: &SpeakerNeed, described: &str) -> i32 {
    score(Scoring::Legacy, need, &CastingOptions::default(), described)
}

fn standard(need: &SpeakerNeed, described: &str) -> i32 {
    score(
        Scoring::Standard,
        need,
        &CastingOptions::default(),
        described,
    )
}

#[test]
fn legacy_points_are_those_of_the_table() {
    let girl = SpeakerNeed {
        gender: Some(Gender::Female),
        age: Some("young".into()),
        accent: Some(" American ".into()),
        style: Some("social".into()),
        ..need("S1")
    };
    let narrator = SpeakerNeed {
        role: Role::Narrator,
        ..need("Narrator")
    };
    let teacher = SpeakerNeed {
        role: Role::Teacher,
        ..need("Teacher")
    };
    for (need, described, expected) in [
        (
            &girl,
            "v V female american young conversational playful",
            111,
        ),
        (&girl, "v V male british old - social", -15 - 5 - 5 + 3 + 15),
        (&girl, "v V - - - social_media very_social", 5 + 5 + 10 + 10),
        (&narrator, "v V neutral american - conversational", 40 + 3),
        (
            &narrator,
            "v V male - - news - - narration",
            -15 + 30 + 10 + 10,
        ),
        (&narrator, "v V male - - narrative_story", -15 + 10),
        (&teacher, "v V neutral american - conversational", 73),
        (&need("Student"), "v V male american - conversational", 8),
        (&need("Mike"), "v V female american - conversational", 63),
        (&need("John"), "v V male american - conversational", 63),
    ] {
        assert_eq!(legacy(need, described), expected, "{described}");
    }
}

#[test]
fn the_accent_of_the_run_counts_where_the_lesson_has_none() {
    let options = CastingOptions {
        accent: Some("en-GB".into()),
        ..CastingOptions::default()
    };
    let score = |need: &SpeakerNeed, accent: &str| {
        let described = format!("v V male {accent}");
        score(Scoring::Standard, need, &options, &described)
    };
    assert_eq!(score(&need("John"), "British"), 40 + 20 + 3);
    assert_eq!(score(&need("John"), "american"), 40 - 5 + 3);
    let own = SpeakerNeed {
        accent: Some("American".into()),
        ..need("John")
    };
    assert_eq!(score(&own, "en-us"), 40 + 20 + 3);
}

#[test]
fn an_accent_may_bring_a_gender_but_names_and_profiles_know_better() {
    let options = CastingOptions {
        accent: Some("american_female".into()),
        ..CastingOptions::default()
    };
    let gender = |need: &SpeakerNeed| Scoring::Standard.wanted(need, &options).required_gender();
    assert_eq!(gender(&need("Guide")), Some(Gender::Female));
    assert_eq!(gender(&need("John")), Some(Gender::Male));
    let neutral = SpeakerNeed {
        gender: Some(Gender::Neutral),
        ..need("John")
    };
    assert_eq!(gender(&neutral), None);
    let own = SpeakerNeed {
        accent: Some("british_male".into()),
        ..need("Guide")
    };
    assert_eq!(gender(&own), Some(Gender::Male));
}

#[test]
fn standard_points_go_by_meaning() {
    let senior = SpeakerNeed {
        age: Some("senior".into()),
        ..need("Guide")
    };
    let narrator = SpeakerNeed {
        role: Role::Narrator,
        ..need("Narrator")
    };
    for (need, described, expected) in [
        (&need("Guide"), "v V female", 0),
        (&need("Guide"), "v V neutral", 0),
        (&need("Mike"), "v V male", 40),
        (&senior, "v V male - old", 20),
        (&senior, "v V male - young", -5),
        (&narrator, "v V male - - narrative_story", 30 + 10),
        (&narrator, "v V male - - informative_educational", 30 + 10),
    ] {
        assert_eq!(standard(need, described), expected, "{described}");
    }
}

#[test]
fn voices_of_another_language_come_last() {
    let options = CastingOptions {
        language: Some("en".into()),
        ..CastingOptions::default()
    };
    let score = |language: &str| {
        let described = format!("v V male - - - - {language}");
        score(Scoring::Standard, &need("John"), &options, &described)
    };
    assert_eq!([score("en-GB"), score("-"), score("fr")], [40, 40, 10]);
}
