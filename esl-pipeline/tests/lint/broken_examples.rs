//! The broken lessons in `examples/broken`: what is found in each, and that its fixes mend it.
//!
//! `UPDATE_EXPECTED=1 cargo test -p esl-pipeline --test lint broken` writes the expectations anew.

use std::path::{Path, PathBuf};

use esl_pipeline::lesson::{Lesson, LintOptions, Report, ReportItem, apply_fixes};
use serde_json::{Value, json};

use crate::properties::assert_fixes_mend;

/// The paths and texts of all broken lessons.
fn broken_lessons() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/broken");
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let source = std::fs::read_to_string(&path).unwrap();
        (path, source)
    };
    paths.into_iter().map(read).collect()
}

/// The code and place of each finding.
fn outline(source: &str) -> Value {
    let report = Report::new(&Lesson::parse(source), &LintOptions::default());
    let line = |item: &ReportItem| {
        let at = format!("{}:{}", item.span.start.line, item.span.start.col);
        json!({ "code": item.code, "at": at })
    };
    let items = report.items(source);
    json!({ "ok": report.ok, "findings": items.iter().map(line).collect::<Vec<_>>() })
}

#[test]
fn broken_lessons_have_the_expected_findings() {
    let lessons = broken_lessons();
    assert!(lessons.len() >= 20, "the broken lessons are there");
    for (path, source) in lessons {
        let expected_path = path.with_extension("expected.json");
        let found = outline(&source);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            let text = serde_json::to_string_pretty(&found).unwrap();
            std::fs::write(&expected_path, text + "\n").unwrap();
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(found, expected, "{}", path.display());
        assert_ne!(found["findings"], json!([]), "{}", path.display());
    }
}

#[test]
fn the_fixes_of_broken_lessons_mend_them() {
    for (path, source) in broken_lessons() {
        assert_fixes_mend(&source, &path.display().to_string());
    }
}

#[test]
fn some_broken_lessons_are_mended_completely() {
    let mended = broken_lessons().into_iter().filter(|(_, source)| {
        let mut source = source.clone();
        for _ in 0..3 {
            let report = Report::new(&Lesson::parse(&source), &LintOptions::default());
            source = apply_fixes(&source, &report.diagnostics);
        }
        let options = LintOptions {
            strict: true,
            ..LintOptions::default()
        };
        Report::new(&Lesson::parse(&source), &options).ok
    });
    assert!(mended.count() >= 3);
}
