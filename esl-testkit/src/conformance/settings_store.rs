//! The contract of [`SettingsStore`].

use std::collections::BTreeMap;
use std::time::Duration;

use esl_core::job::{Actor, UserId};
use esl_core::ports::{Clock as _, Setting, SettingsStore};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::job_material::PATIENCE;
use crate::JobsFixture;

/// Makes one test of each clause of the `SettingsStore` contract.
///
/// `$fixture` names an `async fn() -> Option<JobsFixture>` of the calling module; none skips the test,
/// for a service that is not installed and not required.
#[macro_export]
macro_rules! settings_store_suite {
    ($fixture:ident) => {
        $crate::__clauses_if_there!(
            settings_store,
            $fixture,
            [
                a_value_is_read_back_as_it_was_written,
                several_keys_are_written_at_once,
                a_prefix_is_taken_literally,
                who_wrote_last_wins_and_is_named,
                whoever_watches_hears_of_a_write_of_any_process,
                settings_of_other_namespaces_are_not_shown,
            ]
        );
    };
}

async fn write(store: &dyn SettingsStore, pairs: &[(&str, Option<Value>)], by: Actor) {
    let pairs = pairs.iter().cloned();
    let values = pairs.map(|(key, value)| (key.to_owned(), value));
    store.write(values.collect(), by).await.expect("written");
}

async fn read(store: &dyn SettingsStore, prefix: &str) -> BTreeMap<String, Setting> {
    store.read(prefix).await.expect("readable")
}

async fn keys(store: &dyn SettingsStore, prefix: &str) -> Vec<String> {
    read(store, prefix).await.into_keys().collect()
}

/// Whatever JSON it is.
pub async fn a_value_is_read_back_as_it_was_written(fixture: &JobsFixture) {
    let store = fixture.one.settings.as_ref();
    for value in [
        json!(null),
        json!(false),
        json!(-7),
        json!(0.25),
        json!("Ёлка 🎄 \" ' \\ \n"),
        json!([1, [], {}]),
        json!({"deep": {"er": [null, true]}, "long": "x".repeat(100_000)}),
    ] {
        write(store, &[("key", Some(value.clone()))], Actor::System).await;
        assert_eq!(read(store, "").await["key"].value, value);
    }
}

/// All of a write is seen, by every process, and what has no value any more is gone.
pub async fn several_keys_are_written_at_once(fixture: &JobsFixture) {
    let (store, other) = (fixture.one.settings.as_ref(), &fixture.other.settings);
    let one = Some(json!(1));
    write(
        store,
        &[("a", one.clone()), ("b", one.clone())],
        Actor::System,
    )
    .await;
    let changes = [("a", None), ("c", one), ("never.there", None)];
    write(store, &changes, Actor::System).await;
    assert_eq!(keys(other.as_ref(), "").await, ["b", "c"]);
    write(store, &[], Actor::System).await;
    assert_eq!(keys(store, "").await, ["b", "c"]);
}

/// No character of a prefix stands for others.
pub async fn a_prefix_is_taken_literally(fixture: &JobsFixture) {
    let store = fixture.one.settings.as_ref();
    let names = ["a%b.x", "a%b.y", "axb.z", "a_c", "A%b.x"];
    let pairs: Vec<_> = names.iter().map(|name| (*name, Some(json!(1)))).collect();
    write(store, &pairs, Actor::System).await;
    assert_eq!(keys(store, "a%b.").await, ["a%b.x", "a%b.y"]);
    assert_eq!(keys(store, "a_").await, ["a_c"]);
    assert_eq!(keys(store, "").await.len(), names.len());
}

/// The later write is there, with its time and its author.
pub async fn who_wrote_last_wins_and_is_named(fixture: &JobsFixture) {
    let by = Actor::User(UserId::new());
    write(
        fixture.one.settings.as_ref(),
        &[("a", Some(json!(1)))],
        Actor::System,
    )
    .await;
    fixture.clock.advance(Duration::from_millis(1500));
    write(
        fixture.other.settings.as_ref(),
        &[("a", Some(json!(2)))],
        by,
    )
    .await;
    let expected = Setting {
        value: json!(2),
        updated_at: fixture.clock.now(),
        updated_by: by,
    };
    assert_eq!(
        read(fixture.one.settings.as_ref(), "a").await["a"],
        expected
    );
}

/// A write is heard of, and what is read then is as late as what was heard.
pub async fn whoever_watches_hears_of_a_write_of_any_process(fixture: &JobsFixture) {
    for (number, (writer, reader)) in [
        (&fixture.one, &fixture.one),
        (&fixture.one, &fixture.other),
        (&fixture.other, &fixture.one),
    ]
    .into_iter()
    .enumerate()
    {
        let store = reader.settings.clone();
        let mut changes = store.watch();
        let waiting = tokio::spawn(async move {
            loop {
                changes.mark_unchanged();
                let seen = read(store.as_ref(), "a").await;
                if seen
                    .get("a")
                    .is_some_and(|seen| seen.value == json!(number))
                {
                    return;
                }
                changes.changed().await.expect("the store is there");
            }
        });
        let new = [("a", Some(json!(number)))];
        write(writer.settings.as_ref(), &new, Actor::System).await;
        let heard = timeout(PATIENCE, waiting).await;
        heard.expect("the write is heard of").expect("read");
    }
}

/// A namespace has settings of its own.
pub async fn settings_of_other_namespaces_are_not_shown(fixture: &JobsFixture) {
    let (here, there) = (
        fixture.one.settings.as_ref(),
        fixture.elsewhere.settings.as_ref(),
    );
    write(here, &[("a", Some(json!(1)))], Actor::System).await;
    assert!(keys(there, "").await.is_empty());
    write(there, &[("a", None), ("b", Some(json!(2)))], Actor::System).await;
    assert_eq!(keys(here, "").await, ["a"]);
    assert_eq!(keys(there, "").await, ["b"]);
}
