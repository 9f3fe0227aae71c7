//! Services outside that fail for a while, or until somebody mends them: one page, one object, and no
//! speech bought twice.

use esl_testkit::fakes::{Answer, Fault, Service};

use crate::outside::{Outside, lesson};

/// The services that a run asks.
const SERVICES: [Service; 3] = [Service::Notion, Service::ElevenLabs, Service::S3];

const RUN: [&str; 5] = ["run", "lesson.md", "--tts-mode", "monologue", "--json"];

/// Nothing takes effect later than this in the fakes, so a resumed run need not wait longer.
const TIMEOUT: [(&str, &str); 1] = [("NOTION_CLIENT_TIMEOUT", "1000")];

/// Lines of the dialogue, each a piece of speech.
const LINES: usize = 13;

fn assert_made_once(outside: &Outside) {
    assert_eq!(outside.fakes.notion().pages().len(), 1);
    assert_eq!(outside.fakes.s3().objects().len(), 1);
    let spoken = outside.fakes.requests(Service::ElevenLabs);
    let spoken = spoken
        .iter()
        .filter(|request| request.method == "POST" && request.status == Some(200));
    assert_eq!(spoken.count(), LINES);
}

/// Runs the lesson while the services fail so, by themselves.
fn assert_survives(faults: &[(Service, Fault)]) {
    let (bench, outside) = (lesson(), Outside::new());
    for (service, fault) in faults {
        outside.fakes.inject(*service, fault.clone());
    }
    let ended = outside.esl(&bench, &RUN, &[]);
    assert_eq!(ended.code, Some(0), "{faults:?}: {}", ended.stderr);
    assert_made_once(&outside);
}

#[test]
fn storms_of_refusals_are_waited_out_whether_they_say_how_long_or_not() {
    let in_a_second = Answer::status(429).header("retry-after", 1);
    let storms = |service| {
        let told = Fault::answer(in_a_second.clone()).nth(2).times(2);
        [
            (service, told),
            (service, Fault::status(429).nth(5).times(2)),
        ]
    };
    assert_survives(SERVICES.map(storms).as_flattened());
}

#[test]
fn failures_that_pass_are_passed_over() {
    for status in [500, 503] {
        let failures = |service| {
            let first = Fault::status(status);
            [(service, first.clone()), (service, first.nth(3))]
        };
        assert_survives(SERVICES.map(failures).as_flattened());
    }
}

/// Lets a service refuse from its `nth` such request on; then it is mended, and the run is resumed.
fn assert_mended(service: Service, fault: Fault) {
    let (bench, outside) = (lesson(), Outside::new());
    outside.fakes.inject(service, fault.always());
    let refused = outside.esl(&bench, &RUN, &TIMEOUT);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    outside.fakes.clear_faults();
    let resumed = outside.esl(&bench, &["resume", "lesson.md"], &TIMEOUT);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    assert_made_once(&outside);
}

#[test]
fn a_key_that_is_revoked_in_the_middle_costs_nothing_twice_once_it_is_replaced() {
    assert_mended(
        Service::ElevenLabs,
        Fault::status(401).on("POST", "/**").nth(5),
    );
    assert_mended(Service::S3, Fault::status(403).on("PUT", "/**"));
    assert_mended(
        Service::Notion,
        Fault::status(401).on("PATCH", "/v1/blocks/*/children"),
    );
}

#[test]
fn a_page_that_was_deleted_by_hand_is_made_anew_without_buying_speech() {
    let (bench, outside) = (lesson(), Outside::new());
    assert_eq!(outside.esl(&bench, &RUN, &[]).code, Some(0));
    let page = outside.fakes.notion().pages()[0].id;
    outside.fakes.notion().trash(page);
    let again = outside.esl(&bench, &RUN, &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_made_once(&outside);
}
