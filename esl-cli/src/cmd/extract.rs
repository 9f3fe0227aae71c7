//! `esl extract`: a part of a lesson, as text or JSON.

use std::io::{self, Write};

use esl_core::ErrorKind;
use esl_pipeline::lesson::{DEFAULT_LIMIT, Extract, Lesson, Section};
use serde_json::Value;

use crate::args::{ExtractArgs, Part};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, summary};
use crate::source;

struct Extracted {
    text: String,
    json: Value,
}

pub(super) fn extract(args: &ExtractArgs) -> Outcome {
    let text = source::lesson_text(&args.lesson.path(), DEFAULT_LIMIT)?;
    let parts = Extract::of(&Lesson::parse(&text));
    let extracted = part(&parts, args.what).ok_or_else(|| missing(args.what))?;
    Ok(Box::new(extracted))
}

/// The part as text and JSON; none if the lesson lacks it.
fn part(parts: &Extract, what: Part) -> Option<Extracted> {
    let (text, json) = match what {
        Part::StudyText => {
            let study_text = parts.study_text.as_ref()?;
            (study_text.lines.join("\n"), summary::json(study_text))
        }
        Part::AnswerKey => {
            let passage = parts.answer_key.as_ref()?;
            (passage.text.clone(), summary::json(passage))
        }
        Part::TeacherNotes => {
            let passage = parts.teacher_notes.as_ref()?;
            (passage.text.clone(), summary::json(passage))
        }
        Part::Sections => (outline(&parts.sections), summary::json(&parts.sections)),
        Part::FrontMatter => {
            let json = summary::json(&parts.front_matter);
            (format!("{json:#}"), json)
        }
    };
    Some(Extracted { text, json })
}

/// The titles, indented by depth.
fn outline(sections: &[Section]) -> String {
    let title = |section: &Section| {
        let indent = if section.depth > 2 { "  " } else { "" };
        format!("{indent}{}", section.title)
    };
    sections.iter().map(title).collect::<Vec<_>>().join("\n")
}

fn missing(what: Part) -> Failure {
    let name = match what {
        Part::StudyText => "study text",
        Part::AnswerKey => "answer key",
        Part::TeacherNotes => "teacher's follow-up plan",
        Part::Sections => "sections",
        Part::FrontMatter => "front matter",
    };
    let message = format!("the lesson has no {name}");
    Failure::new(Exit::InvalidLesson, ErrorKind::InvalidInput, message)
        .hint("`esl validate` shows what is wrong with the lesson")
}

impl Answer for Extracted {
    fn json(&self) -> Value {
        self.json.clone()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.text)
    }
}
