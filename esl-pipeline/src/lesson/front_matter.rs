//! The settings at the top of a lesson.

use esl_core::{Gender, VoiceId};

use super::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// The value in the source.
    pub span: Span,
}

/// The settings of a lesson. Text is trimmed; what was missing, empty or of the wrong type is
/// `None` and has a diagnostic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrontMatter<'a> {
    /// The YAML between the two `---` lines; none if there is no front matter.
    pub raw: Option<super::Text<'a>>,
    /// `title`
    pub title: Option<Field<String>>,
    /// `student`
    pub student: Option<Field<String>>,
    /// `level`
    pub level: Option<Field<String>>,
    /// `topic`; the items of a list joined by `, `.
    pub topic: Option<Field<String>>,
    /// `input_type`
    pub input_type: Option<Field<String>>,
    /// `speaker_labels`
    pub speaker_labels: Vec<Field<String>>,
    /// `speaker_profiles`
    pub speaker_profiles: Vec<Field<SpeakerProfile>>,
    /// `icon`: one emoji.
    pub icon: Option<Field<String>>,
    /// `cover`: an http or https address.
    pub cover: Option<Field<String>>,
    /// `properties`, in source order.
    pub properties: Vec<Property>,
}

/// What is known of a speaker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpeakerProfile {
    /// The label it describes.
    pub id: Option<String>,
    /// Another name of the speaker, accepted as a label.
    pub display_name: Option<String>,
    /// `narrator`, `teacher`, `student` or `system`.
    pub role: Option<String>,
    /// The gender of the voice.
    pub gender: Option<Gender>,
    /// `child`, `teen`, `young`, `adult`, `middle_aged`, `senior` or `universal`.
    pub age: Option<String>,
    /// `british`, `american`, …
    pub accent: Option<String>,
    /// How to speak.
    pub style: Option<String>,
    /// The voice itself: an id or name.
    pub voice: Option<VoiceId>,
}

/// A property of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: Field<String>,
    /// Its value.
    pub value: Field<PropertyData>,
}

/// The value of a property as YAML has it.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyData {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text; dates too.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// A map of texts, such as `{start, end}`.
    Map(Vec<(String, String)>),
}
