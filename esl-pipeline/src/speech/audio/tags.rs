//! What a player shows about the file. Tags are no part of its cache address.

use std::io::{self, Read, Seek};

use id3::frame::Comment;
use id3::{Tag, TagLike as _, Version};

use super::{AudioError, stream};

/// The tags of a recording (ID3v2.4); empty ones are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// The lesson's title.
    pub title: Option<String>,
    /// Its topic or level.
    pub album: Option<String>,
    /// The student; only where the user wants names in files.
    pub artist: Option<String>,
    /// The lesson's id.
    pub lesson: Option<String>,
    /// The language of the speech as an ISO 639-2 code of three letters. Default `eng`.
    pub language: Option<String>,
}

const DEFAULT_LANGUAGE: &str = "eng";

impl Tags {
    /// The tag as it stands at the start of the file, with the recording's cache key in a comment.
    ///
    /// # Errors
    /// [`AudioError::Write`] if the tag is too long for its format.
    pub fn to_bytes(&self, key: &str) -> Result<Vec<u8>, AudioError> {
        let language = self.language.as_deref().unwrap_or(DEFAULT_LANGUAGE);
        let mut tag = Tag::new();
        let texts = [
            ("TIT2", &self.title),
            ("TALB", &self.album),
            ("TPE1", &self.artist),
        ];
        for (id, text) in texts {
            let text = text.as_deref().map(str::trim).unwrap_or_default();
            if !text.is_empty() {
                tag.set_text(id, text);
            }
        }
        tag.set_text("TLAN", language);
        for (description, text) in [("lesson", self.lesson.as_deref()), ("key", Some(key))] {
            if let Some(text) = text {
                tag.add_frame(Comment {
                    lang: language.into(),
                    description: description.into(),
                    text: text.into(),
                });
            }
        }
        let mut bytes = Vec::new();
        tag.write_to(&mut bytes, Version::Id3v24)
            .map_err(io::Error::other)?;
        Ok(bytes)
    }
}

/// The tag at the start of a file, as it stands there; empty if there is none.
pub(crate) fn tag_bytes(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut tag = Vec::new();
    file.by_ref()
        .take(stream::ID3V2_HEADER_BYTES)
        .read_to_end(&mut tag)?;
    let size = stream::id3v2_bytes(&tag) as u64;
    if size == 0 {
        return Ok(Vec::new());
    }
    file.take(size.saturating_sub(stream::ID3V2_HEADER_BYTES))
        .read_to_end(&mut tag)?;
    Ok(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_back_by_their_names() {
        let tags = Tags {
            title: Some(" A Walk to the Museum – Прогулка ".into()),
            album: Some("B1".into()),
            lesson: Some("anna/museum".into()),
            ..Tags::default()
        };
        let bytes = tags.to_bytes("ab12").unwrap();
        let tag = Tag::read_from2(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(tag.version(), Version::Id3v24);
        assert_eq!(tag.title(), Some("A Walk to the Museum – Прогулка"));
        assert_eq!((tag.album(), tag.artist()), (Some("B1"), None));
        let comments: Vec<_> = tag
            .comments()
            .map(|comment| (&*comment.description, &*comment.text))
            .collect();
        assert_eq!(comments, [("lesson", "anna/museum"), ("key", "ab12")]);
    }
}
