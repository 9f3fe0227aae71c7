//! The verdict and its JSON.

use esl_pipeline::lesson::{Code, Lesson, Level, LintOptions, Report, Severity};
use serde_json::json;

use crate::lessons::{SOUND, sound_but};

fn report(source: &str, options: &LintOptions) -> Report {
    Report::new(&Lesson::parse(source), options)
}

fn strict() -> LintOptions {
    LintOptions {
        strict: true,
        ..LintOptions::default()
    }
}

fn with_level(code: Code, level: Level) -> LintOptions {
    LintOptions {
        levels: [(code, level)].into(),
        ..LintOptions::default()
    }
}

#[test]
fn warnings_block_in_strict_mode_only_and_are_copied_into_the_errors() {
    let source = sound_but("generate", "dialogue");
    assert!(report(&source, &LintOptions::default()).ok);
    let strict = report(&source, &strict());
    assert!(!strict.ok);
    let summary = strict.summary(&Lesson::parse(&source));
    assert_eq!(summary.errors, summary.warnings);
    assert_eq!(summary.warnings.len(), 1);
}

#[test]
fn warnings_are_not_copied_beside_errors() {
    let source = sound_but("generate", "dialogue").replace("level: A2", "level: \"\"");
    let summary = report(&source, &strict()).summary(&Lesson::parse(&source));
    assert_eq!((summary.errors.len(), summary.warnings.len()), (1, 1));
}

#[test]
fn infos_never_block() {
    let source = sound_but("### Asking", "#### Asking");
    let report = report(&source, &strict());
    assert!(report.ok && report.diagnostics.len() == 1);
}

#[test]
fn rules_can_be_denied_softened_and_allowed() {
    let info = sound_but("### Asking", "#### Asking");
    assert!(!report(&info, &with_level(Code::HeadingTooDeep, Level::Deny)).ok);
    let error = sound_but(":::callout 🎯", ":::callout");
    assert!(report(&error, &with_level(Code::CalloutIconMissing, Level::Warn)).ok);
    let allowed = report(&error, &with_level(Code::CalloutIconMissing, Level::Allow));
    assert_eq!(
        allowed,
        Report {
            ok: true,
            diagnostics: vec![]
        }
    );
}

#[test]
fn a_file_over_the_limit_is_one_finding_and_the_limit_can_be_raised() {
    let source = format!("{SOUND}{}", "\n".repeat(1 << 20));
    let found = report(&source, &LintOptions::default());
    assert!(!found.ok);
    assert_eq!(found.diagnostics.len(), 1);
    assert_eq!(found.diagnostics[0].code, Code::LessonTooLarge);
    let raised = LintOptions {
        max_bytes: 2 << 20,
        ..LintOptions::default()
    };
    assert!(report(&source, &raised).ok);
}

#[test]
fn a_finding_in_json_has_places_hint_and_fix() {
    let source = sound_but("[Mira]: Then", "[Myra]: Then");
    let items = report(&source, &LintOptions::default()).items(&source);
    let at = source.find("Myra").unwrap();
    let span = json!({
        "start": { "line": 36, "col": 2, "offset": at },
        "end": { "line": 36, "col": 6, "offset": at + 4 },
    });
    assert_eq!(
        serde_json::to_value(&items).unwrap(),
        json!([{
            "code": "speaker-unknown",
            "severity": "error",
            "message": "`Myra` is not one of the speaker labels",
            "span": span,
            "hint": "did you mean `Mira`?",
            "related": [],
            "fix": { "span": span, "replacement": "Mira" },
        }])
    );
}

#[test]
fn what_is_not_there_is_left_out_of_the_json() {
    let source = sound_but(":::toggle-heading Answer Key\n1. some\n2. any\n:::\n", "");
    let items = report(&source, &LintOptions::default()).items(&source);
    let json = serde_json::to_value(&items).unwrap();
    assert!(json[0].get("fix").is_none());
}

#[test]
fn the_summary_has_the_settings_unless_one_of_them_failed() {
    let lesson = Lesson::parse(SOUND);
    let summary = Report::new(&lesson, &LintOptions::default()).summary(&lesson);
    insta::assert_json_snapshot!(summary, @r#"
    {
      "ok": true,
      "errors": [],
      "warnings": [],
      "meta": {
        "cover": "https://example.com/covers/market.jpg",
        "icon": "🍎",
        "input_type": "generate",
        "level": "A2",
        "properties": {
          "Status": "Not started"
        },
        "speaker_labels": [
          "Mira",
          "Jonas"
        ],
        "speaker_profiles": [
          {
            "gender": "male",
            "id": "Jonas"
          }
        ],
        "student": "Sample Student",
        "title": "Counting Apples: A Market Morning",
        "topic": "Some and any, Polite requests"
      }
    }
    "#);
    let source = sound_but("level: A2", "level: \"\"");
    let lesson = Lesson::parse(&source);
    let summary = Report::new(&lesson, &LintOptions::default()).summary(&lesson);
    assert!(summary.meta.is_none());
}

#[test]
fn an_undeclared_speaker_is_named() {
    let source = sound_but("[Mira]: Then", "[Zora]: Then");
    let lesson = Lesson::parse(&source);
    let summary = Report::new(&lesson, &LintOptions::default()).summary(&lesson);
    assert!(summary.errors[0].contains("Zora") && summary.errors[0].contains("Mira"));
}

#[test]
fn indented_markers_fail_in_strict_mode_and_name_column_1() {
    for (from, to) in [
        (":::study-text Dialogue", "  :::study-text Dialogue"),
        ("apples, please.\n:::", "apples, please.\n  :::"),
    ] {
        let source = sound_but(from, to);
        let lesson = Lesson::parse(&source);
        assert!(Report::new(&lesson, &LintOptions::default()).ok);
        let summary = Report::new(&lesson, &strict()).summary(&lesson);
        assert!(
            !summary.ok && summary.errors[0].contains("column 1"),
            "{:?}",
            summary.errors
        );
    }
}

#[test]
fn a_stub_fails_with_several_errors() {
    let stub = "```markdown\n---\ntitle: \"\"\nstudent: \"\"\nlevel: A1\ntopic: \"\"\ninput_type: generate\n---\n\n## 1. This Week's Mission Briefing\nText.\n\n## 2. Your Homework Roadmap\nText.\n```\n";
    let report = report(stub, &LintOptions::default());
    let errors = report
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.count(), 3 + 7 + 2 + 1);
}

#[test]
fn messages_of_the_summary_say_where() {
    let source = sound_but("apples, please.\n:::", "apples, please.\n  :::");
    let lesson = Lesson::parse(&source);
    let summary = Report::new(&lesson, &LintOptions::default()).summary(&lesson);
    assert!(
        summary.warnings[0].starts_with("line 37, column "),
        "{:?}",
        summary.warnings
    );
    assert!(summary.warnings[0].ends_with("(study-text-close-indented)"));
}
