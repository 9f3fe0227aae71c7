//! `esl validate`: every problem of one or several lessons, in one pass; mended, if asked.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use esl_pipeline::lesson::{
    Code, Diagnostic, Lesson, Level, LintOptions, Mended, Report, ReportItem, ReportSummary,
    Severity, mend,
};
use serde_json::{Map, Value, json};

use crate::args::{FindingsFormat, ValidateArgs};
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Outcome, diagnostics::Source, sarif, style, summary};
use crate::{saving, source};

struct Verdicts {
    files: Vec<Verdict>,
    format: FindingsFormat,
}

struct Verdict {
    name: String,
    outcome: Result<Checked, Failure>,
}

struct Checked {
    text: String,
    mending: Option<Mending>,
    report: Report,
    summary: ReportSummary,
}

/// What `--fix` did to a lesson.
struct Mending {
    changes: Vec<ReportItem>,
    /// Whether the text is to be printed, there being no file to change.
    is_printed: bool,
}

pub(super) fn validate(args: &ValidateArgs) -> Outcome {
    let options = LintOptions {
        strict: args.strict,
        levels: levels(args).collect(),
        ..LintOptions::default()
    };
    let outcome = |path: &Path| {
        let text = source::lesson_text(path, source::MOST_READ)?;
        if args.fix {
            fix(path, &text, &options)
        } else {
            Ok(check(text, None, &options))
        }
    };
    let verdict = |path: &PathBuf| Verdict {
        name: source::name(path),
        outcome: outcome(path).inspect_err(output::report),
    };
    Ok(Box::new(Verdicts {
        files: args.paths().map(verdict).collect(),
        format: args.format,
    }))
}

fn levels(args: &ValidateArgs) -> impl Iterator<Item = (Code, Level)> {
    let all = [
        (&args.allow, Level::Allow),
        (&args.warn, Level::Warn),
        (&args.deny, Level::Deny),
    ];
    all.into_iter()
        .flat_map(|(codes, level)| codes.iter().map(move |code| (*code, level)))
}

/// Mends the lesson where it lies and checks what became of it.
fn fix(path: &Path, text: &str, options: &LintOptions) -> Result<Checked, Failure> {
    let is_printed = path == Path::new("-");
    let mended = mend(text, options);
    if mended.text != text && !is_printed {
        saving::replace(path, &mended.text)?;
    }
    let Mended { text, changes } = mended;
    let mending = Mending {
        changes,
        is_printed,
    };
    Ok(check(text, Some(mending), options))
}

fn check(text: String, mending: Option<Mending>, options: &LintOptions) -> Checked {
    let lesson = Lesson::parse(&text);
    let report = Report::new(&lesson, options);
    let summary = report.summary(&lesson);
    Checked {
        text,
        mending,
        report,
        summary,
    }
}

impl Answer for Verdicts {
    fn exit(&self) -> Exit {
        let unreadable = self
            .files
            .iter()
            .find_map(|file| file.outcome.as_ref().err());
        if let Some(failure) = unreadable {
            failure.exit
        } else if self.files.iter().all(Verdict::is_ok) {
            Exit::Success
        } else {
            Exit::InvalidLesson
        }
    }

    fn json(&self) -> Value {
        let files: Vec<_> = self.files.iter().map(Verdict::json).collect();
        json!({ "ok": self.files.iter().all(Verdict::is_ok), "files": files })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.format == FindingsFormat::Sarif {
            return self.write_sarif(out);
        }
        for verdict in &self.files {
            verdict.write(out)?;
        }
        if self.files.len() > 1 {
            let valid = self.files.iter().filter(|verdict| verdict.is_ok()).count();
            writeln!(out, "{valid} of {} lessons are valid", self.files.len())?;
        }
        Ok(())
    }
}

impl Verdicts {
    fn write_sarif(&self, out: &mut dyn Write) -> io::Result<()> {
        let items = |verdict: &'_ Verdict| match &verdict.outcome {
            Ok(checked) => checked.report.items(&checked.text),
            Err(_) => Vec::new(),
        };
        let files = self.files.iter().map(|file| (&*file.name, items(file)));
        let log = sarif::log(&files.collect::<Vec<_>>());
        serde_json::to_writer_pretty(&mut *out, &log)?;
        writeln!(out)
    }
}

impl Verdict {
    fn is_ok(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|checked| checked.report.ok)
    }

    fn json(&self) -> Value {
        let mut json = match &self.outcome {
            Ok(checked) => checked.json(),
            Err(failure) => json!({ "ok": false, "error": failure }),
        };
        json["file"] = json!(self.name);
        json
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.outcome {
            Ok(checked) => checked.write(&self.name, out),
            // It was told when it was tried.
            Err(_) => Ok(()),
        }
    }
}

impl Checked {
    fn json(&self) -> Value {
        let mut json = summary::json(&self.summary);
        json["diagnostics"] = summary::json(&self.report.items(&self.text));
        if let Some(mending) = &self.mending {
            json["changes"] = summary::json(&mending.changes);
            if mending.is_printed {
                json["text"] = json!(self.text);
            }
        }
        json
    }

    /// Where the mended lesson itself is the answer, all else goes to standard error.
    fn write(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        match &self.mending {
            Some(mending) if mending.is_printed => {
                let _ = self.write_verdict(name, &mut io::stderr().lock(), style::colours_stderr());
                out.write_all(self.text.as_bytes())
            }
            _ => self.write_verdict(name, out, style::colours_stdout()),
        }
    }

    fn write_verdict(&self, name: &str, out: &mut dyn Write, coloured: bool) -> io::Result<()> {
        let Self { text, report, .. } = self;
        if let Some(mending) = &self.mending {
            write_changes(out, name, &mending.changes)?;
        }
        Source { name, text }.write_findings(out, &report.diagnostics, coloured)?;
        let verdict = if report.ok { "valid" } else { "not valid" };
        let name = style::printable(name);
        writeln!(out, "{name}: {verdict}{}", counts(&report.diagnostics))?;
        match &self.summary.meta {
            Some(meta) if report.ok => write_settings(out, meta),
            _ => Ok(()),
        }
    }
}

fn write_changes(out: &mut dyn Write, name: &str, changes: &[ReportItem]) -> io::Result<()> {
    let name = style::printable(name);
    for change in changes {
        let place = change.span.start;
        let message = style::printable(&change.message);
        writeln!(
            out,
            "fixed {name}:{}:{}: {message} ({})",
            place.line, place.col, change.code
        )?;
    }
    match changes {
        [] => Ok(()),
        _ => writeln!(out),
    }
}

fn counts(findings: &[Diagnostic]) -> String {
    let severities = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "note"),
    ];
    let count = |severity| {
        findings
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    let counts = severities.map(|(severity, noun)| match count(severity) {
        0 => String::new(),
        1 => format!(", 1 {noun}"),
        many => format!(", {many} {noun}s"),
    });
    counts.concat()
}

/// The settings that tell lessons apart.
fn write_settings(out: &mut dyn Write, meta: &Map<String, Value>) -> io::Result<()> {
    let mut fields = summary::Fields::default();
    for name in ["title", "student", "level", "topic", "input_type"] {
        fields.add_some(name, meta.get(name).and_then(Value::as_str));
    }
    fields.write(out)
}
