//! What real lessons run into.

use esl_core::block::{Block, RichText};
use esl_core::ports::{Notion, NotionLimits};
use esl_testkit::MemoryNotion;

use super::super::{PackPlan, ParentRef, plan};
use super::trees::{chain, column_list, item, paragraph, table, toggle};

fn notion() -> NotionLimits {
    *MemoryNotion::default().limits()
}

fn pack(blocks: Vec<Block>) -> PackPlan {
    plan(blocks, &notion())
}

/// Parent and number of blocks of each request, the parent as `root` or `request/index/index…`.
fn outline(plan: &PackPlan) -> Vec<(String, usize)> {
    let parent = |parent: &ParentRef| match parent {
        ParentRef::Root => "root".to_owned(),
        ParentRef::Block { request, path } => path
            .iter()
            .fold(request.to_string(), |name, index| format!("{name}/{index}")),
    };
    let requests = plan.requests.iter();
    requests
        .map(|request| (parent(&request.parent), request.count))
        .collect()
}

fn expect(blocks: Vec<Block>, outlined: &[(&str, usize)]) {
    let plan = pack(blocks);
    let found = outline(&plan);
    let found: Vec<_> = found
        .iter()
        .map(|(parent, count)| (&**parent, *count))
        .collect();
    assert_eq!(found, outlined);
}

#[test]
fn no_blocks_take_no_request() {
    expect(vec![], &[]);
}

#[test]
fn flat_blocks_take_a_request_per_hundred() {
    for (blocks, requests) in [(1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (1234, 13)] {
        let plan = pack(vec![paragraph("a"); blocks]);
        assert_eq!(plan.requests.len(), requests, "{blocks} blocks");
    }
}

#[test]
fn the_first_request_takes_what_the_full_ones_leave() {
    expect(
        vec![paragraph("a"); 250],
        &[("root", 50), ("root", 100), ("root", 100)],
    );
}

#[test]
fn three_levels_go_together() {
    expect(vec![chain(3), chain(3)], &[("root", 6)]);
}

#[test]
fn one_level_too_many_is_cut_at_the_top_where_no_listing_is_needed() {
    expect(vec![chain(4), paragraph("a")], &[("root", 2), ("0/0", 3)]);
}

#[test]
fn a_list_of_six_levels_takes_two_requests() {
    expect(vec![chain(6)], &[("root", 3), ("0/0/0/0", 3)]);
}

#[test]
fn many_deep_lists_in_one_list_take_one_request_more() {
    let list = item("list", vec![chain(3); 40]);
    expect(vec![list], &[("root", 1), ("0/0", 120)]);
}

#[test]
fn a_toggle_of_150_items_takes_two_requests() {
    expect(
        vec![toggle("t", vec![item("i", vec![]); 150])],
        &[("root", 51), ("0/0", 100)],
    );
}

#[test]
fn a_table_of_120_rows_takes_two_requests() {
    expect(vec![table(120)], &[("root", 21), ("0/0", 100)]);
}

#[test]
fn a_table_in_a_toggle_goes_along_and_one_deeper_does_not() {
    expect(vec![toggle("t", vec![table(3)])], &[("root", 5)]);
    let deeper = toggle("t", vec![toggle("t", vec![table(3)])]);
    expect(vec![deeper], &[("root", 1), ("0/0", 5)]);
}

#[test]
fn columns_hold_two_levels() {
    let columns = vec![vec![item("i", vec![paragraph("a")])], vec![paragraph("b")]];
    expect(vec![column_list(columns)], &[("root", 6)]);
}

#[test]
fn what_is_too_deep_for_a_column_comes_after_its_first_block() {
    let columns = vec![
        vec![paragraph("a"), chain(3), chain(3)],
        vec![chain(3), paragraph("b")],
    ];
    expect(
        vec![column_list(columns)],
        &[("root", 6), ("0/0/0", 6), ("0/0/1/0", 2)],
    );
}

#[test]
fn a_column_list_in_a_toggle_is_an_append_of_its_own() {
    let columns = column_list(vec![vec![paragraph("a")], vec![paragraph("b")]]);
    expect(vec![toggle("t", vec![columns])], &[("root", 1), ("0/0", 5)]);
}

#[test]
fn a_request_never_holds_more_than_a_thousand_blocks() {
    let list = vec![item("i", vec![paragraph("a"); 99]); 15];
    expect(vec![toggle("t", list)], &[("root", 501), ("0/0", 1000)]);
}

#[test]
fn a_large_block_among_small_ones_is_emptied_rather_than_splitting_them() {
    let large = toggle("t", vec![item("i", vec![paragraph("a"); 98]); 10]);
    let mut blocks = vec![paragraph("b"); 30];
    blocks.insert(15, large);
    expect(blocks, &[("root", 31), ("0/15", 990)]);
}

#[test]
fn requests_stay_well_below_the_limit_of_bytes() {
    let line = "Long sentences make large lessons. ".repeat(50);
    let blocks: Vec<_> = (0..340).map(|_| paragraph(line.as_str())).collect();
    let bytes = serde_json::to_vec(&blocks).unwrap().len();
    assert!(bytes > 600_000);
    let plan = pack(blocks);
    assert_eq!(plan.requests.len(), 4);
    let large = vec![toggle("t", vec![paragraph("x".repeat(2000)); 99]); 4];
    let plan = plan.requests.into_iter().chain(pack(large).requests);
    for request in plan {
        let bytes = serde_json::to_vec(&request.blocks).unwrap().len();
        assert_eq!(request.bytes, bytes);
        assert!(bytes <= 400_000, "{bytes}");
    }
}

#[test]
fn a_workspace_without_limits_takes_everything_at_once() {
    let blocks = vec![
        chain(30),
        table(500),
        toggle("t", vec![column_list(vec![vec![chain(9)]; 3])]),
    ];
    let plan = plan(blocks.clone(), &NotionLimits::NONE);
    assert_eq!(plan.requests.len(), 1);
    assert_eq!(plan.requests[0].blocks, blocks);
    assert_eq!(
        plan.requests[0].blocks[0].rich_text(),
        [RichText::plain("30")]
    );
}

#[test]
fn of_columns_too_large_for_a_request_the_last_are_emptied() {
    let large = || {
        vec![
            paragraph("a"),
            toggle("t", vec![paragraph("x".repeat(3000)); 99]),
        ]
    };
    expect(
        vec![column_list(vec![large(), large()])],
        &[("root", 105), ("0/0/1", 100)],
    );
}

#[test]
fn a_column_that_begins_with_too_large_a_block_begins_with_an_emptied_one() {
    let large = || vec![toggle("t", vec![paragraph("x".repeat(3000)); 99])];
    expect(
        vec![column_list(vec![large(), large()])],
        &[("root", 104), ("0/0/1/0", 99)],
    );
}
