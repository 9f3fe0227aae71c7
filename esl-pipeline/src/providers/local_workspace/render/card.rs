//! Links shown as cards: what a lesson takes from the web is never fetched, only linked.

use std::io::{self, Write};

use esl_core::block::{RichText, plain_text};

use super::escape::{escaped, link_target, write_text};

/// What a card leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Card {
    Bookmark,
    Image,
    Video,
    Audio,
    Pdf,
}

impl Card {
    /// The title of a card without a caption.
    fn title_of(self, url: &str) -> &str {
        match self {
            Self::Bookmark => host(url).unwrap_or("Link"),
            Self::Image => "Picture",
            Self::Video => "Video",
            Self::Audio => "Recording",
            Self::Pdf => "PDF document",
        }
    }

    /// The outline of the card's icon on a field of 24 by 24.
    const fn outline(self) -> &'static str {
        match self {
            Self::Bookmark => {
                "M10 13.5a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7l-1.4 1.4M14 10.5a4 4 0 0 0-6-.4l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.4-1.4"
            }
            Self::Image => "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
            Self::Video => "M4 5h16v14H4zM10 9v6l5-3z",
            Self::Audio => HEADPHONES,
            Self::Pdf => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
        }
    }
}

/// The outline of a pair of headphones.
const HEADPHONES: &str =
    "M4 15v-3a8 8 0 0 1 16 0v3M4 14h3v6H5a1 1 0 0 1-1-1zM20 14h-3v6h2a1 1 0 0 0 1-1z";

fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(host.trim_start_matches("www.")).filter(|host| !host.is_empty())
}

/// The icon of the recordings of a page.
pub(super) fn recording_icon() -> String {
    icon(HEADPHONES)
}

fn icon(outline: &str) -> String {
    format!(
        r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{outline}"/></svg>"#
    )
}

/// Writes a card; an address that may not be linked is shown as text.
pub(super) fn write(
    out: &mut dyn Write,
    card: Card,
    url: &str,
    caption: &[RichText],
) -> io::Result<()> {
    let caption = plain_text(caption);
    let title = match caption.trim() {
        "" => card.title_of(url),
        caption => caption,
    };
    let (open, close) = match link_target(url) {
        Some(target) => (
            format!(
                "<a class=\"card\" href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">",
                escaped(target)
            ),
            "</a>",
        ),
        None => ("<div class=\"card\">".to_owned(), "</div>"),
    };
    write!(
        out,
        "{open}{}<span class=\"card-text\"><span class=\"card-title\">",
        icon(card.outline())
    )?;
    write_text(out, title)?;
    write!(out, "</span><span class=\"card-address\">")?;
    write_text(out, url)?;
    writeln!(out, "</span></span>{close}")
}
