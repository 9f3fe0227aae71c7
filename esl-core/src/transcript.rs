//! Who says what and when in a recording.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The cues of a recording in the order they are spoken; they never overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Transcript {
    /// One per spoken line.
    pub cues: Vec<Cue>,
}

/// One spoken line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cue {
    /// Onset of the speech, from the start of the recording; whole milliseconds.
    #[serde(rename = "startMs", with = "millis")]
    pub start: Duration,
    /// End of the speech; whole milliseconds.
    #[serde(rename = "endMs", with = "millis")]
    pub end: Duration,
    /// The speaker's name as the lesson spells it; none in an unlabelled text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// The words as the page shows them, without markup or the speaker's label.
    pub text: String,
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
