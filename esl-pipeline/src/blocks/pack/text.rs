//! Texts to the sizes that a workspace takes.
//!
//! A long run becomes several runs of one formatting, a text of too many runs several texts. No
//! character is lost or added.

use std::mem::take;

use esl_core::block::{Block, Content, Media, RichText, TableRow};
use esl_core::ports::NotionLimits;
use unicode_segmentation::UnicodeSegmentation;

use super::budget::json_bytes;

/// Brings every text of `blocks` within the limits.
///
/// Runs are split behind white space where there is any, never inside a grapheme that fits into a
/// run. What does not fit into a text goes on in a sibling of the same type (paragraphs, plain
/// headings, code, rows), in paragraphs inside (list items and everything else that holds blocks)
/// or in paragraphs below (captions).
#[must_use]
pub fn split_texts(blocks: Vec<Block>, limits: &NotionLimits) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        if let Some(children) = block.children_mut() {
            *children = split_texts(take(children), limits);
        }
        let sizes = Sizes::of(limits);
        match block {
            Block::TableRow(row) => out.extend(sizes.rows(row)),
            Block::Image(ref mut media)
            | Block::Video(ref mut media)
            | Block::Audio(ref mut media)
            | Block::Pdf(ref mut media) => {
                let below = sizes.shorten_caption(media);
                out.push(block);
                out.extend(below);
            }
            block => sizes.add(block, &mut out),
        }
    }
    out
}

/// What one text may hold.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    characters_per_run: usize,
    runs: usize,
    bytes: usize,
}

impl Sizes {
    /// A single text takes up a quarter of a request at most, so that any block fits into one.
    fn of(limits: &NotionLimits) -> Self {
        Self {
            characters_per_run: limits.characters_per_run,
            runs: limits.runs_per_text,
            bytes: limits.bytes_per_request / 4,
        }
    }

    fn add(self, mut block: Block, out: &mut Vec<Block>) {
        let Some(text) = block.rich_text_mut() else {
            out.push(block);
            return;
        };
        let mut texts = self.texts(take(text));
        if texts.len() > 1 && continues_inside(&block) {
            let rest = texts.drain(1..).map(Block::paragraph);
            if let Some(children) = block.children_mut() {
                children.splice(..0, rest);
            }
        }
        add_siblings(block, texts, out);
    }

    /// What the caption has no room for becomes paragraphs.
    fn shorten_caption(self, media: &mut Media) -> impl Iterator<Item = Block> + use<> {
        let mut texts = self.texts(take(&mut media.caption)).into_iter();
        media.caption = texts.next().unwrap_or_default();
        texts.map(Block::paragraph)
    }

    /// A row, and rows that go on below it where cells have no room.
    fn rows(self, row: TableRow) -> impl Iterator<Item = Block> {
        let sizes = Self {
            bytes: self.bytes / row.cells.len().max(1),
            ..self
        };
        let split = |cell| sizes.texts(cell);
        let mut cells: Vec<_> = row.cells.into_iter().map(split).collect();
        let rows = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
        (0..rows).map(move |row| {
            let cell =
                |texts: &mut Vec<Vec<RichText>>| texts.get_mut(row).map(take).unwrap_or_default();
            let cells = cells.iter_mut().map(cell).collect();
            Block::TableRow(TableRow { cells })
        })
    }

    /// The runs, divided into texts.
    fn texts(self, runs: Vec<RichText>) -> Vec<Vec<RichText>> {
        let mut texts = Vec::new();
        let (mut text, mut bytes) = (Vec::new(), 0);
        for run in runs.into_iter().flat_map(|run| self.split_run(run)) {
            let more = json_bytes(&run) + 1;
            let is_full = text.len() >= self.runs || bytes + more > self.bytes;
            if is_full && !text.is_empty() {
                let rest = text.split_off(best_end(&text, &run));
                bytes = rest.iter().map(|run| json_bytes(run) + 1).sum();
                texts.push(std::mem::replace(&mut text, rest));
            }
            bytes += more;
            text.push(run);
        }
        if !text.is_empty() {
            texts.push(text);
        }
        texts
    }

    /// A run, in parts if it is too long. Formulas cannot be split.
    fn split_run(self, run: RichText) -> Vec<RichText> {
        let RichText {
            content: Content::Text { ref text },
            annotations,
        } = run
        else {
            return vec![run];
        };
        // A character takes at least as many bytes as UTF-16 units.
        if text.content.len() <= self.characters_per_run {
            return vec![run];
        }
        let part = |part: &str| RichText::text(part, run.link().map(str::to_owned), annotations);
        let parts = split_words(&text.content, self.characters_per_run);
        parts.into_iter().map(part).collect()
    }
}

/// Whether text that has no room becomes paragraphs inside the block.
fn continues_inside(block: &Block) -> bool {
    match block {
        Block::Paragraph(_) | Block::Code(_) => false,
        Block::Heading(heading) => heading.is_toggleable,
        _ => true,
    }
}

/// One block for each text; the last one keeps the children.
fn add_siblings(mut block: Block, mut texts: Vec<Vec<RichText>>, out: &mut Vec<Block>) {
    let last = texts.pop().unwrap_or_default();
    let children = block.children_mut().map(take);
    for text in texts {
        let mut sibling = block.clone();
        set_text(&mut sibling, text);
        out.push(sibling);
    }
    set_text(&mut block, last);
    if let (Some(slot), Some(children)) = (block.children_mut(), children) {
        *slot = children;
    }
    out.push(block);
}

fn set_text(block: &mut Block, text: Vec<RichText>) {
    if let Some(slot) = block.rich_text_mut() {
        *slot = text;
    }
}

/// Where a full text had best end before `next`: at the last white space between runs, unless that
/// leaves it less than half full.
fn best_end(text: &[RichText], next: &RichText) -> usize {
    let ends_a_word = |end: &usize| {
        let after = text.get(*end).unwrap_or(next);
        let before = &text[*end - 1];
        before.as_str().ends_with(char::is_whitespace)
            || after.as_str().starts_with(char::is_whitespace)
    };
    let ends = text.len().div_ceil(2)..=text.len();
    ends.rev().find(ends_a_word).unwrap_or(text.len())
}

/// Splits `text` into parts of at most `most` UTF-16 units.
pub(super) fn split_words(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut units) = (0, 0);
    let mut word_end = None;
    for (at, atom) in atoms(text, most) {
        let length = utf16_len(atom);
        while units + length > most && at > start {
            let (end, units_before) = word_end.take().unwrap_or((at, units));
            parts.push(&text[start..end]);
            start = end;
            units -= units_before;
        }
        units += length;
        if atom.chars().all(char::is_whitespace) {
            word_end = Some((at + atom.len(), units));
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The graphemes of `text` and where they begin; characters, of a grapheme longer than a whole run.
fn atoms(text: &str, most: usize) -> impl Iterator<Item = (usize, &str)> {
    text.grapheme_indices(true).flat_map(move |(at, grapheme)| {
        let is_whole = utf16_len(grapheme) <= most;
        let whole = is_whole.then_some((at, grapheme));
        let loose = if is_whole { "" } else { grapheme };
        let character = move |(offset, character): (usize, char)| {
            let end = offset + character.len_utf8();
            (at + offset, &loose[offset..end])
        };
        whole.into_iter().chain(loose.char_indices().map(character))
    })
}

fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
