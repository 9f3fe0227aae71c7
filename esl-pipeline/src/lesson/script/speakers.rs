//! The speakers that a lesson declares, by every name they go by.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::grammar::Label;
use crate::lesson::{FrontMatter, Text};

/// Looks up declared speakers, whatever the case, markup, white space and apostrophes.
#[derive(Debug)]
pub(crate) struct Speakers<'f> {
    declared: HashMap<String, Speaker<'f>>,
    /// Whether every turn must name a declared label: any label but the narrator's.
    pub is_labelled: bool,
}

/// A declared speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speaker<'f> {
    /// The one spelling of the name.
    pub name: &'f str,
    /// Whether it is one of the `speaker_labels`, not only of the profiles.
    pub is_label: bool,
}

/// What a line of the study text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'f, 'a> {
    /// It says who speaks; without a speaker the name is not declared.
    Turn {
        label: Label<'a>,
        speaker: Option<Speaker<'f>>,
    },
    /// It has brackets for a name, but no name.
    BlankName,
    /// It goes on with what came before.
    Continuation,
}

impl<'f> Speakers<'f> {
    pub(crate) fn of(front_matter: &'f FrontMatter<'_>) -> Self {
        let mut declared = HashMap::new();
        for label in &front_matter.speaker_labels {
            let name = label.value.as_str();
            let is_label = true;
            declared
                .entry(folded(name))
                .or_insert(Speaker { name, is_label });
        }
        for profile in &front_matter.speaker_profiles {
            let profile = &profile.value;
            let names = [&profile.id, &profile.display_name].into_iter().flatten();
            let label = names
                .clone()
                .find_map(|name| declared.get(&folded(name)).copied());
            let own = names.clone().next().map(|name| Speaker {
                name,
                is_label: false,
            });
            for name in names {
                let Some(speaker) = label.or(own) else {
                    continue;
                };
                declared.entry(folded(name)).or_insert(speaker);
            }
        }
        let mut labels = front_matter.speaker_labels.iter();
        let is_labelled = labels.any(|label| !is_narrator(&label.value));
        Self {
            declared,
            is_labelled,
        }
    }

    /// What a trimmed line of the study text is.
    pub(crate) fn classify<'a>(&self, line: Text<'a>) -> Role<'f, 'a> {
        let Some(label) = Label::parse(line) else {
            return Role::Continuation;
        };
        if label.name.raw.is_empty() {
            return Role::BlankName;
        }
        let speaker = self.declared.get(&folded(label.name.raw)).copied();
        if speaker.is_none() && !label.opens_turn() {
            return Role::Continuation;
        }
        Role::Turn { label, speaker }
    }

    /// The narrator, if declared.
    pub(crate) fn narrator(&self) -> Option<Speaker<'f>> {
        self.declared.get(NARRATOR).copied()
    }
}

const NARRATOR: &str = "narrator";

/// Whether this names the narrator.
pub(crate) fn is_narrator(name: &str) -> bool {
    folded(name) == NARRATOR
}

/// A name as it is compared.
pub(crate) fn folded(name: &str) -> String {
    let bare = name.trim().trim_matches('*');
    let bare = bare
        .strip_prefix("__")
        .and_then(|rest| rest.strip_suffix("__"))
        .unwrap_or(bare);
    let words: Vec<&str> = bare.split_whitespace().collect();
    let lower = words.join(" ").to_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    lower
        .nfc()
        .map(|c| if c == '’' { '\'' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_markup_and_spacing() {
        assert_eq!(folded(" **Mr.\u{a0}  Lee** "), "mr. lee");
        assert_eq!(folded("__O’Neil__"), "o'neil");
        assert_eq!(folded("Jose\u{301}"), folded("JOSÉ"));
        assert!(is_narrator("NARRATOR "));
    }
}
