//! Blocks as text that one can review: a line per block, children indented.

use std::fmt::Write;

use esl_core::block::{Block, RichText};
use serde_json::{Map, Value};

pub(super) fn sketch(blocks: &[Block]) -> String {
    let mut text = String::new();
    add(blocks, 0, &mut text);
    text
}

fn add(blocks: &[Block], depth: usize, out: &mut String) {
    for block in blocks {
        let name = block.type_name();
        let mut json = serde_json::to_value(block).unwrap();
        let payload = json[name].as_object_mut().unwrap();
        payload.remove("children");
        let fields = fields(payload);
        writeln!(out, "{:width$}{name}{fields}", "", width = depth * 2).unwrap();
        add(block.children(), depth + 1, out);
    }
}

fn fields(payload: &Map<String, Value>) -> String {
    let field = |(key, value): (&String, &Value)| match key.as_str() {
        "rich_text" => format!(" {}", runs(value)),
        "caption" => format!(" caption: {}", runs(value)),
        "cells" => value
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| format!(" {}", runs(cell)))
            .collect(),
        "icon" => format!(" {}", value["emoji"].as_str().unwrap()),
        "external" => format!(" {}", value["url"].as_str().unwrap()),
        "type" => String::new(),
        _ => format!(" {key}: {value}"),
    };
    payload.iter().map(field).collect()
}

/// `"plain"`, or with the annotations that are set and the target: `"bold red code"!bold,red->url`.
fn runs(rich_text: &Value) -> String {
    let runs: Vec<RichText> = serde_json::from_value(rich_text.clone()).unwrap();
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

fn run(run: &RichText) -> String {
    let a = run.annotations;
    let flags = [
        (a.bold, "bold"),
        (a.italic, "italic"),
        (a.strikethrough, "strike"),
        (a.underline, "underline"),
        (a.code, "code"),
        (!a.color.is_default(), a.color.as_str()),
        (
            matches!(run.content, esl_core::block::Content::Equation { .. }),
            "equation",
        ),
    ];
    let set: Vec<_> = flags
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, name)| *name)
        .collect();
    let marks = if set.is_empty() {
        String::new()
    } else {
        format!("!{}", set.join(","))
    };
    let link = run.link().map(|url| format!("->{url}")).unwrap_or_default();
    let words = run.as_str().replace('\n', "\\n");
    format!("\"{words}\"{marks}{link}")
}
