//! Findings as SARIF 2.1.0 (OASIS), the form that code-scanning services read.

use esl_pipeline::lesson::{Code, ReportItem, Severity};
use serde_json::{Value, json};

/// The findings of several files, each with its path as typed, as one SARIF log.
pub(crate) fn log(files: &[(&str, Vec<ReportItem>)]) -> Value {
    let rules = Code::ALL
        .iter()
        .map(|code| json!({ "id": code.as_str(), "shortDescription": { "text": code.summary() } }));
    let results = files.iter().flat_map(|(path, items)| {
        let uri = relative_uri(path);
        items.iter().map(move |item| result(&uri, item))
    });
    json!({
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "esl",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn result(uri: &str, item: &ReportItem) -> Value {
    let level = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let text = match &item.hint {
        Some(hint) => format!("{}; {hint}", item.message),
        None => item.message.clone(),
    };
    json!({
        "ruleId": item.code,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri },
            "region": {
                "startLine": item.span.start.line,
                "startColumn": item.span.start.col,
                "endLine": item.span.end.line,
                "endColumn": item.span.end.col,
            },
        }}],
    })
}

/// A path as a URI reference: all but unreserved characters and slashes is percent-encoded.
fn relative_uri(path: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri_reference() {
        assert_eq!(relative_uri("unit 1/é#.md"), "unit%201/%C3%A9%23.md");
    }
}
