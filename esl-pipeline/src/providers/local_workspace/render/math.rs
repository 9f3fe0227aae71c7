//! Formulas as MathML, or as their source where they cannot be read.

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::escape::{escaped, is_dropped};

/// Longest formula converted, in bytes; Notion takes 1000 characters. Bounds the converter's
/// recursion.
const MAX_LENGTH: usize = 1000;
/// The stack that the deepest formula of that length takes without optimisation, and as much again.
/// Memory is taken only as it is used.
const STACK: usize = 64 << 20;

/// Elements that a converted formula may consist of (MathML Core). Anything else, such as a link,
/// is not let through.
const ELEMENTS: [&str; 24] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "merror",
    "mpadded",
    "mphantom",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
];

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// The formula as HTML.
pub(super) fn html(latex: &str, display: MathDisplay) -> String {
    mathml(latex, display)
        .unwrap_or_else(|| format!("<code class=\"tex\">{}</code>", escaped(latex)))
}

fn mathml(latex: &str, display: MathDisplay) -> Option<String> {
    if latex.len() > MAX_LENGTH || latex.contains(is_dropped) {
        return None;
    }
    sanitized(&converted(latex, display)?)
}

/// On a stack of its own: the converter goes as deep as the formula does.
fn converted(latex: &str, display: MathDisplay) -> Option<String> {
    let convert = || {
        let converted = CONVERTER.as_ref()?.convert_with_local_state(latex, display);
        Some(converted.ok()?.mathml)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let converting = thread.spawn_scoped(scope, convert);
        converting.ok()?.join().ok()?
    })
}

/// MathML without style attributes, which the page's policy forbids; `None` if it has elements
/// that are not known.
fn sanitized(mathml: &str) -> Option<String> {
    let mut clean = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        clean.push_str(&rest[..start]);
        let tag = &rest[start..=end];
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split([' ', '>', '/']).next()?;
        if !ELEMENTS.contains(&name) {
            return None;
        }
        clean.push_str(&without_style(tag));
        rest = &rest[end + 1..];
    }
    clean.push_str(rest);
    Some(clean)
}

fn without_style(tag: &str) -> String {
    let Some((before, style)) = tag.split_once(" style=\"") else {
        return tag.to_owned();
    };
    let after = style.split_once('"').map_or(">", |(_, after)| after);
    format!("{before}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_mathml() {
        insta::assert_snapshot!(html(r"\frac{1}{2}", MathDisplay::Inline), @"<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>");
    }

    #[test]
    fn a_table_loses_its_styles_and_keeps_its_cells() {
        let table = html(
            r"\begin{array}{l|r}a & b\\ \hline c & d\end{array}",
            MathDisplay::Block,
        );
        assert!(
            table.contains("<mtd>") && !table.contains(" style="),
            "{table}"
        );
    }

    #[test]
    fn what_is_no_formula_is_shown_as_it_was_typed() {
        assert_eq!(
            html(r"\frac{<b>", MathDisplay::Inline),
            r#"<code class="tex">\frac{&lt;b&gt;</code>"#
        );
    }

    #[test]
    fn a_formula_cannot_smuggle_markup_or_links() {
        for latex in [
            r"\href{javascript:alert(1)}{x}",
            r"\href{https://a.example}{x}",
            r"\text{<script>alert(1)</script>}",
            r#"\text{" onclick="x}"#,
            r"\textsc{<img src=x>}",
        ] {
            let html = html(latex, MathDisplay::Inline);
            for markup in ["<script", "<a ", "<img", " onclick=\"x"] {
                assert!(!html.contains(markup), "{latex}: {html}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deepest = "{".repeat(499) + "x" + &"}".repeat(499);
        assert!(html(&deepest, MathDisplay::Block).starts_with("<math"));
        for latex in [
            "{".repeat(1000),
            r"\sqrt{".repeat(160),
            r"\sqrt".repeat(200) + "x",
            r"\left(".repeat(160),
            r"\frac1".repeat(160) + "2",
            r"\hat".repeat(240) + "x",
            r"\bf".repeat(330),
            r"{\}".repeat(330),
            r"\begin{matrix}".repeat(70),
            "x^".repeat(500),
            "{".repeat(500) + &"}".repeat(500),
            "{".repeat(100_000),
        ] {
            html(&latex, MathDisplay::Block);
        }
    }
}
