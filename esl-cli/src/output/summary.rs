//! Answers as text: aligned fields, lengths of time, who speaks with which voice.

use std::fmt::Display;
use std::io::{self, Write};

use esl_core::{VoiceAssignment, VoiceSource};
use serde::Serialize;
use serde_json::Value;

use super::style::printable;

/// The program that opens an address on this system.
pub(crate) const OPENER: &str = match () {
    () if cfg!(target_os = "macos") => "open",
    () if cfg!(windows) => "explorer",
    () => "xdg-open",
};

/// Named values, one per line, the values aligned.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// Adds a line.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Display) {
        self.0.push((name, printable(&value.to_string())));
    }

    /// Adds a line if there is a value.
    pub(crate) fn add_some(&mut self, name: &'static str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// Writes the lines.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in &self.0 {
            writeln!(out, "{name:width$}  {value}")?;
        }
        Ok(())
    }
}

/// `value` as a JSON value.
pub(crate) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("reports hold only values that JSON can express")
}

/// Minutes and seconds.
pub(crate) fn length(seconds: f64) -> String {
    let whole = seconds.round().max(0.0) as u64;
    format!("{}:{:02} min", whole / 60, whole % 60)
}

/// `Anna→Jessica (female, auto 111, american)`, joined by commas.
pub(crate) fn voices(assignments: &[VoiceAssignment]) -> String {
    let all: Vec<_> = assignments.iter().map(voice).collect();
    all.join(", ")
}

/// `Anna→Jessica`, joined by commas.
pub(crate) fn short_voices(assignments: &[VoiceAssignment]) -> String {
    let pair = |one: &VoiceAssignment| format!("{}→{}", one.speaker, name(one));
    let all: Vec<_> = assignments.iter().map(pair).collect();
    all.join(", ")
}

/// The name of the voice without the description that may follow it.
fn name(assignment: &VoiceAssignment) -> &str {
    let name = assignment.voice_name.as_deref();
    let name = name.and_then(|name| name.split(" - ").next());
    name.unwrap_or(assignment.voice_id.as_str())
}

fn voice(assignment: &VoiceAssignment) -> String {
    let name = name(assignment);
    let tags: Vec<_> = assignment
        .gender
        .iter()
        .cloned()
        .chain([source(assignment)])
        .chain(assignment.accent.iter().cloned())
        .collect();
    format!("{}→{name} ({})", assignment.speaker, tags.join(", "))
}

fn source(assignment: &VoiceAssignment) -> String {
    let name = match assignment.source {
        VoiceSource::Profile => "profile",
        VoiceSource::VoiceMap => "map",
        VoiceSource::Student => "student",
        VoiceSource::Request => "request",
        VoiceSource::Auto => "auto",
        VoiceSource::Default => "default",
        VoiceSource::Fallback => "fallback",
        _ => "reuse",
    };
    match assignment.score {
        Some(score) => format!("{name} {score}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_aligned() {
        let mut fields = Fields::default();
        fields.add("Page", "a");
        fields.add("Student page", "b");
        fields.add_some("Audio", None::<&str>);
        let mut out = Vec::new();
        fields.write(&mut out).unwrap();
        assert_eq!(out, b"Page          a\nStudent page  b\n");
    }

    #[test]
    fn a_length_is_minutes_and_seconds() {
        assert_eq!(length(83.6), "1:24 min");
        assert_eq!(length(0.2), "0:00 min");
    }
}
