//! `esl voices`: what voices there are, and who would speak a lesson with which.

use std::io::{self, Write};

use esl_core::{ErrorKind, Voice};
use esl_pipeline::lesson::{DEFAULT_LIMIT, Lesson, Script};
use esl_pipeline::speech::casting::{
    CastingOptions, Explanation, Preference, SpeakerExplanation, explain, resolve_preference,
    speakers,
};
use serde_json::Value;

use crate::args::{ExplainArgs, VoicesCommand};
use crate::config::{Environment, Typed};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable, summary};
use crate::{source, wiring};

pub(super) async fn voices(command: VoicesCommand, environment: &Environment) -> Outcome {
    let voices = wiring::voices().await?;
    match command {
        VoicesCommand::List => Ok(Box::new(Catalog(voices))),
        VoicesCommand::Explain(args) => casting(&args, environment, &voices),
    }
}

struct Catalog(Vec<Voice>);

impl Answer for Catalog {
    fn json(&self) -> Value {
        summary::json(&self.0)
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self
            .0
            .iter()
            .map(|voice| voice.id.as_str().len())
            .max()
            .unwrap_or(0);
        for voice in &self.0 {
            let labels = &voice.labels;
            let labels = [&labels.gender, &labels.accent, &labels.age];
            let labels: Vec<_> = labels.into_iter().flatten().map(String::as_str).collect();
            writeln!(
                out,
                "{:width$}  {} ({})",
                voice.id.as_str(),
                voice.name,
                labels.join(", ")
            )?;
        }
        Ok(())
    }
}

struct Casting {
    json: Value,
    text: String,
}

fn casting(args: &ExplainArgs, environment: &Environment, catalog: &[Voice]) -> Outcome {
    let text = source::lesson_text(&args.lesson.path(), DEFAULT_LIMIT)?;
    let lesson = Lesson::parse(&text);
    let Some(script) = Script::of(&lesson) else {
        let message = "the lesson has no study text, so nobody speaks";
        return Err(Failure::new(
            Exit::InvalidLesson,
            ErrorKind::InvalidInput,
            message,
        ));
    };
    let preference = Preference {
        voice: args.voices.voice.clone(),
        accent: args.voices.accent.clone(),
    };
    let Preference { voice, accent } = resolve_preference(catalog, preference);
    let options = CastingOptions {
        voice,
        accent,
        catalog_is_complete: true,
        ..CastingOptions::default()
    };
    let typed = Typed {
        voices: args.voices.voices.as_deref(),
        ..Typed::default()
    };
    let settings = environment.settings(typed)?;
    let voice_map = wiring::voice_map(settings.voices.value.as_deref())?;
    let speakers = speakers(&script, &lesson.front_matter);
    let explanation = explain(&speakers, catalog, &voice_map, &options);
    let explanation = explanation.map_err(|error| Failure::of(&error))?;
    Ok(Box::new(Casting {
        json: summary::json(&explanation),
        text: described(&explanation),
    }))
}

fn described(explanation: &Explanation<'_>) -> String {
    let speakers = explanation.speakers.iter().map(decision);
    let warnings = explanation
        .warnings
        .iter()
        .map(|warning| format!("warning: {warning}\n"));
    speakers.chain(warnings).collect()
}

fn decision(speaker: &SpeakerExplanation<'_>) -> String {
    let choice = summary::voices(std::slice::from_ref(&speaker.choice));
    let reason = speaker
        .choice
        .reason
        .iter()
        .map(|reason| format!("  because {reason}\n"));
    let others = speaker.candidates.iter().map(|candidate| {
        let taken = if candidate.is_free { "" } else { ", taken" };
        format!(
            "  {:>4}  {}{taken}\n",
            candidate.score, candidate.voice_name
        )
    });
    std::iter::once(format!("{choice}\n"))
        .chain(reason)
        .chain(others)
        .collect()
}

impl Answer for Casting {
    fn json(&self) -> Value {
        self.json.clone()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(printable(&self.text).as_bytes())
    }
}
