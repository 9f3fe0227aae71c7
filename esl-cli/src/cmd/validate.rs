//! `esl validate`: every problem of one or several lessons, in one pass.

use std::io::{self, Write};

use esl_pipeline::lesson::{
    Code, Diagnostic, Lesson, Level, LintOptions, Report, ReportSummary, Severity,
};
use serde_json::{Map, Value, json};

use crate::args::{FindingsFormat, ValidateArgs};
use crate::exit::{Exit, Failure};
use crate::output::{self, Answer, Outcome, diagnostics::Source, sarif, style, summary};
use crate::source;

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
    report: Report,
    summary: ReportSummary,
}

pub(super) fn validate(args: &ValidateArgs) -> Outcome {
    let options = LintOptions {
        strict: args.strict,
        levels: levels(args).collect(),
        ..LintOptions::default()
    };
    let verdict = |path: &std::path::PathBuf| Verdict {
        name: source::name(path),
        outcome: source::lesson_text(path, source::MOST_READ)
            .map(|text| check(text, &options))
            .inspect_err(output::report),
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

fn check(text: String, options: &LintOptions) -> Checked {
    let lesson = Lesson::parse(&text);
    let report = Report::new(&lesson, options);
    let summary = report.summary(&lesson);
    Checked {
        text,
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
            Ok(Checked {
                text,
                report,
                summary,
            }) => {
                let mut json = summary::json(summary);
                json["diagnostics"] = summary::json(&report.items(text));
                json
            }
            Err(failure) => json!({ "ok": false, "error": failure }),
        };
        json["file"] = json!(self.name);
        json
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        // What could not be read was told when it was tried.
        let Ok(Checked {
            text,
            report,
            summary,
        }) = &self.outcome
        else {
            return Ok(());
        };
        let source = Source {
            name: &self.name,
            text,
        };
        source.write_findings(out, &report.diagnostics, style::colours_stdout())?;
        let verdict = if report.ok { "valid" } else { "not valid" };
        let name = style::printable(&self.name);
        writeln!(out, "{name}: {verdict}{}", counts(&report.diagnostics))?;
        match &summary.meta {
            Some(meta) if report.ok => write_settings(out, meta),
            _ => Ok(()),
        }
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
