//! The adapter keeps the contract of its port.

use esl_testkit::{Fixture, NotionFixture};

use super::world::{fakes, lessons, workspace};

async fn notion() -> NotionFixture {
    let fakes = fakes().await;
    NotionFixture {
        source: lessons(&fakes),
        workspace: Fixture::guarded(workspace(&fakes), fakes),
    }
}

esl_testkit::notion_suite!(notion);
