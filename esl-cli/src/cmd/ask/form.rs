//! The lines of the screen: what is set now, and why.

use std::fmt;
use std::path::Path;

use esl_pipeline::pipeline::{AudioPlan, RunPlan};

use super::Look;
use super::screen::Screen;
use crate::args::RunArgs;
use crate::config::{Origin, UploadTarget};
use crate::output::{style::printable, summary};
use crate::source;

/// A line that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Begin,
    Plan,
    Lesson,
    Student,
    Database,
    Colours,
    Recording,
    Accent,
    Upload,
}

/// A line as it is shown.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) line: Line,
    text: String,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All that the screen shows.
pub(super) struct Form {
    notes: Vec<String>,
    /// Each with its name and its value; what is done has no value.
    lines: Vec<(Line, &'static str, String)>,
}

impl Form {
    pub(super) fn of(args: &RunArgs, lesson: &Path, look: &Look) -> Self {
        let plan = look.plan.as_ref().ok();
        let mut lines = vec![
            (Line::Begin, "Begin", String::new()),
            (Line::Plan, "Only tell what would be done", String::new()),
            (Line::Lesson, "Lesson", told(lesson, plan)),
            (Line::Student, "Student", student(args)),
        ];
        if look.settings().notion.databases.len() > 1 && !look.is_local() {
            lines.push((Line::Database, "Database", database(look)));
        }
        lines.push((Line::Colours, "Colours", colours(args)));
        lines.push((Line::Recording, "Recording", recording(args, plan)));
        if args.homework.speech.is_on() {
            lines.push((Line::Accent, "Accent", accent(args)));
        }
        if args.homework.speech.is_on() && !look.is_local() {
            lines.push((Line::Upload, "Upload", upload(look)));
        }
        let notes = notes(look);
        Self { notes, lines }
    }

    /// What should be known before.
    pub(super) fn notes(&self, screen: &Screen) -> Vec<String> {
        screen.fit_notes(self.notes.clone())
    }

    /// The lines as they are shown, values below each other.
    pub(super) fn choices(&self, screen: &Screen) -> Vec<Choice> {
        let valued = self.lines.iter().filter(|(.., value)| !value.is_empty());
        let width = valued.map(|(_, name, _)| name.len()).max().unwrap_or(0);
        let choice = |(line, name, value): &(Line, &str, String)| Choice {
            line: *line,
            text: match value.is_empty() {
                true => screen.fit_choice(name),
                false => screen.fit_choice(&printable(&format!("{name:width$}  {value}"))),
            },
        };
        self.lines.iter().map(choice).collect()
    }
}

fn told(lesson: &Path, plan: Option<&RunPlan>) -> String {
    let name = source::name(lesson);
    match plan {
        Some(plan) => format!("{name}: {}, {} blocks", plan.page.title, plan.page.blocks),
        None => name,
    }
}

fn student(args: &RunArgs) -> String {
    match args.homework.page.student.as_deref() {
        None => "as the lesson says".to_owned(),
        Some("") => "nobody".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn database(look: &Look) -> String {
    let chosen = look.settings().notion.target.database.as_ref();
    let mut databases = look.settings().notion.databases.iter();
    let named = databases.find(|database| Some(&database.id) == chosen);
    let name = named.map(|database| database.name.clone());
    let name = name.or_else(|| chosen.cloned());
    name.unwrap_or_else(|| "not chosen yet".to_owned())
}

fn colours(args: &RunArgs) -> String {
    let preset = &args.homework.preset;
    match (&preset.preset, preset.no_preset) {
        (_, true) => "none".to_owned(),
        (Some(name), _) => name.clone(),
        (None, _) => "as usual for this lesson and student".to_owned(),
    }
}

fn recording(args: &RunArgs, plan: Option<&RunPlan>) -> String {
    if !args.homework.speech.is_on() {
        return "none".to_owned();
    }
    match plan.and_then(|plan| plan.audio.as_ref()) {
        Some(audio) => spoken(audio),
        None => "yes".to_owned(),
    }
}

fn spoken(audio: &AudioPlan) -> String {
    let AudioPlan {
        characters,
        characters_to_speak,
        voices,
        ..
    } = audio;
    let voices = summary::short_voices(voices);
    match characters_to_speak {
        0 => format!("nothing new to speak, {voices}"),
        new if new == characters => format!("{characters} characters to speak, {voices}"),
        new => format!("{new} of {characters} characters to speak, {voices}"),
    }
}

fn accent(args: &RunArgs) -> String {
    let accent = args.homework.voices.accent.clone();
    accent.unwrap_or_else(|| "as usual for this student".to_owned())
}

fn upload(look: &Look) -> String {
    let place = match look.settings().upload.target {
        UploadTarget::S3 => "the bucket",
        UploadTarget::None => "nowhere",
        UploadTarget::Auto | UploadTarget::Notion => "Notion",
    };
    format!("to {place}{}", look.because("upload.target"))
}

/// Where the page goes, what may surprise, and what stands in the way.
fn notes(look: &Look) -> Vec<String> {
    let place = match look.is_local() {
        true => {
            let folder = look.settings().pages.display();
            format!("Pages go to {folder}{}", look.because("pages.folder"))
        }
        false => format!("Pages go to Notion{}", look.because("notion.token")),
    };
    let (warnings, problems) = match &look.plan {
        Ok(plan) => {
            let problems = plan.problems.iter().map(|problem| problem.message.clone());
            (plan.warnings.clone(), problems.collect())
        }
        Err(failure) => (Vec::new(), vec![failure.message.clone()]),
    };
    let warnings = warnings.iter().map(|warning| format!("Warning: {warning}"));
    let problems = problems.iter().map(|problem| format!("Problem: {problem}"));
    let notes = std::iter::once(place).chain(problems).chain(warnings);
    notes.map(|note| printable(&note)).collect()
}

impl Look {
    pub(super) fn is_local(&self) -> bool {
        self.settings().is_local || self.settings().notion.token.is_none()
    }

    /// Where a setting comes from, unless it is built in.
    fn because(&self, path: &str) -> String {
        let mut shown = self.settings().shown.iter();
        match shown.find(|shown| shown.key.path == path) {
            Some(shown) if shown.origin != Origin::BuiltIn => format!(" ({})", shown.origin),
            _ => String::new(),
        }
    }
}
