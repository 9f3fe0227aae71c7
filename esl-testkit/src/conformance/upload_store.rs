//! The contract of [`UploadStore`].

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use esl_core::Timestamp;
use esl_core::job::{LessonUploadId, UserId};
use esl_core::ports::UploadStore;

use crate::Fixture;

/// Makes one test of each clause of the [`UploadStore`] contract.
///
/// `$fixture` names an `async fn() -> Fixture<dyn UploadStore>` of the calling module.
#[macro_export]
macro_rules! upload_store_suite {
    ($fixture:ident) => {
        $crate::__clauses!(
            upload_store,
            $fixture,
            [
                what_is_put_is_got_back,
                each_upload_has_an_id_of_its_own,
                an_upload_is_there_for_its_owner_alone,
                an_unknown_upload_is_absent_and_can_be_removed,
                what_is_removed_is_absent,
                what_was_stored_before_a_time_is_listed,
            ]
        );
    };
}

const LESSON: &[u8] = "# Größe\r\n\u{0}".as_bytes();

/// An hour after now by the machine's clock.
fn later() -> Timestamp {
    Timestamp::from(SystemTime::now()).plus(Duration::from_secs(3600))
}

async fn put(fixture: &Fixture<dyn UploadStore>, owner: Option<UserId>) -> LessonUploadId {
    let lesson = Bytes::from_static(LESSON);
    fixture.port.put(owner, lesson).await.expect("stored")
}

async fn get(
    fixture: &Fixture<dyn UploadStore>,
    owner: Option<UserId>,
    id: LessonUploadId,
) -> Option<Bytes> {
    fixture.port.get(owner, id).await.expect("readable")
}

/// The same bytes come back.
pub async fn what_is_put_is_got_back(fixture: &Fixture<dyn UploadStore>) {
    for owner in [None, Some(UserId::new())] {
        let id = put(fixture, owner).await;
        assert_eq!(get(fixture, owner, id).await.as_deref(), Some(LESSON));
    }
}

/// The same lesson twice is two uploads.
pub async fn each_upload_has_an_id_of_its_own(fixture: &Fixture<dyn UploadStore>) {
    let (first, second) = tokio::join!(put(fixture, None), put(fixture, None));
    assert_ne!(first, second);
    fixture.port.remove(None, first).await.expect("removed");
    assert!(get(fixture, None, second).await.is_some());
}

/// Nobody else finds it, or takes it away.
pub async fn an_upload_is_there_for_its_owner_alone(fixture: &Fixture<dyn UploadStore>) {
    let (owner, other) = (Some(UserId::new()), Some(UserId::new()));
    let id = put(fixture, owner).await;
    for stranger in [other, None] {
        assert_eq!(get(fixture, stranger, id).await, None);
        fixture.port.remove(stranger, id).await.expect("no matter");
    }
    assert!(get(fixture, owner, id).await.is_some());
}

/// `get` is `None`; `remove` succeeds.
pub async fn an_unknown_upload_is_absent_and_can_be_removed(fixture: &Fixture<dyn UploadStore>) {
    let id = LessonUploadId::new();
    assert_eq!(get(fixture, None, id).await, None);
    fixture.port.remove(None, id).await.expect("no matter");
}

/// Once removed, it is neither found nor listed.
pub async fn what_is_removed_is_absent(fixture: &Fixture<dyn UploadStore>) {
    let id = put(fixture, None).await;
    fixture.port.remove(None, id).await.expect("removed");
    assert_eq!(get(fixture, None, id).await, None);
    let listed = fixture.port.stored_before(later()).await;
    assert_eq!(listed.expect("listable"), []);
}

/// Every upload is listed with its owner if it was there before the time, and only then.
pub async fn what_was_stored_before_a_time_is_listed(fixture: &Fixture<dyn UploadStore>) {
    let owner = Some(UserId::new());
    let mut stored = [
        (None, put(fixture, None).await),
        (owner, put(fixture, owner).await),
    ];
    let listed = fixture.port.stored_before(later()).await.expect("listable");
    let mut found: Vec<_> = listed
        .iter()
        .map(|upload| (upload.owner, upload.id))
        .collect();
    found.sort_unstable();
    stored.sort_unstable();
    assert_eq!(found, stored);
    let first = listed.iter().map(|upload| upload.stored_at).min();
    let before = fixture.port.stored_before(first.expect("two")).await;
    assert_eq!(before.expect("listable"), []);
}
