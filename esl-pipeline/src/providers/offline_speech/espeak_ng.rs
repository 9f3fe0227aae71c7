//! espeak-ng: robotic, but with the accents of many regions.

use std::path::Path;
use std::time::Duration;

use esl_core::Voice;
use tokio::process::Command;

use super::engine::{self, Engine};
use super::process;

const NAME: &str = "espeak-ng";

/// Where its own English voices live; the others need data that it does not bring.
const OWN_VOICES: &str = "gmw/";
/// The ways in which each voice is offered: its own, and the variants that are easiest to follow.
const VARIANTS: [(&str, &str); 4] = [
    ("", "male"),
    ("+f3", "female"),
    ("+m3", "male"),
    ("+f2", "female"),
];
/// The accent of each language code.
const ACCENTS: [(&str, &str); 5] = [
    ("en-gb-scotland", "scottish"),
    ("en-gb", "british"),
    ("en-029", "caribbean"),
    ("en-us", "american"),
    ("en-uk", "british"),
];

/// The engine, if the program is there and works.
pub(super) async fn detect(program: &Path, timeout: Duration) -> Option<Engine> {
    let version = process::ask(program, &["--version"], timeout).await?;
    let voices = voices(&process::ask(program, &["--voices=en"], timeout).await?);
    let version = version_in(&version)?.to_owned();
    (!voices.is_empty()).then(|| Engine {
        name: NAME,
        version,
        program: program.to_owned(),
        voices,
        speak,
        pronounceable: str::to_owned,
    })
}

fn speak(command: &mut Command, voice: &str, wav: &Path) {
    command.args(["--stdin", "-v", voice, "-w"]).arg(wav);
}

fn version_in(answer: &str) -> Option<&str> {
    answer
        .split_once("text-to-speech:")?
        .1
        .split_whitespace()
        .next()
}

/// Reads the table of voices: priority, language, age and gender, name, file, other languages.
fn voices(answer: &str) -> Vec<Voice> {
    let mut languages: Vec<(&str, &str)> = answer
        .lines()
        .filter_map(|row| {
            let mut columns = row.split_whitespace();
            let (language, name, file) = (columns.nth(1)?, columns.nth(1)?, columns.next()?);
            (file.starts_with(OWN_VOICES) && accent(language).is_some()).then_some((language, name))
        })
        .collect();
    languages.sort_unstable();
    languages.dedup_by_key(|(language, _)| *language);
    let offered = VARIANTS
        .iter()
        .flat_map(|variant| languages.iter().map(move |voice| (variant, voice)));
    offered
        .filter_map(|((variant, gender), (language, name))| {
            let id = format!("{language}{variant}");
            let name = format!("{}{variant}", name.replace('_', " "));
            engine::voice(NAME, &id, &name, Some(gender), accent(language))
        })
        .collect()
}

fn accent(language: &str) -> Option<&'static str> {
    let code = ACCENTS
        .iter()
        .find(|(code, _)| language.starts_with(code))?;
    Some(code.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
Pty Language       Age/Gender VoiceName          File                 Other Languages
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 3  en-uk           --/M      english-mb-en1     mb/mb-en1            (en-gb 3)(en 2)
 5  en-gb-scotland  --/M      English_(Scotland) gmw/en-GB-scotland   (en 4)
 5  variant         --/M      Storm              !v/Storm             (en-us 5)
broken
";

    #[test]
    fn voices_of_its_own_are_offered_in_both_genders() {
        let listed = voices(TABLE);
        let ids: Vec<_> = listed.iter().map(|voice| voice.id.as_str()).collect();
        assert_eq!(
            ids[..4],
            [
                "espeak-ng:en-gb",
                "espeak-ng:en-gb-scotland",
                "espeak-ng:en-gb+f3",
                "espeak-ng:en-gb-scotland+f3"
            ]
        );
        assert_eq!(
            (ids.len(), listed[2].name.as_str()),
            (8, "English (Great Britain)+f3")
        );
        let labels = &listed[3].labels;
        assert_eq!(labels.gender.as_deref(), Some("female"));
        assert_eq!(labels.accent.as_deref(), Some("scottish"));
    }

    #[test]
    fn the_version_is_one_word() {
        assert_eq!(
            version_in("eSpeak NG text-to-speech: 1.51  Data at: /x"),
            Some("1.51")
        );
        assert_eq!(version_in("command not understood"), None);
    }
}
