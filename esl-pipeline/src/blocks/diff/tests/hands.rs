//! People write on the page, too.

use super::*;
use ConflictOutcome::{Deleted, KeptForOthers, Overwritten, StaysDeleted};

#[test]
fn what_others_wrote_keeps_following_what_it_followed() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two", "three"]));
    desk.write_below("one", "my answer");
    desk.write_below("three", "my notes");
    let script = desk.update(&paragraphs(&[
        "one",
        "one and a half",
        "Two",
        "three",
        "four",
    ]));
    assert_eq!(
        desk.text(),
        [
            "one",
            "my answer",
            "one and a half",
            "Two",
            "three",
            "my notes",
            "four"
        ]
    );
    assert_eq!((script.conflicts, script.kept), (vec![], 2));
}

#[test]
fn what_others_wrote_first_on_the_page_stays_first() {
    let mut desk = Desk::showing(&paragraphs(&["one"]));
    let root = desk.page.root();
    desk.insert(root, Position::Start, &[paragraph("for Anna")]);
    desk.update(&paragraphs(&["zero", "one"]));
    assert_eq!(desk.text(), ["for Anna", "zero", "one"]);
}

#[test]
fn what_others_wrote_outlives_what_it_stood_below() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two"]));
    let answer = desk.write_below("one", "my answer");
    desk.update(&[heading("new"), paragraph("two")]);
    assert_eq!(desk.text(), ["new", "my answer", "two"]);
    assert!(desk.page.get(answer).is_some());
}

#[test]
fn a_block_in_which_others_wrote_is_left_to_them() {
    let mut desk = Desk::showing(&[toggle("tasks", paragraphs(&["one"])), paragraph("end")]);
    desk.write_into("one", "my answer");
    let wanted = paragraphs(&["end"]);
    let script = desk.update(&wanted);
    assert_eq!(desk.text(), ["tasks", "  one", "    my answer", "end"]);
    assert_eq!(outcomes(&script), [(KeptForOthers, "tasks")]);
    let again = desk.update(&wanted);
    assert_eq!((again.edits, again.conflicts), (vec![], vec![]));
}

#[test]
fn what_others_wrote_is_not_taken_for_what_the_lesson_says_elsewhere() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two"]));
    desk.write_below("two", "");
    let wanted = paragraphs(&["one", "", "two"]);
    desk.update(&wanted);
    desk.update(&paragraphs(&["one", "", "two!"]));
    assert_eq!(desk.text(), ["one", "", "two!", ""]);
}

#[test]
fn an_edit_by_hand_stays_while_the_lesson_stays() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two"]));
    desk.page.update(desk.find("one"), paragraph("ONE!"));
    let script = desk.update(&paragraphs(&["one", "two", "three"]));
    assert_eq!(desk.text(), ["ONE!", "two", "three"]);
    assert_eq!(script.conflicts, []);
}

#[test]
fn the_lesson_wins_over_an_edit_by_hand_and_its_words_are_told() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two", "three"]));
    desk.page.update(desk.find("one"), paragraph("one by hand"));
    desk.page
        .update(desk.find("three"), paragraph("three by hand"));
    let script = desk.update(&paragraphs(&["one more", "two"]));
    assert_eq!(desk.text(), ["one more", "two"]);
    assert_eq!(
        outcomes(&script),
        [(Overwritten, "one by hand"), (Deleted, "three by hand")]
    );
}

#[test]
fn the_same_edit_by_hand_and_in_the_lesson_is_no_conflict() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two"]));
    desk.page.update(desk.find("one"), paragraph("One"));
    let script = desk.update(&paragraphs(&["One", "two"]));
    assert_eq!((script.edits, script.conflicts), (vec![], vec![]));
}

#[test]
fn a_line_that_was_added_by_hand_and_in_the_lesson_is_there_once() {
    let mut desk = Desk::showing(&paragraphs(&["one", "three"]));
    desk.write_below("one", "two");
    let script = desk.update(&paragraphs(&["one", "two", "three"]));
    assert_eq!(script.edits, []);
    desk.update(&paragraphs(&["one", "three"]));
    assert_eq!(desk.text(), ["one", "three"]);
}

#[test]
fn what_was_deleted_by_hand_stays_deleted_until_the_lesson_changes_it() {
    let mut desk = Desk::showing(&paragraphs(&["one", "two", "three"]));
    desk.page.delete(desk.find("two"));
    let wanted = paragraphs(&["one", "two", "three", "four"]);
    let script = desk.update(&wanted);
    assert_eq!(desk.text(), ["one", "three", "four"]);
    assert_eq!(outcomes(&script), [(StaysDeleted, "")]);
    assert_eq!(desk.update(&wanted).edits, []);
    desk.update(&paragraphs(&["one", "two!", "three", "four"]));
    assert_eq!(desk.text(), ["one", "two!", "three", "four"]);
}

#[test]
fn what_was_moved_by_hand_stays_there() {
    let wanted = [paragraph("one"), toggle("tasks", paragraphs(&["two"]))];
    let mut desk = Desk::showing(&wanted);
    let (two, root) = (desk.find("two"), desk.page.root());
    desk.page.delete(two);
    desk.page
        .insert(root, Position::Start, two, paragraph("two"));
    assert_eq!(desk.update(&wanted).edits, []);
    desk.update(&[paragraph("one"), toggle("tasks", paragraphs(&["two, too"]))]);
    assert_eq!(desk.text(), ["two, too", "one", "tasks"]);
    desk.update(&paragraphs(&["one"]));
    assert_eq!(desk.text(), ["one"]);
}

#[test]
fn a_block_of_which_people_made_another_kind_stays_theirs() {
    let mut desk = Desk::showing(&[toggle("tasks", paragraphs(&["one"]))]);
    desk.page.update(desk.find("tasks"), heading("Tasks"));
    let script = desk.update(&[toggle("tasks", paragraphs(&["one", "two"]))]);
    assert_eq!(script.edits, []);
    assert_eq!(desk.blocks_of(desk.find("Tasks")), [paragraph("one")]);
}

fn with_player() -> Desk {
    let mut desk = Desk::showing(&[
        heading("4. Story"),
        toggle("study-text", paragraphs(&["a"])),
    ]);
    let above = Position::After(desk.find("4. Story"));
    desk.player = Some(desk.insert(desk.page.root(), above, &[player()])[0]);
    desk
}

#[test]
fn the_player_stays_directly_above_the_study_text() {
    let mut desk = with_player();
    let player = desk.player.unwrap();
    desk.update(&[
        heading("4. Story"),
        paragraph("Listen."),
        toggle("study-text", paragraphs(&["b"])),
        paragraph("end"),
    ]);
    assert_eq!(
        desk.text(),
        ["4. Story", "Listen.", "<audio>", "study-text", "  b", "end"]
    );
    assert!(desk.page.get(player).is_some());
}

#[test]
fn the_player_stays_when_the_study_text_is_made_anew() {
    let mut desk = with_player();
    let callout = Block::Heading(Heading {
        level: HeadingLevel::Three,
        rich_text: vec![RichText::plain("study-text")],
        color: Color::Default,
        is_toggleable: true,
        children: paragraphs(&["a"]),
    });
    desk.update(&[heading("4. Story"), callout]);
    assert_eq!(desk.text(), ["4. Story", "<audio>", "study-text", "  a"]);
}

#[test]
fn the_player_is_not_taken_for_one_of_the_lesson() {
    let mut desk = with_player();
    desk.made = None;
    desk.update(&[heading("4. Story"), player()]);
    assert_eq!(
        desk.text(),
        ["4. Story", "<audio>", "study-text", "  a", "<audio>"]
    );
}
