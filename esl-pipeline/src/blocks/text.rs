//! Runs of a line to Notion's rich text.

use esl_core::Color;
use esl_core::block::{Annotations, Content, RichText};

use crate::lesson::Text;
use crate::lesson::inline::{self, Run, RunKind, is_linkable};

/// The longest formula that Notion takes, in characters (Notion API reference: "Request limits").
const MAX_FORMULA_LENGTH: usize = 1000;

/// The rich text of a line; one empty run if the line shows nothing.
pub(super) fn rich_text(line: Text<'_>) -> Vec<RichText> {
    lines(line, Vec::new(), "")
}

/// The rich text of a table cell.
pub(super) fn cell(cell: Text<'_>) -> Vec<RichText> {
    let mut builder = Builder::default();
    builder.add_all(inline::parse_cell(cell));
    builder.finish()
}

/// The rich text of a line and of those that follow it, with `between` each two of them.
pub(super) fn lines(first: Text<'_>, others: Vec<Text<'_>>, between: &str) -> Vec<RichText> {
    let mut builder = Builder::default();
    builder.add_all(inline::parse(first));
    for line in others {
        builder.add_words(between, None, Annotations::default());
        builder.add_all(inline::parse(line));
    }
    builder.finish()
}

/// Whether Notion takes `formula`.
pub(super) fn is_formula(formula: &str) -> bool {
    formula.chars().count() <= MAX_FORMULA_LENGTH
}

/// Rich text in which neighbours of one formatting are one run.
#[derive(Default)]
struct Builder {
    runs: Vec<RichText>,
}

impl Builder {
    fn add_all(&mut self, runs: Vec<Run<'_>>) {
        self.runs.reserve(runs.len());
        for run in runs {
            self.add(run);
        }
    }

    fn add(&mut self, run: Run<'_>) {
        let annotations = annotations(&run);
        if run.kind == RunKind::Equation {
            if is_formula(&run.text) {
                self.runs.push(RichText::equation(run.text, annotations));
            } else {
                self.add_words(&format!("${}$", run.text), None, annotations);
            }
            return;
        }
        let link = run.link.map(|link| link.address());
        let link = link.filter(|address| is_linkable(address));
        if !run.text.is_empty() || link.is_some() {
            let link = link.map(std::borrow::Cow::into_owned);
            self.add_words(&run.text, link, annotations);
        }
    }

    fn add_words(&mut self, words: &str, link: Option<String>, annotations: Annotations) {
        if let Some(last) = self.runs.last_mut()
            && last.annotations == annotations
            && last.link() == link.as_deref()
            && let Content::Text { text } = &mut last.content
        {
            text.content.push_str(words);
        } else {
            self.runs.push(RichText::text(words, link, annotations));
        }
    }

    fn finish(mut self) -> Vec<RichText> {
        if self.runs.is_empty() {
            self.runs.push(RichText::plain(""));
        }
        self.runs
    }
}

/// Code is red and neither bold, italic nor struck through, whatever is around it.
fn annotations(run: &Run<'_>) -> Annotations {
    let style = run.style;
    let is_code = run.kind == RunKind::Code;
    let color = match style.color {
        Color::Default if is_code => Color::Red,
        color => color,
    };
    Annotations {
        bold: style.bold && !is_code,
        italic: style.italic && !is_code,
        strikethrough: style.strikethrough && !is_code,
        underline: style.underline,
        code: is_code,
        color,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn shown(line: &str) -> String {
        let one = |run: RichText| {
            let a = run.annotations;
            let marks = [(a.bold, "b"), (a.italic, "i"), (a.code, "code:")];
            let marks: String = marks
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, m)| *m)
                .collect();
            let link = run.link().map(|link| format!("->{link}"));
            format!(
                "{marks}{}({}){}",
                a.color,
                run.as_str(),
                link.unwrap_or_default()
            )
        };
        rich_text(Text::new(line, 0)).into_iter().map(one).collect()
    }

    #[test]
    fn code_is_red_and_has_no_emphasis() {
        assert_snapshot!(shown("**a `b` c**"), @"bdefault(a )code:red(b)bdefault( c)");
        assert_snapshot!(shown("[`b`]{blue}"), @"code:blue(b)");
    }

    #[test]
    fn a_link_that_notion_refuses_is_plain_text() {
        assert_snapshot!(
            shown("see [here](#x), [there](notes.md) [](x) [web](HTTPS://a.b) [mail](mailto:a@b.c)"),
            @"default(see here, there  )default(web)->HTTPS://a.bdefault( )default(mail)->mailto:a@b.c"
        );
        assert_snapshot!(shown("[x](javascript:alert)"), @"default(x)");
    }

    #[test]
    fn neighbours_with_one_target_are_one_run() {
        assert_snapshot!(shown("[a](http://u)[b](http://u)"), @"default(ab)->http://u");
    }

    #[test]
    fn nothing_is_one_empty_run() {
        assert_eq!(rich_text(Text::new(" ", 0)), [RichText::plain("")]);
        assert_eq!(rich_text(Text::new("<!-- x -->", 0)), [RichText::plain("")]);
        assert_snapshot!(shown("[](http://u)"), @"default()->http://u");
    }

    #[test]
    fn a_formula_too_long_for_notion_is_words() {
        let long = format!("${}$", "x".repeat(MAX_FORMULA_LENGTH + 1));
        assert_eq!(rich_text(Text::new(&long, 0)), [RichText::plain(&*long)]);
        let taken = rich_text(Text::new("$x$", 0));
        assert_eq!(taken, [RichText::equation("x", Annotations::default())]);
    }
}
