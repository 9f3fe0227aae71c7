//! What stands inside lines: links and images.

use super::facts::Facts;
use super::limits;
use super::wording::shortened;
use crate::lesson::inline::{self, Run, RunKind};
use crate::lesson::{CalloutHead, Code, Diagnostic, Node, NodeKind, Text};

pub(super) fn check(facts: &Facts<'_, '_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for visit in &facts.visits {
        found.extend(image(visit.node));
        each_text(visit.node, |text| {
            if may_have_findings(text) {
                let runs = inline::parse(text);
                found.extend(runs.iter().filter_map(link));
                found.extend(limits::text(text, &runs));
            }
        });
    }
    found
}

/// Whether it is worth parsing: links need a bracket, limits need length or many marks.
fn may_have_findings(text: Text<'_>) -> bool {
    let marks = || {
        let marks = text.raw.bytes().filter(|byte| b"*`~$<".contains(byte));
        marks.count()
    };
    let length = text.raw.len();
    text.raw.contains('[') || length > 1000 || (length > 100 && marks() > 100)
}

/// Visits the inline texts of a node itself.
fn each_text<'a>(node: &Node<'a>, mut visit: impl FnMut(Text<'a>)) {
    match &node.kind {
        NodeKind::Heading { text, .. } | NodeKind::Paragraph { text } => visit(*text),
        NodeKind::Item(item) => visit(item.text),
        NodeKind::Toggle { title, .. } => visit(*title),
        NodeKind::Callout { head, .. } => visit(CalloutHead::parse(*head).words),
        NodeKind::Image { alt, title, .. } => {
            visit(*alt);
            title.iter().copied().for_each(visit);
        }
        NodeKind::Table { rows, .. } => {
            let cells = rows.iter().flat_map(|row| &row.cells);
            cells.copied().for_each(visit);
        }
        _ => {}
    }
}

fn link(run: &Run<'_>) -> Option<Diagnostic> {
    let url = run.link?.url;
    match run.kind {
        RunKind::Image => image_url(url),
        _ => (!is_link_address(url.raw)).then(|| bad_link(url)),
    }
}

fn bad_link(url: Text<'_>) -> Diagnostic {
    let message = format!(
        "`{}` is no http, https or mailto address",
        shortened(url.raw)
    );
    let found = Diagnostic::new(Code::LinkInvalid, url.span(), message);
    match with_scheme(url.raw) {
        Some(whole) => found
            .hint(format!("write `{whole}`"))
            .fix(url.span(), whole),
        None => found.hint("write the whole address; as it is, only the text is published"),
    }
}

fn image(node: &Node<'_>) -> Option<Diagnostic> {
    let NodeKind::Image { url, .. } = node.kind else {
        return None;
    };
    image_url(url)
}

fn image_url(url: Text<'_>) -> Option<Diagnostic> {
    if is_web_address(url.raw) {
        return None;
    }
    let message = format!("`{}` is no http or https address", shortened(url.raw));
    let found = Diagnostic::new(Code::ImageUrlInvalid, url.span(), message);
    Some(match with_scheme(url.raw) {
        Some(whole) => found
            .hint(format!("write `{whole}`"))
            .fix(url.span(), whole),
        None => found.hint("upload the image somewhere and write its whole address"),
    })
}

/// Whether `url` is an http or https address.
pub(super) fn is_web_address(url: &str) -> bool {
    let has_scheme = |scheme: &str| {
        let (start, host) = url.split_at_checked(scheme.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(scheme) && host.starts_with(char::is_alphanumeric)
    };
    let is_one_word = !url.chars().any(char::is_whitespace);
    is_one_word && (has_scheme("https://") || has_scheme("http://"))
}

/// The whole address for one that only lacks its scheme.
pub(super) fn with_scheme(url: &str) -> Option<String> {
    let whole = format!("https://{url}");
    (url.starts_with("www.") && is_web_address(&whole)).then_some(whole)
}

fn is_link_address(url: &str) -> bool {
    let (scheme, address) = url.split_at_checked("mailto:".len()).unwrap_or_default();
    is_web_address(url) || (scheme.eq_ignore_ascii_case("mailto:") && address.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_have_a_scheme_a_host_and_no_spaces() {
        for good in ["https://a", "HTTP://example.com/x?y#z"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https:// a",
            "ftp://a",
            "www.a.com",
            "/a",
            "https://a b",
            "é",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn only_a_missing_scheme_is_certain() {
        assert_eq!(
            with_scheme("www.example.com").as_deref(),
            Some("https://www.example.com")
        );
        assert_eq!(with_scheme("example"), None);
    }
}
