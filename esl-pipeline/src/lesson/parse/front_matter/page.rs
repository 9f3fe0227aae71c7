//! Icon, cover and properties of the page.

use super::fields::{self, shortened, text, wrong_type};
use super::yaml::{Entry, Kind, Value};
use crate::lesson::emoji::{is_emoji, leading_emoji};
use crate::lesson::{Code, Diagnostic, Field, Property, PropertyData, Text};

/// Notion takes addresses of at most this many characters (Notion API reference, "Request limits").
const MAX_URL_CHARS: usize = 2000;

pub(super) fn icon(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let icon = text(key, value, diagnostics)?;
    if is_emoji(&icon.value) {
        return Some(icon);
    }
    let message = format!(
        "the icon `{}` is not exactly one emoji",
        shortened(&icon.value)
    );
    let hint = match leading_emoji(Text::new(&icon.value, 0)) {
        Some(first) => format!("keep only `{}`", first.raw),
        None => "write one emoji, such as `icon: 🧭`, or remove the line".to_owned(),
    };
    diagnostics.push(Diagnostic::new(Code::IconInvalid, icon.span, message).hint(hint));
    None
}

pub(super) fn cover(
    key: &Field<String>,
    value: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Field<String>> {
    let cover = text(key, value, diagnostics)?;
    let message = if !is_web_address(&cover.value) {
        "the cover is not an http or https address"
    } else if cover.value.chars().count() > MAX_URL_CHARS {
        "the address of the cover is longer than 2000 characters"
    } else {
        return Some(cover);
    };
    diagnostics.push(
        Diagnostic::new(Code::CoverInvalid, cover.span, message)
            .hint("upload the picture somewhere and write its whole address"),
    );
    None
}

fn is_web_address(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else {
        return false;
    };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let has_host = rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    is_web && has_host && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
}

pub(super) fn properties(value: Value, diagnostics: &mut Vec<Diagnostic>) -> Vec<Property> {
    let entries = match value.kind {
        Kind::Map(entries) => entries,
        Kind::Null => return Vec::new(),
        other => {
            let message = format!("`properties` must be a map, but is {}", other.name());
            diagnostics.push(
                Diagnostic::new(Code::PropertiesInvalid, value.span, message)
                    .hint("write one `Name: value` on each line, indented by two spaces"),
            );
            return Vec::new();
        }
    };
    let entries = fields::without_duplicates(entries, diagnostics);
    let property = |entry| property(entry, diagnostics);
    entries.into_iter().filter_map(property).collect()
}

fn property(entry: Entry, diagnostics: &mut Vec<Diagnostic>) -> Option<Property> {
    let Entry {
        key: name,
        value: Value { kind, span },
    } = entry;
    let value = match kind {
        Kind::Null => PropertyData::Null,
        Kind::Bool { value, .. } => PropertyData::Bool(value),
        Kind::Number { value, .. } => PropertyData::Number(value),
        Kind::Text(text) => PropertyData::Text(text),
        Kind::List(items) => PropertyData::List(texts(&name.value, items, diagnostics)?),
        Kind::Map(entries) => PropertyData::Map(pairs(&name.value, entries, diagnostics)?),
    };
    let value = Field { value, span };
    Some(Property { name, value })
}

fn texts(name: &str, items: Vec<Value>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.extend(flat_text(name, item, diagnostics)?);
    }
    Some(texts)
}

fn pairs(
    name: &str,
    entries: Vec<Entry>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::with_capacity(entries.len());
    for Entry { key, value } in fields::without_duplicates(entries, diagnostics) {
        let text = flat_text(name, value, diagnostics)?;
        pairs.extend(text.map(|text| (key.value, text)));
    }
    Some(pairs)
}

/// A text inside a list or map: nothing for null; none if it is a list or map itself.
fn flat_text(
    name: &str,
    Value { kind, span }: Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<String>> {
    match kind.into_text() {
        Ok(text) => Some(Some(text)),
        Err(Kind::Null) => Some(None),
        Err(nested) => {
            let name = shortened(name);
            let found = wrong_type(&name, "a value, a list or a flat map", &nested, span);
            diagnostics.push(found.hint("take out the inner list or map"));
            None
        }
    }
}
