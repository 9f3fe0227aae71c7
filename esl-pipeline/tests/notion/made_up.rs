//! Whatever our lint accepts, Notion takes, and gives back as it was.

use esl_pipeline::pipeline::PipelineError;
use esl_testkit::made_up_lesson;
use tokio::task::JoinSet;

use super::world::School;

/// What takes some seconds. The program `lessons-against-notion` looks at many more.
const LESSONS: u64 = 60;

/// Publishes a lesson and compares it with its page. Whether the lint accepts it.
async fn is_accepted_and_reads_the_same(seed: u64) -> bool {
    let (school, lesson) = (School::new().await, made_up_lesson(seed));
    let made = school.run_with(&lesson, |options| options.with_tts = Some(false));
    match made.await {
        Ok(_) => {}
        Err(PipelineError::InvalidLesson { .. }) => return false,
        Err(error) => panic!("seed {seed}: {error:?}"),
    }
    let again = school.run_with(&lesson, |options| {
        options.with_tts = Some(false);
        options.force = true;
    });
    let page = again.await.unwrap().page.expect("the page was compared");
    let edits = (page.inserted, page.updated, page.deleted);
    assert_eq!(edits, (0, 0, 0), "seed {seed}: {:?}", page.conflicts);
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_lint_accepts_becomes_a_page_that_reads_the_same() {
    let lessons: JoinSet<_> = (0..LESSONS).map(is_accepted_and_reads_the_same).collect();
    let accepted = lessons.join_all().await;
    let accepted = accepted.iter().filter(|accepted| **accepted).count();
    assert!(accepted >= 50, "{accepted} lessons were valid");
}
