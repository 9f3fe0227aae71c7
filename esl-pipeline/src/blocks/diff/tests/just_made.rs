//! Pages of which only the topmost blocks are on record.

use super::*;

fn lesson() -> Vec<Block> {
    vec![
        toggle(
            "tasks",
            paragraphs(&["turn left at the park", "cross the bridge"]),
        ),
        paragraph("end"),
    ]
}

#[test]
fn a_page_that_nobody_touched_needs_no_edits() {
    let mut desk = Desk::just_made(&lesson());
    let script = desk.update(&lesson());
    assert_eq!((script.edits, script.kept), (vec![], 4));
}

#[test]
fn what_the_lesson_changes_inside_is_changed() {
    let mut desk = Desk::just_made(&lesson());
    desk.update(&[
        toggle("tasks", paragraphs(&["turn right at the park"])),
        paragraph("end"),
    ]);
    assert_eq!(desk.text(), ["tasks", "  turn right at the park", "end"]);
}

#[test]
fn what_was_edited_by_hand_inside_stays() {
    let mut desk = Desk::just_made(&lesson());
    let edited = desk.find("turn left at the park");
    desk.page
        .update(edited, paragraph("turn left at the park, Anna"));
    let mut wanted = lesson();
    wanted[1] = paragraph("the end");
    desk.update(&wanted);
    assert_eq!(
        desk.text(),
        [
            "tasks",
            "  turn left at the park, Anna",
            "  cross the bridge",
            "the end"
        ]
    );
    assert_eq!(desk.find("turn left at the park, Anna"), edited);
}

#[test]
fn what_others_wrote_inside_is_never_overwritten() {
    let mut desk = Desk::just_made(&lesson());
    let answer = desk.write_into("tasks", "cross the bridge and then what");
    let tasks = [
        "turn left at the park",
        "cross the bridge",
        "cross the bridge and then stop",
    ];
    desk.update(&[toggle("tasks", paragraphs(&tasks)), paragraph("end")]);
    assert_eq!(desk.find("cross the bridge and then what"), answer);
    assert_eq!(desk.text().len(), 6);
    desk.update(&[paragraph("end")]);
    assert!(desk.page.get(answer).is_some());
}
