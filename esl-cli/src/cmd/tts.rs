//! `esl tts`: the recording of a lesson, and nothing else.

use std::io::{self, Write};
use std::sync::Arc;

use esl_pipeline::pipeline::Spoken;
use serde_json::{Value, json};

use super::homework::Maker;
use super::{Session, interrupt};
use crate::args::TtsArgs;
use crate::output::{Answer, Outcome, summary};

struct Recorded(Spoken);

pub(super) async fn tts(args: TtsArgs, session: &Session) -> Outcome {
    let maker = Maker::for_speech(&args.homework, &session.environment).await?;
    let maker = maker.that_can_speak()?;
    let progress = Arc::clone(&session.progress);
    let spoken = maker
        .speak(&args.lesson.path(), interrupt::token(), progress)
        .await;
    let spoken = spoken.map_err(|unmade| {
        unmade.show_findings();
        unmade.failure
    })?;
    Ok(Box::new(Recorded(spoken)))
}

impl Answer for Recorded {
    fn json(&self) -> Value {
        let Spoken {
            recording,
            voices,
            synthesis,
            warnings,
            ..
        } = &self.0;
        json!({
            "path": recording.path.display().to_string(),
            "vttPath": recording.vtt_path.display().to_string(),
            "hash": recording.key.to_string(),
            "sha256": recording.sha256.to_string(),
            "bytes": recording.bytes,
            "durationSeconds": recording.duration.as_secs_f64(),
            "voices": voices,
            "synthesis": synthesis,
            "warnings": warnings,
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Spoken {
            recording,
            voices,
            synthesis,
            warnings,
            ..
        } = &self.0;
        let length = summary::length(recording.duration.as_secs_f64());
        let mut fields = summary::Fields::default();
        fields.add("Audio", format!("{} ({length})", recording.path.display()));
        fields.add("Cues", recording.vtt_path.display());
        fields.add("Voices", summary::voices(voices));
        if synthesis.characters_billed > 0 {
            fields.add(
                "Billed",
                format!("{} characters", synthesis.characters_billed),
            );
        }
        for warning in warnings {
            fields.add("Warning", warning);
        }
        fields.write(out)
    }
}
