//! What services built on FastAPI say of a request that is not of the form they want.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// A field that cannot be used. Shown as `body.input: Field required`.
#[derive(Debug, Deserialize)]
pub(super) struct InvalidField {
    /// The way to it.
    #[serde(default)]
    loc: Vec<Value>,
    #[serde(default)]
    msg: String,
}

impl InvalidField {
    /// Its own name.
    pub(super) fn name(&self) -> Option<&str> {
        self.loc.last()?.as_str()
    }

    /// All of `fields` in one line.
    pub(super) fn list(fields: &[Self]) -> String {
        let fields: Vec<_> = fields.iter().map(Self::to_string).collect();
        fields.join("; ")
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Value| match part {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        let place: Vec<_> = self.loc.iter().map(part).collect();
        write!(f, "{}: {}", place.join("."), self.msg)
    }
}
