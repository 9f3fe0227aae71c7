//! What can be wrong with a lesson, and how it is said.

use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::Span;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never blocks.
    Info,
    /// Probably a slip; blocks in strict mode.
    Warning,
    /// Blocks.
    Error,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How much it matters; the code's own severity unless the caller changed it.
    pub severity: Severity,
    /// What is wrong, with the names and numbers of this case.
    pub message: String,
    /// Where.
    pub span: Span,
    /// How to mend it.
    pub hint: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The change that certainly mends it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `code` at `span`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            hint: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, note: impl Into<String>) -> Self {
        let note = note.into();
        self.related.push(Related { span, note });
        self
    }

    /// Adds the change that certainly mends it.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        self.fix = Some(Fix { span, replacement });
        self
    }
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What it has to do with it.
    pub note: String,
}

/// A change of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to replace; empty to insert.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// So many findings of one rule are listed; a file with more is not a lesson with slips.
pub(super) const LISTED_PER_RULE: usize = 100;

/// The first findings of each rule.
pub(super) fn listed(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts: HashMap<Code, usize> = HashMap::new();
    let is_listed = |found: &Diagnostic| {
        let count = counts.entry(found.code).or_default();
        *count += 1;
        *count <= LISTED_PER_RULE
    };
    found.into_iter().filter(is_listed).collect()
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $summary:literal;)+) => {
        /// The rules. Their names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $summary] $variant),+ }

        impl Code {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How much a finding of this rule matters by default.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// The rule in one sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }
        }
    };
}

codes! {
    LessonTooLarge "lesson-too-large" Error "The file is larger than the limit (1 MiB unless set otherwise).";
    WrapperMissing "wrapper-missing" Warning "The lesson does not stand in a fenced block.";
    WrapperUnclosed "wrapper-unclosed" Error "The fenced block that holds the lesson is never closed.";
    WrapperInnerFence "wrapper-inner-fence" Info "A fence inside the lesson looks like the end of its wrapper.";
    WrapperMultiple "wrapper-multiple" Info "The file holds more than one fenced block; only one is read.";
    FrontMatterMissing "front-matter-missing" Error "The lesson does not begin with front matter.";
    FrontMatterUnclosed "front-matter-unclosed" Error "The front matter is never closed by a `---` line.";
    FrontMatterSyntax "front-matter-syntax" Error "The front matter is not valid YAML.";
    FrontMatterLanguage "front-matter-language" Error "The front matter asks for a language other than YAML.";
    FrontMatterDuplicateKey "front-matter-duplicate-key" Error "A front matter key is given twice.";
    FieldMissing "field-missing" Error "A required front matter field is missing.";
    FieldType "field-type" Error "A front matter field has a value of the wrong type.";
    FieldEmpty "field-empty" Error "A front matter field is empty.";
    FieldUnknown "field-unknown" Warning "A front matter field is not known.";
    LevelUnknown "level-unknown" Info "The level does not look like a CEFR level.";
    IconInvalid "icon-invalid" Error "The icon is not exactly one emoji.";
    CoverInvalid "cover-invalid" Error "The cover is not an http or https address of at most 2000 characters.";
    PropertiesInvalid "properties-invalid" Error "The properties are not a map.";
    SpeakerLabelsInvalid "speaker-labels-invalid" Error "The speaker labels are not a list of names.";
    SpeakerLabelDuplicate "speaker-label-duplicate" Warning "A speaker label is given twice.";
    SpeakerProfileInvalid "speaker-profile-invalid" Error "A speaker profile has a value of the wrong type.";
    SpeakerProfileOrphan "speaker-profile-orphan" Warning "A speaker profile belongs to no speaker label.";
    InputTypeUnknown "input-type-unknown" Warning "The input type is neither `generate` nor `authentic`.";
    SectionMissing "section-missing" Error "One of the nine sections is missing.";
    SectionExtra "section-extra" Error "A level-2 heading is none of the nine sections.";
    SectionOrder "section-order" Error "A section stands in the wrong place.";
    H2Title "h2-title" Error "A section heading does not have its required title.";
    H2TitleStyle "h2-title-style" Info "A section heading is understood but not written in the standard way.";
    H2InputMaterial "h2-input-material" Error "The third section heading does not begin with `3. Input Material`.";
    H2InsideContainer "h2-inside-container" Info "A level-2 heading inside a directive does not count as a section.";
    HeadingTooDeep "heading-too-deep" Info "A heading below level 3 is published as level 3.";
    AnswerKeyMissing "answer-key-missing" Error "There is no toggle titled `Answer Key`.";
    TeacherPlanMissing "teacher-plan-missing" Error "There is no toggle titled `Teacher's Follow-up Plan`.";
    MarkerLevel "marker-level" Warning "A required toggle has an unusual heading level.";
    MarkerSection "marker-section" Warning "A required toggle stands outside its section.";
    MarkerTitle "marker-title" Info "The title of a required toggle is understood but not written in the standard way.";
    StudyTextMissing "study-text-missing" Error "There is no study text.";
    StudyTextIndented "study-text-indented" Warning "The study-text marker is indented.";
    StudyTextCloseIndented "study-text-close-indented" Warning "The end of the study text is indented.";
    StudyTextMalformed "study-text-malformed" Error "A line looks like the study-text marker but is not.";
    StudyTextUnclosed "study-text-unclosed" Error "The study text is never closed.";
    StudyTextEmpty "study-text-empty" Error "The study text is empty.";
    StudyTextMultiple "study-text-multiple" Warning "There is more than one study text; only the first is spoken.";
    StudyTextNestedDirective "study-text-nested-directive" Warning "A directive stands inside the study text.";
    StudyTextShort "study-text-short" Warning "The study text is short.";
    StudyTextType "study-text-type" Warning "The declared speakers and the text disagree on whether it is a dialogue.";
    SpeakerUnknown "speaker-unknown" Error "A line is spoken by somebody who is not in `speaker_labels`.";
    SpeakerMissing "speaker-missing" Error "A line stands before the first speaker of a dialogue.";
    SpeakerBlank "speaker-blank" Error "A speaker's name is blank.";
    SpeakerUnused "speaker-unused" Info "A speaker label never speaks.";
    SpeakerNarrated "speaker-narrated" Info "Lines before the first speaker are read by the narrator.";
    ControlledPracticeMissing "controlled-practice-missing" Warning "Section 5 has no `A. Controlled Practice`.";
    ControlledPracticeCount "controlled-practice-count" Warning "Controlled practice has fewer than 8 or more than 12 items.";
    ComprehensionMissing "comprehension-missing" Info "Section 5 has no `B. Comprehension Check`.";
    ComprehensionCount "comprehension-count" Warning "The comprehension check has fewer than two items.";
    NestedCode "nested-code" Warning "A code block stands in the lesson.";
    CodeUnclosed "code-unclosed" Warning "A code block is never closed.";
    CodeLanguageUnknown "code-language-unknown" Info "A code block names a language that Notion does not know.";
    CalloutUnclosed "callout-unclosed" Error "A callout is never closed.";
    CalloutIconMissing "callout-icon-missing" Error "A callout has no icon.";
    CalloutIconInvalid "callout-icon-invalid" Error "A callout does not begin with an emoji.";
    CalloutIconText "callout-icon-text" Info "Words after a callout's icon become its first line.";
    CalloutEmpty "callout-empty" Error "A callout is empty.";
    ColumnListUnclosed "column-list-unclosed" Error "A column list is never closed.";
    ColumnListNoColumn "column-list-no-column" Error "A column list has no column.";
    ColumnListSingle "column-list-single" Error "A column list has only one column.";
    ColumnEmpty "column-empty" Error "A column is empty.";
    ColumnOrphan "column-orphan" Error "A column stands outside a column list.";
    ColumnNested "column-nested" Error "A column list stands inside a column.";
    ColumnStrayContent "column-stray-content" Error "Content stands in a column list but in no column.";
    SyncedUnclosed "synced-unclosed" Error "A synced block is never closed.";
    SyncedEmpty "synced-empty" Error "A synced block has neither an id nor content.";
    SyncedIdInvalid "synced-id-invalid" Error "The id of a synced block is no block id.";
    SyncedReferenceWithContent "synced-reference-with-content" Error "A synced block has both an id and content.";
    MediaUrlMissing "media-url-missing" Error "An audio or video directive has no address.";
    MediaUrlInvalid "media-url-invalid" Error "The address of an audio or video directive is not http or https.";
    TableNoColumn "table-no-column" Error "A table row has no cells.";
    TableRagged "table-ragged" Error "A table row has another number of cells than the first row.";
    TableNoData "table-no-data" Error "A table has a header and nothing else.";
    ToggleTitleMissing "toggle-title-missing" Error "A toggle has no title.";
    DirectiveUnknown "directive-unknown" Error "A directive has no known name.";
    DirectiveUnclosed "directive-unclosed" Error "A directive is never closed.";
    DirectiveStrayClose "directive-stray-close" Error "A `:::` line closes nothing.";
    DirectiveIndented "directive-indented" Warning "A directive is indented.";
    NestingTooDeep "nesting-too-deep" Error "Directives or list items are nested deeper than 32 levels.";
    CommentUnclosed "comment-unclosed" Warning "A comment is never closed.";
    EquationUnclosed "equation-unclosed" Warning "An equation is never closed.";
    LinkInvalid "link-invalid" Warning "A link is not http, https or mailto and is published as plain text.";
    ImageUrlInvalid "image-url-invalid" Warning "The address of an image is not http or https.";
    NotionLimitText "notion-limit-text" Warning "A text is longer than Notion takes in one piece.";
    NotionLimitUrl "notion-limit-url" Warning "An address is longer than the 2000 characters that Notion takes.";
    NotionLimitEquation "notion-limit-equation" Warning "An equation is longer than the 1000 characters that Notion takes.";
    NotionLimitProperty "notion-limit-property" Warning "A property value is larger than Notion takes.";
}

impl Code {
    /// The rule of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
