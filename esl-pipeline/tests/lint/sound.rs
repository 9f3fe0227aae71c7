//! What must not be reported.

use esl_pipeline::lesson::{Lesson, LintOptions, Report};

use crate::lessons::{SOUND, change, codes, findings, sound_but};

#[test]
fn a_sound_lesson_has_no_findings_even_in_strict_mode() {
    assert_eq!(findings(SOUND), []);
    let options = LintOptions {
        strict: true,
        ..LintOptions::default()
    };
    assert!(Report::new(&Lesson::parse(SOUND), &options).ok);
}

#[test]
fn line_ends_byte_order_marks_and_odd_spaces_change_nothing() {
    let crlf = SOUND.replace('\n', "\r\n");
    let marked = format!("\u{feff}{SOUND}");
    let spaced = SOUND.replace("Homework Roadmap", "Homework\u{a0}Roadmap");
    let hidden = SOUND.replace("Homework Roadmap", "Homework \u{200b}Roadmap");
    for source in [crlf, marked, spaced, hidden] {
        assert_eq!(codes(&source), []);
    }
}

#[test]
fn emoji_sequences_stand_anywhere_in_headings() {
    for emoji in ["👩‍🏫", "🇬🇧", "👍🏽", "ℹ️", "❤️‍🔥"] {
        let source = sound_but(
            "2. 🗺️ Your Homework Roadmap",
            &format!("{emoji} 2. Your Homework Roadmap {emoji}"),
        );
        assert_eq!(codes(&source), [], "{emoji}");
    }
}

#[test]
fn chat_around_the_wrapper_is_not_part_of_the_lesson() {
    let source = format!("Here is your lesson:\n\n{SOUND}\nAnything else?\n");
    assert_eq!(codes(&source), []);
}

#[test]
fn speakers_have_names_of_any_script() {
    for (first, second) in [
        ("José", "Zoë"),
        ("Анна", "Ёлка"),
        ("O'Neil", "Mr. Lee"),
        ("محمد", "李雷"),
    ] {
        let source = SOUND.replace("Jonas", second).replace("Mira", first);
        assert_eq!(codes(&source), [], "{first}");
    }
}

#[test]
fn colons_inside_a_turn_are_no_speakers() {
    let line = "They came in an hour ago.";
    for said in [
        "I have one question: where?",
        "It was 10:30.",
        "See https://example.com",
    ] {
        assert_eq!(codes(&sound_but(line, said)), [], "{said}");
    }
}

#[test]
fn a_letter_by_one_speaker_is_fine() {
    let source = sound_but("[Mira, Jonas]", "[Narrator, Jonas]");
    let start = source.find("Mira: Good").unwrap();
    let end = source
        .find("[Mira]: Then a kilo of apples, please.\n")
        .unwrap();
    let letter = "Jonas: Dear Mira,\n\nThe apples are here.\n\nYours,\nJonas\n";
    let rest = &source[end + "[Mira]: Then a kilo of apples, please.\n".len()..];
    assert_eq!(codes(&format!("{}{letter}{rest}", &source[..start])), []);
}

#[test]
fn a_story_without_speakers_is_fine() {
    let labels =
        "speaker_labels: [Mira, Jonas]\nspeaker_profiles:\n  - id: Jonas\n    gender: male\n";
    let start = SOUND.find("Mira: Good").unwrap();
    let end = SOUND.find("\n:::\n\n## 4.").unwrap();
    let story = "It was early.\n\nThe market was quiet.\n\nMira wanted pears.";
    let source = format!("{}{story}{}", &SOUND[..start], &SOUND[end..]);
    for replacement in ["", "speaker_labels: [Narrator]\n"] {
        assert_eq!(
            codes(&change(&source, labels, replacement)),
            [],
            "{replacement}"
        );
    }
}

#[test]
fn prose_may_mention_the_marker() {
    let line = "Record yourself buying three things.";
    assert_eq!(
        codes(&sound_but(line, "The `:::study-text` marker is above.")),
        []
    );
}

#[test]
fn media_may_stand_in_the_study_text() {
    let line = "They came in an hour ago.";
    assert_eq!(
        codes(&sound_but(line, ":::audio https://example.com/a.mp3")),
        []
    );
}

#[test]
fn practice_may_have_a_suffix_either_number_style_and_12_items() {
    let suffixed = sound_but(
        "Controlled Practice",
        "Controlled Practice (Find the Mistake)",
    );
    assert_eq!(codes(&suffixed), []);
    let more = "8) Would you like ____ tea?\n9) a\n10) b\n11) c\n12) d";
    assert_eq!(
        codes(&sound_but("8. Would you like ____ tea? (some/any)", more)),
        []
    );
}

#[test]
fn bars_in_code_and_escaped_bars_do_not_split_cells() {
    let row = "| some | offers and statements |";
    assert_eq!(codes(&sound_but(row, "| some \\| any | `a|b` |")), []);
}

#[test]
fn a_reference_to_a_synced_block_needs_no_end() {
    let line = "Short polite questions work in every shop.";
    let id = "01234567-89ab-cdef-0123-456789abcdef";
    assert_eq!(
        codes(&sound_but(line, &format!(":::synced-block {id}"))),
        []
    );
}

#[test]
fn a_topic_list_is_as_good_as_a_text() {
    assert_eq!(
        codes(&sound_but(
            "\"Some and any, Polite requests\"",
            "[Some and any, Polite requests]"
        )),
        []
    );
}

#[test]
fn a_rule_below_a_paragraph_is_no_heading() {
    let line = "Short polite questions work in every shop.";
    assert_eq!(codes(&sound_but(line, &format!("{line}\n---"))), []);
}
