//! The contract of [`ArtifactStore`].

use bytes::Bytes;
use esl_core::ports::{ArtifactBody, ArtifactKey, ArtifactMeta, ArtifactStore, Stored};

use crate::Fixture;

/// Makes one test of each clause of the [`ArtifactStore`] contract.
///
/// `$fixture` names an `async fn() -> Fixture<dyn ArtifactStore>` of the calling module.
#[macro_export]
macro_rules! artifact_store_suite {
    ($fixture:ident) => {
        $crate::__clauses!(
            artifact_store,
            $fixture,
            [
                an_unknown_key_is_absent,
                what_is_put_is_got_back,
                a_file_can_be_put,
                a_key_that_exists_is_left_alone,
                concurrent_puts_of_one_key_all_succeed,
                what_is_deleted_is_absent_and_deleting_again_succeeds,
            ]
        );
    };
}

fn key(text: &str) -> ArtifactKey {
    ArtifactKey::parse(text).expect("a valid key")
}

fn meta() -> ArtifactMeta {
    ArtifactMeta {
        content_type: "audio/mpeg".into(),
        file_name: None,
    }
}

fn body(bytes: &'static [u8]) -> ArtifactBody {
    ArtifactBody::Bytes(Bytes::from_static(bytes))
}

/// `get` and `head` of an unknown key are `None`.
pub async fn an_unknown_key_is_absent(fixture: &Fixture<dyn ArtifactStore>) {
    let key = key("segments/none.mp3");
    assert_eq!(fixture.port.get(&key).await.expect("readable"), None);
    assert_eq!(fixture.port.head(&key).await.expect("readable"), None);
}

/// The same bytes come back, and `head` tells their number.
pub async fn what_is_put_is_got_back(fixture: &Fixture<dyn ArtifactStore>) {
    let (store, key) = (&fixture.port, key("segments/a.mp3"));
    let stored = store
        .put(&key, body(b"sound"), &meta())
        .await
        .expect("stored");
    assert_eq!(stored, Stored::Created);
    assert_eq!(
        store.get(&key).await.expect("readable").as_deref(),
        Some(&b"sound"[..])
    );
    assert_eq!(store.head(&key).await.expect("readable"), Some(5));
}

/// A local file is stored with its bytes and stays where it is.
pub async fn a_file_can_be_put(fixture: &Fixture<dyn ArtifactStore>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp3");
    std::fs::write(&path, b"sound of a file").expect("written");
    let key = key("a.mp3");
    let file = ArtifactBody::File(path.clone());
    fixture.port.put(&key, file, &meta()).await.expect("stored");
    let got = fixture.port.get(&key).await.expect("readable");
    assert_eq!(got.as_deref(), Some(&b"sound of a file"[..]));
    assert!(path.exists());
}

/// A second `put` reports that the key exists and changes nothing.
pub async fn a_key_that_exists_is_left_alone(fixture: &Fixture<dyn ArtifactStore>) {
    let (store, key) = (&fixture.port, key("a.mp3"));
    store
        .put(&key, body(b"first"), &meta())
        .await
        .expect("stored");
    let stored = store
        .put(&key, body(b"second"), &meta())
        .await
        .expect("stored");
    assert_eq!(stored, Stored::AlreadyPresent);
    assert_eq!(
        store.get(&key).await.expect("readable").as_deref(),
        Some(&b"first"[..])
    );
}

/// Several concurrent `put`s of one key all succeed, and one file results.
pub async fn concurrent_puts_of_one_key_all_succeed(fixture: &Fixture<dyn ArtifactStore>) {
    let key = key("segments/shared.mp3");
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, key) = (fixture.port.clone(), key.clone());
        writers.spawn(async move { store.put(&key, body(b"same"), &meta()).await });
    }
    let results = writers.join_all().await;
    let created = results
        .into_iter()
        .filter(|stored| *stored.as_ref().expect("stored") == Stored::Created);
    assert!(created.count() >= 1);
    let got = fixture.port.get(&key).await.expect("readable");
    assert_eq!(got.as_deref(), Some(&b"same"[..]));
}

/// `delete` removes the file; deleting an unknown key succeeds.
pub async fn what_is_deleted_is_absent_and_deleting_again_succeeds(
    fixture: &Fixture<dyn ArtifactStore>,
) {
    let (store, key) = (&fixture.port, key("a.mp3"));
    store.put(&key, body(b"x"), &meta()).await.expect("stored");
    store.delete(&key).await.expect("deleted");
    assert_eq!(store.get(&key).await.expect("readable"), None);
    store.delete(&key).await.expect("deleted again");
}
