//! How headings that differ from the nine are understood.

use esl_pipeline::lesson::{Code, apply_fixes};

use crate::lessons::{SOUND, codes, findings, sound_but};

/// The sound lesson with its level-2 headings, in order, replaced.
fn with_headings(headings: &[&str]) -> String {
    let mut sections: Vec<&str> = SOUND.split("\n## ").collect();
    let before = sections.remove(0);
    let mut source = before.to_owned();
    for (at, heading) in headings.iter().enumerate() {
        let text = sections
            .get(at)
            .and_then(|section| section.split_once('\n'));
        source.push_str(&format!(
            "\n## {heading}\n{}",
            text.map_or("Text.\n", |(_, text)| text)
        ));
    }
    source
}

const STANDARD: [&str; 9] = [
    "1. This Week's Mission Briefing",
    "2. Your Homework Roadmap",
    "3. Input Material: A Market Morning",
    "4. Language Toolkit: Useful Language",
    "5. Practice & Pronunciation",
    "6. Your Turn: Complete the Mission!",
    "7. Why This Mission Helps You",
    "8. Answer Key & Sample Mission",
    "9. Teacher's Follow-up Plan",
];

fn with_heading(number: usize, heading: &str) -> String {
    let mut headings = STANDARD;
    headings[number - 1] = heading;
    with_headings(&headings)
}

#[test]
fn spelling_that_means_the_same_is_a_matter_of_style() {
    for (number, heading) in [
        (1, "1. This Week’s Mission Briefing"),
        (1, "1) This Weeks Mission Briefing"),
        (2, "2 Your Homework Roadmap"),
        (2, "2️⃣ Your Homework Roadmap"),
        (5, "5. Practice and Pronunciation"),
        (6, "6. Your Turn - Complete the Mission"),
        (9, "9. Teacher's Follow up Plan"),
    ] {
        let source = with_heading(number, heading);
        assert_eq!(codes(&source), [Code::H2TitleStyle], "{heading}");
        assert_eq!(
            codes(&apply_fixes(&source, &findings(&source))),
            [],
            "{heading}"
        );
    }
}

#[test]
fn wrong_words_or_numbers_are_one_error_that_can_be_fixed() {
    for (number, heading) in [
        (2, "2. Homework Roadmap"),
        (2, "Your Homework Roadmap"),
        (2, "3. Your Homework Roadmap"),
        (2, "22. Your Homework Roadmap"),
        (4, "4. Words"),
        (4, "Дорога"),
        (8, "8. Answer Key"),
        (9, "9. 🍏 Teacher Plan"),
    ] {
        let source = with_heading(number, heading);
        assert_eq!(codes(&source), [Code::H2Title], "{heading}");
        assert_eq!(
            codes(&apply_fixes(&source, &findings(&source))),
            [],
            "{heading}"
        );
    }
}

#[test]
fn fixes_keep_the_emoji_and_the_title_of_the_text() {
    let emoji = with_heading(2, "👩‍🏫 2. Roadmap 🇬🇧");
    let mended = apply_fixes(&emoji, &findings(&emoji));
    assert!(mended.contains("\n## 2. 👩‍🏫🇬🇧 Your Homework Roadmap\n"));
    let title = with_heading(3, "3. Input Materials: Pears: a story");
    let mended = apply_fixes(&title, &findings(&title));
    assert!(mended.contains("\n## 3. Input Material: Pears: a story\n"));
}

#[test]
fn the_third_title_needs_a_boundary() {
    assert_eq!(
        codes(&with_heading(3, "3. Input Materialsomething")),
        [Code::H2InputMaterial]
    );
    assert_eq!(codes(&with_heading(3, "3. Input Material")), []);
    assert_eq!(codes(&with_heading(3, "3. Input Material – Pears")), []);
}

#[test]
fn two_unknown_headings_fill_a_gap_of_two() {
    let mut headings = STANDARD;
    (headings[5], headings[6]) = ("Speak", "Reasons");
    assert_eq!(
        codes(&with_headings(&headings)),
        [Code::H2Title, Code::H2Title]
    );
}

#[test]
fn a_section_that_stands_twice_is_extra_the_second_time() {
    let source = sound_but(
        "Short polite questions",
        "## 2. Your Homework Roadmap\nShort polite questions",
    );
    let found = findings(&source);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].code, found[0].related.len()),
        (Code::SectionExtra, 1)
    );
}

#[test]
fn swapped_neighbours_are_one_finding() {
    let mut headings = STANDARD;
    headings.swap(5, 6);
    assert_eq!(codes(&with_headings(&headings)), [Code::SectionOrder]);
}

#[test]
fn a_lesson_without_sections_says_so_once() {
    let before = SOUND.find("## 1.").unwrap();
    let found = codes(&format!("{}Text.\n```\n", &SOUND[..before]));
    assert_eq!(
        found
            .iter()
            .filter(|code| **code == Code::SectionMissing)
            .count(),
        1
    );
}

#[test]
fn a_missing_section_is_shown_where_it_belongs() {
    let source = sound_but("## 7. 🧠 Why This Mission Helps You\n", "");
    let found = findings(&source);
    assert_eq!(found[0].span.start, source.find("## 8.").unwrap());
}
