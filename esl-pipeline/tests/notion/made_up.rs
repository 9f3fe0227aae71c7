//! Whatever our lint accepts, Notion takes, and gives back as it was.

use esl_pipeline::pipeline::PipelineError;
use esl_testkit::made_up_lesson;

use super::world::School;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_lint_accepts_becomes_a_page_that_reads_the_same() {
    let mut accepted = 0;
    for seed in 0..12 {
        let school = School::new().await;
        let lesson = made_up_lesson(seed);
        match school
            .run_with(&lesson, |options| options.with_tts = Some(false))
            .await
        {
            Ok(_) => accepted += 1,
            Err(PipelineError::InvalidLesson { .. }) => continue,
            Err(error) => panic!("seed {seed}: {error:?}"),
        }
        let again = school.run_with(&lesson, |options| {
            options.with_tts = Some(false);
            options.force = true;
        });
        let page = again.await.unwrap().page.expect("the page was compared");
        let edits = (page.inserted, page.updated, page.deleted);
        assert_eq!(edits, (0, 0, 0), "seed {seed}: {:?}", page.conflicts);
    }
    assert!(accepted >= 10, "{accepted} lessons were valid");
}
