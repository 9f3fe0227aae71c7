//! Text with formatting.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::Color;

/// A run of text with one formatting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RichText {
    /// What it says.
    #[serde(flatten)]
    pub content: Content,
    /// How it looks. All six fields are always written.
    #[serde(default)]
    pub annotations: Annotations,
}

/// What a run of text says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Words, linked or not.
    Text {
        /// The words and their target.
        text: Text,
    },
    /// An inline formula.
    Equation {
        /// The formula.
        equation: Expression,
    },
    /// A person, page or date that somebody named on the page; no lesson does.
    Mention {
        /// Who or what, in Notion's own form.
        mention: Value,
        /// How it reads. Not written: Notion knows by itself.
        #[serde(default)]
        plain_text: String,
    },
}

/// Words and where they lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The words. Notion takes at most 2000 UTF-16 units per run.
    pub content: String,
    /// The target of a link.
    #[serde(default)]
    pub link: Option<LinkTarget>,
}

/// The target of a link: http, https or mailto.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTarget {
    /// The address.
    pub url: String,
}

/// A formula in LaTeX notation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    /// The LaTeX source. Notion takes at most 1000 characters.
    pub expression: String,
}

/// How a run of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotations {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strikethrough: bool,
    /// Underlined.
    pub underline: bool,
    /// Set in a monospaced face.
    pub code: bool,
    /// Text or background colour.
    pub color: Color,
}

impl RichText {
    /// Unformatted words.
    #[must_use]
    pub fn plain(content: impl Into<String>) -> Self {
        Self::text(content, None, Annotations::default())
    }

    /// Words with formatting and an optional link.
    #[must_use]
    pub fn text(
        content: impl Into<String>,
        link: Option<String>,
        annotations: Annotations,
    ) -> Self {
        let text = Text {
            content: content.into(),
            link: link.map(|url| LinkTarget { url }),
        };
        Self {
            content: Content::Text { text },
            annotations,
        }
    }

    /// An inline formula.
    #[must_use]
    pub fn equation(expression: impl Into<String>, annotations: Annotations) -> Self {
        let equation = Expression {
            expression: expression.into(),
        };
        Self {
            content: Content::Equation { equation },
            annotations,
        }
    }

    /// The words, the formula's source or how the mention reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.content {
            Content::Text { text } => &text.content,
            Content::Equation { equation } => &equation.expression,
            Content::Mention { plain_text, .. } => plain_text,
        }
    }

    /// Where the words lead, if anywhere.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match &self.content {
            Content::Text { text } => text.link.as_ref().map(|link| link.url.as_str()),
            Content::Equation { .. } | Content::Mention { .. } => None,
        }
    }
}

/// By hand, since a flattened field would be serialised through a slower path, and a page consists
/// of little else.
impl Serialize for RichText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut run = serializer.serialize_struct("RichText", 3)?;
        match &self.content {
            Content::Text { text } => {
                run.serialize_field("type", "text")?;
                run.serialize_field("text", text)?;
            }
            Content::Equation { equation } => {
                run.serialize_field("type", "equation")?;
                run.serialize_field("equation", equation)?;
            }
            Content::Mention { mention, .. } => {
                run.serialize_field("type", "mention")?;
                run.serialize_field("mention", mention)?;
            }
        }
        run.serialize_field("annotations", &self.annotations)?;
        run.end()
    }
}

/// The words of all runs, joined.
#[must_use]
pub fn plain_text(runs: &[RichText]) -> String {
    runs.iter().map(RichText::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_and_formulas_are_written_with_their_type() {
        let annotations = serde_json::to_value(Annotations::default()).unwrap();
        let words = RichText::plain("go");
        assert_eq!(
            serde_json::to_value(&words).unwrap(),
            json!({"type": "text", "text": {"content": "go", "link": null}, "annotations": annotations})
        );
        let formula = RichText::equation("x^2", Annotations::default());
        let written = serde_json::to_value(&formula).unwrap();
        assert_eq!(
            written,
            json!({"type": "equation", "equation": {"expression": "x^2"}, "annotations": annotations})
        );
        assert_eq!(
            serde_json::from_value::<RichText>(written).unwrap(),
            formula
        );
    }

    #[test]
    fn a_mention_reads_as_notion_says_and_is_written_back_as_it_came() {
        let mention = json!({"type": "date", "date": {"start": "2026-02-03"}});
        let read: RichText = serde_json::from_value(
            json!({"type": "mention", "mention": mention, "plain_text": "2026-02-03", "href": null}),
        )
        .unwrap();
        assert_eq!(read.as_str(), "2026-02-03");
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(
            (&written["mention"], written.get("plain_text")),
            (&mention, None)
        );
    }
}
