//! Speaker profiles: each describes one of the labels.

use std::collections::HashSet;

use super::facts::Facts;
use super::speakers;
use super::wording::shortened;
use crate::lesson::script::folded;
use crate::lesson::{Code, Diagnostic, Field, SpeakerProfile};
use crate::spelling::closest;

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let front_matter = &facts.lesson.front_matter;
    if front_matter.speaker_profiles.is_empty() || !facts.knows_settings() {
        return vec![];
    }
    let labels = front_matter.speaker_labels.iter();
    let labels: HashSet<String> = labels.map(|label| folded(&label.value)).collect();
    // Someone who speaks without a label is found where they speak.
    let unlabelled = speakers::unlabelled(facts);
    let is_known = |name: &String| labels.contains(name) || unlabelled.contains(name);
    let report = |profile: &Field<SpeakerProfile>| match &profile.value.id {
        None => Some(without_id(profile)),
        Some(_) if labels.is_empty() || names(&profile.value).any(|name| is_known(&name)) => None,
        Some(id) => Some(orphan(facts, profile, id)),
    };
    front_matter
        .speaker_profiles
        .iter()
        .filter_map(report)
        .collect()
}

fn names(profile: &SpeakerProfile) -> impl Iterator<Item = String> {
    let names = [&profile.id, &profile.display_name];
    names.into_iter().flatten().map(|name| folded(name))
}

fn without_id(profile: &Field<SpeakerProfile>) -> Diagnostic {
    let message = "the speaker profile has no `id`";
    Diagnostic::new(Code::SpeakerProfileOrphan, profile.span, message)
        .hint("give it the `id` of one of the `speaker_labels`")
}

fn orphan(facts: &Facts<'_, '_>, profile: &Field<SpeakerProfile>, id: &str) -> Diagnostic {
    let name = shortened(id);
    let message = format!("the speaker profile `{name}` belongs to no label");
    let found = Diagnostic::new(Code::SpeakerProfileOrphan, profile.span, message);
    let labels = facts.lesson.front_matter.speaker_labels.iter();
    found.hint(
        match closest(id, labels.map(|label| label.value.as_str())) {
            Some(label) => format!("did you mean `{label}`?"),
            None => format!("add `{name}` to `speaker_labels`, or remove the profile"),
        },
    )
}
