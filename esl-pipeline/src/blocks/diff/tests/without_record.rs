//! Pages of which nobody recorded who wrote what.

use super::*;
use ConflictOutcome::KeptUnknown;

fn unrecorded(blocks: &[Block]) -> Desk {
    Desk {
        made: None,
        ..Desk::showing(blocks)
    }
}

#[test]
fn what_says_the_same_is_taken_over() {
    let page = [toggle("tasks", paragraphs(&["one", "two"])), heading("end")];
    let mut desk = unrecorded(&page);
    assert_eq!(desk.update(&page).edits, []);
    desk.update(&[toggle("tasks", paragraphs(&["one"]))]);
    assert_eq!(desk.text(), ["tasks", "  one"]);
}

#[test]
fn what_is_almost_the_same_is_updated_and_the_rest_stays() {
    let mut desk = unrecorded(&paragraphs(&[
        "turn left at the park",
        "my answer",
        "the end",
    ]));
    let script = desk.update(&paragraphs(&["turn right at the park", "the end", "bye"]));
    assert_eq!(
        desk.text(),
        ["turn right at the park", "my answer", "the end", "bye"]
    );
    assert_eq!(outcomes(&script), [(KeptUnknown, "my answer")]);
}
