//! Pictures, recordings, films, documents and cards. None of them is fetched.

use esl_core::block::{Block, Link, Media};

use super::text::rich_text;
use crate::lesson::inline::{self, is_web_address};
use crate::lesson::{LinkKind, MediaKind, Text};

/// A picture with its alternative text, or else its title, below it; none for a bad address.
pub(super) fn image(alt: Text<'_>, url: Text<'_>, title: Option<Text<'_>>) -> Option<Block> {
    let mut media = Media::external(written_address(url)?);
    let has_words = |text: &Text<'_>| !text.trimmed().raw.is_empty();
    if let Some(caption) = Some(alt).filter(has_words).or(title.filter(has_words)) {
        media.caption = rich_text(caption);
    }
    Some(Block::Image(media))
}

/// An address alone on a line; none for a bad one.
pub(super) fn link(kind: LinkKind, url: Text<'_>) -> Option<Block> {
    let url = written_address(url)?;
    Some(match kind {
        LinkKind::Bookmark => Block::Bookmark(Link { url }),
        LinkKind::Video => Block::Video(Media::external(url)),
        LinkKind::Audio => Block::Audio(Media::external(url)),
        LinkKind::Pdf => Block::Pdf(Media::external(url)),
    })
}

/// A media directive, whose address stands there literally; none for a bad one.
pub(super) fn media(kind: MediaKind, url: Text<'_>) -> Option<Block> {
    let url = url.trimmed().raw;
    let media = is_web_address(url).then(|| Media::external(url))?;
    Some(match kind {
        MediaKind::Audio => Block::Audio(media),
        MediaKind::Video => Block::Video(media),
    })
}

fn written_address(url: Text<'_>) -> Option<String> {
    let url = url.trimmed();
    let address = inline::Link { url }.address();
    is_web_address(&address).then(|| address.into_owned())
}
