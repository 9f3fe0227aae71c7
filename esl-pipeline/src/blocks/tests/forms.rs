//! What each form of the dialect becomes, from Markdown to blocks.

use esl_core::Presets;
use insta::{assert_json_snapshot, assert_snapshot};

use super::super::*;
use super::sketch::sketch;

fn blocks(body: &str, options: &ConvertOptions) -> Vec<Block> {
    let source = format!("```markdown\n---\ntitle: T\n---\n{body}\n```\n");
    convert(&Lesson::parse(&source), options)
}

fn page(body: &str) -> String {
    sketch(&blocks(body, &ConvertOptions::default()))
}

#[test]
fn the_example_lesson_becomes_a_coloured_page() {
    let source = include_str!("../../../tests/lessons/directions.md");
    let preset = Presets::default().find(Presets::DEFAULT).ok().copied();
    let options = ConvertOptions {
        preset,
        ..ConvertOptions::default()
    };
    let blocks = convert(&Lesson::parse(source), &options);
    assert_snapshot!(sketch(&blocks));
}

#[test]
fn blocks_on_the_wire() {
    let callout = ":::callout 🎯\n**Goal:** go\n- one\n:::";
    assert_json_snapshot!(blocks(callout, &ConvertOptions::default()));
}

#[test]
fn table_of_contents_and_media() {
    assert_snapshot!(page(":::toc\n:::audio https://a.b/x.mp3\n:::video https://a.b/x?y=1&z=2"), @r#"
    table_of_contents
    audio https://a.b/x.mp3
    video https://a.b/x?y=1&z=2
    "#);
    assert_snapshot!(page(":::toc now\n:::audio not an address\n:::video"), @r#"
    paragraph ":::toc now"
    paragraph ":::audio not an address"
    paragraph ":::video"
    "#);
}

#[test]
fn callouts() {
    assert_snapshot!(page(":::callout 💡\nfirst\nsecond\n:::"), @r#"
    callout 💡 "first"
      paragraph "second"
    "#);
    assert_snapshot!(page(":::callout 👩‍🏫 blue_background Tip for *you*\nfirst\n:::"), @r#"
    callout color: "blue_background" 👩‍🏫 "Tip for " "you"!italic
      paragraph "first"
    "#);
    assert_snapshot!(page(":::callout ⚠️ red\n- item\n:::"), @r#"
    callout color: "red" ⚠️ " "
      bulleted_list_item "item"
    "#);
    assert_snapshot!(page(":::callout Note\nfirst\n:::"), @r#"
    callout 💡 "Note"
      paragraph "first"
    "#);
}

#[test]
fn columns() {
    assert_snapshot!(page(":::column-list\n:::column\n### A\n- b\n:::\n:::column\nc\n:::\n:::"), @r#"
    column_list
      column
        heading_3 is_toggleable: false "A"
        bulleted_list_item "b"
      column
        paragraph "c"
    "#);
    assert_snapshot!(page(":::column-list\n:::column\n:::callout 💡\nx\n:::\nafter\n:::\n:::column\n:::\n:::"), @r#"
    column_list
      column
        callout 💡 "x"
        paragraph "after"
      column
        paragraph ""
    "#);
    assert_snapshot!(page(":::column-list\nstray\n:::column\nonly\n:::\nbehind\n:::"), @r#"
    paragraph "stray"
    paragraph "only"
    paragraph "behind"
    "#);
    assert_snapshot!(page(":::column-list\nno column\n:::"), @r#"paragraph "no column""#);
}

#[test]
fn synced_blocks() {
    assert_snapshot!(page(":::synced-block\nshared\n:::"), @r#"
    synced_block synced_from: null
      paragraph "shared"
    "#);
    assert_snapshot!(page(":::synced-block 0A1B2C3D4E5F60718293A4B5C6D7E8F9\nnext"), @r#"
    synced_block synced_from: {"block_id":"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}
    paragraph "next"
    "#);
    assert_snapshot!(page(":::synced-block nonsense\n:::\nnext"), @r#"
    paragraph ":::synced-block nonsense"
    paragraph "next"
    "#);
}

#[test]
fn study_text_and_toggles() {
    assert_snapshot!(page(":::study-text Dialogue\nAnna: Hi\n- point\n:::"), @r#"
    toggle "study-text"
      paragraph "Anna: Hi"
      bulleted_list_item "point"
    "#);
    assert_snapshot!(page(":::toggle-heading Answer Key\n1. **on**\n:::\n:::toggle-heading Empty\n:::"), @r#"
    toggle "Answer Key"
      numbered_list_item "on"!bold
    toggle "Empty"
    "#);
    assert_snapshot!(page(":::toggle-h1 A\nx\n:::\n:::toggle-h2 B\n:::\n:::toggle-h3 C\n- y\n  - z\n:::"), @r#"
    heading_1 is_toggleable: true "A"
      paragraph "x"
    heading_2 is_toggleable: true "B"
    heading_3 is_toggleable: true "C"
      bulleted_list_item "y"
        bulleted_list_item "z"
    "#);
}

#[test]
fn code() {
    assert_snapshot!(page("~~~ts title=\"x\"\nlet *a* = 1;\n  b\n~~~\n~~~klingon\nx\n~~~\n~~~\n~~~"), @r#"
    code language: "typescript" "let *a* = 1;\n  b"
    code language: "plain text" "x"
    code language: "plain text" ""
    "#);
}

#[test]
fn tables() {
    assert_snapshot!(page("| Phrase | Meaning |\n| --- | :-: |\n| `a|b` | c \\| d |\n| **x** | [y](https://z.a) |"), @r#"
    table has_column_header: true has_row_header: false table_width: 2
      table_row "Phrase" "Meaning"
      table_row "a|b"!code,red "c | d"
      table_row "x"!bold "y"->https://z.a
    "#);
    assert_snapshot!(page("| a | b |\n| c |\n| d | e | f | g |"), @r#"
    table has_column_header: false has_row_header: false table_width: 2
      table_row "a" "b"
      table_row "c" ""
      table_row "d" "e | f | g"
    "#);
}

#[test]
fn quotes_and_alerts() {
    assert_snapshot!(page("> one *x*\n> two\n>\n> three\n> - item"), @r#"
    quote "one " "x"!italic "\ntwo"
      paragraph "three"
      bulleted_list_item "item"
    "#);
    assert_snapshot!(page("> [!NOTE]\n> first\n>\n> second"), @r#"
    callout color: "blue_background" ℹ️ "first"
      paragraph "second"
    "#);
    assert_snapshot!(page("> [!tip] here\n\n> [!IMPORTANT]\n> a\n\n> [!WARNING]\n> - b\n\n> [!CAUTION]\n> c"), @r#"
    callout color: "green_background" 💡 "here"
    callout color: "purple_background" ❗ "a"
    callout color: "yellow_background" ⚠️ " "
      bulleted_list_item "b"
    callout color: "red_background" 🛑 "c"
    "#);
}

#[test]
fn images_and_addresses() {
    assert_snapshot!(page("![a *map*](https://a.b/m_(1).png \"title\")\n![](https://a.b/m.png \"title\")\n![](https://a.b/m.png)"), @r#"
    image caption: "a " "map"!italic https://a.b/m_(1).png
    image caption: "title" https://a.b/m.png
    image https://a.b/m.png
    "#);
    assert_snapshot!(page("![one](https://a.b/1.png) ![two](https://a.b/2.png)\n![lost](map.png)"), @r#"
    paragraph "one"->https://a.b/1.png " " "two"->https://a.b/2.png
    paragraph "![lost](map.png)"
    "#);
    assert_snapshot!(page("https://a.b/c?d=1&amp;e=2\n<https://a.b/>\nhttps://youtu.be/x\nhttps://a.b/x.mp3\nhttps://a.b/x.pdf"), @r#"
    bookmark url: "https://a.b/c?d=1&e=2"
    bookmark url: "https://a.b/"
    video https://youtu.be/x
    audio https://a.b/x.mp3
    pdf https://a.b/x.pdf
    "#);
}

#[test]
fn headings() {
    assert_snapshot!(page("# One\n## Two **b**\n### Three ###\n#### Four"), @r#"
    heading_1 is_toggleable: false "One"
    heading_2 is_toggleable: false "Two " "b"!bold
    heading_3 is_toggleable: false "Three ###"
    heading_3 is_toggleable: false "Four"
    "#);
}

#[test]
fn lists() {
    assert_snapshot!(page("- a\n  - b\n    - c\n  line\n- d\n  1. e\n  2) f\n+ g\n* h"), @r#"
    bulleted_list_item "a"
      bulleted_list_item "b"
        bulleted_list_item "c"
      paragraph "line"
    bulleted_list_item "d"
      numbered_list_item "e"
      numbered_list_item "f"
    bulleted_list_item "g"
    bulleted_list_item "h"
    "#);
    assert_snapshot!(page("- [ ] open\n- [x] done\n  - sub\n- a\n\n  after a gap\n\nparagraph"), @r#"
    to_do checked: false "open"
    to_do checked: true "done"
      bulleted_list_item "sub"
    bulleted_list_item "a"
      paragraph "after a gap"
    paragraph "paragraph"
    "#);
}

#[test]
fn dividers_equations_blanks_and_comments() {
    assert_snapshot!(page("---\n***\n___\n$$\nx^2\n+ y\n$$\n$$z$$\n<!-- gone -->\na <!-- gone --> b\n<!--\ngone\n-->\n____"), @r#"
    divider
    divider
    paragraph "___"
    equation expression: "x^2\n+ y"
    equation expression: "z"
    paragraph "a b"
    paragraph "____"
    "#);
}

#[test]
fn lines_are_paragraphs_unless_they_are_joined() {
    let body = "one *a*\ntwo\n\nthree\n- item\nunindented\n:::study-text\nAnna: Hi\nBen: Hi\n:::\n:::callout 💡\na\nb\n:::";
    assert_snapshot!(page(body), @r#"
    paragraph "one " "a"!italic
    paragraph "two"
    paragraph "three"
    bulleted_list_item "item"
    paragraph "unindented"
    toggle "study-text"
      paragraph "Anna: Hi"
      paragraph "Ben: Hi"
    callout 💡 "a"
      paragraph "b"
    "#);
    let joined = ConvertOptions {
        join_soft_wraps: true,
        ..ConvertOptions::default()
    };
    assert_snapshot!(sketch(&blocks(body, &joined)), @r#"
    paragraph "one " "a"!italic " two"
    paragraph "three"
    bulleted_list_item "item unindented"
    toggle "study-text"
      paragraph "Anna: Hi"
      paragraph "Ben: Hi"
    callout 💡 "a b"
    "#);
}

#[test]
fn what_is_no_directive_stays_readable() {
    assert_snapshot!(page(":::boxed x\ninside\n:::\n:::callout 💡\nnever closed\n## 2. Next"), @r#"
    paragraph ":::boxed x"
    paragraph "inside"
    callout 💡 "never closed"
    heading_2 is_toggleable: false "2. Next"
    "#);
}
