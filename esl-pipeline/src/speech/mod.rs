//! Speech: from the study text to one recording.
//!
//! [`clean`] says what of a line is spoken, [`casting`] who speaks it with which voice, and
//! [`segments`] cuts it into the pieces that are synthesized one by one. The [`recorder`] has them
//! spoken under a [`limiter`] or takes them from the [`cache`], [`audio`] levels and joins them,
//! and [`vtt`] writes the transcript.

pub mod audio;
pub mod cache;
pub mod casting;
pub mod clean;
pub mod encoders;
pub mod limiter;
pub mod recorder;
pub mod segments;
pub mod vtt;
