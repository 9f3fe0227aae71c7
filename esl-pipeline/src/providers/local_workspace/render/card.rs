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
    const fn icon_and_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Bookmark => ("🔗", "Link"),
            Self::Image => ("🖼️", "Picture"),
            Self::Video => ("🎬", "Video"),
            Self::Audio => ("🎧", "Recording"),
            Self::Pdf => ("📄", "PDF document"),
        }
    }
}

/// Writes a card; an address that may not be linked is shown as text.
pub(super) fn write(
    out: &mut dyn Write,
    card: Card,
    url: &str,
    caption: &[RichText],
) -> io::Result<()> {
    let (icon, name) = card.icon_and_name();
    let caption = plain_text(caption);
    let title = if caption.trim().is_empty() {
        name
    } else {
        caption.as_str()
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
        "{open}<span class=\"card-icon\" aria-hidden=\"true\">{icon}</span><span class=\"card-text\"><span class=\"card-title\">"
    )?;
    write_text(out, title)?;
    write!(out, "</span><span class=\"card-address\">")?;
    write_text(out, url)?;
    writeln!(out, "</span></span>{close}")
}
