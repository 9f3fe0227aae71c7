//! A lesson becomes homework: a page for the teacher, a copy for the student, a recording.

use std::fs;
use std::path::Path;

use crate::bench::{Bench, LESSON};

#[test]
fn a_page_is_made_without_sound() {
    let bench = Bench::with_lesson().without_programs();
    let ended = bench.esl(&["run", "lesson.md", "--no-tts", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    insta::assert_json_snapshot!(bench.redacted_json(&ended.json()["result"]));
}

#[test]
fn the_lesson_becomes_a_page_with_a_recording() {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    let audio = &result["audio"];
    // Thirteen lines of half a second each.
    assert!(audio["durationSeconds"].as_f64().unwrap() > 6.0, "{audio}");
    let path = Path::new(audio["path"].as_str().unwrap());
    assert!(path.is_absolute() && path.is_file(), "{audio}");
    insta::assert_json_snapshot!(bench.redacted_json(result));
}

#[test]
fn the_summary_tells_where_everything_is() {
    let bench = Bench::that_speaks();
    let ended = bench.esl(&["run", "lesson.md"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    insta::assert_snapshot!(bench.redacted(&ended.stdout), @"
    Lesson        lesson.md
    Page          file://[bench]/desk/homework/[uuid]/teacher.html
    Student page  file://[bench]/desk/homework/[uuid]/student.html
    Audio         [bench]/desk/[digest].mp3 (0:13 min)
    Voices        Clara→slt (female, auto 43, american), Sam→rms (male, auto 43, american)
    Manifest      [bench]/desk/lesson.manifest.json
    Steps         validate, import, colorize, colorize:b1-default:10/6/1, tts, add-audio, manifest
    Skipped       upload: upload disabled

    open it with: xdg-open 'file://[bench]/desk/homework/[uuid]/teacher.html'
    ");
}

#[test]
fn every_stage_that_begins_also_ends() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["run", "lesson.md", "--no-tts", "--json"]);
    let document = ended.json();
    let events = document["events"].as_array().unwrap();
    let stages = |status: &str| -> Vec<_> {
        let matching = events.iter().filter(|event| event["status"] == status);
        let mut stages: Vec<_> = matching
            .map(|event| event["stage"].as_str().unwrap())
            .collect();
        stages.sort_unstable();
        stages
    };
    assert!(stages("start").contains(&"import"), "{events:?}");
    assert_eq!(stages("start"), stages("success"));
    assert!(events.iter().all(|event| event["timestamp"].is_string()));
}

#[test]
fn the_second_run_changes_nothing() {
    let bench = Bench::that_speaks();
    let first = bench.esl(&["run", "lesson.md", "--json"]).json();
    let files = bench.contents();
    let second = bench.esl(&["run", "lesson.md", "--json"]).json();
    assert_eq!(second["result"]["changed"], false);
    assert_eq!(second["result"]["pageUrl"], first["result"]["pageUrl"]);
    assert_eq!(
        second["result"]["audio"]["path"],
        first["result"]["audio"]["path"]
    );
    assert_eq!(bench.contents(), files);
    assert_eq!(
        bench.esl(&["status", "lesson.md", "--exit-code"]).code,
        Some(0)
    );
}

#[test]
fn a_changed_line_keeps_the_page_and_speaks_only_that_line() {
    let bench = Bench::that_speaks();
    let first = bench.esl(&["run", "lesson.md", "--json"]).json();
    bench.file(
        "lesson.md",
        LESSON.replacen("Anything else?", "Is that all?", 1),
    );
    assert_eq!(
        bench.esl(&["status", "lesson.md", "--exit-code"]).code,
        Some(10)
    );
    let second = bench.esl(&["run", "lesson.md", "--json"]).json();
    assert_eq!(second["result"]["pageId"], first["result"]["pageId"]);
    let synthesis = &second["result"]["audio"]["synthesis"];
    let spoken = |name: &str| synthesis[name].as_u64().unwrap();
    assert_eq!(
        spoken("segments") - spoken("cachedSegments"),
        1,
        "{synthesis}"
    );
}

#[test]
fn the_students_copy_holds_answers_only_if_asked() {
    for (flags, has_answers) in [(&[][..], false), (&["--answers"][..], true)] {
        let bench = Bench::with_lesson();
        let line = [&["run", "lesson.md", "--no-tts", "--json"], flags].concat();
        let document = bench.esl(&line).json();
        let url = document["result"]["studentPageUrl"].as_str().unwrap();
        let page = fs::read_to_string(url.strip_prefix("file://").unwrap()).unwrap();
        assert_eq!(page.contains("Answer Key"), has_answers, "{flags:?}");
        assert!(!page.contains("Follow-up Plan"), "{flags:?}");
    }
}

#[test]
fn a_lesson_elsewhere_has_its_manifest_beside_it() {
    let bench = Bench::new();
    let lesson = bench.file("../lessons/unit 1/lesson.md", LESSON);
    let line = ["run", lesson.to_str().unwrap(), "--no-tts"];
    assert_eq!(bench.esl(&line).code, Some(0));
    assert!(lesson.with_file_name("lesson.manifest.json").is_file());
}

#[test]
fn bare_md_runs_the_lesson() {
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["--md", "lesson.md", "--no-tts", "--json"]);
    assert_eq!(ended.json()["command"], "run");
    assert!(bench.path("lesson.manifest.json").is_file());
}

#[test]
fn an_invalid_lesson_stops_the_run_before_anything_is_made() {
    let bench = Bench::new();
    bench.file("lesson.md", LESSON.replacen("icon: ☕", "icon: no", 1));
    let ended = bench.esl(&["run", "lesson.md", "--no-tts", "--json"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.stderr.contains("--> lesson.md:16:7"),
        "{}",
        ended.stderr
    );
    let findings = &ended.json()["error"]["details"]["diagnostics"];
    assert_eq!(findings[0]["code"], "icon-invalid");
    assert_eq!(bench.files(), ["lesson.md"]);
}
