//! Runs of a line to Notion's rich text.

use std::borrow::Cow;

use esl_core::Color;
use esl_core::block::{Annotations, Content, RichText};

use crate::lesson::inline::{self, Link, Run, RunKind, is_linkable};
use crate::lesson::{Span, Text};

/// The longest formula that Notion takes, in characters (Notion API reference: "Request limits").
const MAX_FORMULA_LENGTH: usize = 1000;

/// How many differently formatted runs keep a common link; the text of any others is kept without.
const MAX_RUNS_PER_LINK: usize = 100;

/// The rich text of a line; one empty run if the line shows nothing.
pub(super) fn rich_text(line: Text<'_>) -> Vec<RichText> {
    lines(line, Vec::new(), "")
}

/// The rich text of a table cell: usually one text, or several that share it.
pub(super) fn cell(texts: &[Text<'_>]) -> Vec<RichText> {
    let mut builder = Builder::default();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            builder.add_words(" | ".into(), None, Annotations::default());
        }
        builder.add_all(inline::parse_cell(*text));
    }
    builder.finish()
}

/// The rich text of a line and of those that follow it, with `between` each two of them.
pub(super) fn lines(first: Text<'_>, others: Vec<Text<'_>>, between: &str) -> Vec<RichText> {
    let mut builder = Builder::default();
    builder.add_all(inline::parse(first));
    for line in others {
        builder.add_words(between.into(), None, Annotations::default());
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
    target: Target,
}

/// The link of the latest runs: an address is read once, however many runs lead there.
#[derive(Default)]
struct Target {
    /// Where the link's address stands.
    span: Option<Span>,
    /// None if Notion would refuse it.
    address: Option<String>,
    runs: usize,
}

impl Target {
    /// The address of a run with this link. Every run has a copy, so there is a limit to them.
    fn of(&mut self, link: Option<Link<'_>>) -> Option<String> {
        let span = link.map(|link| link.url.span());
        if self.span != span {
            let address = link.map(|link| link.address());
            let address = address.filter(|address| is_linkable(address));
            *self = Self {
                span,
                address: address.map(Cow::into_owned),
                runs: 0,
            };
        }
        self.runs += 1;
        self.address
            .clone()
            .filter(|_| self.runs <= MAX_RUNS_PER_LINK)
    }
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
                self.add_words(format!("${}$", run.text).into(), None, annotations);
            }
            return;
        }
        let link = self.target.of(run.link);
        if !run.text.is_empty() || link.is_some() {
            self.add_words(run.text, link, annotations);
        }
    }

    fn add_words(&mut self, words: Cow<'_, str>, link: Option<String>, annotations: Annotations) {
        if let Some(last) = self.runs.last_mut()
            && last.annotations == annotations
            && last.link() == link.as_deref()
            && let Content::Text { text } = &mut last.content
        {
            text.content.push_str(&words);
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
    fn a_link_is_not_copied_without_limit() {
        let text = "*a*b".repeat(200);
        let runs = rich_text(Text::new(&format!("[{text}](http://u)"), 0));
        assert!(
            runs[..MAX_RUNS_PER_LINK]
                .iter()
                .all(|run| run.link().is_some())
        );
        assert!(
            runs[MAX_RUNS_PER_LINK..]
                .iter()
                .all(|run| run.link().is_none())
        );
        assert_eq!(runs.len(), 400);
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
