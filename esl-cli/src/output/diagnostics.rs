//! Findings in a lesson, shown in the source they are about.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use esl_pipeline::lesson::{Diagnostic, Severity, Span};

use super::style::{colours_stderr, printable};

/// Findings shown with their source; of more than these only the number is told. Bounds the work
/// and the scrolling for a file that is no lesson at all.
const MOST_SHOWN: usize = 100;

/// A lesson file as it is shown.
pub(crate) struct Source<'a> {
    /// Its name, as the user wrote it.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// Shows each finding on standard error. If nobody can see it, the exit code remains.
    pub(crate) fn show_findings(&self, findings: &[Diagnostic]) {
        let out = &mut io::stderr().lock();
        let _ = self.write_findings(out, findings, colours_stderr());
    }

    /// Writes each finding with the lines it is about.
    pub(crate) fn write_findings(
        &self,
        out: &mut dyn Write,
        findings: &[Diagnostic],
        coloured: bool,
    ) -> io::Result<()> {
        let renderer = if coloured {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        for finding in findings.iter().take(MOST_SHOWN) {
            writeln!(out, "{}\n", renderer.render(&self.groups(finding)))?;
        }
        match findings.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            more => writeln!(out, "… and {more} more in {}\n", printable(self.name)),
        }
    }

    fn groups<'a>(&'a self, finding: &'a Diagnostic) -> Vec<Group<'a>> {
        let title = level(finding.severity).primary_title(&finding.message);
        let title = title.id(finding.code.as_str());
        let mut group = title.element(self.excerpt(finding.span, AnnotationKind::Primary, ""));
        for related in &finding.related {
            let place = self.excerpt(related.span, AnnotationKind::Context, &related.note);
            group = group.element(place);
        }
        if let Some(hint) = &finding.hint {
            group = group.element(Level::HELP.message(hint));
        }
        let fix = finding.fix.as_ref().map(|fix| {
            let lines = self.lines_around(fix.span);
            let span = fix.span.start - lines.start..fix.span.end - lines.start;
            let patch = Patch::new(span, &fix.replacement);
            let title = Level::HELP.secondary_title("this mends it");
            title.element(self.snippet(lines).patch(patch))
        });
        std::iter::once(group).chain(fix).collect()
    }

    fn excerpt<'a>(
        &'a self,
        span: Span,
        kind: AnnotationKind,
        label: &'a str,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let lines = self.lines_around(span);
        let range = span.start - lines.start..span.end - lines.start;
        let label = (!label.is_empty()).then_some(label);
        self.snippet(lines)
            .annotation(kind.span(range).label(label))
    }

    fn snippet<T: Clone>(&self, lines: Span) -> Snippet<'_, T> {
        let before = &self.text.as_bytes()[..lines.start];
        let first_line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Snippet::source(&self.text[lines.start..lines.end])
            .path(self.name)
            .line_start(first_line)
    }

    /// The whole lines that `span` touches.
    fn lines_around(&self, span: Span) -> Span {
        let start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[span.end..].find('\n');
        Span::new(start, end.map_or(self.text.len(), |at| span.end + at))
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

#[cfg(test)]
mod tests {
    use esl_pipeline::lesson::Code;

    use super::*;

    fn shown(text: &str, finding: Diagnostic) -> String {
        let source = Source { name: "a.md", text };
        let mut out = Vec::new();
        source.write_findings(&mut out, &[finding], false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_finding_points_into_its_line() {
        let finding = Diagnostic::new(Code::SpeakerUnknown, Span::new(9, 12), "Tom is no speaker")
            .hint("add Tom to `speaker_labels`")
            .related(Span::new(0, 8), "the labels");
        insta::assert_snapshot!(shown("labels:x\nTom: Hi\nrest\n", finding), @"
        error[speaker-unknown]: Tom is no speaker
         --> a.md:2:1
          |
        2 | Tom: Hi
          | ^^^
          |
         ::: a.md:1:1
          |
        1 | labels:x
          | -------- the labels
          |
          = help: add Tom to `speaker_labels`
        ");
    }

    #[test]
    fn a_fix_is_shown_as_a_change() {
        let finding = Diagnostic::new(Code::H2TitleStyle, Span::new(0, 7), "not the usual title")
            .fix(Span::new(3, 7), "1. Title");
        insta::assert_snapshot!(shown("## Title\n", finding), @"
        info[h2-title-style]: not the usual title
         --> a.md:1:1
          |
        1 | ## Title
          | ^^^^^^^
          |
        help: this mends it
          |
        1 - ## Title
        1 + ## 1. Titlee
          |
        ");
    }

    #[test]
    fn a_finding_at_the_very_end_has_a_place() {
        let finding = Diagnostic::new(Code::WrapperUnclosed, Span::new(4, 4), "never closed");
        insta::assert_snapshot!(shown("a\nb\n", finding), @"
        error[wrapper-unclosed]: never closed
         --> a.md:3:1
          |
        3 |
          | ^
        ");
    }

    #[test]
    fn a_flood_of_findings_is_cut_off() {
        let finding = Diagnostic::new(Code::TableNoData, Span::new(0, 1), "empty table");
        let findings = vec![finding; MOST_SHOWN + 7];
        let source = Source {
            name: "a.md",
            text: "|",
        };
        let mut out = Vec::new();
        source.write_findings(&mut out, &findings, false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("table-no-data").count(), MOST_SHOWN);
        assert!(text.ends_with("… and 7 more in a.md\n\n"));
    }
}
