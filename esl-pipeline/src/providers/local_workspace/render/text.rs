//! Runs of formatted text.

use std::io::{self, Write};

use esl_core::block::{Content, RichText};
use math_core::MathDisplay;

use super::escape::{escaped, link_target, write_text};
use super::math;

/// Writes the runs of one text.
pub(super) fn write_runs(out: &mut dyn Write, runs: &[RichText]) -> io::Result<()> {
    runs.iter().try_for_each(|run| write_run(out, run))
}

fn write_run(out: &mut dyn Write, run: &RichText) -> io::Result<()> {
    let mut closing = Vec::new();
    for (open, close) in marks(run) {
        out.write_all(open.as_bytes())?;
        closing.push(close);
    }
    match &run.content {
        Content::Text { text } => write_lines(out, &text.content)?,
        Content::Mention { plain_text, .. } => write_text(out, plain_text)?,
        Content::Equation { equation } => {
            out.write_all(math::html(&equation.expression, MathDisplay::Inline).as_bytes())?;
        }
    }
    closing
        .iter()
        .rev()
        .try_for_each(|close| out.write_all(close.as_bytes()))
}

/// The tags around a run, from the outermost.
fn marks(run: &RichText) -> Vec<(String, &'static str)> {
    let mut marks = Vec::new();
    if let Some(target) = run.link().and_then(link_target) {
        let open = format!(
            r#"<a href="{}" rel="noopener noreferrer" target="_blank">"#,
            escaped(target)
        );
        marks.push((open, "</a>"));
    }
    let looks = &run.annotations;
    if !looks.color.is_default() {
        marks.push((format!(r#"<span class="c-{}">"#, looks.color), "</span>"));
    }
    for (is_set, open, close) in [
        (looks.code, "<code>", "</code>"),
        (looks.bold, "<strong>", "</strong>"),
        (looks.italic, "<em>", "</em>"),
        (looks.strikethrough, "<s>", "</s>"),
        (looks.underline, "<u>", "</u>"),
    ] {
        if is_set {
            marks.push((open.to_owned(), close));
        }
    }
    marks
}

fn write_lines(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.write_all(b"<br>")?;
        }
        write_text(out, line)?;
    }
    Ok(())
}
