//! Ids as parsed newtypes: one way in, and nobody validates again behind it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {expected}")]
pub struct IdError {
    text: String,
    expected: &'static str,
}

impl IdError {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        let text = text.chars().take(80).collect();
        Self { text, expected }
    }
}

/// Finds the 32 hexadecimal digits of a Notion id in a dashed id, an undashed one or a Notion URL.
///
/// In a URL the id ends the last path segment (`…/Page-Title-<id>?v=…`); a `#<id>` fragment names a
/// block and is used only when `prefer_fragment` is set. (Notion help: "Links & backlinks".)
fn parse_notion_id(text: &str, prefer_fragment: bool) -> Option<Uuid> {
    let text = text.trim();
    if !text.starts_with("https://") && !text.starts_with("http://") {
        let plain = text.len() == 32 || text.len() == 36;
        return plain.then(|| Uuid::try_parse(text).ok()).flatten();
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    if prefer_fragment && let Ok(id) = Uuid::try_parse(fragment) {
        return Some(id);
    }
    let path = address.split('?').next().unwrap_or(address);
    let segment = path.rsplit('/').next().unwrap_or(path).replace('-', "");
    let start = segment.len().checked_sub(32)?;
    Uuid::try_parse(segment.get(start..)?).ok()
}

macro_rules! notion_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, fragment: $fragment:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 128 bits, for ids that are fixed in code.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The id's 128 bits.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }

            /// Reads a dashed or undashed id or a Notion URL that names one.
            ///
            /// # Errors
            /// [`IdError`] if the text holds no such id.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_notion_id(text, $fragment)
                    .map(Self)
                    .ok_or_else(|| IdError::new(text, $expected))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            /// The dashed lower-case form.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

notion_id! {
    /// A page.
    PageId, "page id (32 hexadecimal digits, dashed or not, or a Notion link)", fragment: false
}
notion_id! {
    /// A block of a page. In a link, the part after `#` names it.
    BlockId, "block id (32 hexadecimal digits, dashed or not, or a Notion link)", fragment: true
}
notion_id! {
    /// The table of a Notion database in which pages are created.
    DataSourceId, "data source id (32 hexadecimal digits, dashed or not, or a Notion link)", fragment: false
}

impl From<PageId> for BlockId {
    /// A page is the root of its blocks and has the same id.
    fn from(page: PageId) -> Self {
        Self(page.0)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the id; surrounding blanks are dropped.
            ///
            /// # Errors
            /// [`IdError`] if the text is not such an id.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let text = text.trim();
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::new(text, $expected))
                }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_printable_token(text: &str, max: usize) -> bool {
    !text.is_empty() && text.len() <= max && !text.chars().any(char::is_control)
}

text_id! {
    /// A voice of a speech provider, in that provider's own spelling.
    VoiceId, "voice id (1 to 200 printable characters)", |text| is_printable_token(text, 200)
}
text_id! {
    /// A file handed to a workspace, to be named by an audio block.
    UploadId, "upload id (1 to 200 printable characters)", |text| is_printable_token(text, 200)
}
text_id! {
    /// A lesson, named by its path below the manifest root: parts joined by `/`, none of them empty,
    /// `.` or `..`.
    LessonId, "lesson id (a relative path without `..`)", |text| {
        is_printable_token(text, 1024)
            && !text.contains('\\')
            && text.split('/').all(|part| !matches!(part, "" | "." | ".."))
    }
}

/// One execution of the pipeline. Given by the caller, so that a job and its run share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl From<Uuid> for RunId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl FromStr for RunId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Uuid::try_parse(text.trim())
            .map(Self)
            .map_err(|_| IdError::new(text, "run id (a UUID)"))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DASHED: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    const PLAIN: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

    #[test]
    fn page_ids_are_kept_dashed_whatever_form_they_came_in() {
        let url = format!("https://www.notion.so/school/Lost-near-the-station-{PLAIN}?pvs=4#x");
        for text in [DASHED, PLAIN, &PLAIN.to_uppercase(), &url] {
            assert_eq!(PageId::parse(text).unwrap().to_string(), DASHED, "{text}");
        }
    }

    #[test]
    fn a_link_to_a_block_names_the_block_and_its_page() {
        let page = "f".repeat(32);
        let url = format!("https://notion.so/Title-{page}#{PLAIN}");
        assert_eq!(BlockId::parse(&url).unwrap().to_string(), DASHED);
        assert_eq!(PageId::parse(&url).unwrap(), PageId::parse(&page).unwrap());
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in [
            "",
            "abc",
            "https://example.com/",
            "é".repeat(20).as_str(),
            "urn:uuid:0",
        ] {
            assert!(PageId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lesson_ids_cannot_leave_the_root() {
        assert!(LessonId::parse("unit 1/lesson.md").is_ok());
        for text in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "a/./b"] {
            assert!(LessonId::parse(text).is_err(), "{text}");
        }
    }
}
