//! What the workspace starts with: a parent page, a database of lessons, one of students.

use std::collections::HashMap;

use esl_core::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::sources::{Database, Property, Source};
use super::store::{Content, Node, Page, Parent, Store};
use super::stored::stored_text;

pub(super) const PARENT_PAGE: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0001);
pub(super) const LESSONS_DATABASE: Uuid =
    Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0010);
pub(super) const LESSONS: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0011);
pub(super) const STUDENTS_DATABASE: Uuid =
    Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0020);
pub(super) const STUDENTS: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0021);
pub(super) const BOT: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0030);

/// The students there are, with the ids of their pages.
pub(super) const STUDENT_PAGES: [(&str, Uuid); 2] = [
    (
        "Anna Example",
        Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0101),
    ),
    (
        "Ben Sample",
        Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0102),
    ),
];

/// A workspace as it is at the start.
pub(super) fn seeded(now: Timestamp) -> Store {
    let mut store = Store::default();
    store.insert(
        page(PARENT_PAGE, Parent::Workspace, "title", "School", now),
        None,
    );
    add_source(
        &mut store,
        STUDENTS_DATABASE,
        STUDENTS,
        "Students",
        students(),
        now,
    );
    add_source(
        &mut store,
        LESSONS_DATABASE,
        LESSONS,
        "Lessons",
        lessons(),
        now,
    );
    for (name, id) in STUDENT_PAGES {
        store.insert(page(id, Parent::Source(STUDENTS), "title", name, now), None);
    }
    store
}

/// Adds one more source of lessons to their database.
pub(super) fn add_lessons(store: &mut Store, id: Uuid, name: &str, now: Timestamp) {
    add_source(store, LESSONS_DATABASE, id, name, lessons(), now);
}

/// Adds a data source to a database that is named after its first one.
fn add_source(
    store: &mut Store,
    database: Uuid,
    id: Uuid,
    name: &str,
    properties: Vec<Property>,
    now: Timestamp,
) {
    let database = store.databases.entry(database).or_insert_with(|| Database {
        id: database,
        parent: PARENT_PAGE,
        title: name.to_owned(),
        sources: Vec::new(),
        created: now,
    });
    database.sources.push(id);
    let source = Source {
        id,
        database: database.id,
        name: name.to_owned(),
        properties,
        created: now,
    };
    store.sources.insert(id, source);
}

fn students() -> Vec<Property> {
    vec![
        Property::new("title", "Name", "title"),
        Property::new("mail", "Email", "email"),
    ]
}

/// A property of every type a lesson can fill, and two that nobody can.
fn lessons() -> Vec<Property> {
    vec![
        Property::new("title", "Name", "title"),
        Property::new("stud", "Student", "relation").to(STUDENTS),
        Property::new("topi", "Topic", "multi_select").with_options(&["Grammar", "Speaking"]),
        Property::new("levl", "Level", "select").with_options(&["A1", "A2", "B1", "B2", "C1"]),
        Property::new("stat", "Status", "status").with_options(&["Draft", "Ready", "Done"]),
        Property::new("date", "Date", "date"),
        Property::new("link", "Audio", "url"),
        Property::new("mins", "Minutes", "number"),
        Property::new("homw", "Homework", "checkbox"),
        Property::new("mail", "Contact", "email"),
        Property::new("phon", "Phone", "phone_number"),
        Property::new("file", "Files", "files"),
        Property::new("note", "Notes", "rich_text"),
        Property::new("peop", "Teacher", "people"),
        Property::new("crea", "Created", "created_time"),
        Property::new("form", "Score", "formula"),
    ]
}

fn page(id: Uuid, parent: Parent, title_id: &str, title: &str, now: Timestamp) -> Node {
    let title = stored_text(&json!([{"text": {"content": title}}]));
    Node {
        id,
        parent,
        content: Content::Page(Page {
            properties: HashMap::from([(title_id.to_owned(), title)]),
            icon: json!(null),
            cover: json!(null),
            is_locked: false,
            listed_from: now,
            searched_from: now,
        }),
        children: Vec::new(),
        created: now,
        edited: now,
        in_trash: false,
    }
}
