//! Who gets which voice.

use esl_core::Gender;
use proptest::prelude::*;

use super::super::samples::{need, voice};
use super::super::{Role, Scoring};
use super::*;

/// The voices of an offline engine.
const OFFLINE: [&str; 3] = [
    "slt Slt female american",
    "rms Rms male american",
    "awb Awb male scottish",
];

fn voices(described: &[&str]) -> Vec<Voice> {
    described.iter().map(|described| voice(described)).collect()
}

fn map(yaml: &str) -> VoiceMap {
    VoiceMap::parse(yaml).unwrap()
}

fn needs(speakers: &[&str]) -> Vec<SpeakerNeed> {
    speakers.iter().map(|speaker| need(speaker)).collect()
}

/// `voice id:rule` of each speaker.
fn shown(casting: &Casting) -> Vec<String> {
    let assignments = casting.assignments.iter();
    let shown = |given: &VoiceAssignment| format!("{}:{:?}", given.voice_id, given.source);
    assignments.map(shown).collect()
}

fn cast_offline(speakers: &[&str], yaml: &str) -> Vec<String> {
    let options = CastingOptions::default();
    shown(&cast(&needs(speakers), &voices(&OFFLINE), &map(yaml), &options).unwrap())
}

#[test]
fn voices_fit_the_names_and_differ() {
    for (speakers, expected) in [
        (&["Anna", "John"][..], &["slt:Auto", "rms:Auto"][..]),
        (&["John", "Anna"], &["rms:Auto", "slt:Auto"]),
        (&["Visitor", "Guide"], &["slt:Auto", "rms:Auto"]),
        (&["Visitor", "Anna"], &["rms:Auto", "slt:Auto"]),
        (&["Visitor", "John"], &["slt:Auto", "rms:Auto"]),
        (&["Mike", "George"], &["rms:Auto", "awb:Auto"]),
        (&["A", "B", "C"], &["slt:Auto", "rms:Auto", "awb:Auto"]),
        (
            &["Anna", "Maria", "John"],
            &["slt:Auto", "awb:Auto", "rms:Auto"],
        ),
    ] {
        assert_eq!(cast_offline(speakers, ""), expected, "{speakers:?}");
    }
}

/// Voices of a large provider, as far as the legacy points are known to tell them apart.
const STUDIO: [&str; 9] = [
    "liam Liam male american young social_media confident",
    "roger Roger male american middle_aged conversational classy",
    "george George male british middle_aged narrative_story mature",
    "river River neutral american middle_aged conversational relaxed",
    "will Will male american young conversational chill",
    "jessica Jessica female american young conversational playful",
    "laura Laura female american young social_media quirky",
    "eve Eve female american young conversational happy",
    "amelia Amelia female british young informative_educational clear",
];

/// `speaker gender age accent style`, for a student.
fn student(described: &str) -> SpeakerNeed {
    let mut words = described.split(' ').map(str::to_owned);
    let mut word = || words.next();
    SpeakerNeed {
        speaker: word().unwrap(),
        gender: match word().as_deref() {
            Some("female") => Some(Gender::Female),
            Some("male") => Some(Gender::Male),
            _ => Some(Gender::Child),
        },
        age: word(),
        accent: word(),
        style: word(),
        ..SpeakerNeed::default()
    }
}

#[test]
fn the_legacy_points_cast_as_they_always_did() {
    let teller = |speaker: &str, role| SpeakerNeed {
        role,
        ..need(speaker)
    };
    let narrator = || vec![teller("Narrator", Role::Narrator)];
    let class = [
        "S1 female young american social",
        "S2 male young american thoughtful",
        "S3 female young british creative",
        "S4 male young american practical",
    ];
    let cast_by = |needs: &[SpeakerNeed], accent: Option<&str>| {
        let options = CastingOptions {
            accent: accent.map(str::to_owned),
            scoring: Scoring::Legacy,
            ..CastingOptions::default()
        };
        let casting = cast(needs, &voices(&STUDIO), &VoiceMap::default(), &options).unwrap();
        let shown =
            |given: &VoiceAssignment| format!("{} {}", given.voice_id, given.score.unwrap());
        casting.assignments.iter().map(shown).collect::<Vec<_>>()
    };
    for (needs, accent, expected) in [
        (
            class.map(student).into(),
            None,
            vec!["jessica 111", "will 103", "amelia 83", "liam 106"],
        ),
        (narrator(), None, vec!["river 43"]),
        (narrator(), Some("british"), vec!["river 38"]),
        (
            needs(&["Anna", "John"]),
            None,
            vec!["jessica 63", "roger 63"],
        ),
        (
            needs(&["Mike", "George"]),
            None,
            vec!["jessica 63", "eve 63"],
        ),
        (
            vec![teller("Teacher", Role::Teacher), need("Student")],
            None,
            vec!["river 73", "roger 8"],
        ),
        (vec![student("Kid child child")], None, vec!["river 3"]),
    ] {
        assert_eq!(cast_by(&needs, accent), expected);
    }
}

#[test]
fn what_is_named_holds_even_for_two() {
    let yaml = "anna: Slt\nJOHN: slt\ndefault: awb";
    assert_eq!(
        cast_offline(&["Anna", "John", "Guide"], yaml),
        ["slt:VoiceMap", "slt:VoiceMap", "rms:Auto"]
    );
}

#[test]
fn the_nearest_word_holds() {
    let own = SpeakerNeed {
        voice: Some(VoiceId::parse("rms").unwrap()),
        ..need("Anna")
    };
    let student = [("Anna", "awb"), ("Bob", "awb"), ("Cy", "awb")];
    let options = CastingOptions {
        student_voices: student.into_iter().collect(),
        ..CastingOptions::default()
    };
    let speakers = [own, need("Bob"), need("Cy")];
    let map = map("Anna: slt\nBob: slt");
    let casting = cast(&speakers, &voices(&OFFLINE), &map, &options).unwrap();
    assert_eq!(
        shown(&casting),
        ["rms:Profile", "slt:VoiceMap", "awb:Student"]
    );
}

#[test]
fn the_runs_voice_is_for_an_only_speaker() {
    let options = CastingOptions {
        voice: Some("AWB".into()),
        ..CastingOptions::default()
    };
    let cast = |speakers: &[&str], yaml: &str| {
        cast(&needs(speakers), &voices(&OFFLINE), &map(yaml), &options).unwrap()
    };
    assert_eq!(shown(&cast(&["Anna"], "")), ["awb:Request"]);
    let unused = cast(&["Anna", "John"], "");
    assert_eq!(shown(&unused), ["slt:Auto", "rms:Auto"]);
    assert!(matches!(
        unused.warnings[..],
        [CastingWarning::RequestNotUsed { .. }]
    ));
    let default = cast(&["Anna", "John"], "auto: false\ndefault: slt");
    assert_eq!(shown(&default), ["awb:Default", "awb:Default"]);
    assert_eq!(default.warnings, []);
}

#[test]
fn without_points_the_default_is_shared_or_free_voices_are_taken_in_turn() {
    assert_eq!(
        cast_offline(&["A", "B"], "auto: false\ndefault: rms"),
        ["rms:Default", "rms:Default"]
    );
    assert_eq!(
        cast_offline(&["A", "B"], "auto: false"),
        ["slt:Fallback", "rms:Fallback"]
    );
    let pool = voices(&["x Zed male", "y Sarah female", "z Liam male"]);
    let casting = cast(
        &needs(&["A", "B", "C"]),
        &pool,
        &map("auto: false"),
        &CastingOptions::default(),
    );
    assert_eq!(
        shown(&casting.unwrap()),
        ["z:Fallback", "y:Fallback", "x:Fallback"]
    );
}

#[test]
fn when_voices_run_out_they_are_shared_and_that_is_told() {
    let options = CastingOptions::default();
    let two = voices(&OFFLINE[..2]);
    let speakers = needs(&["Anna", "Maria", "John"]);
    let casting = cast(&speakers, &two, &VoiceMap::default(), &options).unwrap();
    assert_eq!(shown(&casting), ["slt:Auto", "slt:Reuse", "rms:Auto"]);
    assert_eq!(
        casting.warnings[0].to_string(),
        "Maria shares the voice Slt with another speaker: there are no more voices"
    );
    let casting = cast(&speakers, &two, &map("default: rms"), &options).unwrap();
    assert_eq!(shown(&casting), ["slt:Auto", "rms:Default", "rms:Auto"]);
}

#[test]
fn a_voice_of_another_gender_is_told() {
    let options = CastingOptions::default();
    let men = voices(&OFFLINE[1..]);
    let casting = cast(&needs(&["Anna"]), &men, &VoiceMap::default(), &options).unwrap();
    assert_eq!(
        casting.warnings[0].to_string(),
        "Anna speaks with Rms: no female voice is free"
    );
    let child = SpeakerNeed {
        gender: Some(Gender::Child),
        ..need("Kid")
    };
    let neutral = voices(&["a A male", "b B neutral"]);
    let casting = cast(&[child], &neutral, &VoiceMap::default(), &options).unwrap();
    assert_eq!(shown(&casting), ["b:Auto"]);
    assert_eq!(casting.warnings, []);
}

#[test]
fn every_speaker_without_a_voice_is_named() {
    let options = CastingOptions {
        catalog_is_complete: true,
        ..CastingOptions::default()
    };
    let map = map("Anna: Srah\nBob: quite");
    let speakers = needs(&["Anna", "Bob", "Cy"]);
    let error = cast(&speakers, &voices(&["y Sarah female"]), &map, &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no voice `Srah` for Anna (named in the voice map), did you mean Sarah?; \
         there is no voice `quite` for Bob (named in the voice map)"
    );
    let error = cast(&needs(&["Cy"]), &[], &VoiceMap::default(), &options).unwrap_err();
    assert_eq!(error.to_string(), "there is no voice for Cy");
}

#[test]
fn a_voice_outside_an_incomplete_catalog_is_used_as_it_is_named() {
    let casting = cast(
        &needs(&["Anna"]),
        &[],
        &map("Anna: xyz"),
        &CastingOptions::default(),
    );
    let casting = casting.unwrap();
    assert_eq!(shown(&casting), ["xyz:VoiceMap"]);
    assert!(matches!(
        casting.warnings[..],
        [CastingWarning::UnlistedVoice { .. }]
    ));
}

#[test]
fn assignments_say_why() {
    let options = CastingOptions::default();
    let speakers = needs(&["Anna", "John"]);
    let casting = cast(&speakers, &voices(&OFFLINE), &map("John: rms"), &options).unwrap();
    let reasons: Vec<_> = casting
        .assignments
        .iter()
        .map(|given| given.reason.as_deref())
        .collect();
    assert_eq!(
        reasons,
        [
            Some("the best of 2 free voices, 43 points: gender +40, accent said +3"),
            Some("named in the voice map"),
        ]
    );
    assert_eq!(casting.assignments[0].score, Some(43));
    let voice_of = |speaker| {
        let given = casting.assignment_of(speaker);
        given.map(|given| given.voice_id.as_str())
    };
    assert_eq!(voice_of(Some("JOHN")), Some("rms"));
    assert_eq!(voice_of(None), Some("slt"));
    assert_eq!(voice_of(Some("Cy")), None);
}

proptest! {
    #[test]
    fn voices_are_shared_only_when_there_are_too_few(
        speakers in proptest::collection::hash_set("[A-Z][a-z]{0,4}", 1..8),
        genders in proptest::collection::vec("male|female|neutral|-", 1..8),
    ) {
        let speakers: Vec<_> = speakers.iter().map(|speaker| need(speaker)).collect();
        let describe = |(at, gender): (usize, &String)| voice(&format!("v{at} V{at} {gender}"));
        let catalog: Vec<_> = genders.iter().enumerate().map(describe).collect();
        let options = CastingOptions::default();
        let casting = cast(&speakers, &catalog, &VoiceMap::default(), &options).unwrap();
        let names: Vec<_> = casting.assignments.iter().map(|given| &given.speaker).collect();
        prop_assert_eq!(names, speakers.iter().map(|need| &need.speaker).collect::<Vec<_>>());
        let distinct: std::collections::HashSet<_> =
            casting.assignments.iter().map(|given| &given.voice_id).collect();
        let shares = casting.assignments.iter().any(|given| given.source == VoiceSource::Reuse);
        if !shares {
            prop_assert_eq!(distinct.len(), speakers.len());
        }
        prop_assert!(!shares || speakers.len() > catalog.len().min(1));
    }
}
