//! The stages, one a file: what each does to the world. When they run is decided in `plan`.

pub(super) mod add_audio;
pub(super) mod import;
