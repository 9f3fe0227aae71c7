//! The directives: what a line that begins with `:::` says.

use crate::lesson::{Code, MediaKind, Text};
use crate::spelling::closest;

/// The containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Callout,
    ColumnList,
    Column,
    SyncedBlock,
    StudyText,
    Toggle { level: Option<u8> },
    Unknown,
}

/// A line that begins with `:::`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Directive<'a> {
    /// `:::` alone.
    Close,
    TableOfContents,
    Media(MediaKind),
    Open {
        container: Container,
        /// All after the name.
        head: Text<'a>,
    },
    /// `:::study-textual`: meant, but not written, as a study text.
    MalformedStudyText {
        head: Text<'a>,
    },
}

const STUDY_TEXT: &str = "study-text";

const NAMES: [&str; 12] = [
    "toc",
    "audio",
    "video",
    "callout",
    "column-list",
    "column",
    "synced-block",
    STUDY_TEXT,
    "toggle-heading",
    "toggle-h1",
    "toggle-h2",
    "toggle-h3",
];

/// Reads a trimmed line; none if it is no directive.
pub(super) fn read(line: Text<'_>) -> Option<Directive<'_>> {
    let rest = line.raw.strip_prefix(":::")?;
    if rest.is_empty() {
        return Some(Directive::Close);
    }
    let name = rest.split(char::is_whitespace).next().unwrap_or(rest);
    let head = line.slice(3 + name.len(), line.raw.len()).trimmed();
    let open = |container| Directive::Open { container, head };
    Some(match name.to_ascii_lowercase().as_str() {
        "toc" if head.raw.is_empty() => Directive::TableOfContents,
        "toc" => return None,
        "audio" => Directive::Media(MediaKind::Audio),
        "video" => Directive::Media(MediaKind::Video),
        "callout" => open(Container::Callout),
        "column-list" => open(Container::ColumnList),
        "column" => open(Container::Column),
        "synced-block" => open(Container::SyncedBlock),
        "toggle-heading" => open(Container::Toggle { level: None }),
        "toggle-h1" => open(Container::Toggle { level: Some(1) }),
        "toggle-h2" => open(Container::Toggle { level: Some(2) }),
        "toggle-h3" => open(Container::Toggle { level: Some(3) }),
        lower if lower.starts_with(STUDY_TEXT) => study_text(line),
        _ => open(Container::Unknown),
    })
}

/// `:::study-text`, with its label even if no space stands between them.
fn study_text(line: Text<'_>) -> Directive<'_> {
    let after = line.slice(3 + STUDY_TEXT.len(), line.raw.len());
    let head = after.trimmed();
    let goes_on = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    if after.raw.starts_with(goes_on) {
        return Directive::MalformedStudyText { head };
    }
    let container = Container::StudyText;
    Directive::Open { container, head }
}

/// The known name that an unknown directive line probably meant.
pub(super) fn suggestion(line: Text<'_>) -> Option<&'static str> {
    let name = line.raw.trim_start_matches(':').split_whitespace().next()?;
    closest(name, NAMES)
}

impl Container {
    /// The rule broken by one that is never closed.
    pub(super) const fn unclosed(self) -> Code {
        match self {
            Self::Callout => Code::CalloutUnclosed,
            Self::ColumnList => Code::ColumnListUnclosed,
            Self::SyncedBlock => Code::SyncedUnclosed,
            Self::StudyText => Code::StudyTextUnclosed,
            Self::Column | Self::Toggle { .. } | Self::Unknown => Code::DirectiveUnclosed,
        }
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Callout => "callout",
            Self::ColumnList => "column list",
            Self::Column => "column",
            Self::SyncedBlock => "synced block",
            Self::StudyText => "study text",
            Self::Toggle { .. } => "toggle",
            Self::Unknown => "directive",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(line: &str) -> Option<(Container, &str)> {
        match read(Text::new(line, 0)) {
            Some(Directive::Open { container, head }) => Some((container, head.raw)),
            _ => None,
        }
    }

    #[test]
    fn names_ignore_case_and_need_white_space_behind() {
        assert_eq!(
            container(":::Toggle-H2  Answer Key"),
            Some((Container::Toggle { level: Some(2) }, "Answer Key"))
        );
        assert_eq!(container(":::calloutfoo").unwrap().0, Container::Unknown);
        assert_eq!(container("::: callout").unwrap().0, Container::Unknown);
    }

    #[test]
    fn a_study_text_label_may_follow_a_colon_but_no_letter() {
        assert_eq!(container(":::study-text: x").unwrap().1, ": x");
        let malformed = read(Text::new(":::study-texts", 0));
        assert!(matches!(
            malformed,
            Some(Directive::MalformedStudyText { .. })
        ));
    }

    #[test]
    fn words_after_toc_make_it_plain_text() {
        assert!(read(Text::new(":::toc now", 0)).is_none());
        assert!(matches!(
            read(Text::new(":::TOC", 0)),
            Some(Directive::TableOfContents)
        ));
    }

    #[test]
    fn a_space_before_the_name_is_understood_by_the_suggestion() {
        assert_eq!(suggestion(Text::new("::: callot x", 0)), Some("callout"));
    }
}
