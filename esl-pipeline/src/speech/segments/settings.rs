//! Settings brought to what the provider takes, and what was lost on the way.

use std::fmt;

use esl_core::VoiceSettings;
use esl_core::ports::{SpeechSettings, TtsCapabilities};

use super::Delivery;

/// A setting that is not used as it was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SettingsWarning {
    /// The model does not take this stability; the nearest one that it does take is used.
    Stability {
        /// The speaker, if it was asked for one voice.
        speaker: Option<String>,
        /// What was asked for.
        asked: f64,
        /// What is used.
        used: f64,
        /// The model.
        model: String,
    },
    /// A dialogue has no settings of single voices.
    VoiceInDialogue {
        /// The speaker.
        speaker: String,
    },
}

impl fmt::Display for SettingsWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stability {
                speaker,
                asked,
                used,
                model,
            } => {
                let whose = speaker.iter().map(|speaker| format!(" of {speaker}"));
                let whose: String = whose.collect();
                write!(
                    f,
                    "the stability {asked}{whose} is taken as {used}, the nearest that {model} has"
                )
            }
            Self::VoiceInDialogue { speaker } => write!(
                f,
                "the voice settings of {speaker} are not used: in a dialogue they are the same for \
                 all voices; the mode monologue uses them"
            ),
        }
    }
}

/// Brings settings to what one kind of request takes.
pub(super) struct Fitter<'a> {
    delivery: Delivery,
    model: &'a str,
    stabilities: &'a [f64],
    /// What was not used as asked for, each thing once.
    pub(super) warnings: Vec<SettingsWarning>,
}

impl<'a> Fitter<'a> {
    pub(super) fn new(delivery: Delivery, capabilities: &'a TtsCapabilities) -> Self {
        let (model, stabilities) = match (delivery, &capabilities.dialogue) {
            (Delivery::Exchanges, Some(dialogue)) => (&dialogue.model, &dialogue.stabilities),
            _ => (&capabilities.model, &capabilities.stabilities),
        };
        Self {
            delivery,
            model,
            stabilities,
            warnings: Vec::new(),
        }
    }

    /// The settings of all turns.
    pub(super) fn fit(&mut self, settings: &SpeechSettings) -> SpeechSettings {
        SpeechSettings {
            stability: self.fit_stability(settings.stability, None),
            ..settings.clone()
        }
    }

    /// The settings of one voice.
    pub(super) fn fit_voice(
        &mut self,
        speaker: Option<&str>,
        settings: &VoiceSettings,
    ) -> VoiceSettings {
        if self.delivery == Delivery::Exchanges {
            if !settings.is_default() {
                let speaker = speaker.unwrap_or("the text").to_owned();
                self.warn(SettingsWarning::VoiceInDialogue { speaker });
            }
            return VoiceSettings::default();
        }
        VoiceSettings {
            stability: self.fit_stability(settings.stability, speaker),
            ..*settings
        }
    }

    fn fit_stability(&mut self, asked: Option<f64>, speaker: Option<&str>) -> Option<f64> {
        let asked = asked?;
        let distance = |value: &&f64| (**value - asked).abs();
        let nearest = self
            .stabilities
            .iter()
            .min_by(|one, other| distance(one).total_cmp(&distance(other)));
        let used = nearest.copied().unwrap_or(asked);
        if used != asked {
            self.warn(SettingsWarning::Stability {
                speaker: speaker.map(str::to_owned),
                asked,
                used,
                model: self.model.to_owned(),
            });
        }
        Some(used)
    }

    fn warn(&mut self, warning: SettingsWarning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::segments::tests::capabilities;

    fn steady(stability: f64) -> VoiceSettings {
        VoiceSettings {
            stability: Some(stability),
            ..VoiceSettings::default()
        }
    }

    #[test]
    fn a_stability_is_moved_to_the_nearest_that_the_model_takes() {
        let mut capabilities = capabilities(100, 1);
        capabilities.stabilities = vec![0.0, 0.5, 1.0];
        let mut fitter = Fitter::new(Delivery::LineByLine, &capabilities);
        let asked = SpeechSettings {
            stability: Some(0.7),
            ..SpeechSettings::default()
        };
        assert_eq!(fitter.fit(&asked).stability, Some(0.5));
        assert_eq!(fitter.fit_voice(Some("Ann"), &steady(0.8)), steady(1.0));
        assert_eq!(fitter.fit_voice(Some("Ann"), &steady(0.8)), steady(1.0));
        assert_eq!(fitter.fit_voice(Some("Bob"), &steady(0.0)), steady(0.0));
        let warnings: Vec<_> = fitter.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "the stability 0.7 is taken as 0.5, the nearest that m has",
                "the stability 0.8 of Ann is taken as 1, the nearest that m has",
            ]
        );
    }

    #[test]
    fn a_model_that_takes_any_stability_gets_what_was_asked_for() {
        let capabilities = capabilities(100, 1);
        let mut fitter = Fitter::new(Delivery::LineByLine, &capabilities);
        assert_eq!(fitter.fit_voice(None, &steady(0.73)), steady(0.73));
        assert!(fitter.warnings.is_empty());
    }

    #[test]
    fn voices_of_a_dialogue_have_no_settings_of_their_own() {
        let capabilities = capabilities(100, 5);
        let mut fitter = Fitter::new(Delivery::Exchanges, &capabilities);
        let fitted = fitter.fit_voice(Some("Ann"), &steady(0.5));
        assert!(fitted.is_default());
        let speaker = "Ann".to_owned();
        assert_eq!(
            fitter.warnings,
            [SettingsWarning::VoiceInDialogue { speaker }]
        );
    }
}
