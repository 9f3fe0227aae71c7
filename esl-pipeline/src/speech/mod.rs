//! Speech: from the study text to one recording.

pub mod clean;
