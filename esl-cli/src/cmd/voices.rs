//! `esl voices`: what voices there are, and who would speak a lesson with which.

mod catalog;

use std::io::{self, Write};
use std::sync::Arc;

use esl_core::ports::Tts;
use esl_core::{ErrorKind, Voice};
use esl_pipeline::lesson::{DEFAULT_LIMIT, Lesson, Script};
use esl_pipeline::speech::casting::{
    CastingOptions, Explanation, Preference, SpeakerExplanation, explain, resolve_preference,
    speakers,
};
use serde_json::Value;

use crate::args::{ExplainArgs, ListArgs, VoicesCommand};
use crate::config::{Environment, SpeechProvider, Typed};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable, summary};
use crate::source;
use crate::wiring::{self, Documents};

pub(super) async fn voices(command: VoicesCommand, environment: &Environment) -> Outcome {
    match command {
        VoicesCommand::List(args) => list(&args, environment).await,
        VoicesCommand::Explain(args) => explain_casting(&args, environment).await,
        VoicesCommand::Sync(args) => {
            let tts = provider(args.speech_provider, environment).await?;
            let voices = voices_of(&*tts).await?;
            if !tts.capabilities().lists_all_voices {
                return Err(closed());
            }
            catalog::sync(&args.out, &voices)
        }
        VoicesCommand::Preview(args) => {
            let tts = provider(args.speech_provider, environment).await?;
            catalog::preview(&args.voice, &voices_of(&*tts).await?)
        }
    }
}

async fn list(args: &ListArgs, environment: &Environment) -> Outcome {
    let tts = provider(args.speech_provider, environment).await?;
    Ok(Box::new(Catalog(voices_of(&*tts).await?)))
}

/// The provider with the voices that it has itself.
async fn provider(
    named: Option<SpeechProvider>,
    environment: &Environment,
) -> Result<Arc<dyn Tts>, Failure> {
    let typed = Typed {
        speech_provider: named,
        ..Typed::default()
    };
    let settings = environment.settings(typed)?;
    wiring::open_speech(&settings.speech, None).await
}

async fn voices_of(tts: &dyn Tts) -> Result<Vec<Voice>, Failure> {
    tts.voices().await.map_err(|error| Failure::of(&error))
}

fn closed() -> Failure {
    let message = "the provider does not tell which voices it has";
    Failure::new(Exit::Configuration, ErrorKind::Forbidden, message)
        .hint("let the key read voices: the permission is called `voices_read`")
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

async fn explain_casting(args: &ExplainArgs, environment: &Environment) -> Outcome {
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
    let typed = Typed {
        voices: args.voices.as_deref(),
        speech_provider: args.speech_provider,
        ..Typed::default()
    };
    let settings = environment.settings(typed)?;
    let documents = Documents::read(&settings.documents).await?;
    let tts = wiring::open_speech(&settings.speech, documents.catalog).await?;
    let catalog = voices_of(&*tts).await?;
    let student = lesson.front_matter.student.as_ref();
    let student = student.map(|student| student.value.as_str());
    let profile = documents.students.profile_of(student);
    let preference = Preference {
        voice: args.preference.voice.clone().or(profile.voice_id),
        accent: args.preference.accent.clone().or(profile.accent_preference),
    };
    let Preference { voice, accent } = resolve_preference(&catalog, preference);
    let options = CastingOptions {
        student_voices: profile.voices.iter().flatten().collect(),
        voice,
        accent,
        catalog_is_complete: tts.capabilities().lists_all_voices,
        ..CastingOptions::default()
    };
    let speakers = speakers(&script, &lesson.front_matter);
    let explanation = explain(&speakers, &catalog, &documents.voices, &options);
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
