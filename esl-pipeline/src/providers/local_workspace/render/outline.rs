//! The headings of a copy: their ranks, their ids, and the table of contents.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use esl_core::block::{Block, Heading, HeadingLevel, plain_text};

use super::escape::write_text;

/// Longest part of a title that an id takes over, in characters.
const MAX_SLUG: usize = 60;

/// The headings in the order they are met when the page is written.
#[derive(Debug, Default)]
pub(super) struct Outline {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Rank in HTML: 2 for the page's highest level, as 1 is the page's title.
    pub(super) rank: usize,
    /// The id to link to; the same as long as the headings are.
    pub(super) id: String,
    title: String,
}

impl Outline {
    pub(super) fn of(blocks: &[Block]) -> Self {
        let mut headings = Vec::new();
        collect(blocks, &mut headings);
        let levels: HashSet<HeadingLevel> = headings.iter().map(|heading| heading.level).collect();
        let mut ids = Ids::default();
        let entries = headings
            .into_iter()
            .map(|heading| {
                let title = plain_text(&heading.rich_text);
                Entry {
                    rank: 1 + levels
                        .iter()
                        .filter(|level| **level <= heading.level)
                        .count(),
                    id: ids.unique(&slug(&title)),
                    title,
                }
            })
            .collect();
        Self { entries }
    }

    /// The heading at this place in the order.
    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// Writes links to all headings.
    pub(super) fn write_contents(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        out.write_all(b"<nav class=\"toc\" aria-label=\"Table of contents\"><ul>")?;
        for entry in &self.entries {
            let Entry { rank, id, .. } = entry;
            write!(out, "<li class=\"toc-{rank}\"><a href=\"#{id}\">")?;
            write_text(out, &entry.title)?;
            out.write_all(b"</a></li>")?;
        }
        out.write_all(b"</ul></nav>\n")
    }
}

fn collect<'a>(blocks: &'a [Block], headings: &mut Vec<&'a Heading>) {
    for block in blocks {
        if let Block::Heading(heading) = block {
            headings.push(heading);
        }
        collect(block.children(), headings);
    }
}

/// The letters and digits of a title, joined by hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for character in title
        .chars()
        .flat_map(char::to_lowercase)
        .take(4 * MAX_SLUG)
    {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') && character.is_whitespace() {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(MAX_SLUG).collect();
    match slug.trim_end_matches('-') {
        "" => "section".to_owned(),
        slug => slug.to_owned(),
    }
}

/// The ids given so far.
#[derive(Debug, Default)]
struct Ids {
    taken: HashSet<String>,
    /// How often each beginning was asked for, so that equal titles are not counted from one again.
    asked: HashMap<String, usize>,
}

impl Ids {
    fn unique(&mut self, slug: &str) -> String {
        // Prefixed, so that no title can name an element of the page itself.
        let base = format!("h-{slug}");
        let asked = self.asked.entry(base.clone()).or_default();
        loop {
            *asked += 1;
            let id = match *asked {
                1 => base.clone(),
                number => format!("{base}-{number}"),
            };
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {

    use esl_core::block::RichText;

    use super::*;

    fn heading(level: HeadingLevel, title: &str) -> Block {
        Block::heading(level, vec![RichText::plain(title)])
    }

    #[test]
    fn ids_come_from_titles_and_are_unique() {
        let outline = Outline::of(&[
            heading(HeadingLevel::Two, "1. 🎯 This Week's <b> Mission"),
            heading(HeadingLevel::Three, "Übung"),
            heading(HeadingLevel::Three, "Übung"),
            heading(HeadingLevel::Two, "🎧"),
        ]);
        let entries: Vec<_> = outline
            .entries
            .iter()
            .map(|entry| (entry.rank, entry.id.as_str()))
            .collect();
        assert_eq!(
            entries,
            [
                (2, "h-1-this-weeks-b-mission"),
                (3, "h-übung"),
                (3, "h-übung-2"),
                (2, "h-section")
            ]
        );
    }
}
