//! Edits touch the least.

use super::*;

fn long_page() -> Vec<Block> {
    let line = |number: usize| paragraph(&format!("line {number}"));
    let section = |number: usize| {
        let lines = (1..20).map(|line_number| line(number * 100 + line_number));
        toggle(&format!("section {number}"), lines.collect())
    };
    (0..10).map(section).collect()
}

/// The ids that are on the page before and after.
fn stay(before: &Desk, after: &Desk) -> usize {
    let after = after.ids();
    before.ids().iter().filter(|id| after.contains(id)).count()
}

fn lines_of(page: &mut [Block], section: usize) -> &mut Vec<Block> {
    page[section].children_mut().unwrap()
}

#[test]
fn a_page_that_is_up_to_date_needs_nothing() {
    let mut desk = Desk::showing(&long_page());
    let script = desk.update(&long_page());
    assert_eq!((tally(&script), script.kept), ((0, 0, 0), 200));
}

#[test]
fn another_wording_is_one_update() {
    let mut desk = Desk::showing(&long_page());
    let before = desk.clone();
    let mut edited = long_page();
    lines_of(&mut edited, 4)[7] = paragraph("nothing like it was");
    assert_eq!(tally(&desk.update(&edited)), (0, 1, 0));
    assert_eq!(stay(&before, &desk), 200);
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn a_title_is_updated_without_what_it_folds() {
    let mut desk = Desk::showing(&long_page());
    let mut edited = long_page();
    edited[2] = toggle("another title", std::mem::take(lines_of(&mut edited, 2)));
    let script = desk.update(&edited);
    let [Edit::Update { block, .. }] = &*script.edits else {
        panic!("{script:?}");
    };
    assert_eq!(block.children(), []);
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn new_lines_in_a_row_are_one_insert() {
    let mut desk = Desk::showing(&long_page());
    let before = desk.clone();
    let mut edited = long_page();
    lines_of(&mut edited, 4).splice(7..7, paragraphs(&["new", "newer"]));
    assert_eq!(tally(&desk.update(&edited)), (1, 0, 0));
    assert_eq!(stay(&before, &desk), 200);
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn a_line_less_is_one_delete() {
    let mut desk = Desk::showing(&long_page());
    let before = desk.clone();
    let mut edited = long_page();
    lines_of(&mut edited, 4).remove(7);
    assert_eq!(tally(&desk.update(&edited)), (0, 0, 1));
    assert_eq!(stay(&before, &desk), 199);
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn a_section_less_is_one_delete() {
    let mut desk = Desk::showing(&long_page());
    let mut edited = long_page();
    edited.remove(3);
    assert_eq!(tally(&desk.update(&edited)), (0, 0, 1));
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn a_block_of_another_kind_is_made_in_the_place_of_the_old_one() {
    let mut desk = Desk::showing(&paragraphs(&["a", "b", "c"]));
    let edited = [paragraph("a"), heading("b"), paragraph("c")];
    assert_eq!(tally(&desk.update(&edited)), (1, 0, 1));
    assert_eq!(desk.blocks(), edited);
}

#[test]
fn what_is_new_comes_before_what_goes() {
    let desk = Desk::showing(&paragraphs(&["a"]));
    let script = desk.script(&[heading("a")]);
    assert!(matches!(
        *script.edits,
        [Edit::Insert { .. }, Edit::Delete { .. }]
    ));
}
