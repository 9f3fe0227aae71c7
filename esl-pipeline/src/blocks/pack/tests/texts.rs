use esl_core::Color;
use esl_core::block::{Annotations, Block, Code, Media, RichText, TableRow, plain_text};
use esl_core::ports::NotionLimits;
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::super::split_texts;
use super::super::text::split_words;
use super::trees::{item, paragraph, toggle};

fn limits(characters_per_run: usize, runs_per_text: usize) -> NotionLimits {
    NotionLimits {
        characters_per_run,
        runs_per_text,
        ..NotionLimits::NONE
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn texts(blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .map(|block| plain_text(block.rich_text()))
        .collect()
}

#[test]
fn words_stay_whole() {
    assert_eq!(split_words("one two three", 9), ["one two ", "three"]);
    assert_eq!(split_words("one two three", 8), ["one two ", "three"]);
    assert_eq!(split_words("one two three", 7), ["one ", "two ", "three"]);
    assert_eq!(split_words("one", 3), ["one"]);
    assert_eq!(split_words("", 3), [""]);
}

#[test]
fn a_word_longer_than_a_run_is_split_between_graphemes() {
    let family = "👨‍👩‍👧‍👦";
    assert_eq!(units(family), 11);
    let text = format!("ab{family}{family}");
    assert_eq!(split_words(&text, 12), ["ab", family, family]);
    assert_eq!(split_words("e\u{301}e\u{301}e\u{301}", 3), ["e\u{301}"; 3]);
    assert_eq!(split_words("🇺🇦🇺🇦", 7), ["🇺🇦"; 2]);
}

#[test]
fn a_grapheme_longer_than_a_run_is_split_between_characters() {
    assert_eq!(
        split_words("a\u{301}\u{301}\u{301}b", 2),
        ["a\u{301}", "\u{301}\u{301}", "b"]
    );
}

#[test]
fn a_long_paragraph_becomes_runs_of_one_formatting() {
    let annotations = Annotations {
        bold: true,
        color: Color::Red,
        ..Annotations::default()
    };
    let text = "It is opposite the park. ".repeat(360);
    let link = Some("https://example.com".to_owned());
    let long = Block::paragraph(vec![RichText::text(&*text, link.clone(), annotations)]);
    let split = split_texts(vec![long], &limits(2000, 100));
    let [block] = &*split else {
        panic!("{split:?}")
    };
    assert_eq!(plain_text(block.rich_text()), text);
    assert_eq!(block.rich_text().len(), 5);
    for run in block.rich_text() {
        assert!(units(run.as_str()) <= 2000);
        assert_eq!(
            (run.link(), run.annotations),
            (link.as_deref(), annotations)
        );
    }
}

fn links(count: usize) -> Vec<RichText> {
    let link = |at| {
        RichText::text(
            format!("word{at} "),
            Some("https://example.com".into()),
            Annotations::default(),
        )
    };
    (0..count).map(link).collect()
}

#[test]
fn a_paragraph_of_300_links_becomes_three_paragraphs() {
    let split = split_texts(vec![Block::paragraph(links(300))], &limits(2000, 100));
    assert!(
        split
            .iter()
            .all(|block| matches!(block, Block::Paragraph(_)))
    );
    let lengths: Vec<_> = split.iter().map(|block| block.rich_text().len()).collect();
    assert_eq!(lengths, [100, 100, 100]);
    assert_eq!(texts(&split).concat(), plain_text(&links(300)));
}

#[test]
fn a_text_ends_between_words_where_it_can() {
    let runs = ["it ", "is ", "un", "happy"].map(RichText::plain);
    let split = split_texts(vec![Block::paragraph(runs.to_vec())], &limits(9, 3));
    assert_eq!(texts(&split), ["it is ", "unhappy"]);
}

#[test]
fn a_list_item_goes_on_in_paragraphs_before_its_children() {
    let mut long = item("", vec![paragraph("child")]);
    *long.rich_text_mut().unwrap() = links(250);
    let split = split_texts(vec![long], &limits(2000, 100));
    let [item] = &*split else { panic!("{split:?}") };
    assert_eq!(item.rich_text(), &links(250)[..100]);
    let below: Vec<_> = item
        .children()
        .iter()
        .map(|block| block.rich_text().len())
        .collect();
    assert_eq!(below, [100, 50, 1]);
}

#[test]
fn code_goes_on_in_code() {
    let code = |rich_text| {
        Block::Code(Code {
            rich_text,
            language: "rust".into(),
        })
    };
    let split = split_texts(vec![code(vec![RichText::plain("a b c d ")])], &limits(2, 2));
    let part = |a, b| code(vec![RichText::plain(a), RichText::plain(b)]);
    assert_eq!(split, [part("a ", "b "), part("c ", "d ")]);
}

#[test]
fn a_row_goes_on_in_the_next_row_and_keeps_its_width() {
    let words = |words: &[&str]| {
        words
            .iter()
            .copied()
            .map(RichText::plain)
            .collect::<Vec<_>>()
    };
    let row = |cells| Block::TableRow(TableRow { cells });
    let long = row(vec![words(&["a "]), words(&["b ", "c ", "d "]), vec![]]);
    assert_eq!(
        split_texts(vec![long], &limits(9, 2)),
        [
            row(vec![words(&["a "]), words(&["b ", "c "]), vec![]]),
            row(vec![vec![], words(&["d "]), vec![]]),
        ]
    );
}

#[test]
fn a_caption_goes_on_in_paragraphs() {
    let mut media = Media::external("https://example.com/a.png");
    media.caption = links(3);
    let split = split_texts(vec![Block::Image(media)], &limits(2000, 2));
    let [Block::Image(media), below] = &*split else {
        panic!("{split:?}")
    };
    assert_eq!(media.caption, links(2));
    assert_eq!(below, &Block::paragraph(links(3).split_off(2)));
}

#[test]
fn a_text_of_many_bytes_is_divided_although_its_runs_are_few() {
    let runs = vec![RichText::plain("詞".repeat(2000)); 100];
    let limits = NotionLimits {
        bytes_per_request: 500_000,
        ..limits(2000, 100)
    };
    let split = split_texts(vec![Block::paragraph(runs)], &limits);
    assert!(split.len() > 1);
    for block in &split {
        assert!(serde_json::to_vec(block).unwrap().len() <= 126_000);
    }
}

#[test]
fn what_fits_stays_as_it_is() {
    let blocks = vec![
        toggle("t", vec![paragraph("a b")]),
        paragraph(""),
        Block::Divider(Default::default()),
    ];
    assert_eq!(split_texts(blocks.clone(), &limits(2000, 100)), blocks);
    assert_eq!(split_texts(blocks.clone(), &NotionLimits::NONE), blocks);
}

proptest! {
    #[test]
    fn no_character_is_lost_and_no_grapheme_split(
        text in "([a-z]{1,9} |[👨‍👩‍👧e\u{301}🇺🇦👍🏽]{1,5}|\\PC){0,60}",
        most in 16_usize..40,
    ) {
        let parts = split_words(&text, most);
        prop_assert_eq!(parts.concat(), &*text);
        prop_assert!(parts.iter().all(|part| units(part) <= most));
        let ends: Vec<_> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let is_long = text.graphemes(true).any(|grapheme| units(grapheme) > most);
        let mut at = 0;
        for part in parts {
            at += part.len();
            prop_assert!(is_long || ends.contains(&at));
        }
    }
}
