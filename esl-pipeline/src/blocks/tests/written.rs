//! Properties from Markdown to blocks: whatever is typed, nothing panics and no word is lost.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;

/// Lines with a place for a word that the reader must find on the page.
const LINES: &[&str] = &[
    "@",
    "**@** and *@*",
    "  @",
    "\t- @",
    "- @",
    "  - [x] @",
    "    1. @",
    "2) @",
    "## @",
    "##### @",
    "> @",
    "> [!TIP] @",
    "> - @",
    "| @ | `@` |",
    "| --- | --- |",
    "| @ |",
    "~~~",
    "$$@$$",
    "![@](map.png)",
    "[@](https://a.b) [@](#c) `@` $@$ [@]{red} <u>@</u>",
    "https://a.b/@",
    ":::audio @",
    ":::callout 💡 @",
    ":::callout @",
    ":::column-list",
    ":::column",
    ":::synced-block",
    ":::synced-block @",
    ":::study-text",
    ":::toggle-heading @",
    ":::toggle-h3 @",
    ":::toc",
    ":::toc @",
    ":::unknown @",
    ":::",
    "---",
    "",
];

/// A lesson of such lines, and its words.
fn lesson() -> impl Strategy<Value = (String, Vec<String>)> {
    prop::collection::vec(select(LINES), 0..30).prop_map(|lines| {
        let mut source = String::from("---\ntitle: T\n---\n\n");
        let mut words = Vec::new();
        for part in lines.join("\n").split_inclusive('@') {
            source += part.trim_end_matches('@');
            if part.ends_with('@') {
                let word = format!("w{}w", words.len());
                source += &word;
                words.push(word);
            }
        }
        (source, words)
    })
}

proptest! {
    #[test]
    fn no_word_of_a_lesson_is_lost((source, words) in lesson(), join_soft_wraps: bool) {
        let options = ConvertOptions { join_soft_wraps, ..ConvertOptions::default() };
        let page = serde_json::to_string(&convert(&Lesson::parse(&source), &options)).unwrap();
        for word in words {
            prop_assert!(page.contains(&word), "{} is lost from\n{}", word, source);
        }
    }

    #[test]
    fn any_text_is_converted(source: String) {
        let blocks = convert(&Lesson::parse(&source), &ConvertOptions::default());
        let json = serde_json::to_string(&blocks).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Block>>(&json).unwrap(), blocks);
    }
}
