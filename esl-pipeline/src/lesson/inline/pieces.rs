//! From pieces, and the stretches that emphasis spans, to runs of one formatting.

use std::borrow::Cow;

use esl_core::Color;

use super::emphasis::{Emphasis, Stretch};
use super::{Link, Run, RunKind, Style};
use crate::lesson::{Span, Text};

/// A part of the line that is not divided further. `span` counts from the start of the line.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) kind: PieceKind<'a>,
    pub(super) span: Span,
}

/// What a piece is.
#[derive(Debug)]
pub(super) enum PieceKind<'a> {
    /// Characters to show, unused marks of emphasis included.
    Words(Cow<'a, str>),
    /// Code or a formula.
    Verbatim(RunKind, Cow<'a, str>),
    /// An address that is its own text.
    Address(Link<'a>),
    /// From here to the matching [`PieceKind::Close`] all is wrapped.
    Open(Wrap<'a>),
    Close,
}

/// What brackets do to the text in them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wrap<'a> {
    Link(Link<'a>),
    Image(Link<'a>),
    Color(Color),
}

/// What the brackets around a piece say, all taken together.
#[derive(Debug, Clone, Copy, Default)]
struct Around<'a> {
    link: Option<Link<'a>>,
    kind: RunKind,
    color: Color,
}

impl<'a> Around<'a> {
    /// An image or address in a link leads where the link leads; an inner colour wins.
    fn within(self, wrap: Wrap<'a>) -> Self {
        match wrap {
            Wrap::Link(link) => Self {
                link: self.link.or(Some(link)),
                ..self
            },
            Wrap::Image(link) => Self {
                link: self.link.or(Some(link)),
                kind: RunKind::Image,
                ..self
            },
            Wrap::Color(color) => Self { color, ..self },
        }
    }
}

/// Puts the runs of `line` together.
pub(super) fn runs<'a>(
    line: Text<'a>,
    mut pieces: Vec<Piece<'a>>,
    stretches: &[Stretch],
) -> Vec<Run<'a>> {
    for stretch in stretches {
        take_marks(&mut pieces, stretch);
    }
    let mut builder = RunBuilder {
        line,
        runs: Vec::with_capacity(pieces.len()),
        emphasis: EmphasisWalk::new(pieces.len(), stretches),
        around: Around::default(),
        brackets: Vec::new(),
    };
    for (at, piece) in pieces.into_iter().enumerate() {
        builder.emphasis.step(at);
        builder.add(piece);
    }
    builder.runs
}

/// Removes the marks of a stretch from the pieces that hold them.
fn take_marks(pieces: &mut [Piece<'_>], stretch: &Stretch) {
    let (opening, closing) = stretch.emphasis.mark_lengths();
    let opener = &mut pieces[stretch.open];
    opener.span.end -= opening;
    opener.kind.shorten(|text| &text[..text.len() - opening]);
    let closer = &mut pieces[stretch.close];
    closer.span.start += closing;
    closer.kind.shorten(|text| &text[closing..]);
}

impl<'a> PieceKind<'a> {
    /// Marks are always borrowed from the line.
    fn shorten(&mut self, part: impl FnOnce(&'a str) -> &'a str) {
        if let Self::Words(Cow::Borrowed(text)) = self {
            *text = part(text);
        }
    }
}

/// The emphasis at each piece, walking from the first to the last.
struct EmphasisWalk {
    /// By piece: what begins minus what ends there.
    changes: Vec<[i32; 4]>,
    depths: [i32; 4],
}

impl EmphasisWalk {
    fn new(pieces: usize, stretches: &[Stretch]) -> Self {
        let length = if stretches.is_empty() { 0 } else { pieces };
        let mut changes = vec![[0; 4]; length];
        for stretch in stretches {
            let slot = stretch.emphasis as usize;
            changes[stretch.open + 1][slot] += 1;
            changes[stretch.close][slot] -= 1;
        }
        Self {
            changes,
            depths: [0; 4],
        }
    }

    fn step(&mut self, piece: usize) {
        let changes = self.changes.get(piece).copied().unwrap_or_default();
        for (depth, change) in self.depths.iter_mut().zip(changes) {
            *depth += change;
        }
    }

    fn style(&self, color: Color) -> Style {
        let is = |emphasis: Emphasis| self.depths[emphasis as usize] > 0;
        Style {
            bold: is(Emphasis::Bold),
            italic: is(Emphasis::Italic),
            strikethrough: is(Emphasis::Strikethrough),
            underline: is(Emphasis::Underline),
            color,
        }
    }
}

/// Runs, neighbours of one formatting merged.
struct RunBuilder<'a> {
    line: Text<'a>,
    runs: Vec<Run<'a>>,
    emphasis: EmphasisWalk,
    around: Around<'a>,
    /// Per open bracket: what is around it and how many runs stand before it.
    brackets: Vec<(Around<'a>, usize)>,
}

impl<'a> RunBuilder<'a> {
    fn add(&mut self, piece: Piece<'a>) {
        let around = self.around;
        match piece.kind {
            PieceKind::Words(text) if text.is_empty() => {}
            PieceKind::Words(text) => self.push(around.kind, text, around.link, piece.span),
            PieceKind::Verbatim(kind, text) => self.push(kind, text, around.link, piece.span),
            PieceKind::Address(link) => {
                let leads_to = around.link.or(Some(link));
                self.push(around.kind, link.address(), leads_to, piece.span);
            }
            PieceKind::Open(wrap) => {
                self.brackets.push((around, self.runs.len()));
                self.around = around.within(wrap);
            }
            PieceKind::Close => self.close(piece.span),
        }
    }

    /// Ends a bracket. A link or image without text still gives a run, so that it is not lost.
    fn close(&mut self, span: Span) {
        let (outside, runs_before) = self.brackets.pop().unwrap_or_default();
        let inside = std::mem::replace(&mut self.around, outside);
        if self.runs.len() == runs_before && inside.link.is_some() {
            let text = match inside.kind {
                RunKind::Image => "Image",
                _ => "",
            };
            let span = Span::new(span.start, span.start);
            self.push(inside.kind, Cow::Borrowed(text), inside.link, span);
        }
    }

    fn push(&mut self, kind: RunKind, text: Cow<'a, str>, link: Option<Link<'a>>, span: Span) {
        let start = self.line.start;
        let span = Span::new(start + span.start, start + span.end);
        let style = self.emphasis.style(self.around.color);
        if let Some(last) = self.runs.last_mut()
            && matches!(kind, RunKind::Words | RunKind::Image)
            && (last.kind, last.style) == (kind, style)
            && last.link.map(|link| link.url.span()) == link.map(|link| link.url.span())
        {
            append(self.line, last, &text, span);
            return;
        }
        self.runs.push(Run {
            text,
            kind,
            style,
            link,
            span,
        });
    }
}

/// Adds `text` to `last`, which stays borrowed if both stand side by side in `line` as they are.
fn append<'a>(line: Text<'a>, last: &mut Run<'a>, text: &str, span: Span) {
    let written = |span: Span| &line.raw[span.start - line.start..span.end - line.start];
    let last_is_written =
        matches!(&last.text, Cow::Borrowed(text) if text.len() == written(last.span).len());
    let is_one_piece = last_is_written && last.span.end == span.start && written(span) == text;
    last.span = last.span.to(span);
    if is_one_piece {
        last.text = Cow::Borrowed(written(last.span));
    } else {
        last.text.to_mut().push_str(text);
    }
}
