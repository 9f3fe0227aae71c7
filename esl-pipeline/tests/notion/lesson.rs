//! A lesson becomes a page, and the page follows the lesson.

use super::world::{LESSON, School};

/// A line of the lesson that stands on the page as a block of its own.
const LINE: &str = "Why is an umbrella a bad idea?";

/// The ids of the page's topmost blocks, with what they say.
fn blocks(school: &School) -> Vec<(uuid::Uuid, String)> {
    let page = school.fakes.notion().pages().remove(0);
    let blocks = page.blocks.iter();
    blocks.map(|block| (block.id, block.text())).collect()
}

#[tokio::test]
async fn a_lesson_becomes_a_page_with_its_recording_above_the_study_text() {
    let school = School::new().await;
    let report = school.run(LESSON).await.unwrap();
    let page = school.page();
    let study_text = page.iter().position(|line| line == "toggle study-text");
    let above = &page[study_text.expect("a study text") - 1];
    assert_eq!(above, "audio ");
    assert_eq!(page.iter().filter(|line| line.trim() == "audio").count(), 2);
    let shown = school.fakes.notion().pages().remove(0);
    assert_eq!(report.page_id.unwrap().as_uuid(), &shown.id);
    assert_eq!(shown.title, "Weather Report: A Lesson That Uses Everything");
    assert_eq!(shown.properties["Level"]["select"]["name"], "B1");
    assert_eq!(shown.properties["Minutes"]["number"], 30.0);
    let (_, anna) = school.fakes.notion().students()[0];
    assert_eq!(
        shown.properties["Student"]["relation"][0]["id"],
        anna.to_string()
    );
    assert!(shown.icon["emoji"].is_string());
}

#[tokio::test]
async fn an_unchanged_lesson_changes_nothing() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    school.fakes.clear_log();
    let report = school.run(LESSON).await.unwrap();
    assert!(!report.changed);
    assert_eq!(school.writes(), <[String; 0]>::default());
    let forced = school
        .run_with(LESSON, |options| options.force = true)
        .await;
    let page = forced.unwrap().page.expect("the page was compared");
    assert_eq!((page.inserted, page.updated, page.deleted), (0, 0, 0));
    assert_eq!(page.conflicts, []);
}

#[tokio::test]
async fn a_changed_line_changes_its_block_and_no_other() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    let before = blocks(&school);
    school.fakes.clear_log();
    let report = school.run(&LESSON.replace(LINE, "Why the coat?")).await;
    let page = report.unwrap().page.unwrap();
    assert_eq!((page.inserted, page.updated, page.deleted), (0, 1, 0));
    // The page's head and the line; the player plays already what it is to play.
    assert_eq!(school.writes(), ["PATCH /v1/pages/*", "PATCH /v1/blocks/*"]);
    let after = blocks(&school);
    let changed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after);
    let changed: Vec<_> = changed
        .map(|(before, after)| (before.0 == after.0, &after.1))
        .collect();
    assert_eq!(changed.len(), 1);
    assert!(
        changed[0].0 && changed[0].1 == "Why the coat?",
        "{changed:?}"
    );
}

#[tokio::test]
async fn what_a_student_wrote_stays() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    let page = school.fakes.notion().pages().remove(0);
    let toggle = page
        .blocks
        .iter()
        .find(|block| block.text() == "study-text");
    let answer = |text: &str| {
        serde_json::json!([{"paragraph": {"rich_text": [
            {"type": "mention", "mention": {"type": "date", "date": {"start": "2026-02-03"}}},
            {"text": {"content": text}}]}}])
    };
    school
        .fakes
        .notion()
        .write(toggle.unwrap().id, &answer("inside"));
    school.fakes.notion().write(page.id, &answer("below"));
    school
        .run(&LESSON.replace(LINE, "Why the coat?"))
        .await
        .unwrap();
    let page = school.page();
    for text in ["inside", "below"] {
        assert!(page.iter().any(|line| line.ends_with(text)), "{page:#?}");
    }
}

#[tokio::test]
async fn a_page_that_was_put_into_the_trash_is_made_anew() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    let page = school.page();
    let id = school.fakes.notion().pages()[0].id;
    school.fakes.notion().trash(id);
    school.run(LESSON).await.unwrap();
    assert_eq!(school.page(), page);
    assert_ne!(school.fakes.notion().pages()[0].id, id);
}

#[tokio::test]
async fn a_new_recording_takes_the_place_of_the_old_one() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    let page = school.page();
    let player = school.manifest().await.audio.unwrap().block_id;
    let spoken = "And rain?";
    assert!(LESSON.contains(spoken));
    school
        .run(&LESSON.replace(spoken, "And snow?"))
        .await
        .unwrap();
    assert_eq!(school.manifest().await.audio.unwrap().block_id, player);
    assert_eq!(school.page().len(), page.len());
    assert_eq!(school.fakes.notion().upload_count(), 2);
}
