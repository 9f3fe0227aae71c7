//! How the speech is asked for: in one voice after another or as a dialogue, and with which gaps.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use esl_core::ports::TtsCapabilities;
use serde::{Deserialize, Serialize};

use crate::lesson::ScriptKind;

/// How the speech is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechMode {
    /// Dialogues in exchanges, monologues line by line.
    #[default]
    Auto,
    /// In exchanges.
    Dialogue,
    /// Line by line.
    Monologue,
}

impl SpeechMode {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dialogue => "dialogue",
            Self::Monologue => "monologue",
        }
    }

    /// How a text of `kind` is spoken; line by line if the provider speaks no dialogues.
    #[must_use]
    pub const fn delivery(self, kind: ScriptKind, capabilities: &TtsCapabilities) -> Delivery {
        let wants_exchanges = match self {
            Self::Auto => matches!(kind, ScriptKind::Dialogue),
            Self::Dialogue => true,
            Self::Monologue => false,
        };
        if wants_exchanges && capabilities.dialogue.is_some() {
            Delivery::Exchanges
        } else {
            Delivery::LineByLine
        }
    }
}

impl FromStr for SpeechMode {
    type Err = UnknownSpeechMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Auto, Self::Dialogue, Self::Monologue]
            .into_iter()
            .find(|mode| mode.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownSpeechMode(text.to_owned()))
    }
}

impl fmt::Display for SpeechMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no speech mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no speech mode; use auto, dialogue or monologue")]
pub struct UnknownSpeechMode(String);

/// How segments are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// One segment per line.
    LineByLine,
    /// Several turns in a segment; the provider keeps the gaps between them.
    Exchanges,
}

/// The silence between segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// Before a line of the speaker who spoke last. Default 0.25 s.
    pub same_speaker: Duration,
    /// Before a line of another speaker. Default 0.45 s.
    pub speaker_change: Duration,
    /// Before a line that a blank line precedes. Default 0.6 s.
    pub blank_line: Duration,
    /// After the last line. Default 0.4 s.
    pub tail: Duration,
}

impl Default for Gaps {
    fn default() -> Self {
        Self {
            same_speaker: Duration::from_millis(250),
            speaker_change: Duration::from_millis(450),
            blank_line: Duration::from_millis(600),
            tail: Duration::from_millis(400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::segments::tests::capabilities;

    #[test]
    fn the_mode_and_the_text_decide_unless_the_provider_knows_one_way_only() {
        use Delivery::{Exchanges, LineByLine};
        use ScriptKind::{Dialogue, Monologue};
        for (mode, kind, expected) in [
            (SpeechMode::Auto, Monologue, LineByLine),
            (SpeechMode::Auto, Dialogue, Exchanges),
            (SpeechMode::Dialogue, Monologue, Exchanges),
            (SpeechMode::Dialogue, Dialogue, Exchanges),
            (SpeechMode::Monologue, Monologue, LineByLine),
            (SpeechMode::Monologue, Dialogue, LineByLine),
        ] {
            assert_eq!(
                mode.delivery(kind, &capabilities(100, 100)),
                expected,
                "{mode}"
            );
            let speaks_lines = capabilities(100, 1);
            assert_eq!(mode.delivery(kind, &speaks_lines), LineByLine, "{mode}");
        }
    }

    #[test]
    fn unknown_modes_are_refused() {
        assert_eq!(" Dialogue ".parse(), Ok(SpeechMode::Dialogue));
        let error = "both".parse::<SpeechMode>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`both` is no speech mode; use auto, dialogue or monologue"
        );
    }
}
