//! Study text to sound: segments, casting, synthesis, cache and assembly.

pub mod audio;
