//! Speech: from the study text to one recording.
//!
//! [`clean`] says what of a line is spoken, [`casting`] who speaks it with which voice, and
//! [`segments`] cuts it into the pieces that are synthesized and cached one by one; [`audio`]
//! measures, levels and joins them.

pub mod audio;
pub mod casting;
pub mod clean;
pub mod segments;
