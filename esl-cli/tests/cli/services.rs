//! Real services, faked strictly: a lesson becomes a Notion page with sound from S3 or from Notion,
//! and whatever is wrong is told without a secret.

use std::process::Stdio;
use std::time::Duration;

use esl_testkit::fakes::{Fault, Service};
use serde_json::Value;

use crate::bench::{Bench, Ended};
use crate::outside::{Outside, lesson};

/// Every message of a failure.
fn told(ended: &Ended) -> String {
    ended.json()["error"].to_string()
}

const WITHOUT_BUCKET: (&str, &str) = ("S3_BUCKET", "");

#[test]
fn a_lesson_becomes_a_page_in_notion_with_speech_from_s3() {
    let (bench, outside) = (lesson(), Outside::new());
    let line = ["run", "lesson.md", "--json", "--log-level", "trace"];
    let ended = outside.esl(&bench, &line, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    let address = result["audio"]["url"].as_str().unwrap();
    assert!(
        address.contains("/s3/esl-audio/") && address.contains("X-Amz-Signature="),
        "{address}"
    );
    assert_eq!(outside.fakes.s3().objects().len(), 1);
    assert!(outside.count(Service::ElevenLabs, "POST") > 0);
    outside.fakes.clear_log();
    let again = outside.esl(&bench, &line, &[]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(again.json()["result"]["pageId"], result["pageId"]);
    assert_eq!(outside.count(Service::ElevenLabs, "POST"), 0);
    let told = outside.fakes.requests(Service::Notion);
    let writes: Vec<_> = told
        .iter()
        .filter(|request| request.method == "PATCH")
        .collect();
    assert!(writes.is_empty(), "nothing is done twice: {writes:?}");
}

#[test]
fn without_a_bucket_notion_takes_the_recording() {
    let (bench, outside) = (lesson(), Outside::new());
    let ended = outside.esl(&bench, &["run", "lesson.md", "--json"], &[WITHOUT_BUCKET]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let uploads = outside.fakes.requests(Service::Notion);
    assert!(
        uploads
            .iter()
            .any(|request| request.path.ends_with("/send"))
    );
    assert_eq!(outside.fakes.s3().objects().len(), 0);
}

#[test]
fn a_folder_makes_local_pages_whatever_token_there_is() {
    let (bench, outside) = (lesson(), Outside::new());
    let line = [
        "run",
        "lesson.md",
        "--no-tts",
        "--workspace",
        "pages",
        "--json",
    ];
    let ended = outside.esl(&bench, &line, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(outside.fakes.requests(Service::Notion).len(), 0);
}

#[test]
fn a_token_that_is_refused_ends_the_run_before_anything_is_done() {
    let (bench, outside) = (lesson(), Outside::new());
    let wrong = ("NOTION_TOKEN", "ntn_wrong_wrong_wrong");
    let line = ["run", "lesson.md", "--json", "--log-level", "trace"];
    let ended = outside.esl(&bench, &line, &[wrong]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains(wrong.1));
    assert_eq!(outside.count(Service::ElevenLabs, "POST"), 0);
    assert_eq!(bench.files(), ["lesson.md"]);
}

#[test]
fn a_database_that_is_not_there_is_told_with_what_to_do() {
    let (bench, outside) = (lesson(), Outside::new());
    let nowhere = ("NOTION_DB_ID", "00000000-0000-4000-8000-00000000dead");
    let ended = outside.esl(&bench, &["run", "lesson.md", "--json"], &[nowhere]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(told(&ended).contains("Connections"), "{}", told(&ended));
    let none = outside.esl(
        &bench,
        &["run", "lesson.md", "--json"],
        &[("NOTION_DB_ID", "")],
    );
    assert_eq!(none.code, Some(4), "{}", none.stderr);
    assert!(told(&none).contains("NOTION_DB_ID"), "{}", told(&none));
}

#[test]
fn variables_in_a_dotenv_file_do_as_well() {
    let (bench, outside) = (lesson(), Outside::new());
    let lines = outside.fakes.environment().iter();
    let lines = lines.filter(|(name, _)| !name.starts_with("OPENAI"));
    let text: String = lines
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    bench.file(".env", text);
    let ended = bench.esl(&["run", "lesson.md", "--json"]);
    outside.assert_no_secret(&ended);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(outside.fakes.s3().objects().len(), 1);
    let hidden = bench.command(&["run", "lesson.md", "--no-tts", "--json"]);
    let mut hidden = hidden;
    hidden.env("NOTION_TOKEN", "");
    let local = Ended::from(hidden.output().unwrap());
    assert!(
        local.json()["result"]["pageUrl"]
            .to_string()
            .contains("file://"),
        "{}",
        local.stdout
    );
}

#[test]
fn the_doctor_asks_every_service() {
    let (bench, outside) = (lesson(), Outside::new());
    let health = |ended: &Ended, name: &str| -> String {
        let document = ended.json();
        let checks = document["result"]["checks"].as_array().unwrap().clone();
        let check = checks.iter().find(|check| check["name"] == name);
        let check: &Value = check.unwrap_or_else(|| panic!("{name}: {checks:?}"));
        check["health"].as_str().unwrap().to_owned()
    };
    let well = outside.esl(&bench, &["doctor", "--json", "--log-level", "trace"], &[]);
    assert_eq!(well.code, Some(0), "{}", well.stdout);
    for name in ["Notion", "database", "speech", "characters", "bucket"] {
        assert_eq!(health(&well, name), "ok", "{name}");
    }
    assert_eq!(outside.fakes.s3().objects().len(), 0, "it cleans up");
    let wrong = [
        ("NOTION_TOKEN", "ntn_wrong"),
        ("ELEVENLABS_API_KEY", "sk_wrong"),
        ("S3_BUCKET", "no-such-bucket"),
    ];
    let ill = outside.esl(&bench, &["doctor", "--json"], &wrong);
    assert_eq!(ill.code, Some(4), "{}", ill.stdout);
    for name in ["Notion", "speech", "bucket"] {
        assert_eq!(health(&ill, name), "fail", "{name}");
    }
}

#[test]
fn speech_alone_needs_no_notion() {
    let (bench, outside) = (lesson(), Outside::new());
    let ended = outside.esl(
        &bench,
        &["tts", "lesson.md", "--out", "sound", "--json"],
        &[],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let result = &ended.json()["result"];
    assert!(
        result["durationSeconds"].as_f64().unwrap() > 1.0,
        "{result}"
    );
    let files = bench.files();
    assert!(
        files
            .iter()
            .any(|file| file.starts_with("sound/") && file.ends_with(".vtt"))
    );
    assert_eq!(outside.fakes.requests(Service::Notion).len(), 0);
    assert!(
        !files.contains(&"lesson.manifest.json".to_owned()),
        "{files:?}"
    );
}

#[test]
fn a_file_is_uploaded_under_the_name_of_its_content() {
    let (bench, outside) = (Bench::new(), Outside::new());
    bench.file("Anna.mp3", "sound");
    let line = ["upload", "Anna.mp3", "--prefix", "/audio/", "--json"];
    let first = outside.esl(&bench, &line, &[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let keys: Vec<_> = outside.fakes.s3().objects().into_keys().collect();
    assert_eq!(keys.len(), 1);
    assert!(
        keys[0].starts_with("audio/") && !keys[0].contains("Anna"),
        "{keys:?}"
    );
    assert_eq!(first.json()["result"]["created"], true);
    let again = outside.esl(&bench, &line, &[]);
    assert_eq!(again.json()["result"]["created"], false);
}

#[test]
fn voices_are_listed_kept_and_chosen_from() {
    let (bench, outside) = (lesson(), Outside::new());
    let synced = outside.esl(&bench, &["voices", "sync", "--json"], &[]);
    assert_eq!(synced.code, Some(0), "{}", synced.stderr);
    assert!(synced.json()["result"]["voices"].as_u64().unwrap() > 1);
    outside.fakes.clear_log();
    let line = ["voices", "explain", "lesson.md", "--json"];
    let explained = outside.esl(&bench, &line, &[]);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    let asked = outside.fakes.requests(Service::ElevenLabs);
    let asked: Vec<_> = asked.iter().map(|request| &*request.path).collect();
    assert_eq!(asked, ["/v1/models"]);
}

#[test]
fn a_page_for_students_holds_no_answers() {
    let (bench, outside) = (lesson(), Outside::new());
    let line = ["run", "lesson.md", "--no-tts", "--audience", "student"];
    let ended = outside.esl(&bench, &line, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let pages = format!("{:?}", outside.fakes.notion().pages());
    assert!(pages.contains("Your Turn"), "{pages}");
    assert!(!pages.contains("Answer Key"), "{pages}");
}

#[test]
fn the_headings_of_a_page_are_coloured_once() {
    let (bench, outside) = (lesson(), Outside::new());
    let line = ["run", "lesson.md", "--no-tts", "--no-preset", "--json"];
    let page = outside.esl(&bench, &line, &[]).json()["result"]["pageUrl"].clone();
    let colorize = ["colorize", page.as_str().unwrap(), "--json"];
    let changed = |ended: &Ended| {
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.json()["result"]["updated"].as_array().unwrap().len()
    };
    let dry = outside.esl(&bench, &[&colorize[..], &["--dry-run"]].concat(), &[]);
    let first = outside.esl(&bench, &colorize, &[]);
    assert!(changed(&first) > 0, "{}", first.stdout);
    assert_eq!(changed(&dry), changed(&first));
    assert_eq!(changed(&outside.esl(&bench, &colorize, &[])), 0);
}

/// Makes the page; then the recording, but kills the process as soon as its request hangs at the
/// service; then runs again.
fn killed_at(service: Service, method: &str) -> (Outside, Bench) {
    let (bench, outside) = (lesson(), Outside::new());
    let page = outside.esl(&bench, &["run", "lesson.md", "--no-tts"], &[]);
    assert_eq!(page.code, Some(0), "{}", page.stderr);
    let forever = Fault::delay(Duration::from_secs(3600));
    outside.fakes.inject(service, forever.on(method, "/**"));
    let mut command = outside.command(&bench, &["run", "lesson.md"], &[]);
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = quiet.spawn().unwrap();
    outside.until(service, method);
    process.kill().unwrap();
    process.wait().unwrap();
    outside.fakes.clear_faults();
    let resumed = outside.esl(&bench, &["run", "lesson.md"], &[]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    (outside, bench)
}

#[test]
fn killed_while_it_uploads_it_buys_nothing_again() {
    let (outside, bench) = killed_at(Service::S3, "PUT");
    assert_eq!(outside.count(Service::ElevenLabs, "POST"), 1);
    assert_eq!(outside.fakes.s3().objects().len(), 1);
    let again = outside.esl(&bench, &["run", "lesson.md", "--json"], &[]);
    assert_eq!(again.json()["result"]["changed"], false);
}

#[test]
fn killed_while_it_speaks_it_leaves_one_page_and_one_object() {
    let (outside, _bench) = killed_at(Service::ElevenLabs, "POST");
    assert_eq!(outside.count(Service::ElevenLabs, "POST"), 2);
    assert_eq!(outside.fakes.s3().objects().len(), 1);
    let created = outside.fakes.requests(Service::Notion);
    let created = created
        .iter()
        .filter(|request| request.method == "POST" && request.path == "/v1/pages");
    assert_eq!(created.count(), 1);
}

#[test]
fn a_run_is_resumed_in_the_database_that_was_typed_for_it() {
    let (bench, outside) = (lesson(), Outside::new());
    let database = outside.fakes.notion().database_id().to_string();
    let nowhere = [("NOTION_DB_ID", "")];
    let refused = Fault::status(401).on("POST", "/**");
    outside.fakes.inject(Service::ElevenLabs, refused);
    let line = ["run", "lesson.md", "--db-id", &database];
    let failed = outside.esl(&bench, &line, &nowhere);
    assert_eq!(failed.code, Some(4), "{}", failed.stderr);
    let resumed = outside.esl(&bench, &["resume", "lesson.md"], &nowhere);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let created = outside.fakes.requests(Service::Notion);
    let created = created.iter().filter(|request| request.path == "/v1/pages");
    assert_eq!(created.count(), 1);
}
