//! From a line to pieces, in one pass from left to right.
//!
//! Brackets and tags become pieces of plain words first and get their meaning when their partner is
//! found; what never finds one stays words. Whatever looks ahead either remembers that it failed or
//! reads each byte a bounded number of times.

use std::borrow::Cow;

use super::backticks::{Backticks, run_length};
use super::emphasis::{self, Delimiter, Emphasis, Stretch};
use super::pieces::{self, Piece, PieceKind, Wrap};
use super::{Link, Run, RunKind, Style, address, target};
use crate::lesson::{Span, Text};

/// The bytes at which something other than words may begin; `h` is for `http`.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let bytes = b"\\*~`[]!$<&hH";
    let mut at = 0;
    while at < bytes.len() {
        special[bytes[at] as usize] = true;
        at += 1;
    }
    special
};

/// Reads one line.
pub(super) struct Scanner<'a> {
    line: Text<'a>,
    is_cell: bool,
    at: usize,
    /// Where the words begin that are not yet a piece.
    words_from: usize,
    pieces: Vec<Piece<'a>>,
    delimiters: Vec<Delimiter>,
    stretches: Vec<Stretch>,
    brackets: Vec<Bracket>,
    /// How many of `brackets` stand outside a link and so cannot become one.
    outside_link: usize,
    /// The pieces that hold `<u>`.
    underlines: Vec<usize>,
    backticks: Option<Backticks>,
    has_no_comment_end: bool,
}

/// An opening bracket that waits for its partner.
struct Bracket {
    piece: usize,
    is_image: bool,
    /// How many delimiters stand before it.
    delimiters: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(line: Text<'a>) -> Self {
        Self {
            line,
            is_cell: false,
            at: 0,
            words_from: 0,
            pieces: Vec::new(),
            delimiters: Vec::new(),
            stretches: Vec::new(),
            brackets: Vec::new(),
            outside_link: 0,
            underlines: Vec::new(),
            backticks: None,
            has_no_comment_end: false,
        }
    }

    /// `\|` is a pipe, in code as well.
    pub(super) fn in_table(mut self) -> Self {
        self.is_cell = true;
        self
    }

    pub(super) fn runs(mut self) -> Vec<Run<'a>> {
        while let Some(byte) = self.next_special() {
            match byte {
                b'\\' => self.escape(),
                b'*' | b'~' => self.emphasis(char::from(byte)),
                b'`' => self.code(),
                b'[' => self.open_bracket(1),
                b'!' if self.rest().starts_with("![") => self.open_bracket(2),
                b']' => self.close_bracket(),
                b'$' => self.formula(),
                b'<' => self.angle(),
                b'&' => self.entity(),
                b'h' | b'H' => self.bare_address(),
                _ => self.at += 1,
            }
        }
        if self.pieces.is_empty() && self.words_from == 0 {
            return plain(self.line);
        }
        self.end_words();
        emphasis::pair(&mut self.delimiters, &mut self.stretches);
        pieces::runs(self.line, self.pieces, &self.stretches)
    }

    fn next_special(&mut self) -> Option<u8> {
        let rest = &self.line.raw.as_bytes()[self.at..];
        let skipped = rest.iter().position(|byte| SPECIAL[usize::from(*byte)]);
        self.at += skipped.unwrap_or(rest.len());
        rest.get(skipped?).copied()
    }

    fn rest(&self) -> &'a str {
        &self.line.raw[self.at..]
    }

    /// Makes the words up to here a piece.
    fn end_words(&mut self) {
        if self.words_from < self.at {
            let words = &self.line.raw[self.words_from..self.at];
            let span = Span::new(self.words_from, self.at);
            let kind = PieceKind::Words(Cow::Borrowed(words));
            self.pieces.push(Piece { kind, span });
        }
        self.words_from = self.at;
    }

    /// Adds a piece of the next `length` bytes and goes on behind it.
    fn push(&mut self, length: usize, kind: PieceKind<'a>) {
        self.push_from(length, kind, 0..length);
    }

    /// Like `push`, with the part of the bytes that the piece shows.
    fn push_from(&mut self, length: usize, kind: PieceKind<'a>, shown: std::ops::Range<usize>) {
        self.end_words();
        let span = Span::new(self.at + shown.start, self.at + shown.end);
        self.pieces.push(Piece { kind, span });
        self.at += length;
        self.words_from = self.at;
    }

    fn push_words(&mut self, length: usize) {
        let words = &self.rest()[..length];
        self.push(length, PieceKind::Words(Cow::Borrowed(words)));
    }

    fn link(&self, url: std::ops::Range<usize>) -> Link<'a> {
        Link {
            url: self.line.slice(url.start, url.end),
        }
    }

    fn escape(&mut self) {
        match self.rest().as_bytes().get(1) {
            Some(b'*' | b'_' | b'`' | b'~' | b'[' | b']' | b'!' | b'$') => self.drop_backslash(),
            Some(b'|') if self.is_cell => self.drop_backslash(),
            _ => self.at += 1,
        }
    }

    fn drop_backslash(&mut self) {
        self.end_words();
        self.words_from = self.at + 1;
        self.at += 2;
    }

    fn emphasis(&mut self, mark: char) {
        let length = self.rest().len() - self.rest().trim_start_matches(mark).len();
        let (before, rest) = self.line.raw.split_at(self.at);
        self.push_words(length);
        let piece = self.pieces.len() - 1;
        let delimiter = Delimiter::new(piece, mark, length, before, &rest[length..]);
        self.delimiters.extend(delimiter);
    }

    /// Code lies between two runs of equally many backticks.
    fn code(&mut self) {
        let length = run_length(self.rest());
        let from = self.at + length;
        let line = self.line.raw;
        let backticks = self.backticks.get_or_insert_with(|| Backticks::of(line));
        let Some(to) = backticks.next(length, from) else {
            self.at = from;
            return;
        };
        let mut shown = from..to;
        let raw = &line[shown.clone()];
        // The blanks of `` ` `` only keep the backticks apart.
        if length > 1 && raw.len() > 2 && raw.starts_with(' ') && raw.ends_with(' ') {
            shown = from + 1..to - 1;
        }
        let code = &line[shown.clone()];
        let code = match self.is_cell && code.contains(r"\|") {
            true => Cow::Owned(code.replace(r"\|", "|")),
            false => Cow::Borrowed(code),
        };
        let kind = PieceKind::Verbatim(RunKind::Code, code);
        let shown = shown.start - self.at..shown.end - self.at;
        self.push_from(to + length - self.at, kind, shown);
    }

    fn open_bracket(&mut self, length: usize) {
        self.push_words(length);
        self.brackets.push(Bracket {
            piece: self.pieces.len() - 1,
            is_image: length == 2,
            delimiters: self.delimiters.len(),
        });
    }

    fn close_bracket(&mut self) {
        let Some(bracket) = self.brackets.pop() else {
            self.at += 1;
            return;
        };
        let is_outside_link = self.brackets.len() < self.outside_link;
        self.outside_link = self.outside_link.min(self.brackets.len());
        let behind = self.at + 1;
        if (bracket.is_image || !is_outside_link)
            && let Some(target) = target::link_target(self.line.raw, behind)
        {
            let link = self.link(target.url);
            let wrap = if bracket.is_image {
                Wrap::Image(link)
            } else {
                Wrap::Link(link)
            };
            self.wrap(&bracket, wrap, target.end);
        } else if !bracket.is_image
            && let Some((color, end)) = target::color(self.line.raw, behind)
        {
            self.wrap(&bracket, Wrap::Color(color), end);
        } else {
            self.at += 1;
        }
    }

    /// Gives the pieces since `bracket` their meaning and goes on at `end`.
    fn wrap(&mut self, bracket: &Bracket, wrap: Wrap<'a>, end: usize) {
        self.end_words();
        emphasis::pair(
            &mut self.delimiters[bracket.delimiters..],
            &mut self.stretches,
        );
        self.delimiters.truncate(bracket.delimiters);
        self.pieces[bracket.piece].kind = PieceKind::Open(wrap);
        if matches!(wrap, Wrap::Link(_)) {
            self.outside_link = self.brackets.len();
        }
        self.push(end - self.at, PieceKind::Close);
    }

    /// A formula touches its dollars and holds neither dollars nor backticks; a digit after the
    /// second dollar means that both are prices.
    fn formula(&mut self) {
        let dollars = self.rest().len() - self.rest().trim_start_matches('$').len();
        let inside = &self.rest()[dollars..];
        match formula_length(inside) {
            Some(length) if dollars == 1 => {
                let formula = Cow::Borrowed(&inside[..length]);
                let kind = PieceKind::Verbatim(RunKind::Equation, formula);
                self.push_from(length + 2, kind, 1..1 + length);
            }
            _ => self.at += dollars,
        }
    }

    fn angle(&mut self) {
        if self.rest().starts_with("<!--") {
            self.comment();
        } else if address::strip_prefix_ignoring_case(self.rest(), "<u>").is_some() {
            self.push_words("<u>".len());
            self.underlines.push(self.pieces.len() - 1);
        } else if address::strip_prefix_ignoring_case(self.rest(), "</u>").is_some() {
            self.close_underline();
        } else if let Some(url) = target::angle_address(self.line.raw, self.at) {
            let length = url.len();
            let kind = PieceKind::Address(self.link(url));
            self.push_from(length + 2, kind, 1..1 + length);
        } else {
            self.at += 1;
        }
    }

    fn close_underline(&mut self) {
        self.push_words("</u>".len());
        if let Some(open) = self.underlines.pop() {
            self.stretches.push(Stretch {
                open,
                close: self.pieces.len() - 1,
                emphasis: Emphasis::Underline,
            });
        }
    }

    /// Drops a comment, and the blanks on one of its sides if it has some on both.
    fn comment(&mut self) {
        const OPEN: &str = "<!--";
        let length = match self.has_no_comment_end {
            true => None,
            false => self.rest()[OPEN.len()..].find("-->"),
        };
        let Some(length) = length else {
            self.has_no_comment_end = true;
            self.at += OPEN.len();
            return;
        };
        let comment_end = self.at + OPEN.len() + length + "-->".len();
        let behind = &self.line.raw[comment_end..];
        let words = &self.line.raw[self.words_from..self.at];
        if behind.is_empty() {
            self.at = self.words_from + words.trim_end().len();
        }
        self.end_words();
        let is_after_gap = self.at == 0 || words.ends_with(char::is_whitespace);
        let blanks = if is_after_gap {
            behind.len() - behind.trim_start().len()
        } else {
            0
        };
        self.at = comment_end + blanks;
        self.words_from = self.at;
    }

    fn entity(&mut self) {
        // The longest name is `CounterClockwiseContourIntegral`.
        const LONGEST_NAME: usize = 31;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        let name = self.rest()[1..].bytes().take(LONGEST_NAME + 1);
        let length = name.take_while(is_name).count() + "&;".len();
        let entity = self.rest().get(..length).unwrap_or_default();
        match html_escape::decode_html_entities(entity) {
            Cow::Owned(text) => self.push(length, PieceKind::Words(text.into())),
            Cow::Borrowed(_) => self.at += 1,
        }
    }

    fn bare_address(&mut self) {
        let is_in_word = self.line.raw[..self.at].ends_with(char::is_alphanumeric);
        let end = match is_in_word {
            true => None,
            false => target::bare_address_end(self.line.raw, self.at),
        };
        match end {
            Some(end) => {
                let kind = PieceKind::Address(self.link(self.at..end));
                self.push(end - self.at, kind);
            }
            None => self.at += 1,
        }
    }
}

/// A line in which nothing has a meaning.
fn plain(line: Text<'_>) -> Vec<Run<'_>> {
    let run = Run {
        text: Cow::Borrowed(line.raw),
        kind: RunKind::Words,
        style: Style::default(),
        link: None,
        span: line.span(),
    };
    if line.raw.is_empty() {
        Vec::new()
    } else {
        vec![run]
    }
}

/// How long the formula is that begins with `text`, up to its closing dollar.
fn formula_length(text: &str) -> Option<usize> {
    let length = text.find(['$', '`'])?;
    let formula = &text[..length];
    let behind = text[length..].strip_prefix('$')?;
    let is_tight = !formula.is_empty()
        && !formula.starts_with(char::is_whitespace)
        && !formula.ends_with(|last: char| last.is_whitespace() || last == '\\');
    let is_price = behind.starts_with(|next: char| next.is_ascii_digit() || next == '$');
    (is_tight && !is_price).then_some(length)
}
