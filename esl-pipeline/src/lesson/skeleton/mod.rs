//! New lessons: a complete one to replace piece by piece, suited to a level.

use std::fmt::{self, Write};

/// A lesson to begin with. Displays as the Markdown of the whole file, wrapper included: a lesson
/// in which nothing is to be found wrong, in strict mode either.
///
/// Texts may hold anything but nothing: an empty or blank one is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skeleton {
    /// The level.
    pub level: CefrLevel,
    /// Whether two people talk or one tells.
    pub form: Form,
    /// The title instead of the topic, or of the one that the study text suggests.
    pub title: Option<String>,
    /// The student instead of `Student`.
    pub student: Option<String>,
    /// The topic instead of what the exercises are about.
    pub topic: Option<String>,
}

/// A level of the Common European Framework of Reference for Languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "the names are the levels")]
pub enum CefrLevel {
    A1,
    #[default]
    A2,
    B1,
    B2,
    C1,
    C2,
}

/// How the study text is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// Two people talk.
    #[default]
    Dialogue,
    /// A narrator tells.
    Monologue,
}

/// What a group of levels begins with.
struct Band {
    title: &'static str,
    topic: &'static str,
    icon: &'static str,
    woman: &'static str,
    man: &'static str,
    body: &'static str,
    dialogue: &'static str,
    monologue: &'static str,
}

const ELEMENTARY: Band = Band {
    title: "The New Neighbour",
    topic: "Offers and thanks, The home",
    icon: "🏠",
    woman: "Mia",
    man: "Leo",
    body: include_str!("elementary.md"),
    dialogue: include_str!("elementary.dialogue.md"),
    monologue: include_str!("elementary.monologue.md"),
};

const INTERMEDIATE: Band = Band {
    title: "The Wrong Suitcase",
    topic: "Reporting a problem, Indirect questions",
    icon: "🧳",
    woman: "Nora",
    man: "Ben",
    body: include_str!("intermediate.md"),
    dialogue: include_str!("intermediate.dialogue.md"),
    monologue: include_str!("intermediate.monologue.md"),
};

const ADVANCED: Band = Band {
    title: "The Experiment with Fridays",
    topic: "Conceding and insisting, Cleft sentences",
    icon: "🗓️",
    woman: "Iris",
    man: "Paul",
    body: include_str!("advanced.md"),
    dialogue: include_str!("advanced.dialogue.md"),
    monologue: include_str!("advanced.monologue.md"),
};

impl CefrLevel {
    /// All levels, the easiest first.
    pub const ALL: [Self; 6] = [Self::A1, Self::A2, Self::B1, Self::B2, Self::C1, Self::C2];

    /// `A1` to `C2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::C1 => "C1",
            Self::C2 => "C2",
        }
    }

    const fn band(self) -> &'static Band {
        match self {
            Self::A1 | Self::A2 => &ELEMENTARY,
            Self::B1 | Self::B2 => &INTERMEDIATE,
            Self::C1 | Self::C2 => &ADVANCED,
        }
    }
}

impl fmt::Display for Skeleton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let band = self.level.band();
        writeln!(f, "```markdown\n---")?;
        self.write_settings(f, band)?;
        writeln!(f, "---\n")?;
        let study_text = match self.form {
            Form::Dialogue => format!(":::study-text Dialogue\n{}:::", band.dialogue),
            Form::Monologue => format!(":::study-text Story\n{}:::", band.monologue),
        };
        f.write_str(&band.body.replacen("{{study-text}}", &study_text, 1))?;
        writeln!(f, "```")
    }
}

impl Skeleton {
    fn write_settings(&self, f: &mut fmt::Formatter<'_>, band: &Band) -> fmt::Result {
        let topic = self.topic.as_deref();
        let title = self.title.as_deref().or(topic).unwrap_or(band.title);
        writeln!(f, "title: {}", Quoted(title))?;
        writeln!(
            f,
            "student: {}",
            Quoted(self.student.as_deref().unwrap_or("Student"))
        )?;
        writeln!(f, "level: {}", self.level.as_str())?;
        writeln!(f, "topic: {}", Quoted(topic.unwrap_or(band.topic)))?;
        writeln!(f, "input_type: generate")?;
        self.write_speakers(f, band)?;
        writeln!(f, "icon: {}", band.icon)
    }

    fn write_speakers(&self, f: &mut fmt::Formatter<'_>, band: &Band) -> fmt::Result {
        let Band { woman, man, .. } = band;
        match self.form {
            Form::Dialogue => writeln!(
                f,
                "speaker_labels: [{woman}, {man}]\n\
                 speaker_profiles:\n  \
                   - id: {woman}\n    gender: female\n  \
                   - id: {man}\n    gender: male"
            ),
            Form::Monologue => writeln!(
                f,
                "speaker_labels: [Narrator]\n\
                 speaker_profiles:\n  \
                   - id: Narrator\n    role: narrator"
            ),
        }
    }
}

/// Text between double quotes, as YAML 1.2 reads it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\n' => f.write_str("\\n")?,
                // Line ends of Unicode, and what YAML does not count as printable.
                '\u{2028}' | '\u{2029}' | '\u{feff}' => write!(f, "\\u{:04X}", character as u32)?,
                _ if character.is_control() => write!(f, "\\x{:02X}", character as u32)?,
                _ => f.write_char(character)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lesson::{Diagnostic, Lesson, ScriptKind, lint};

    fn findings(skeleton: &Skeleton) -> Vec<Diagnostic> {
        lint(&Lesson::parse(&skeleton.to_string()))
    }

    #[test]
    fn nothing_is_wrong_with_any_new_lesson() {
        for level in CefrLevel::ALL {
            for form in [Form::Dialogue, Form::Monologue] {
                let skeleton = Skeleton {
                    level,
                    form,
                    ..Skeleton::default()
                };
                assert_eq!(findings(&skeleton), [], "{level:?} {form:?}");
            }
        }
    }

    #[test]
    fn the_form_decides_who_speaks() {
        let kind = |form| {
            let text = Skeleton {
                form,
                ..Skeleton::default()
            }
            .to_string();
            crate::lesson::Script::of(&Lesson::parse(&text)).map(|script| script.kind)
        };
        assert_eq!(kind(Form::Dialogue), Some(ScriptKind::Dialogue));
        assert_eq!(kind(Form::Monologue), Some(ScriptKind::Monologue));
    }

    #[test]
    fn the_topic_is_the_title_unless_there_is_one() {
        let mut skeleton = Skeleton {
            topic: Some("Job interviews".to_owned()),
            ..Skeleton::default()
        };
        let title = |skeleton: &Skeleton| {
            let text = skeleton.to_string();
            Lesson::parse(&text)
                .front_matter
                .title
                .map(|title| title.value)
        };
        assert_eq!(title(&skeleton).as_deref(), Some("Job interviews"));
        skeleton.title = Some("Tell me about yourself".to_owned());
        assert_eq!(title(&skeleton).as_deref(), Some("Tell me about yourself"));
    }

    proptest! {
        #[test]
        fn any_words_are_taken_as_they_are(words in "\\PC{0,20}[a-z\"\\\\:#'\n]\\PC{0,20}") {
            let skeleton = Skeleton { student: Some(words.clone()), ..Skeleton::default() };
            let text = skeleton.to_string();
            let student = Lesson::parse(&text).front_matter.student.map(|name| name.value);
            prop_assert_eq!(student.unwrap_or_default(), words.trim());
        }
    }
}
