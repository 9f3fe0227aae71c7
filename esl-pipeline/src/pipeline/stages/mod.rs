//! The stages, one a file: what each does to the world. When they run is decided in `plan`.
//!
//! Colours have no file: blocks bring them along. The manifest has none either: it is written by
//! the journal, after every effect.

pub(super) mod add_audio;
pub(super) mod edit;
pub(super) mod import;
pub(super) mod in_flight;
mod publish;
mod top_blocks;
pub(super) mod tts;
pub(super) mod upload;
pub(super) mod validate;
