//! The verdict on a lesson: findings, levels of the rules, and whether it may be published.
//!
//! The JSON shapes here are read by other programs and stay as they are.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Code, Diagnostic, Field, Fix, FrontMatter, Lesson, LineCol, LineIndex, PropertyData, Related,
    Severity, Span, SpeakerProfile, lint,
};

/// How strictly a lesson is judged.
#[derive(Debug, Clone)]
pub struct LintOptions {
    /// Whether warnings block, too.
    pub strict: bool,
    /// The largest file that is looked at, in bytes; 1 MiB by default.
    pub max_bytes: usize,
    /// Rules that matter more or less than by default.
    pub levels: BTreeMap<Code, Level>,
}

impl Default for LintOptions {
    fn default() -> Self {
        Self {
            strict: false,
            max_bytes: 1 << 20,
            levels: BTreeMap::new(),
        }
    }
}

/// How much a rule matters to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Its findings are errors.
    Deny,
    /// Its findings are warnings.
    Warn,
    /// Its findings are left out.
    Allow,
}

/// The verdict on a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whether nothing blocks: no error and, in strict mode, no warning.
    pub ok: bool,
    /// All findings, sorted by position, with the severity that the caller's levels give them.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Checks `lesson` under `options`.
    #[must_use]
    pub fn new(lesson: &Lesson<'_>, options: &LintOptions) -> Self {
        let leveled = |found: Diagnostic| match options.levels.get(&found.code) {
            None => Some(found),
            Some(Level::Deny) => Some(Diagnostic {
                severity: Severity::Error,
                ..found
            }),
            Some(Level::Warn) => Some(Diagnostic {
                severity: Severity::Warning,
                ..found
            }),
            Some(Level::Allow) => None,
        };
        let diagnostics: Vec<_> = found(lesson, options)
            .into_iter()
            .filter_map(leveled)
            .collect();
        let blocking = if options.strict {
            Severity::Warning
        } else {
            Severity::Error
        };
        let ok = diagnostics.iter().all(|found| found.severity < blocking);
        Self { ok, diagnostics }
    }

    /// The findings as other programs read them; `source` is the text of the lesson.
    #[must_use]
    pub fn items(&self, source: &str) -> Vec<ReportItem> {
        let index = LineIndex::new(source);
        self.diagnostics
            .iter()
            .map(|found| ReportItem::new(found, &index))
            .collect()
    }

    /// The findings as lists of messages, with the settings.
    #[must_use]
    pub fn summary(&self, lesson: &Lesson<'_>) -> ReportSummary {
        let index = LineIndex::new(lesson.source);
        let messages = |severity| {
            let found = self
                .diagnostics
                .iter()
                .filter(move |found| found.severity == severity);
            found
                .map(|found| message(found, &index))
                .collect::<Vec<_>>()
        };
        let (mut errors, warnings) = (messages(Severity::Error), messages(Severity::Warning));
        if !self.ok && errors.is_empty() {
            errors.clone_from(&warnings);
        }
        ReportSummary {
            ok: self.ok,
            errors,
            warnings,
            meta: meta(lesson),
        }
    }
}

fn found(lesson: &Lesson<'_>, options: &LintOptions) -> Vec<Diagnostic> {
    let (size, limit) = (lesson.source.len(), options.max_bytes);
    if size <= limit {
        return lint(lesson);
    }
    let message = format!("the file has {size} bytes, the limit is {limit}");
    let found = Diagnostic::new(Code::LessonTooLarge, Span::default(), message);
    vec![found.hint("split the lesson, or raise the limit")]
}

/// A finding in one line.
fn message(found: &Diagnostic, index: &LineIndex<'_>) -> String {
    let LineCol { line, col } = index.line_col(found.span.start);
    let Diagnostic { message, code, .. } = found;
    match &found.hint {
        Some(hint) => format!("line {line}, column {col}: {message}; {hint} ({code})"),
        None => format!("line {line}, column {col}: {message} ({code})"),
    }
}

/// A finding in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportItem {
    /// The rule.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Range,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<RelatedItem>,
    /// The change that certainly mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixItem>,
}

/// A place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first character.
    pub start: Position,
    /// The character after the last.
    pub end: Position,
}

/// One end of a place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode scalar values.
    pub col: usize,
    /// From 0, in bytes of the file.
    pub offset: usize,
}

/// Another place that belongs to a finding, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedItem {
    /// Where.
    pub span: Range,
    /// What it has to do with the finding.
    pub note: String,
}

/// A change of the source, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixItem {
    /// What to replace; empty to insert.
    pub span: Range,
    /// What to put there.
    pub replacement: String,
}

impl ReportItem {
    fn new(found: &Diagnostic, index: &LineIndex<'_>) -> Self {
        let related = |Related { span, note }: &Related| RelatedItem {
            span: Range::new(*span, index),
            note: note.clone(),
        };
        let fix = |Fix { span, replacement }: &Fix| FixItem {
            span: Range::new(*span, index),
            replacement: replacement.clone(),
        };
        Self {
            code: found.code,
            severity: found.severity,
            message: found.message.clone(),
            span: Range::new(found.span, index),
            hint: found.hint.clone(),
            related: found.related.iter().map(related).collect(),
            fix: found.fix.as_ref().map(fix),
        }
    }
}

impl Range {
    fn new(span: Span, index: &LineIndex<'_>) -> Self {
        let position = |offset| {
            let LineCol { line, col } = index.line_col(offset);
            Position { line, col, offset }
        };
        Self {
            start: position(span.start),
            end: position(span.end),
        }
    }
}

/// The verdict as lists of messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportSummary {
    /// Whether nothing blocks.
    pub ok: bool,
    /// The errors; the warnings if only they block.
    pub errors: Vec<String>,
    /// The warnings.
    pub warnings: Vec<String>,
    /// The known settings; none if any of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Map<String, Value>>,
}

/// The known settings as JSON, unless one of them has an error.
fn meta(lesson: &Lesson<'_>) -> Option<Map<String, Value>> {
    let about_settings = Code::FrontMatterMissing..=Code::InputTypeUnknown;
    let is_failed = |found: &Diagnostic| {
        found.severity == Severity::Error && about_settings.contains(&found.code)
    };
    lesson.front_matter.raw?;
    (!lesson.diagnostics.iter().any(is_failed)).then(|| settings(&lesson.front_matter))
}

fn settings(front_matter: &FrontMatter<'_>) -> Map<String, Value> {
    let FrontMatter {
        title,
        student,
        level,
        topic,
        input_type,
        icon,
        cover,
        ..
    } = front_matter;
    let labels = &front_matter.speaker_labels;
    let profiles = &front_matter.speaker_profiles;
    let texts = [
        ("title", title),
        ("student", student),
        ("level", level),
        ("topic", topic),
        ("input_type", input_type),
        ("icon", icon),
        ("cover", cover),
    ];
    let mut settings = Map::new();
    for (name, field) in texts {
        insert(
            &mut settings,
            name,
            field.as_ref().map(|field| json!(field.value)),
        );
    }
    let labels = list(labels, |label| json!(label));
    insert(&mut settings, "speaker_labels", labels);
    insert(&mut settings, "speaker_profiles", list(profiles, profile));
    let properties = front_matter.properties.iter();
    let properties: Map<_, _> = properties
        .map(|found| (found.name.value.clone(), property(&found.value.value)))
        .collect();
    let properties = (!properties.is_empty()).then_some(Value::Object(properties));
    insert(&mut settings, "properties", properties);
    settings
}

fn insert(settings: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        settings.insert(name.to_owned(), value);
    }
}

fn list<T>(fields: &[Field<T>], to_json: impl Fn(&T) -> Value) -> Option<Value> {
    let values = fields.iter().map(|field| to_json(&field.value)).collect();
    (!fields.is_empty()).then_some(Value::Array(values))
}

fn profile(profile: &SpeakerProfile) -> Value {
    let SpeakerProfile {
        id,
        display_name,
        role,
        gender,
        age,
        accent,
        style,
        voice,
    } = profile;
    let fields = [
        ("id", json!(id)),
        ("display_name", json!(display_name)),
        ("role", json!(role)),
        ("gender", json!(gender)),
        ("age", json!(age)),
        ("accent", json!(accent)),
        ("style", json!(style)),
        ("voice", json!(voice)),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        given
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn property(value: &PropertyData) -> Value {
    match value {
        PropertyData::Null => Value::Null,
        PropertyData::Bool(value) => json!(value),
        PropertyData::Number(value) => json!(value),
        PropertyData::Text(value) => json!(value),
        PropertyData::List(values) => json!(values),
        PropertyData::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)));
            Value::Object(entries.collect())
        }
    }
}

/// Applies the fixes of `diagnostics` to `source`.
///
/// Of fixes that overlap, the first in the text is applied; check the result again for the others.
/// Fixes that do not fit `source` are left out.
#[must_use]
pub fn apply_fixes(source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut fixes: Vec<&Fix> = diagnostics
        .iter()
        .filter_map(|found| found.fix.as_ref())
        .collect();
    fixes.sort_by_key(|fix| fix.span);
    fixes.dedup();
    let mut mended = String::with_capacity(source.len());
    let mut done = 0;
    for Fix { span, replacement } in fixes {
        let fits = source.get(span.start..span.end).is_some();
        let Some(kept) = source.get(done..span.start).filter(|_| fits) else {
            continue;
        };
        mended.push_str(kept);
        mended.push_str(replacement);
        done = span.end;
    }
    mended.push_str(&source[done..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(start: usize, end: usize, replacement: &str) -> Diagnostic {
        let span = Span::new(start, end);
        Diagnostic::new(Code::HeadingTooDeep, span, "").fix(span, replacement)
    }

    #[test]
    fn fixes_are_applied_in_the_order_of_the_text() {
        assert_eq!(
            apply_fixes("abcdef", &[fix(4, 5, "E"), fix(1, 1, "+"), fix(0, 1, "")]),
            "+bcdEf"
        );
    }

    #[test]
    fn overlapping_and_foreign_fixes_are_left_out() {
        assert_eq!(
            apply_fixes("abc", &[fix(0, 2, "x"), fix(1, 3, "y"), fix(9, 9, "z")]),
            "xc"
        );
        assert_eq!(apply_fixes("é", &[fix(1, 2, "x")]), "é");
    }
}
