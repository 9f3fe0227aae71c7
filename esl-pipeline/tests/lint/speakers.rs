//! Who may speak in a labelled dialogue.

use esl_pipeline::lesson::{Code, apply_fixes};

use crate::every_rule::with_narrator;
use crate::lessons::{SOUND, codes, findings, sound_but};

const SPEECH: &str = "They came in an hour ago.";

#[test]
fn a_name_misspelt_in_several_lines_is_one_finding_with_one_fix() {
    let source = SOUND
        .replace("Mira", "Myra")
        .replace("[Myra, Jonas]", "[Mira, Jonas]");
    let found = findings(&source);
    assert_eq!(codes(&source), [Code::SpeakerUnknown]);
    assert_eq!(found[0].related.len(), 1);
    let mended = apply_fixes(&source, &found);
    assert_eq!(codes(&mended), []);
    assert_eq!(mended.matches("Mira").count(), 3);
}

#[test]
fn a_near_miss_in_lower_case_is_no_continuation() {
    assert_eq!(
        codes(&sound_but(SPEECH, "jonass: They came in.")),
        [Code::SpeakerUnknown]
    );
    assert_eq!(codes(&sound_but(SPEECH, "the reason: They came in.")), []);
}

#[test]
fn a_name_close_to_two_labels_has_no_certain_fix() {
    let source = sound_but("[Mira, Jonas]", "[Mira, Jonas, Maira]");
    let source = source.replace(SPEECH, "Miara: They came in.");
    let found = findings(&source);
    assert_eq!(codes(&source), [Code::SpeakerUnknown]);
    assert_eq!(found[0].fix, None);
    let hint = found[0].hint.as_deref().unwrap_or_default();
    assert!(hint.contains("Mira") && hint.contains("Maira"), "{hint}");
}

#[test]
fn a_profile_gives_a_label_another_name() {
    let source = sound_but("    gender: male", "    display_name: Mr. Berg");
    assert_eq!(
        codes(&source.replace(SPEECH, "Mr. Berg: They came in.")),
        []
    );
}

#[test]
fn a_speaker_with_a_profile_but_no_label_is_one_finding() {
    let source = sound_but("[Mira, Jonas]", "[Mira, Jonas, Ann]");
    let source = source.replace("- id: Jonas", "- id: Boris\n  - id: Jonas");
    let found = findings(&source.replace(SPEECH, "Boris: They came in.\nAnn: Good."));
    let codes: Vec<_> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::SpeakerUnknown]);
    let hint = found[0].hint.as_deref().unwrap_or_default();
    assert!(hint.contains("add `Boris` to `speaker_labels`"), "{hint}");
    let silent = findings(&source.replace(SPEECH, "Ann: They came in."));
    let codes: Vec<_> = silent.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::SpeakerProfileOrphan]);
}

#[test]
fn a_profile_belongs_to_a_label_by_its_id_or_display_name() {
    let profile = |profile: &str| codes(&sound_but("- id: Jonas", profile));
    assert_eq!(profile("- id: JONAS"), []);
    assert_eq!(profile("- id: J\n    display_name: jonas"), []);
    assert_eq!(profile("- id: Jona"), [Code::SpeakerProfileOrphan]);
    assert_eq!(profile("- role: teacher"), [Code::SpeakerProfileOrphan]);
}

#[test]
fn lines_before_the_first_speaker_are_one_finding_that_covers_them() {
    let source = sound_but(
        "Mira: Good morning!",
        "It was early.\n\nVery early.\nMira: Good morning!",
    );
    let found = findings(&source);
    assert_eq!(codes(&source), [Code::SpeakerMissing]);
    assert_eq!(
        &source[found[0].span.start..found[0].span.end],
        "It was early.\n\nVery early."
    );
}

#[test]
fn a_declared_narrator_reads_what_comes_first() {
    let source = with_narrator("It was early.");
    let found = findings(&source);
    assert_eq!(codes(&source), [Code::SpeakerNarrated]);
    assert_eq!(
        &source[found[0].span.start..found[0].span.end],
        "It was early."
    );
}

#[test]
fn speakers_are_not_looked_at_while_the_labels_are_unknown() {
    let source = sound_but("speaker_labels: [Mira, Jonas]", "speaker_labels: Mira");
    let source = source.replace("  - id: Jonas", "  - id: Mira");
    assert_eq!(codes(&source), [Code::SpeakerLabelsInvalid]);
}

#[test]
fn speakers_are_not_looked_at_while_the_text_has_no_end() {
    let source = sound_but("apples, please.\n:::", "apples, please.").replace(SPEECH, "Ada: No.");
    assert_eq!(codes(&source), [Code::StudyTextUnclosed]);
}
