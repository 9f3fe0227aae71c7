//! What a page shows above its blocks, as `page.json` keeps it.

use std::collections::BTreeMap;

use esl_core::PageId;
use esl_core::ports::{NotionError, PageHead, PropertyValue};
use serde::{Deserialize, Serialize};

/// Title, icon, cover and properties.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) icon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cover: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) properties: BTreeMap<String, Property>,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub(super) enum Property {
    RichText(String),
    Number(f64),
    Select(String),
    Status(String),
    MultiSelect(Vec<String>),
    Date {
        start: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<String>,
    },
    Checkbox(bool),
    Url(String),
    Email(String),
    PhoneNumber(String),
    Relation(Vec<PageId>),
}

impl Head {
    /// Takes over title, icon, cover and the properties given; others stay.
    pub(super) fn update(&mut self, head: PageHead) -> Result<(), NotionError> {
        for (name, value) in head.properties {
            let value = Property::try_from(value).map_err(|reason| NotionError::Refused {
                operation: "set a property",
                message: format!("{name:?}: {reason}"),
            })?;
            self.properties.insert(name, value);
        }
        self.title = head.title;
        self.icon = head.icon;
        self.cover = head.cover;
        Ok(())
    }
}

impl TryFrom<PropertyValue> for Property {
    type Error = &'static str;

    fn try_from(value: PropertyValue) -> Result<Self, Self::Error> {
        Ok(match value {
            PropertyValue::RichText(text) => Self::RichText(text),
            PropertyValue::Number(number) if !number.is_finite() => {
                return Err("JSON cannot hold a number that is not finite; leave it out");
            }
            PropertyValue::Number(number) => Self::Number(number),
            PropertyValue::Select(option) => Self::Select(option),
            PropertyValue::Status(option) => Self::Status(option),
            PropertyValue::MultiSelect(options) => Self::MultiSelect(options),
            PropertyValue::Date { start, end } => Self::Date { start, end },
            PropertyValue::Checkbox(checked) => Self::Checkbox(checked),
            PropertyValue::Url(url) => Self::Url(url),
            PropertyValue::Email(address) => Self::Email(address),
            PropertyValue::PhoneNumber(number) => Self::PhoneNumber(number),
            PropertyValue::Relation(pages) => Self::Relation(pages),
            _ => return Err("the local workspace does not know values of this type"),
        })
    }
}
