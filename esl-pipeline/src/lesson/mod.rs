//! The lesson: parsed once into one typed document with source spans.
//!
//! Linting, extraction, block conversion and speech all read this document; none of them looks at
//! the Markdown again. The dialect is line-based and its own (`docs/lesson-format.md`), so the
//! parser is hand-written. Parsing is total: any text gives a document and a list of diagnostics.
//! Nothing in a lesson is ever executed or fetched.

mod callout_head;
mod code_language;
mod diagnostic;
mod document;
mod emoji;
mod explanation;
mod extract;
mod front_matter;
pub mod inline;
mod lint;
mod mend;
mod parse;
mod read;
mod report;
mod script;
mod skeleton;
mod span;

pub use callout_head::CalloutHead;
pub use code_language::code_language;
pub use diagnostic::{Code, Diagnostic, Fix, Related, Severity};
pub use document::{
    AlertKind, Column, Item, Lesson, LinkKind, Marker, MediaKind, Node, NodeKind, Row, SpeechLine,
    StudyText, Wrapper,
};
pub use explanation::Explanation;
pub use extract::{
    Extract, ExtractedStudyText, ExtractedUtterance, Passage, Profile, Section, Settings,
};
pub use front_matter::{Field, FrontMatter, Property, PropertyData, SpeakerProfile};
pub use lint::lint;
pub use mend::{Mended, mend};
pub use read::{DEFAULT_LIMIT, LessonReadError, decode};
pub use report::{
    FixItem, Level, LintOptions, Position, Range, RelatedItem, Report, ReportItem, ReportSummary,
    apply_fixes,
};
pub use script::{Script, ScriptKind, Utterance};
pub(crate) use script::{folded, is_narrator};
pub use skeleton::{CefrLevel, Form, Skeleton};
pub use span::{LineCol, LineIndex, Span, Text};
