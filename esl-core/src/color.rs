//! The colours of Notion.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! colors {
    ($($(#[$doc:meta])* $variant:ident => $name:literal),+ $(,)?) => {
        /// A text or background colour that Notion knows.
        ///
        /// Source: Notion API reference, "Rich text" and "Block" (`color`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
        #[serde(try_from = "String")]
        pub enum Color { $($(#[$doc])* $variant),+ }

        impl Color {
            /// Every colour.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Notion's name of the colour.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

colors! {
    /// The theme's own colour.
    #[default]
    Default => "default",
    /// Gray text.
    Gray => "gray",
    /// Brown text.
    Brown => "brown",
    /// Orange text.
    Orange => "orange",
    /// Yellow text.
    Yellow => "yellow",
    /// Green text.
    Green => "green",
    /// Blue text.
    Blue => "blue",
    /// Purple text.
    Purple => "purple",
    /// Pink text.
    Pink => "pink",
    /// Red text.
    Red => "red",
    /// The theme's own background.
    DefaultBackground => "default_background",
    /// Gray background.
    GrayBackground => "gray_background",
    /// Brown background.
    BrownBackground => "brown_background",
    /// Orange background.
    OrangeBackground => "orange_background",
    /// Yellow background.
    YellowBackground => "yellow_background",
    /// Green background.
    GreenBackground => "green_background",
    /// Blue background.
    BlueBackground => "blue_background",
    /// Purple background.
    PurpleBackground => "purple_background",
    /// Pink background.
    PinkBackground => "pink_background",
    /// Red background.
    RedBackground => "red_background",
}

impl Color {
    /// Whether this is [`Color::Default`].
    #[must_use]
    pub const fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no colour of Notion's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no Notion colour; use a name such as `blue` or `blue_background`")]
pub struct UnknownColor(String);

impl FromStr for Color {
    type Err = UnknownColor;

    fn from_str(text: &str) -> Result<Self, UnknownColor> {
        Self::ALL
            .iter()
            .copied()
            .find(|color| color.as_str() == text)
            .ok_or_else(|| UnknownColor(text.to_owned()))
    }
}

impl TryFrom<String> for Color {
    type Error = UnknownColor;

    fn try_from(text: String) -> Result<Self, UnknownColor> {
        text.parse()
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_parses_back() {
        assert_eq!(Color::ALL.len(), 20);
        for color in Color::ALL {
            assert_eq!(color.as_str().parse::<Color>().as_ref(), Ok(color));
        }
    }
}
