//! What the rules share: worked out once, before any of them looks.

use super::outline::Outline;
use super::walk::{Visit, walk};
use crate::lesson::script::Speakers;
use crate::lesson::{Code, Lesson, NodeKind, Script, Span, StudyText, Text};

/// A lesson and what is known about it.
#[derive(Debug)]
pub(super) struct Facts<'l, 'a> {
    pub(super) lesson: &'l Lesson<'a>,
    /// Every node, each before its children.
    pub(super) visits: Vec<Visit<'l, 'a>>,
    pub(super) outline: Outline<'l, 'a>,
    pub(super) speakers: Speakers<'l>,
    /// Who says what in the first study text.
    pub(super) script: Option<Script<'a>>,
    /// Where the openers begin that the parser found never closed, in order.
    unclosed: Vec<usize>,
}

impl<'l, 'a> Facts<'l, 'a> {
    pub(super) fn of(lesson: &'l Lesson<'a>) -> Self {
        let unclosed = lesson
            .diagnostics
            .iter()
            .filter(|found| is_unclosed(found.code));
        let mut unclosed: Vec<usize> = unclosed.map(|found| found.span.start).collect();
        unclosed.sort_unstable();
        Self {
            lesson,
            visits: walk(lesson).collect(),
            outline: Outline::of(lesson),
            script: Script::of(lesson),
            speakers: Speakers::of(&lesson.front_matter),
            unclosed,
        }
    }

    /// The first line of what stands at `span`, trimmed.
    pub(super) fn opening_line(&self, span: Span) -> Text<'a> {
        let all = self
            .lesson
            .source
            .get(span.start..span.end)
            .unwrap_or_default();
        let line = all.split('\n').next().unwrap_or_default();
        Text::new(line, span.start).trimmed()
    }

    /// Whether what opens at `span` is never closed, so that its content is not what was meant.
    pub(super) fn is_unclosed(&self, span: Span) -> bool {
        let line = self.opening_line(span).span();
        let next = self.unclosed.partition_point(|start| *start < span.start);
        self.unclosed
            .get(next)
            .is_some_and(|start| *start < line.end)
    }

    /// Whether the parser reported `code`.
    pub(super) fn has(&self, code: Code) -> bool {
        self.lesson
            .diagnostics
            .iter()
            .any(|found| found.code == code)
    }

    /// Whether the settings could be read, so that what they do not say is really unsaid.
    pub(super) fn knows_settings(&self) -> bool {
        const UNREADABLE: [Code; 6] = [
            Code::FrontMatterMissing,
            Code::FrontMatterUnclosed,
            Code::FrontMatterSyntax,
            Code::FrontMatterLanguage,
            Code::FrontMatterDuplicateKey,
            Code::SpeakerLabelsInvalid,
        ];
        !UNREADABLE.into_iter().any(|code| self.has(code))
    }

    /// Whether the labels and the text disagree on how many speak.
    pub(super) fn is_of_other_kind(&self) -> bool {
        let script = self.script.as_ref();
        script.is_some_and(|script| script.declared.is_some_and(|kind| kind != script.kind))
    }

    /// The end of the last element, where something missing could be added.
    pub(super) fn end(&self) -> Span {
        let last = self.lesson.body.last().map(|node| node.span.end);
        let settings = || self.lesson.front_matter.raw.map(|raw| raw.span().end);
        let end = last.or_else(settings).unwrap_or(0);
        Span::new(end, end)
    }

    /// The heading of section `number`, or else the end of the lesson.
    pub(super) fn place_for(&self, number: u32) -> Span {
        let heading = self.outline.heading(number);
        heading.map_or_else(|| self.end(), |heading| heading.text.span())
    }

    /// All study texts in order.
    pub(super) fn study_texts(&self) -> Vec<(Span, &'l StudyText<'a>)> {
        let texts = self
            .visits
            .iter()
            .filter_map(|visit| match &visit.node.kind {
                NodeKind::StudyText(study_text) => Some((visit.node.span, study_text)),
                _ => None,
            });
        texts.collect()
    }
}

fn is_unclosed(code: Code) -> bool {
    matches!(
        code,
        Code::StudyTextUnclosed
            | Code::CalloutUnclosed
            | Code::ColumnListUnclosed
            | Code::SyncedUnclosed
            | Code::DirectiveUnclosed
            | Code::CodeUnclosed
            | Code::EquationUnclosed
            | Code::CommentUnclosed
    )
}
