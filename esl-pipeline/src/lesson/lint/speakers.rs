//! Who speaks in a labelled dialogue.

use super::facts::Facts;
use crate::lesson::{Diagnostic, Lesson};

/// Whether the settings ask every turn to name its speaker: any label but the narrator's.
pub(super) fn is_labelled(lesson: &Lesson<'_>) -> bool {
    let labels = &lesson.front_matter.speaker_labels;
    labels.iter().any(|label| !is_narrator(&label.value))
}

fn is_narrator(label: &str) -> bool {
    label.trim().eq_ignore_ascii_case("narrator")
}

pub(super) fn check(_facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    vec![]
}
