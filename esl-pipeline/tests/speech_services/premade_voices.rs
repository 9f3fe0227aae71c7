//! The voices that the crate brings along: who would speak with which of them, and when they are
//! chosen from.

use std::collections::HashSet;

use esl_core::Gender;
use esl_core::ports::Tts;
use esl_pipeline::providers::elevenlabs::premade_voices;
use esl_pipeline::speech::casting::{
    CastingOptions, Role, Scoring, SpeakerNeed, VoiceMap, cast, read_catalog, write_catalog,
};
use esl_testkit::fakes::elevenlabs::ElevenLabsAccount;
use esl_testkit::fakes::{Fault, Service};

use crate::world::World;

fn need(speaker: &str, role: Role) -> SpeakerNeed {
    SpeakerNeed {
        speaker: speaker.to_owned(),
        role,
        ..SpeakerNeed::default()
    }
}

/// Students of these names.
fn students(names: &[&str]) -> Vec<SpeakerNeed> {
    names.iter().map(|name| need(name, Role::Student)).collect()
}

fn narrator() -> Vec<SpeakerNeed> {
    vec![need("Narrator", Role::Narrator)]
}

/// A teacher and a student of whom nothing is known.
fn lesson() -> Vec<SpeakerNeed> {
    vec![
        need("Teacher", Role::Teacher),
        need("Student", Role::Student),
    ]
}

/// A student with a profile: `speaker gender age accent style`.
fn profiled(described: &str) -> SpeakerNeed {
    let words: Vec<_> = described.split(' ').collect();
    let [speaker, gender, age, accent, style] = *words else {
        panic!("{described}");
    };
    SpeakerNeed {
        gender: Some(match gender {
            "female" => Gender::Female,
            "male" => Gender::Male,
            _ => Gender::Child,
        }),
        age: Some(age.to_owned()),
        accent: Some(accent.to_owned()).filter(|accent| accent != "-"),
        style: Some(style.to_owned()).filter(|style| style != "-"),
        ..need(speaker, Role::Student)
    }
}

fn class() -> Vec<SpeakerNeed> {
    [
        "S1 female young american social",
        "S2 male young american thoughtful",
        "S3 female young british creative",
        "S4 male young american practical",
    ]
    .map(profiled)
    .into()
}

/// `speaker voice score`, or the rule where there is no score.
fn casting(
    scoring: Scoring,
    needs: &[SpeakerNeed],
    map: &str,
    accent: Option<&str>,
) -> Vec<String> {
    let options = CastingOptions {
        accent: accent.map(str::to_owned),
        language: Some("en".to_owned()),
        scoring,
        ..CastingOptions::default()
    };
    let map = VoiceMap::parse(map).unwrap();
    let casting = cast(needs, &premade_voices(), &map, &options).unwrap();
    let shown = casting.assignments.iter().map(|given| {
        let rule = || format!("{:?}", given.source);
        let score = given.score.map_or_else(rule, |score| score.to_string());
        format!("{} {score}", given.voice_name.as_deref().unwrap())
    });
    shown.collect()
}

#[test]
fn they_are_a_catalog_of_voices_that_differ() {
    let voices = premade_voices();
    let ids: HashSet<_> = voices.iter().map(|voice| voice.id.as_str()).collect();
    assert_eq!((voices.len(), ids.len()), (21, 21));
    assert!(ids.iter().all(|id| id.len() == 20), "{ids:?}");
    let of = |gender| {
        let voices = voices.iter();
        let of_gender = voices.filter(|voice| voice.labels.gender.as_deref() == Some(gender));
        of_gender.count()
    };
    assert_eq!([of("male"), of("female"), of("neutral")], [13, 7, 1]);
    assert_eq!(
        read_catalog(write_catalog(&voices).as_bytes()).unwrap(),
        voices
    );
}

#[test]
fn the_legacy_points_choose_as_they_always_did() {
    let legacy = |needs: &[SpeakerNeed], map: &str| casting(Scoring::Legacy, needs, map, None);
    // The voice that the third always had is none of these.
    let class = legacy(&class(), "");
    assert_eq!(
        [&class[0], &class[1], &class[3]],
        ["Jessica 111", "Will 103", "Liam 106"]
    );
    assert_eq!(legacy(&narrator(), ""), ["River 43"]);
    let british = casting(Scoring::Legacy, &narrator(), "", Some("british"));
    assert_eq!(british, ["River 38"]);
    assert_eq!(
        legacy(&students(&["Anna", "John"]), ""),
        ["Jessica 63", "Roger 63"]
    );
    assert_eq!(legacy(&students(&["Mike"]), ""), ["Jessica 63"]);
    assert_eq!(legacy(&lesson(), ""), ["River 73", "Roger 8"]);
    assert_eq!(legacy(&[profiled("Kid child child - -")], ""), ["River 3"]);
    let unguided = legacy(&students(&["Ben", "Kim"]), "auto: false");
    assert_eq!(unguided, ["Liam Fallback", "Sarah Fallback"]);
}

#[test]
fn the_standard_points_choose_by_meaning() {
    let standard = |needs: &[SpeakerNeed]| casting(Scoring::Standard, needs, "", None);
    insta::assert_debug_snapshot!([
        standard(&class()),
        standard(&narrator()),
        casting(Scoring::Standard, &narrator(), "", Some("en-GB")),
        standard(&students(&["Anna", "John"])),
        standard(&students(&["Mike", "George"])),
        standard(&lesson()),
        standard(&[profiled("Kid child child - -")]),
        standard(&[profiled("Gran female senior british calm")]),
        standard(&[profiled("Bruce male young en-AU energetic")]),
    ]);
    let both = casting(
        Scoring::Standard,
        &students(&["Anna", "John"]),
        "Anna: Alice\nJohn: Alice",
        None,
    );
    assert_eq!(both, ["Alice VoiceMap", "Alice VoiceMap"]);
}

#[tokio::test]
async fn a_key_that_may_not_read_voices_chooses_from_them() {
    let world = World::of(ElevenLabsAccount {
        permissions: Some(vec!["text_to_speech".to_owned()]),
        ..ElevenLabsAccount::default()
    })
    .await;
    let tts = world.elevenlabs(|_| {});
    assert_eq!(tts.voices().await.unwrap(), premade_voices());
    assert!(
        !tts.capabilities().lists_all_voices,
        "the account has others"
    );
    assert_eq!(tts.capabilities().max_characters, 10_000);
}

#[tokio::test]
async fn the_account_tells_what_its_models_take() {
    let world = World::new().await;
    let tts = world.elevenlabs(|options| options.model = "eleven_flash_v2".to_owned());
    let models = serde_json::json!([
        {"model_id": "eleven_flash_v2", "can_do_text_to_speech": true, "maximum_text_length_per_request": 700},
        {"model_id": "eleven_v3", "can_do_text_to_speech": true, "maximum_text_length_per_request": 900},
    ]);
    let told = Fault::answer(esl_testkit::fakes::Answer::status(200).body(models));
    world
        .fakes
        .inject(Service::ElevenLabs, told.on("GET", "/v1/models"));
    tts.voices().await.unwrap();
    let capabilities = tts.capabilities();
    assert_eq!(capabilities.max_characters, 700);
    assert_eq!(capabilities.dialogue.as_ref().unwrap().max_characters, 900);
    assert!(capabilities.lists_all_voices);
}

#[tokio::test]
async fn what_the_account_does_not_tell_is_as_documented() {
    let world = World::new().await;
    let refused = Fault::status(500).on("GET", "/v1/models");
    world.fakes.inject(Service::ElevenLabs, refused);
    let tts = world.elevenlabs(|_| {});
    let documented = tts.capabilities().clone();
    tts.voices().await.unwrap();
    assert_eq!(tts.capabilities(), &documented);
}
