//! Lesson to Notion blocks. Pure: no I/O, total, linear in the length of the lesson.
//!
//! Every form of the document has one place here that says which block it becomes. What Notion
//! would refuse is published as the text that the author wrote, so that nothing is lost: an address
//! that is not http or https, a formula that is too long, a reference to no block. Fitting blocks
//! into requests is a step of its own, in [`pack`].

mod color;
mod containers;
mod convert;
pub mod diff;
mod media;
pub mod pack;
mod text;

use esl_core::Preset;
use esl_core::block::Block;

pub use color::{ColorCounts, colorize};

use crate::lesson::Lesson;

/// How a lesson becomes blocks.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct ConvertOptions {
    /// The colours of the headings; none leaves them as they are.
    pub preset: Option<Preset>,
    /// Makes one paragraph of consecutive lines. Off by default: authors break lines on purpose in
    /// dialogues and lists of answers. The study text is never joined.
    pub join_soft_wraps: bool,
}

/// The blocks of a lesson's page, in order.
#[must_use]
pub fn convert(lesson: &Lesson<'_>, options: &ConvertOptions) -> Vec<Block> {
    let mut blocks = convert::Converter::new(lesson.source, options).blocks(&lesson.body);
    if let Some(preset) = &options.preset {
        colorize(&mut blocks, preset);
    }
    blocks
}

#[cfg(test)]
mod tests;
