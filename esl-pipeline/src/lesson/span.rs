//! Places in the source file.

use serde::Serialize;

/// A range of bytes of the source file, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A piece of the source on one line, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'a> {
    /// The characters as they stand in the source.
    pub raw: &'a str,
    /// The byte at which they begin.
    pub start: usize,
}

impl<'a> Text<'a> {
    /// `raw` beginning at byte `start`.
    #[must_use]
    pub const fn new(raw: &'a str, start: usize) -> Self {
        Self { raw, start }
    }

    /// Where it stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span::new(self.start, self.start + self.raw.len())
    }

    /// The part from byte `from` up to byte `to` of this text.
    ///
    /// # Panics
    /// If a bound is not on a character boundary of this text.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        Self::new(&self.raw[from..to], self.start + from)
    }

    /// Without surrounding white space (no-break and zero-width spaces and byte order marks
    /// included).
    #[must_use]
    #[inline]
    pub fn trimmed(&self) -> Self {
        let is_tight = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let bytes = self.raw.as_bytes();
        if is_tight(bytes.first()) && is_tight(bytes.last()) {
            return *self;
        }
        self.trimmed_by_character()
    }

    fn trimmed_by_character(&self) -> Self {
        let blank = |character: char| {
            character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}')
        };
        let from_start = self.raw.trim_start_matches(blank);
        let start = self.start + (self.raw.len() - from_start.len());
        Self::new(from_start.trim_end_matches(blank), start)
    }
}

/// A line and column, both from 1; columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LineCol {
    /// The line.
    pub line: usize,
    /// The column.
    pub col: usize,
}

/// Finds the line and column of a byte, in the same time however long the line is.
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    source: &'a str,
    /// The first byte of each line.
    starts: Vec<usize>,
    /// How many characters begin before each block of the source.
    characters: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// In bytes: columns are counted within one block only.
    const BLOCK: usize = 512;

    /// Indexes `source`.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        let after_breaks = source.bytes().enumerate();
        let starts = std::iter::once(0)
            .chain(after_breaks.filter_map(|(at, byte)| (byte == b'\n').then_some(at + 1)))
            .collect();
        let blocks = source.as_bytes().chunks(Self::BLOCK);
        let characters = std::iter::once(0)
            .chain(blocks.scan(0, |before, block| {
                *before += characters_in(block);
                Some(*before)
            }))
            .collect();
        Self {
            source,
            starts,
            characters,
        }
    }

    /// The line and column of the character at byte `offset`; the end of the source if beyond.
    #[must_use]
    pub fn line_col(&self, offset: usize) -> LineCol {
        let offset = offset.min(self.source.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let before_line = self.characters_before(self.starts[line - 1]);
        let col = self.characters_before(offset) - before_line + 1;
        LineCol { line, col }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / Self::BLOCK;
        let rest = &self.source.as_bytes()[block * Self::BLOCK..offset];
        self.characters[block] + characters_in(rest)
    }
}

/// How many characters begin in `bytes`.
fn characters_in(bytes: &[u8]) -> usize {
    let begins = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    bytes.iter().filter(begins).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let index = LineIndex::new("é🧭x\r\n\nend");
        assert_eq!(index.line_col(0), LineCol { line: 1, col: 1 });
        assert_eq!(index.line_col(6), LineCol { line: 1, col: 3 });
        assert_eq!(index.line_col(9), LineCol { line: 2, col: 1 });
        assert_eq!(index.line_col(10), LineCol { line: 3, col: 1 });
        assert_eq!(index.line_col(99), LineCol { line: 3, col: 4 });
    }

    #[test]
    fn columns_are_right_on_lines_longer_than_a_block() {
        let source = format!("a\n{}x\n{}", "é".repeat(700), "b".repeat(2048 - 1404));
        let source = source.as_str();
        let index = LineIndex::new(source);
        for (at, _) in source.char_indices().chain([(source.len(), ' ')]) {
            let line_start = source[..at].rfind('\n').map_or(0, |before| before + 1);
            let col = source[line_start..at].chars().count() + 1;
            assert_eq!(index.line_col(at).col, col, "byte {at}");
        }
    }

    #[test]
    fn trimming_moves_the_start() {
        let text = Text::new(" \u{a0}a b\t", 10).trimmed();
        assert_eq!((text.raw, text.start), ("a b", 13));
    }
}
