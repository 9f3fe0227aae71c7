//! flite, a small engine of Carnegie Mellon University: American and Scottish voices.

use std::path::Path;
use std::time::Duration;

use esl_core::Voice;
use tokio::process::Command;
use unicode_normalization::UnicodeNormalization as _;

use super::engine::{self, Engine};
use super::process;

const NAME: &str = "flite";

/// The voices of the usual packages, best first; others follow in the program's own order.
const KNOWN: [(&str, &str, &str); 5] = [
    ("slt", "female", "american"),
    ("rms", "male", "american"),
    ("awb", "male", "scottish"),
    ("kal16", "male", "american"),
    ("kal", "male", "american"),
];
/// Voices that can say one kind of sentence only.
const LIMITED: [&str; 1] = ["awb_time"];

/// The engine, if the program is there and works.
pub(super) async fn detect(program: &Path, timeout: Duration) -> Option<Engine> {
    let version = process::ask(program, &["--version"], timeout).await?;
    let voices = voices(&process::ask(program, &["-lv"], timeout).await?);
    let version = version_in(&version)?.to_owned();
    (!voices.is_empty()).then(|| Engine {
        name: NAME,
        version,
        program: program.to_owned(),
        voices,
        speak,
        pronounceable,
    })
}

/// Without a text in its arguments it speaks its standard input.
fn speak(command: &mut Command, voice: &str, wav: &Path) {
    command.args(["-voice", voice, "-o"]).arg(wav);
}

fn version_in(answer: &str) -> Option<&str> {
    answer.split_once("version:")?.1.split_whitespace().next()
}

fn voices(answer: &str) -> Vec<Voice> {
    let Some((_, names)) = answer.split_once("Voices available:") else {
        return Vec::new();
    };
    let names: Vec<&str> = names.split_whitespace().collect();
    let known = KNOWN
        .iter()
        .filter(|(name, ..)| names.contains(name))
        .filter_map(|(name, gender, accent)| {
            engine::voice(NAME, name, name, Some(gender), Some(accent))
        });
    let is_other =
        |name: &&&str| !LIMITED.contains(name) && KNOWN.iter().all(|(known, ..)| known != *name);
    let others = names.iter().filter(is_other);
    known
        .chain(others.filter_map(|name| engine::voice(NAME, name, name, None, None)))
        .collect()
}

/// flite reads bytes, not characters: typographic signs become their plain forms, letters lose
/// their accents, and what is left beyond ASCII is dropped.
fn pronounceable(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for character in text.nfkd() {
        match character {
            '‘' | '’' | '‚' => words.push('\''),
            '“' | '”' | '„' | '«' | '»' => words.push('"'),
            '–' | '—' => words.push_str(", "),
            ascii if ascii.is_ascii() => words.push(ascii),
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_listed_best_first() {
        let listed = voices("Voices available: kal awb_time kal16 awb rms slt cmu_us_ljm \n");
        let ids: Vec<_> = listed.iter().map(|voice| voice.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "flite:slt",
                "flite:rms",
                "flite:awb",
                "flite:kal16",
                "flite:kal",
                "flite:cmu_us_ljm"
            ]
        );
        assert_eq!(listed[0].labels.gender.as_deref(), Some("female"));
        assert!(voices("usage: flite TEXT").is_empty());
    }

    #[test]
    fn the_version_is_one_word() {
        let answer = "flite: a small engine\n  version: flite-2.2-current Sep 2018 (http://x)\n";
        assert_eq!(version_in(answer), Some("flite-2.2-current"));
    }

    #[test]
    fn typography_becomes_plain() {
        let plain = pronounceable("“Naïve” – it’s a café…");
        assert_eq!(plain, "\"Naive\" ,  it's a cafe...");
        assert_eq!(pronounceable("Привет"), "");
    }
}
