//! `docs/diagnostics.md` is made from the explanations in the code.
//!
//! `UPDATE_DOCS=1 cargo test -p esl-pipeline --test lint reference` writes it anew.

use std::fmt::Write;
use std::path::Path;

use esl_pipeline::lesson::{Code, Explanation, Severity};

const INTRODUCTION: &str = "# Diagnostics

What `esl` can find wrong with a lesson, rule by rule. This page is made from the code; change it there.

An **error** blocks a lesson, a **warning** blocks it in strict mode, an **info** never does. The severity of any
rule can be changed when checking: denied rules are errors, allowed ones are left out.
";

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md");
    let rendered = render();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == rendered,
        "run with UPDATE_DOCS=1 to write docs/diagnostics.md anew"
    );
}

#[test]
fn explanations_are_sentences_and_say_something_of_their_own() {
    for code in Code::ALL {
        let Explanation {
            meaning,
            mend,
            example,
            ..
        } = code.explanation();
        for text in [meaning, mend, code.summary()] {
            assert!(text.ends_with('.'), "{code}: {text}");
            assert!(
                !text.contains("  ") && !text.contains('\n'),
                "{code}: {text}"
            );
        }
        assert_ne!(meaning, code.summary(), "{code}");
        assert!(!example.trim().is_empty(), "{code}");
    }
}

fn render() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut chapters: Vec<&str> = Vec::new();
    for code in Code::ALL {
        let chapter = code.explanation().chapter;
        if !chapters.contains(&chapter) {
            chapters.push(chapter);
        }
    }
    for chapter in chapters {
        writeln!(page, "\n## {chapter}").unwrap();
        let rules = Code::ALL
            .iter()
            .filter(|code| code.explanation().chapter == chapter);
        rules.for_each(|code| page.push_str(&render_rule(*code)));
    }
    page
}

fn render_rule(code: Code) -> String {
    let Explanation {
        meaning,
        example,
        mend,
        ..
    } = code.explanation();
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let summary = code.summary();
    format!(
        "\n### `{code}`\n\n**{severity}.** {summary} {meaning}\n\n````text\n{example}\n````\n\n{mend}\n"
    )
}
