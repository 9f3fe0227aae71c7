//! Speech: from the study text to one recording.

pub mod casting;
pub mod clean;
