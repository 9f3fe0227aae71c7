//! The demo page in a real browser, opened from its file.

use std::path::{Path, PathBuf};

use esl_core::ports::CreatedPage;
use esl_testkit::browser::{Browser, Screen};

use crate::{Fixture, demo};

const DESKTOP: Screen = Screen {
    width: 1280,
    height: 900,
    is_dark: false,
};
const PHONE: Screen = Screen {
    width: 390,
    height: 844,
    is_dark: false,
};

/// The demo page, opened; `None` without a browser.
async fn opened() -> Option<(Fixture, CreatedPage, Browser)> {
    let mut browser = Browser::start()?;
    let fixture = Fixture::new();
    let page = demo::page(&fixture).await;
    browser.show_on(DESKTOP);
    browser.open(&page.url);
    Some((fixture, page, browser))
}

fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}

#[tokio::test]
async fn the_page_requests_only_itself_and_nothing_complains() {
    let Some((_fixture, page, mut browser)) = opened().await else {
        return;
    };
    browser.wait_until("document.querySelector('audio').readyState >= 1");
    // Chromium loads the icons of its own player as `data:`, the sound without telling.
    let is_own = |url: &String| *url == page.url || url.starts_with("data:");
    let (own, others): (Vec<_>, Vec<_>) = browser.requests().iter().partition(|url| is_own(url));
    assert!(others.is_empty(), "{others:?}");
    assert!(own.contains(&&page.url));
    assert!(
        browser.complaints().is_empty(),
        "{:?}",
        browser.complaints()
    );
}

#[tokio::test]
async fn lines_follow_the_sound_and_the_sound_follows_the_lines() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    let current = "document.querySelector('.cue[aria-current=true]')?.dataset.start";
    browser.eval("document.querySelector('.play').click()");
    browser.wait_until(&format!("{current} === '0'"));
    browser.wait_until(&format!("{current} === '1500'"));
    browser.wait_until("document.querySelector('audio').currentTime > 1.5");

    let jump = "document.querySelectorAll('.cue')[4].click()";
    assert_eq!(browser.eval(&format!("{jump}, {current}")), "6000");
    browser.wait_until("document.querySelector('audio').currentTime > 6");
    let marked = browser.eval("document.querySelectorAll('.cue[aria-current]').length");
    assert_eq!(marked, 1);
    assert_eq!(browser.complaints(), [] as [String; 0]);
}

#[tokio::test]
async fn the_player_is_worked_by_keyboard() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    browser.eval("document.querySelector('.cue').focus()");
    browser.press("ArrowDown");
    browser.press("Enter");
    browser.wait_until("document.querySelector('.play').ariaLabel === 'Pause'");
    assert_eq!(
        browser.eval("document.querySelector('audio').currentTime >= 1.5"),
        true
    );
    browser.press("k");
    browser.wait_until("document.querySelector('audio').paused");
    browser.press("l");
    assert_eq!(
        browser.eval("document.querySelector('audio').currentTime >= 6.5"),
        true
    );
    browser.press("j");
    assert_eq!(
        browser.eval("document.querySelector('audio').currentTime < 6.5"),
        true
    );
    browser.press("r");
    assert_eq!(
        browser.eval("document.querySelector('.repeat').ariaPressed"),
        "true"
    );
}

#[tokio::test]
async fn a_repeated_line_starts_again() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    browser.eval("document.querySelector('.repeat').click()");
    browser.eval(
        "window.jumps = 0;
         document.querySelector('audio').addEventListener('seeked', () => window.jumps += 1);
         document.querySelectorAll('.cue')[1].click()",
    );
    browser.wait_until("window.jumps >= 2");
    let start = "document.querySelector('.cue[aria-current=true]').dataset.start";
    assert_eq!(browser.eval(start), "1500");
}

#[tokio::test]
async fn the_speed_can_be_chosen() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    for speed in ["0.5", "0.75", "1", "1.25", "1.5"] {
        browser.eval(&format!(
            "var select = document.querySelector('.speed select');
             select.value = '{speed}';
             select.dispatchEvent(new Event('change'))"
        ));
        assert_eq!(
            browser.eval("String(document.querySelector('audio').playbackRate)"),
            speed
        );
    }
}

#[tokio::test]
async fn toggles_open_by_keyboard_and_contents_lead_to_headings() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    browser.eval("document.querySelector('.toggle > summary').focus()");
    browser.press("Enter");
    assert_eq!(browser.eval("document.querySelector('.toggle').open"), true);
    let dangling = "[...document.querySelectorAll('.toc a')]
        .filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).length";
    assert_eq!(browser.eval(dangling), 0);
    assert_eq!(
        browser.eval("document.querySelectorAll('.toc a').length"),
        11
    );
}

#[tokio::test]
async fn the_students_page_holds_no_answer() {
    let Some((_fixture, page, mut browser)) = opened().await else {
        return;
    };
    browser.open(&page.student_url.unwrap());
    let html = browser.eval("document.documentElement.outerHTML");
    let html = html.as_str().unwrap();
    assert!(html.contains("Controlled Practice"));
    for word in ["opposite-secret", "Answer", "Follow-up", "Draw a map"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(
        browser.complaints().is_empty(),
        "{:?}",
        browser.complaints()
    );
}

#[tokio::test]
async fn paper_shows_what_is_folded_and_no_player() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    let visible = |selector: &str| {
        format!(
            "[...document.querySelectorAll('{selector}')]
                .filter((part) => part.checkVisibility() && part.clientHeight > 0).length"
        )
    };
    assert_eq!(browser.eval(&visible(".toggle-body")), 0);
    browser.show_on_paper();
    // Folded content is laid out anew with the next frame.
    let toggles = "document.querySelectorAll('.toggle').length";
    browser.wait_until(&format!("{} === {toggles}", visible(".toggle-body")));
    assert_eq!(browser.eval(&visible(".controls, .player audio")), 0);
    assert_eq!(browser.eval(&visible(".cue-text")), 6);
    browser.eval("document.querySelector('.transcript').open = false");
    assert_eq!(browser.eval(&visible(".player")), 0);
}

#[tokio::test]
async fn without_scripts_the_browsers_own_player_is_there() {
    let Some((_fixture, page, mut browser)) = opened().await else {
        return;
    };
    browser.allow_scripts(false);
    browser.open(&page.url);
    assert_eq!(
        browser.eval("document.querySelector('audio').controls"),
        true
    );
    assert_eq!(
        browser.eval("document.querySelector('audio').offsetHeight > 20"),
        true
    );
    assert_eq!(
        browser.eval("document.querySelector('.controls').offsetHeight"),
        0
    );
}

#[tokio::test]
async fn the_policy_stops_what_the_page_does_not_bring_itself() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    for (tag, source, directive) in [
        ("img", "src = 'https://remote.example/a.png'", "img-src"),
        ("audio", "src = 'https://remote.example/a.mp3'", "media-src"),
        ("script", "text = 'window.ran = true'", "script-src-elem"),
        (
            "style",
            "textContent = 'p { color: red }'",
            "style-src-elem",
        ),
        ("iframe", "src = 'https://remote.example/'", "frame-src"),
    ] {
        let stopped = browser.eval(&format!(
            "new Promise((done) => {{
                addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), {{ once: true }});
                const part = document.createElement('{tag}');
                part.{source};
                document.body.append(part);
            }})"
        ));
        assert_eq!(stopped, directive);
    }
    assert_eq!(browser.eval("window.ran === undefined"), true);
}

#[tokio::test]
async fn it_fits_every_screen_and_paper() {
    let Some((_fixture, _page, mut browser)) = opened().await else {
        return;
    };
    browser.eval(
        "document.querySelectorAll('.cue')[1].click(); document.querySelector('audio').pause()",
    );
    for (name, screen) in [("desktop", DESKTOP), ("phone", PHONE)] {
        for (theme, is_dark) in [("light", false), ("dark", true)] {
            browser.show_on(Screen { is_dark, ..screen });
            let overflow =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.eval(overflow), 0, "{name} scrolls sideways");
            browser.screenshot(&pictures().join(format!("page-{name}-{theme}.png")));
        }
    }
    browser.print(&pictures().join("page.pdf"));
}
