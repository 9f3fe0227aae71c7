//! The form of JSON values as data, and the words Notion refuses other forms in.
//!
//! Nothing in here knows a block or a page: the tables that do are next door.

use std::fmt::Write as _;

use serde_json::Value;
use uuid::Uuid;

use super::error::ApiError;
use super::path::Path;

/// What a value must look like.
pub(super) enum Shape {
    /// Any value at all.
    Any,
    /// True or false.
    Bool,
    /// Only `true`.
    True,
    /// Any number.
    Number,
    /// A whole number of at least this much.
    WholeFrom(u64),
    /// Text of at most so many UTF-16 units.
    Text { most: usize },
    /// One of these words.
    Word(&'static [&'static str]),
    /// An id, with or without dashes.
    Id,
    /// A calendar day, or an instant in ISO 8601.
    Date,
    /// A single emoji.
    Emoji,
    /// A list of at least and at most so many.
    List {
        of: &'static Shape,
        least: usize,
        most: usize,
    },
    /// An object with these keys and no others.
    Object(&'static [Field]),
    /// An object with exactly one of `variants`, which `type` names if it is there, and what `common` allows.
    OneOf {
        variants: &'static [Field],
        common: &'static [Field],
    },
    /// Either null or that.
    OrNull(&'static Shape),
}

/// A key of an object.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: &'static Shape,
    pub(super) required: bool,
}

/// A key that must be there.
pub(super) const fn needs(name: &'static str, shape: &'static Shape) -> Field {
    Field {
        name,
        shape,
        required: true,
    }
}

/// A key that may be there.
pub(super) const fn may(name: &'static str, shape: &'static Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
    }
}

/// Refuses `value` unless it has this shape; the first thing wrong is told.
pub(super) fn check(shape: &Shape, value: &Value, path: &Path<'_>) -> Result<(), ApiError> {
    let expect = |holds: bool, expectation: &str| {
        if holds {
            Ok(())
        } else {
            Err(path.refuse(expectation, Some(value)))
        }
    };
    match shape {
        Shape::Any => Ok(()),
        Shape::Bool => expect(value.is_boolean(), "a boolean"),
        Shape::True => expect(value == &Value::Bool(true), "`true`"),
        Shape::Number => expect(value.is_number(), "a number"),
        Shape::WholeFrom(least) => {
            expect(value.is_u64() || value.is_i64(), "a whole number")?;
            let enough = value.as_u64().is_some_and(|number| number >= *least);
            expect(enough, &format!("≥ `{least}`"))
        }
        Shape::Text { most } => check_text(value, *most, path),
        Shape::Word(words) => {
            let known = value.as_str().is_some_and(|word| words.contains(&word));
            expect(known, &alternatives(words))
        }
        Shape::Id => {
            let is_id = value.as_str().is_some_and(|id| parse_id(id).is_some());
            expect(is_id, "a valid uuid")
        }
        Shape::Date => {
            let is_date = value.as_str().is_some_and(is_date);
            expect(is_date, "a valid ISO 8601 date string")
        }
        Shape::Emoji => {
            let is_emoji = value
                .as_str()
                .is_some_and(|text| emojis::get(text).is_some());
            expect(is_emoji, "an emoji")
        }
        Shape::List { of, least, most } => check_list(of, *least, *most, value, path),
        Shape::Object(fields) => check_object(fields, value, path),
        Shape::OneOf { variants, common } => check_one_of(variants, common, value, path),
        Shape::OrNull(_) if value.is_null() => Ok(()),
        Shape::OrNull(shape) => check(shape, value, path),
    }
}

fn check_text(value: &Value, most: usize, path: &Path<'_>) -> Result<(), ApiError> {
    let Some(text) = value.as_str() else {
        return Err(path.refuse("a string", Some(value)));
    };
    let length = text.encode_utf16().count();
    if length > most {
        return Err(path.refuse_length(most, length));
    }
    Ok(())
}

fn check_list(
    of: &Shape,
    least: usize,
    most: usize,
    value: &Value,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    for (at, item) in list(value, least, most, path)?.iter().enumerate() {
        check(of, item, &path.item(at))?;
    }
    Ok(())
}

/// The items of a list of the right length.
pub(super) fn list<'v>(
    value: &'v Value,
    least: usize,
    most: usize,
    path: &Path<'_>,
) -> Result<&'v [Value], ApiError> {
    let Some(items) = value.as_array() else {
        return Err(path.refuse("an array", Some(value)));
    };
    if items.len() > most {
        return Err(path.refuse_length(most, items.len()));
    }
    if items.len() < least {
        let length = Value::from(items.len());
        let expectation = format!("≥ `{least}`");
        return Err(path.key("length").refuse(&expectation, Some(&length)));
    }
    Ok(items)
}

pub(super) type Map = serde_json::Map<String, Value>;

pub(super) fn object<'v>(value: &'v Value, path: &Path<'_>) -> Result<&'v Map, ApiError> {
    let object = value.as_object();
    object.ok_or_else(|| path.refuse("an object", Some(value)))
}

pub(super) fn check_object(
    fields: &[Field],
    value: &Value,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    let object = object(value, path)?;
    check_fields(fields, object, path)?;
    refuse_others(object, path, |key| {
        fields.iter().any(|field| field.name == key)
    })
}

/// Checks the fields that are known, and leaves other keys alone.
pub(super) fn check_fields(
    fields: &[Field],
    object: &Map,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    for field in fields {
        let path = path.key(field.name);
        match object.get(field.name) {
            Some(value) => check(field.shape, value, &path)?,
            None if field.required => return Err(path.refuse("defined", None)),
            None => {}
        }
    }
    Ok(())
}

/// Refuses keys that are not known.
pub(super) fn refuse_others(
    object: &Map,
    path: &Path<'_>,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), ApiError> {
    match object.iter().find(|(key, _)| !is_known(key)) {
        Some((key, value)) => Err(path.key(key).refuse("not present", Some(value))),
        None => Ok(()),
    }
}

fn check_one_of(
    variants: &[Field],
    common: &[Field],
    value: &Value,
    path: &Path<'_>,
) -> Result<(), ApiError> {
    let object = object(value, path)?;
    let variant = choose(variants, object, path)?;
    check_fields(std::slice::from_ref(variant), object, path)?;
    check_fields(common, object, path)?;
    refuse_others(object, path, |key| {
        key == "type" || key == variant.name || common.iter().any(|field| field.name == key)
    })
}

/// The variant that `type` names or, without `type`, whose key is there.
fn choose<'f>(variants: &'f [Field], object: &Map, path: &Path<'_>) -> Result<&'f Field, ApiError> {
    if let Some(named) = object.get("type") {
        let variant = variants.iter().find(|variant| named == variant.name);
        let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
        return variant.ok_or_else(|| path.key("type").refuse(&alternatives(&names), Some(named)));
    }
    let present = variants
        .iter()
        .find(|variant| object.contains_key(variant.name));
    present.ok_or_else(|| none_of(variants.iter().map(|variant| variant.name), path))
}

/// The refusal of an object that has none of the keys it could have.
pub(super) fn none_of<'n>(names: impl Iterator<Item = &'n str>, path: &Path<'_>) -> ApiError {
    let mut message = format!("{} failed validation. Fix one:", path.root_name());
    for name in names {
        let problem = path.key(name).problem("defined", None);
        let _ = write!(message, "\n{problem}");
    }
    ApiError::validation(message)
}

/// `` `"a"`, `"b"`, or `"c"` ``
pub(super) fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [first])) => format!("{first} or {last}"),
        Some((last, others)) => format!("{}, or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// An id as the API takes it: 32 hexadecimal digits, with the usual four dashes or without any.
pub(super) fn parse_id(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}

fn is_date(text: &str) -> bool {
    let day = |text: &str| {
        format!("{text}T00:00:00Z")
            .parse::<esl_core::Timestamp>()
            .is_ok()
    };
    let local = |text: &str| format!("{text}Z").parse::<esl_core::Timestamp>().is_ok();
    text.parse::<esl_core::Timestamp>().is_ok() || day(text) || local(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BODY: Path<'_> = Path::root("body");

    static LINK: Shape = Shape::Object(&[needs("url", &Shape::Text { most: 5 })]);
    static TAGGED: Shape = Shape::OneOf {
        variants: &[needs("link", &LINK), needs("flag", &Shape::Bool)],
        common: &[may("color", &Shape::Word(&["red", "blue", "green"]))],
    };
    static LIST: Shape = Shape::List {
        of: &TAGGED,
        least: 1,
        most: 2,
    };

    fn refusal(shape: &Shape, value: &Value) -> String {
        let refusal = check(shape, value, &BODY).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (400, "validation_error"));
        refusal.message
    }

    #[test]
    fn a_value_of_the_right_shape_passes() {
        let value = json!([{"type": "link", "link": {"url": "a"}, "color": "red"}, {"flag": true}]);
        assert_eq!(check(&LIST, &value, &BODY), Ok(()));
    }

    #[test]
    fn refusals_name_place_expectation_and_value() {
        let cases = [
            (json!([]), "body.length should be ≥ `1`, instead was `0`."),
            (
                json!([{}, {}, {}]),
                "body.length should be ≤ `2`, instead was `3`.",
            ),
            (
                json!([{"link": {}}]),
                "body[0].link.url should be defined, instead was `undefined`.",
            ),
            (
                json!([{"link": {"url": "\u{1F600}\u{1F600}\u{1F600}"}}]),
                "body[0].link.url.length should be ≤ `5`, instead was `6`.",
            ),
            (
                json!([{"flag": true, "link": {"url": "a"}}]),
                "body[0].flag should be not present, instead was `true`.",
            ),
            (
                json!([{"flag": 1}]),
                "body[0].flag should be a boolean, instead was `1`.",
            ),
            (
                json!([{"flag": true, "color": "rs"}]),
                "body[0].color should be `\"red\"`, `\"blue\"`, or `\"green\"`, instead was `\"rs\"`.",
            ),
            (
                json!([{"type": "x", "flag": true}]),
                "body[0].type should be `\"link\"` or `\"flag\"`, instead was `\"x\"`.",
            ),
        ];
        for (value, problem) in cases {
            let message = refusal(&LIST, &value);
            assert_eq!(message, format!("body failed validation: {problem}"));
        }
    }

    #[test]
    fn an_object_without_any_variant_is_told_all_of_them() {
        let message = refusal(&TAGGED, &json!({}));
        assert_eq!(
            message,
            "body failed validation. Fix one:\n\
             body.link should be defined, instead was `undefined`.\n\
             body.flag should be defined, instead was `undefined`."
        );
    }

    #[test]
    fn long_values_are_quoted_in_part() {
        let message = refusal(&Shape::Bool, &json!("x".repeat(100)));
        assert!(
            message.ends_with(&format!("instead was `\"{}...`.", "x".repeat(49))),
            "{message}"
        );
    }

    #[test]
    fn ids_are_taken_with_and_without_dashes() {
        let id = Uuid::from_u128(7);
        assert_eq!(parse_id(&id.to_string()), Some(id));
        assert_eq!(parse_id(&id.simple().to_string()), Some(id));
        assert_eq!(parse_id(&id.urn().to_string()), None);
        assert_eq!(parse_id("abc"), None);
    }

    #[test]
    fn dates_are_days_and_instants_with_or_without_a_zone() {
        for date in [
            "2026-03-01",
            "2026-03-01T10:00:00Z",
            "2026-03-01T10:00:00.000+02:00",
            "2026-03-01T10:00:00",
        ] {
            assert_eq!(check(&Shape::Date, &json!(date), &BODY), Ok(()), "{date}");
        }
        for other in ["2026-13-01", "01.03.2026", "tomorrow", ""] {
            assert!(
                check(&Shape::Date, &json!(other), &BODY).is_err(),
                "{other}"
            );
        }
    }
}
