//! Study text to sound: segments, casting, synthesis, cache and assembly.

pub mod audio;
pub mod cache;
pub mod limiter;
pub mod recorder;
pub mod vtt;
