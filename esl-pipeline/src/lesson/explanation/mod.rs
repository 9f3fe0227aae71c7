//! What each rule means, with an example of the slip and the way to mend it.
//!
//! `docs/diagnostics.md` is made from these.

mod directives;
mod sections;
mod settings;
mod study_text;
mod text;

use super::Code;

/// What a rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The chapter of the reference it belongs to.
    pub chapter: &'static str,
    /// Why the rule exists.
    pub meaning: &'static str,
    /// A piece of a lesson that breaks it.
    pub example: &'static str,
    /// How to mend such a piece.
    pub mend: &'static str,
}

macro_rules! explanations {
    ($chapter:literal; $($name:ident {
        meaning: $meaning:literal,
        example: $example:literal,
        mend: $mend:literal,
    })+) => {
        $(pub(super) const $name: super::Explanation = super::Explanation {
            chapter: $chapter,
            meaning: $meaning,
            example: $example,
            mend: $mend,
        };)+
    };
}
use explanations;

impl Code {
    /// What the rule means and how to mend what breaks it.
    #[must_use]
    pub const fn explanation(self) -> Explanation {
        match self {
            Self::LessonTooLarge => settings::LESSON_TOO_LARGE,
            Self::WrapperMissing => settings::WRAPPER_MISSING,
            Self::WrapperUnclosed => settings::WRAPPER_UNCLOSED,
            Self::WrapperInnerFence => settings::WRAPPER_INNER_FENCE,
            Self::WrapperMultiple => settings::WRAPPER_MULTIPLE,
            Self::FrontMatterMissing => settings::FRONT_MATTER_MISSING,
            Self::FrontMatterUnclosed => settings::FRONT_MATTER_UNCLOSED,
            Self::FrontMatterSyntax => settings::FRONT_MATTER_SYNTAX,
            Self::FrontMatterLanguage => settings::FRONT_MATTER_LANGUAGE,
            Self::FrontMatterDuplicateKey => settings::FRONT_MATTER_DUPLICATE_KEY,
            Self::FieldMissing => settings::FIELD_MISSING,
            Self::FieldType => settings::FIELD_TYPE,
            Self::FieldEmpty => settings::FIELD_EMPTY,
            Self::FieldUnknown => settings::FIELD_UNKNOWN,
            Self::LevelUnknown => settings::LEVEL_UNKNOWN,
            Self::IconInvalid => settings::ICON_INVALID,
            Self::CoverInvalid => settings::COVER_INVALID,
            Self::PropertiesInvalid => settings::PROPERTIES_INVALID,
            Self::SpeakerLabelsInvalid => settings::SPEAKER_LABELS_INVALID,
            Self::SpeakerLabelDuplicate => settings::SPEAKER_LABEL_DUPLICATE,
            Self::SpeakerProfileInvalid => settings::SPEAKER_PROFILE_INVALID,
            Self::SpeakerProfileOrphan => settings::SPEAKER_PROFILE_ORPHAN,
            Self::InputTypeUnknown => settings::INPUT_TYPE_UNKNOWN,
            Self::SectionMissing => sections::SECTION_MISSING,
            Self::SectionExtra => sections::SECTION_EXTRA,
            Self::SectionOrder => sections::SECTION_ORDER,
            Self::H2Title => sections::H2_TITLE,
            Self::H2TitleStyle => sections::H2_TITLE_STYLE,
            Self::H2InputMaterial => sections::H2_INPUT_MATERIAL,
            Self::H2InsideContainer => sections::H2_INSIDE_CONTAINER,
            Self::HeadingTooDeep => sections::HEADING_TOO_DEEP,
            Self::AnswerKeyMissing => sections::ANSWER_KEY_MISSING,
            Self::TeacherPlanMissing => sections::TEACHER_PLAN_MISSING,
            Self::MarkerLevel => sections::MARKER_LEVEL,
            Self::MarkerSection => sections::MARKER_SECTION,
            Self::MarkerTitle => sections::MARKER_TITLE,
            Self::ControlledPracticeMissing => sections::CONTROLLED_PRACTICE_MISSING,
            Self::ControlledPracticeCount => sections::CONTROLLED_PRACTICE_COUNT,
            Self::ComprehensionMissing => sections::COMPREHENSION_MISSING,
            Self::ComprehensionCount => sections::COMPREHENSION_COUNT,
            Self::StudyTextMissing => study_text::STUDY_TEXT_MISSING,
            Self::StudyTextIndented => study_text::STUDY_TEXT_INDENTED,
            Self::StudyTextCloseIndented => study_text::STUDY_TEXT_CLOSE_INDENTED,
            Self::StudyTextMalformed => study_text::STUDY_TEXT_MALFORMED,
            Self::StudyTextUnclosed => study_text::STUDY_TEXT_UNCLOSED,
            Self::StudyTextEmpty => study_text::STUDY_TEXT_EMPTY,
            Self::StudyTextMultiple => study_text::STUDY_TEXT_MULTIPLE,
            Self::StudyTextNestedDirective => study_text::STUDY_TEXT_NESTED_DIRECTIVE,
            Self::StudyTextShort => study_text::STUDY_TEXT_SHORT,
            Self::StudyTextType => study_text::STUDY_TEXT_TYPE,
            Self::SpeakerUnknown => study_text::SPEAKER_UNKNOWN,
            Self::SpeakerMissing => study_text::SPEAKER_MISSING,
            Self::SpeakerBlank => study_text::SPEAKER_BLANK,
            Self::SpeakerUnused => study_text::SPEAKER_UNUSED,
            Self::SpeakerNarrated => study_text::SPEAKER_NARRATED,
            Self::CalloutUnclosed => directives::CALLOUT_UNCLOSED,
            Self::CalloutIconMissing => directives::CALLOUT_ICON_MISSING,
            Self::CalloutIconInvalid => directives::CALLOUT_ICON_INVALID,
            Self::CalloutIconText => directives::CALLOUT_ICON_TEXT,
            Self::CalloutEmpty => directives::CALLOUT_EMPTY,
            Self::ColumnListUnclosed => directives::COLUMN_LIST_UNCLOSED,
            Self::ColumnListNoColumn => directives::COLUMN_LIST_NO_COLUMN,
            Self::ColumnListSingle => directives::COLUMN_LIST_SINGLE,
            Self::ColumnEmpty => directives::COLUMN_EMPTY,
            Self::ColumnOrphan => directives::COLUMN_ORPHAN,
            Self::ColumnNested => directives::COLUMN_NESTED,
            Self::ColumnStrayContent => directives::COLUMN_STRAY_CONTENT,
            Self::SyncedUnclosed => directives::SYNCED_UNCLOSED,
            Self::SyncedEmpty => directives::SYNCED_EMPTY,
            Self::SyncedIdInvalid => directives::SYNCED_ID_INVALID,
            Self::SyncedReferenceWithContent => directives::SYNCED_REFERENCE_WITH_CONTENT,
            Self::MediaUrlMissing => directives::MEDIA_URL_MISSING,
            Self::MediaUrlInvalid => directives::MEDIA_URL_INVALID,
            Self::ToggleTitleMissing => directives::TOGGLE_TITLE_MISSING,
            Self::DirectiveUnknown => directives::DIRECTIVE_UNKNOWN,
            Self::DirectiveUnclosed => directives::DIRECTIVE_UNCLOSED,
            Self::DirectiveStrayClose => directives::DIRECTIVE_STRAY_CLOSE,
            Self::DirectiveIndented => directives::DIRECTIVE_INDENTED,
            Self::NestingTooDeep => directives::NESTING_TOO_DEEP,
            Self::NestedCode => text::NESTED_CODE,
            Self::CodeUnclosed => text::CODE_UNCLOSED,
            Self::CodeLanguageUnknown => text::CODE_LANGUAGE_UNKNOWN,
            Self::TableNoColumn => text::TABLE_NO_COLUMN,
            Self::TableRagged => text::TABLE_RAGGED,
            Self::TableNoData => text::TABLE_NO_DATA,
            Self::CommentUnclosed => text::COMMENT_UNCLOSED,
            Self::EquationUnclosed => text::EQUATION_UNCLOSED,
            Self::LinkInvalid => text::LINK_INVALID,
            Self::ImageUrlInvalid => text::IMAGE_URL_INVALID,
            Self::NotionLimitText => text::NOTION_LIMIT_TEXT,
            Self::NotionLimitUrl => text::NOTION_LIMIT_URL,
            Self::NotionLimitEquation => text::NOTION_LIMIT_EQUATION,
            Self::NotionLimitProperty => text::NOTION_LIMIT_PROPERTY,
        }
    }
}
