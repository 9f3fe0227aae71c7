//! The player of an uploaded recording: native controls that a script turns into better ones, and
//! the lines that are spoken.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::time::Duration;

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use esl_core::Transcript;
use esl_core::block::{RichText, plain_text};

use super::card::recording_icon;
use super::escape::{escaped, write_text};
use crate::providers::local_workspace::files::Recording;

/// Colours that speakers take in turn.
const SPEAKER_COLORS: usize = 6;

/// Writes the player; the sound is read and encoded in small pieces.
pub(super) fn write(
    out: &mut dyn Write,
    number: usize,
    recording: &Recording,
    caption: &[RichText],
    sound: &mut dyn Read,
) -> io::Result<()> {
    let name = match plain_text(caption) {
        caption if caption.trim().is_empty() => "Listen to the text".to_owned(),
        caption => caption,
    };
    writeln!(
        out,
        "<section class=\"player\" aria-labelledby=\"player-{number}\">\n\
         <p class=\"player-name\" id=\"player-{number}\">{}{}</p>",
        recording_icon(),
        escaped(&name)
    )?;
    write_sound(out, &recording.content_type, sound)?;
    out.write_all(CONTROLS.as_bytes())?;
    if let Some(transcript) = &recording.transcript {
        write_transcript(out, transcript)?;
    }
    writeln!(out, "</section>")
}

fn write_sound(out: &mut dyn Write, content_type: &str, sound: &mut dyn Read) -> io::Result<()> {
    write!(
        out,
        "<audio controls preload=\"metadata\" src=\"data:{};base64,",
        escaped(content_type)
    )?;
    let mut encoder = EncoderWriter::new(&mut *out, &STANDARD);
    io::copy(sound, &mut encoder)?;
    encoder.finish()?;
    drop(encoder);
    writeln!(out, "\"></audio>")
}

/// Hidden until the script is there to serve them.
const CONTROLS: &str = include_str!("../assets/controls.html");

fn write_transcript(out: &mut dyn Write, transcript: &Transcript) -> io::Result<()> {
    if transcript.cues.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details class=\"transcript\" open><summary>Transcript</summary><ol class=\"cues\" role=\"list\">"
    )?;
    let mut colors = HashMap::new();
    for cue in &transcript.cues {
        let (start, end) = (cue.start.as_millis(), cue.end.as_millis());
        write!(
            out,
            "<li><button type=\"button\" class=\"cue\" data-start=\"{start}\" data-end=\"{end}\" disabled>"
        )?;
        if let Some(speaker) = &cue.speaker {
            let next = colors.len() % SPEAKER_COLORS + 1;
            let color = colors.entry(speaker.as_str()).or_insert(next);
            write!(out, "<span class=\"speaker speaker-{color}\">")?;
            write_text(out, speaker)?;
            write!(out, "</span> ")?;
        }
        write!(out, "<span class=\"cue-text\">")?;
        write_text(out, &cue.text)?;
        writeln!(
            out,
            "</span> <span class=\"cue-time\">{}</span></button></li>",
            clock_time(cue.start)
        )?;
    }
    writeln!(out, "</ol></details>")
}

/// `1:05` for 65 seconds.
fn clock_time(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
