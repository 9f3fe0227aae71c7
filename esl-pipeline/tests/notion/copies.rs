//! A teacher's page is not a student's page.

use esl_core::block::Audience;

use super::world::{LESSON, School};

const ANSWERS: &str = "Answer Key";
const PLAN: &str = "Follow-up Plan";

fn says(school: &School, text: &str) -> bool {
    school.page().iter().any(|line| line.contains(text))
}

#[tokio::test]
async fn a_students_page_has_neither_answers_nor_plan_and_stays_one() {
    let school = School::new().await;
    let run = school.run_with(LESSON, |options| options.audience = Some(Audience::Student));
    run.await.unwrap();
    assert!(!says(&school, ANSWERS) && !says(&school, PLAN));
    school
        .run(&LESSON.replace("And rain?", "And snow?"))
        .await
        .unwrap();
    assert!(!says(&school, ANSWERS) && !says(&school, PLAN));
    let requests = school.requests();
    let sent = requests
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body));
    assert!(
        sent.clone()
            .all(|body| !body.contains(ANSWERS) && !body.contains(PLAN))
    );
}

#[tokio::test]
async fn a_teachers_page_becomes_a_students_page_when_asked() {
    let school = School::new().await;
    school.run(LESSON).await.unwrap();
    assert!(says(&school, ANSWERS) && says(&school, PLAN));
    let audience = Some(Audience::StudentWithAnswers);
    let run = school.run_with(LESSON, |options| options.audience = audience);
    run.await.unwrap();
    assert!(says(&school, ANSWERS) && !says(&school, PLAN));
}
