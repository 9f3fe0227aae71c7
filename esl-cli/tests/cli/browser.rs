//! The finished homework in a real browser: what `make demo` shows.

use std::path::Path;

use esl_testkit::browser::{Browser, Screen};
use serde_json::Value;

use crate::bench::Bench;

/// Runs the A1 lesson with this machine's voices and opens its pages; `None` without a browser.
fn homework() -> Option<(Bench, Value, Browser)> {
    let browser = Browser::start()?;
    let bench = Bench::with_lesson();
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = ended.json()["result"].clone();
    Some((bench, result, browser))
}

fn url<'a>(result: &'a Value, field: &str) -> &'a str {
    result[field].as_str().unwrap()
}

#[test]
fn the_teacher_plays_the_recording_and_the_transcript_follows() {
    let Some((_bench, result, mut browser)) = homework() else {
        return;
    };
    browser.open(url(&result, "pageUrl"));
    browser.wait_until("document.querySelector('audio').readyState >= 1");
    let shown = browser.eval("document.querySelector('audio').duration");
    let told = result["audio"]["durationSeconds"].as_f64().unwrap();
    assert!(
        (shown.as_f64().unwrap() - told).abs() < 0.05,
        "{shown} is not {told}"
    );
    assert_eq!(browser.eval("document.querySelectorAll('.cue').length"), 13);

    browser.eval("document.querySelector('.play').click()");
    browser.wait_until("document.querySelector('.cue[aria-current=true]') !== null");
    browser.eval("document.querySelectorAll('.cue')[12].click()");
    browser.wait_until("document.querySelector('audio').currentTime > 40");
    assert_eq!(browser.complaints(), [] as [String; 0]);
    let is_own =
        |address: &String| address == url(&result, "pageUrl") || address.starts_with("data:");
    assert!(
        browser.requests().iter().all(is_own),
        "{:?}",
        browser.requests()
    );
}

#[test]
fn the_student_has_the_recording_and_no_answers() {
    let Some((_bench, result, mut browser)) = homework() else {
        return;
    };
    browser.open(url(&result, "studentPageUrl"));
    browser.wait_until("document.querySelector('audio').readyState >= 1");
    let page = browser.eval("document.documentElement.outerHTML");
    let page = page.as_str().unwrap();
    assert!(page.contains("Mission Briefing"));
    for secret in [
        "Answer Key",
        "by the window ·",
        "apple cake",
        "Swap roles",
        "Follow-up",
    ] {
        assert!(!page.contains(secret), "the student sees {secret:?}");
    }
    assert_eq!(browser.complaints(), [] as [String; 0]);
}

const SECTIONS_3_AND_4_ONLY: &str = "
    document.querySelector('audio').pause();
    document.activeElement.blur();
    var cut = (from, to) => {
        var range = document.createRange();
        from(range);
        to(range);
        range.deleteContents();
    };
    var page = document.querySelector('main');
    var titles = page.querySelectorAll('h2');
    cut(range => range.setStart(page, 0), range => range.setEndBefore(titles[2]));
    cut(range => range.setStartBefore(titles[4]), range => range.setEndAfter(page.lastChild));
";

/// Takes the picture of the README; `UPDATE_DOCS=1` puts it there.
#[test]
fn the_page_is_photographed() {
    let Some((_bench, result, mut browser)) = homework() else {
        return;
    };
    browser.show_on(Screen {
        width: 1000,
        height: 600,
        is_dark: false,
    });
    browser.open(url(&result, "pageUrl"));
    browser.wait_until("document.querySelector('audio').readyState >= 1");
    browser.eval("document.querySelectorAll('.cue')[3].click()");
    browser.wait_until("document.querySelector('.cue[aria-current=true]')?.dataset.start > 0");
    browser.eval(SECTIONS_3_AND_4_ONLY);
    let picture = match std::env::var_os("UPDATE_DOCS") {
        Some(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images/page.png"),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("page.png"),
    };
    browser.screenshot(&picture);
    assert!(std::fs::metadata(&picture).unwrap().len() > 20_000);
}
