//! The questions behind the lines of the screen. Each leaves nothing on it.

use std::fmt;
use std::path::PathBuf;

use inquire::{Select, Text};

use super::{Look, refused, screen};
use crate::args::RunArgs;
use crate::config::{DatabaseChoice, UploadTarget};
use crate::exit::Failure;
use crate::output::style::printable;
use crate::source;

/// What an answer is called, and what it means.
struct Answer<T> {
    name: String,
    value: T,
}

impl<T> fmt::Display for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.name))
    }
}

fn answer<T>(name: impl Into<String>, value: T) -> Answer<T> {
    Answer {
        name: name.into(),
        value,
    }
}

pub(super) fn lesson(lessons: &[PathBuf]) -> Result<PathBuf, Failure> {
    let answers = lessons.iter().map(|path| answer(source::name(path), path));
    Ok(ask("Lesson:", answers.collect())?.clone())
}

pub(super) fn student(args: &mut RunArgs, look: &Look) -> Result<(), Failure> {
    let profiles = look.documents().students.iter();
    let names = profiles.map(|profile| profile.student.as_str());
    let names = names.filter(|name| *name != "Default");
    let mut answers = vec![
        answer("as the lesson says", Some(None)),
        answer("nobody", Some(Some(String::new()))),
    ];
    answers.extend(names.map(|name| answer(name, Some(Some(name.to_owned())))));
    answers.push(answer("somebody else", None));
    args.homework.page.student = match ask("Student:", answers)? {
        Some(student) => student,
        None => text("Name of the student:", "")?,
    };
    Ok(())
}

pub(super) fn database(args: &mut RunArgs, look: &Look) -> Result<(), Failure> {
    let databases = look.settings().notion.databases.iter();
    let answers = databases.map(|DatabaseChoice { id, name }| answer(name, id.clone()));
    let chosen = ask("Database:", answers.collect())?;
    args.homework.settings.target.db_id = Some(chosen);
    Ok(())
}

pub(super) fn colours(args: &mut RunArgs, look: &Look) -> Result<(), Failure> {
    let mut answers = vec![answer(
        "as usual for this lesson and student",
        (None, false),
    )];
    let names = look.documents().presets.names();
    answers.extend(names.map(|name| answer(name, (Some(name.to_owned()), false))));
    answers.push(answer("none", (None, true)));
    let preset = &mut args.homework.preset;
    (preset.preset, preset.no_preset) = ask("Colours of the headings:", answers)?;
    Ok(())
}

pub(super) fn accent(args: &mut RunArgs) -> Result<(), Failure> {
    let accent = &mut args.homework.voices.accent;
    let initial = accent.clone().unwrap_or_default();
    *accent = text("Accent, or the name of a voice:", &initial)?;
    Ok(())
}

pub(super) fn upload(args: &mut RunArgs) -> Result<(), Failure> {
    let answers = vec![
        answer(
            "to the bucket if there is one, else to Notion",
            UploadTarget::Auto,
        ),
        answer("to the bucket", UploadTarget::S3),
        answer("to Notion", UploadTarget::Notion),
        answer("nowhere", UploadTarget::None),
    ];
    args.homework.settings.upload.upload = Some(ask("Upload the recording:", answers)?);
    Ok(())
}

fn ask<T>(question: &str, answers: Vec<Answer<T>>) -> Result<T, Failure> {
    let chosen = Select::new(question, answers)
        .with_formatter(&|_| String::new())
        .prompt();
    let chosen = chosen.map_err(refused)?;
    screen::erase(1).map_err(|error| refused(error.into()))?;
    Ok(chosen.value)
}

/// A line of text; none if it is blank.
fn text(question: &str, initial: &str) -> Result<Option<String>, Failure> {
    let typed = Text::new(question)
        .with_initial_value(initial)
        .with_help_message("Enter without a word leaves it open")
        .with_formatter(&|_| String::new())
        .prompt();
    let typed = typed.map_err(refused)?;
    screen::erase(1).map_err(|error| refused(error.into()))?;
    let typed = typed.trim();
    Ok((!typed.is_empty()).then(|| typed.to_owned()))
}
