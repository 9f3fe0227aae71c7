//! What a job tells while it runs.

use std::sync::Arc;

use esl_core::ports::{HandlePayload as _, ProgressNote};
use serde_json::Value;

use crate::world::{Listener, World, context, spoken};

/// Each note on a line, with the stage that begins; ids left out.
fn told(notes: &[ProgressNote], id: &str) -> String {
    let line = |note: &ProgressNote| {
        let begins = note.stage.as_deref().unwrap_or("-");
        let output: Vec<_> = note.output.keys().collect();
        format!("{begins} {output:?} {}\n", Value::Object(note.data.clone()))
    };
    notes
        .iter()
        .map(line)
        .collect::<String>()
        .replace(id, "<job>")
}

#[tokio::test]
async fn every_stage_is_told_and_the_first_note_says_how_they_behave() {
    let mut world = World::new();
    world.front.bucket = None;
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let done = world.handlers().run(spoken(), &job, &context).await;
    let id = job.head.id.to_string();
    let mut notes = listener.notes();
    // Page and recording are made side by side.
    notes.sort_by_key(|note| {
        let stage = note.data["stage"].as_str().unwrap();
        stage.parse::<esl_core::Stage>().unwrap()
    });
    for note in &mut notes {
        assert!(note.data["percentage"].as_u64().unwrap() <= 100);
        note.data.insert("percentage".to_owned(), "…".into());
    }
    let url = listener.output("notionUrl").unwrap();
    let told = told(&notes, &id).replace(url.as_str().unwrap(), "<page>");
    insta::assert_snapshot!(told);
    let output = Value::Object(done.unwrap().output);
    assert_eq!(output["notionUrl"], url);
    assert_eq!(output["audioUrl"], format!("/jobs/{id}/audio"));
    assert_eq!(output["manifestPath"], "memory:a.md");
    let last = listener.notes().pop().unwrap();
    assert_eq!(last.data["percentage"], 100);
}

#[tokio::test]
async fn a_percentage_never_falls() {
    let world = World::new();
    let job = world.start(&spoken()).await;
    let listener = Arc::new(Listener::default());
    let context = context(&job, &listener);
    let done = world.handlers().run(spoken(), &job, &context).await;
    let output = done.unwrap().output;
    let audio = output["audioUrl"].as_str().unwrap();
    assert!(audio.starts_with("https://cdn.example/"), "{audio}");
    let notes = listener.notes();
    let percentages = notes.iter().map(|note| note.data["percentage"].as_u64());
    assert!(percentages.is_sorted());
}
