//! The process is killed at every request to the services outside: when it has been received, and when
//! it has been answered. The next run ends where one run would have ended: one page, one player, one
//! object, and nothing bought whose sound was kept.
//!
//! A request that was received is carried out though nobody waits for the answer. So a piece of speech
//! that was under way when the process died, and was not kept, is asked for once more; no other is.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use esl_testkit::fakes::notion::BlockTree;
use esl_testkit::fakes::{FakesOptions, LoggedRequest, Service, ServiceLimits};

use crate::bench::{Bench, LESSON};
use crate::outside::Outside;

/// Lines of the dialogue that are left, each a piece of speech.
const LINES: usize = 3;

/// Line by line, one after another, so that the requests come in one order.
const RUN: [&str; 6] = [
    "run",
    "lesson.md",
    "--tts-mode",
    "monologue",
    "--concurrency",
    "1",
];

/// Nothing takes effect later than this in the fakes, so a resumed run need not wait longer.
const TIMEOUT: [(&str, &str); 1] = [("NOTION_CLIENT_TIMEOUT", "1000")];

/// More than any run takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs at a time.
const THREADS: usize = 6;

/// When a request has come far enough for the process to die.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Received,
    Answered,
}

/// A bench with a lesson of few lines.
fn lesson() -> Bench {
    let bench = Bench::new();
    let text = LESSON.replacen("properties:\n  Status: Not started\n", "", 1);
    let (head, rest) = text.split_once(":::study-text Dialogue\n").unwrap();
    let (spoken, tail) = rest.split_once("\n:::").unwrap();
    let lines: Vec<_> = spoken.lines().take(LINES).collect();
    let lines = lines.join("\n");
    bench.file(
        "lesson.md",
        format!("{head}:::study-text Dialogue\n{lines}\n:::{tail}"),
    );
    bench
}

/// Fakes that take their time, so that the process dies before the answer.
fn outside() -> Outside {
    let limits = ServiceLimits {
        latency: Duration::from_millis(20),
        ..ServiceLimits::default()
    };
    Outside::with(FakesOptions {
        limits: Service::ALL
            .into_iter()
            .map(|service| (service, limits))
            .collect(),
        ..FakesOptions::default()
    })
}

/// What a lesson has come to.
#[derive(Debug, PartialEq)]
struct Homework {
    pages: Vec<Vec<String>>,
    objects: Vec<String>,
    files: Vec<String>,
}

impl Homework {
    fn of(bench: &Bench, outside: &Outside) -> Self {
        let pages = outside.fakes.notion().pages();
        let page = |blocks: &[BlockTree]| {
            let mut lines = Vec::new();
            write(blocks, &mut lines);
            lines
        };
        Self {
            pages: pages.iter().map(|shown| page(&shown.blocks)).collect(),
            objects: outside.fakes.s3().objects().into_keys().collect(),
            files: bench.files(),
        }
    }
}

fn write(blocks: &[BlockTree], lines: &mut Vec<String>) {
    for block in blocks {
        lines.push(format!("{} {}", block.kind, block.text()));
        write(&block.children, lines);
    }
}

/// The homework of one run, and how many requests it takes.
fn undisturbed() -> (Homework, usize) {
    let (bench, outside) = (lesson(), outside());
    let ended = outside.esl(&bench, &RUN, &TIMEOUT);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let homework = Homework::of(&bench, &outside);
    let players = homework.pages[0].iter();
    let players = players.filter(|line| line.starts_with("audio ")).count();
    assert_eq!(
        (homework.pages.len(), players, homework.objects.len()),
        (1, 1, 1)
    );
    assert_eq!(outside.count(Service::ElevenLabs, "POST"), LINES);
    let requests = Service::ALL.map(|service| outside.fakes.requests(service).len());
    (homework, requests.iter().sum())
}

/// Kills a run at its `nth` request and goes on with it.
fn assert_survives(expected: &Homework, nth: usize, moment: Moment) {
    let (bench, outside) = (lesson(), outside());
    kill(&bench, &outside, nth, moment);
    let bought = || outside.count(Service::ElevenLabs, "POST");
    let (before, kept) = (bought(), bench.segments());
    let again: &[&str] = match bench.path("lesson.manifest.json").exists() {
        true => &["resume", "lesson.md"],
        false => &RUN,
    };
    let resumed = outside.esl(&bench, again, &TIMEOUT);
    let case = format!("killed when request {nth} was {moment:?}");
    assert_eq!(resumed.code, Some(0), "{case}: {}", resumed.stderr);
    assert_eq!(Homework::of(&bench, &outside), *expected, "{case}");
    assert_eq!(bought() - before, LINES - kept, "{case}: {kept} kept");
    let creations = outside.fakes.requests(Service::Notion);
    let creations = creations
        .iter()
        .filter(|request| (&*request.method, &*request.path) == ("POST", "/v1/pages"));
    assert_eq!(creations.count(), 1, "{case}");
}

fn kill(bench: &Bench, outside: &Outside, nth: usize, moment: Moment) {
    let is_far_enough = move |request: &LoggedRequest| match moment {
        Moment::Received => true,
        Moment::Answered => request.ended.is_some(),
    };
    let mut command = outside.command(bench, &RUN, &TIMEOUT);
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = quiet.spawn().unwrap();
    let far_enough = outside.fakes.until_some(nth, is_far_enough);
    let far_enough = async { tokio::time::timeout(PATIENCE, far_enough).await };
    let waited = outside.runtime.block_on(far_enough);
    process.kill().unwrap();
    process.wait().unwrap();
    waited.expect("the request is made");
    outside.runtime.block_on(outside.fakes.until_idle());
}

#[test]
fn killed_at_any_request_it_is_taken_up_again() {
    let (expected, requests) = undisturbed();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    let moment = [Moment::Received, Moment::Answered][case % 2];
                    if case / 2 >= requests {
                        break;
                    }
                    assert_survives(&expected, case / 2 + 1, moment);
                }
            });
        }
    });
}
