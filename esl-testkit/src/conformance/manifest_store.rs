//! The contract of [`ManifestStore`].

use esl_core::manifest::Manifest;
use esl_core::ports::{ManifestError, ManifestStore};
use esl_core::{Classify, Digest, ErrorKind, LessonId};
use serde_json::json;

use crate::Fixture;

/// Makes one test of each clause of the [`ManifestStore`] contract.
///
/// `$fixture` names an `async fn() -> Fixture<dyn ManifestStore>` of the calling module.
#[macro_export]
macro_rules! manifest_store_suite {
    ($fixture:ident) => {
        $crate::__clauses!(
            manifest_store,
            $fixture,
            [
                a_lesson_never_written_has_no_manifest,
                what_is_written_is_read_back_whole,
                a_write_needs_the_revision_that_is_stored,
                a_first_write_needs_that_there_is_none,
                of_concurrent_writers_one_wins,
                lessons_do_not_affect_each_other,
                what_is_removed_is_gone_and_nothing_else,
                copies_are_no_manifests,
                no_manifest_fits_that_was_not_written,
                a_lock_keeps_no_writer_out_and_ends_with_its_guard,
            ]
        );
    };
}

fn lesson(name: &str) -> LessonId {
    LessonId::parse(name).expect("a valid id")
}

fn manifest(content: &str) -> Manifest {
    let now = "2026-01-01T00:00:00Z".parse().expect("a valid instant");
    Manifest::new(&Digest::of(content), now)
}

fn is_conflict<T>(result: Result<T, ManifestError>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::Conflict)
}

/// `read` of an unknown lesson is `None`.
pub async fn a_lesson_never_written_has_no_manifest(fixture: &Fixture<dyn ManifestStore>) {
    let found = fixture.port.read(&lesson("unit/new.md")).await;
    assert!(found.expect("readable").is_none());
}

/// All fields come back, unknown ones included, under the revision that `write` returned.
pub async fn what_is_written_is_read_back_whole(fixture: &Fixture<dyn ManifestStore>) {
    let (store, id) = (&fixture.port, lesson("unit 1/Größe.v2.md"));
    let mut written = manifest("a");
    written.page_url = Some("https://example.com/page".into());
    written
        .extra
        .insert("ofAnother".into(), json!({"deep": [1, null]}));
    let revision = store.write(&id, &written, None).await.expect("written");
    let found = store.read(&id).await.expect("readable").expect("there");
    assert_eq!((found.manifest, found.revision), (written, revision));
}

/// An outdated revision is a conflict and changes nothing.
pub async fn a_write_needs_the_revision_that_is_stored(fixture: &Fixture<dyn ManifestStore>) {
    let (store, id) = (&fixture.port, lesson("a.md"));
    let first = store
        .write(&id, &manifest("1"), None)
        .await
        .expect("written");
    let second = store
        .write(&id, &manifest("2"), Some(&first))
        .await
        .expect("written");
    assert_ne!(first, second);
    assert!(is_conflict(
        store.write(&id, &manifest("3"), Some(&first)).await
    ));
    let found = store.read(&id).await.expect("readable").expect("there");
    assert_eq!((found.manifest, found.revision), (manifest("2"), second));
}

/// Expecting that there is none is a conflict where there is one.
pub async fn a_first_write_needs_that_there_is_none(fixture: &Fixture<dyn ManifestStore>) {
    let (store, id) = (&fixture.port, lesson("a.md"));
    let first = store
        .write(&id, &manifest("1"), None)
        .await
        .expect("written");
    assert!(is_conflict(store.write(&id, &manifest("2"), None).await));
    let absent = lesson("b.md");
    assert!(is_conflict(
        store.write(&absent, &manifest("2"), Some(&first)).await
    ));
}

/// Of several writers with the same expectation exactly one succeeds.
pub async fn of_concurrent_writers_one_wins(fixture: &Fixture<dyn ManifestStore>) {
    let id = lesson("a.md");
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (store, id) = (fixture.port.clone(), id.clone());
        writers.spawn(async move { store.write(&id, &manifest(&number.to_string()), None).await });
    }
    let results = writers.join_all().await;
    let (wins, losses): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(wins.len(), 1);
    assert!(losses.into_iter().all(is_conflict));
}

/// Writing one lesson leaves another with a similar name alone.
pub async fn lessons_do_not_affect_each_other(fixture: &Fixture<dyn ManifestStore>) {
    let store = &fixture.port;
    let names = ["a.md", "b/a.md", "a.b.md", "a-b.md"];
    for name in names {
        store
            .write(&lesson(name), &manifest(name), None)
            .await
            .expect("written");
    }
    for name in names {
        let found = store
            .read(&lesson(name))
            .await
            .expect("readable")
            .expect("there");
        assert_eq!(found.manifest, manifest(name), "{name}");
    }
}

/// Removing needs the revision that is stored, and leaves a lesson that was never written.
pub async fn what_is_removed_is_gone_and_nothing_else(fixture: &Fixture<dyn ManifestStore>) {
    let (store, id, other) = (&fixture.port, lesson("a/b.md"), lesson("a/c.md"));
    let write = |id, content, expected| {
        let manifest = manifest(content);
        async move { store.write(id, &manifest, expected).await.expect("written") }
    };
    let kept = write(&other, "kept", None).await;
    let first = write(&id, "1", None).await;
    let second = write(&id, "2", Some(&first)).await;
    assert!(is_conflict(store.remove(&id, &first).await));
    store.remove(&id, &second).await.expect("removed");
    assert!(store.read(&id).await.expect("readable").is_none());
    assert!(is_conflict(store.remove(&id, &second).await));
    let found = store.read(&other).await.expect("readable").expect("there");
    assert_eq!(found.revision, kept);
    write(&id, "3", None).await;
}

/// What is kept is neither read nor found, and goes with the manifest.
pub async fn copies_are_no_manifests(fixture: &Fixture<dyn ManifestStore>) {
    let (store, id) = (&fixture.port, lesson("a/b.md"));
    let written = store.write(&id, &manifest("now"), None).await;
    let revision = written.expect("written");
    for (day, most) in [(1, 2), (2, 2), (2, 2), (3, 2), (4, 0), (5, 1)] {
        let mut earlier = manifest("earlier");
        let instant = format!("2025-01-0{day}T00:00:00Z").parse();
        earlier.timestamp = instant.expect("a valid instant");
        store.keep(&id, &earlier, most).await.expect("kept");
    }
    let found = store.read(&id).await.expect("readable").expect("there");
    assert_eq!(found.manifest, manifest("now"));
    let digest = Digest::of("earlier").to_string();
    let is_earlier = move |manifest: &Manifest| manifest.md_hash == digest;
    assert!(!store.any(Box::new(is_earlier)).await.expect("readable"));
    store.remove(&id, &revision).await.expect("removed");
    assert!(store.read(&id).await.expect("readable").is_none());
}

/// A store may not be able to list its manifests, but it finds none that is not there.
pub async fn no_manifest_fits_that_was_not_written(fixture: &Fixture<dyn ManifestStore>) {
    let store = &fixture.port;
    for name in ["a.md", "unit 1/b.md"] {
        let written = store.write(&lesson(name), &manifest(name), None).await;
        written.expect("written");
    }
    let is_about = |content: &str| {
        let digest = Digest::of(content).to_string();
        store.any(Box::new(move |manifest: &Manifest| {
            manifest.md_hash == digest
        }))
    };
    assert!(!is_about("c.md").await.expect("readable"));
    let lists = is_about("a.md").await.expect("readable");
    let finds = is_about("unit 1/b.md").await.expect("readable");
    assert_eq!(lists, finds);
}

/// A lock is advisory: who has it, or has not, may write. Afterwards it can be had again.
pub async fn a_lock_keeps_no_writer_out_and_ends_with_its_guard(
    fixture: &Fixture<dyn ManifestStore>,
) {
    let (store, id) = (&fixture.port, lesson("unit 1/locked.md"));
    for expected in ["locked once", "locked twice"] {
        let guard = store.lock(&id).await.expect("free");
        let found = store.read(&id).await.expect("readable");
        let revision = found.map(|found| found.revision);
        let manifest = manifest(expected);
        let write = store.write(&id, &manifest, revision.as_ref());
        write.await.expect("written");
        drop(guard);
    }
}
