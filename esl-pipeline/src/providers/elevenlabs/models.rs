//! What models take, as far as it is documented (models and text-to-speech pages of the API
//! reference). A model that is not listed is asked as the others are, within a safe length.

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Model {
    /// Most characters of one request.
    pub(super) max_characters: usize,
    /// The values of stability that it takes; empty for any from 0 to 1.
    pub(super) stabilities: &'static [f64],
    /// Whether it can be told the language.
    pub(super) takes_language: bool,
    /// Whether pace, style and speaker boost have an effect.
    pub(super) has_manner: bool,
}

const UNKNOWN: Model = Model {
    max_characters: 5_000,
    stabilities: &[],
    takes_language: true,
    has_manner: true,
};

pub(super) fn model(id: &str) -> Model {
    match id {
        "eleven_v4" | "eleven_v4_turbo" => Model {
            max_characters: 10_000,
            has_manner: false,
            ..UNKNOWN
        },
        "eleven_v3" => Model {
            stabilities: &[0.0, 0.5, 1.0],
            has_manner: false,
            ..UNKNOWN
        },
        "eleven_multilingual_v2" => Model {
            max_characters: 10_000,
            takes_language: false,
            ..UNKNOWN
        },
        "eleven_flash_v2_5" | "eleven_turbo_v2_5" => Model {
            max_characters: 40_000,
            ..UNKNOWN
        },
        "eleven_flash_v2" | "eleven_turbo_v2" => Model {
            max_characters: 30_000,
            takes_language: false,
            ..UNKNOWN
        },
        _ => UNKNOWN,
    }
}
