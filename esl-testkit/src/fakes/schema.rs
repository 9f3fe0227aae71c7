//! The form of bodies and queries, checked as FastAPI does, which several services are built on:
//! every fault is told, each with its place.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// Collects what is wrong with a request's form.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(super) Vec<Value>);

/// An object and its place in the request.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    place: Vec<Value>,
}

impl Faults {
    fn add(&mut self, kind: &str, place: &[Value], message: &str, input: &Value) {
        self.0
            .push(json!({ "type": kind, "loc": place, "msg": message, "input": input }));
    }

    fn add_bound(&mut self, kind: &str, place: &[Value], message: &str, ctx: &Value) {
        self.0
            .push(json!({ "type": kind, "loc": place, "msg": message, "ctx": ctx }));
    }

    /// Something wrong with a parameter of the query.
    pub(crate) fn query(&mut self, kind: &str, key: &str, message: &str, input: &str) {
        self.add(kind, &["query".into(), key.into()], message, &input.into());
    }

    /// The object `value` at `place`, or a fault.
    pub(crate) fn object<'a>(&mut self, value: &'a Value, place: Vec<Value>) -> Option<Fields<'a>> {
        let Some(object) = value.as_object() else {
            let message = "Input should be a valid dictionary or object to extract fields from";
            self.add("model_attributes_type", &place, message, value);
            return None;
        };
        Some(Fields { object, place })
    }
}

impl<'a> Fields<'a> {
    fn place_of(&self, key: &str) -> Vec<Value> {
        let mut place = self.place.clone();
        place.push(key.into());
        place
    }

    /// The value of `key`; `null` is as good as nothing.
    fn present(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A string that must be there.
    pub(crate) fn required_text(&self, faults: &mut Faults, key: &str) -> Option<&'a str> {
        match self.object.get(key) {
            Some(value) => self.as_text(faults, key, value),
            None => {
                let whole = Value::Object(self.object.clone());
                faults.add("missing", &self.place_of(key), "Field required", &whole);
                None
            }
        }
    }

    /// A string that may be there.
    pub(crate) fn text(&self, faults: &mut Faults, key: &str) -> Option<&'a str> {
        self.as_text(faults, key, self.present(key)?)
    }

    fn as_text(&self, faults: &mut Faults, key: &str, value: &'a Value) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            let place = self.place_of(key);
            faults.add(
                "string_type",
                &place,
                "Input should be a valid string",
                value,
            );
        }
        text
    }

    /// A number that may be there.
    pub(crate) fn number(&self, faults: &mut Faults, key: &str) -> Option<f64> {
        let value = self.present(key)?;
        let number = value.as_f64();
        if number.is_none() {
            let place = self.place_of(key);
            faults.add(
                "float_type",
                &place,
                "Input should be a valid number",
                value,
            );
        }
        number
    }

    /// A number of `range` that may be there.
    pub(crate) fn number_in(
        &self,
        faults: &mut Faults,
        key: &str,
        range: RangeInclusive<f64>,
    ) -> Option<f64> {
        let number = self.number(faults, key)?;
        let (kind, limit, words) = if number > *range.end() {
            ("less_than_equal", range.end(), "less")
        } else if number < *range.start() {
            ("greater_than_equal", range.start(), "greater")
        } else {
            return Some(number);
        };
        let message = format!("Input should be {words} than or equal to {limit}");
        faults.add(kind, &self.place_of(key), &message, &number.into());
        None
    }

    /// A whole number that may be there.
    pub(crate) fn integer(&self, faults: &mut Faults, key: &str) -> Option<i64> {
        let value = self.present(key)?;
        let number = value.as_i64();
        if number.is_none() {
            let place = self.place_of(key);
            faults.add("int_type", &place, "Input should be a valid integer", value);
        }
        number
    }

    /// True or false, if it is there.
    pub(crate) fn boolean(&self, faults: &mut Faults, key: &str) -> Option<bool> {
        let value = self.present(key)?;
        let truth = value.as_bool();
        if truth.is_none() {
            let place = self.place_of(key);
            faults.add(
                "bool_type",
                &place,
                "Input should be a valid boolean",
                value,
            );
        }
        truth
    }

    /// One of `allowed`, if it is there.
    pub(crate) fn choice(
        &self,
        faults: &mut Faults,
        key: &str,
        allowed: &[&str],
    ) -> Option<&'a str> {
        let value = self.present(key)?;
        let choice = value.as_str().filter(|word| allowed.contains(word));
        if choice.is_none() {
            let message = format!("Input should be one of '{}'", allowed.join("', '"));
            faults.add("enum", &self.place_of(key), &message, value);
        }
        choice
    }

    /// An object that may be there.
    pub(crate) fn object(&self, faults: &mut Faults, key: &str) -> Option<Fields<'a>> {
        faults.object(self.present(key)?, self.place_of(key))
    }

    /// A list of at most `maximum` items that may be there; empty if not.
    pub(crate) fn list(&self, faults: &mut Faults, key: &str, maximum: usize) -> &'a [Value] {
        let Some(value) = self.present(key) else {
            return &[];
        };
        let place = self.place_of(key);
        let Some(items) = value.as_array() else {
            faults.add("list_type", &place, "Input should be a valid list", value);
            return &[];
        };
        if items.len() > maximum {
            let message = format!(
                "List should have at most {maximum} items after validation, not {}",
                items.len()
            );
            faults.add_bound(
                "too_long",
                &place,
                &message,
                &json!({ "max_length": maximum }),
            );
        }
        items
    }

    /// A list of objects with at least one item that must be there.
    pub(crate) fn required_objects(&self, faults: &mut Faults, key: &str) -> Vec<Fields<'a>> {
        let place = self.place_of(key);
        if !self.object.contains_key(key) {
            let whole = Value::Object(self.object.clone());
            faults.add("missing", &place, "Field required", &whole);
            return Vec::new();
        }
        let items = self.list(faults, key, usize::MAX);
        if items.is_empty() {
            let message = "List should have at least 1 item after validation, not 0";
            faults.add_bound("too_short", &place, message, &json!({ "min_length": 1 }));
        }
        let objects = items.iter().enumerate();
        objects
            .filter_map(|(index, item)| {
                faults.object(item, [place.clone(), vec![index.into()]].concat())
            })
            .collect()
    }

    /// A list of at most `maximum` strings that may be there.
    pub(crate) fn texts(&self, faults: &mut Faults, key: &str, maximum: usize) -> Vec<&'a str> {
        let items = self.list(faults, key, maximum).iter().enumerate();
        items
            .filter_map(|(index, item)| {
                let place = [self.place_of(key), vec![index.into()]].concat();
                if !item.is_string() {
                    faults.add(
                        "string_type",
                        &place,
                        "Input should be a valid string",
                        item,
                    );
                }
                item.as_str()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(body: &Value, check: impl Fn(&Fields<'_>, &mut Faults)) -> Value {
        let mut faults = Faults::default();
        if let Some(fields) = faults.object(body, vec!["body".into()]) {
            check(&fields, &mut faults);
        }
        faults.0.into()
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let body = json!({ "settings": { "stability": 2 }, "ids": ["a", 1] });
        let faults = faults_of(&body, |fields, faults| {
            fields.required_text(faults, "text");
            let settings = fields.object(faults, "settings").unwrap();
            settings.number_in(faults, "stability", 0.0..=1.0);
            fields.texts(faults, "ids", 1);
        });
        let summary: Vec<Value> = faults
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| json!([fault["type"], fault["loc"]]))
            .collect();
        assert_eq!(
            Value::from(summary),
            json!([
                ["missing", ["body", "text"]],
                ["less_than_equal", ["body", "settings", "stability"]],
                ["too_long", ["body", "ids"]],
                ["string_type", ["body", "ids", 1]],
            ])
        );
    }

    #[test]
    fn null_stands_for_an_optional_field_left_out_and_not_for_a_required_one() {
        let body = json!({ "text": null, "seed": null, "flag": null });
        let faults = faults_of(&body, |fields, faults| {
            assert_eq!(fields.integer(faults, "seed"), None);
            assert_eq!(fields.boolean(faults, "flag"), None);
            fields.required_text(faults, "text");
        });
        assert_eq!(faults.as_array().unwrap().len(), 1);
        assert_eq!(faults[0]["type"], "string_type");
    }
}
