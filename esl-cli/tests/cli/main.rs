//! The real binary at work, one story per file.

mod batch;
mod bench;
mod browser;
mod closed_output;
mod doctor;
mod documented;
mod failing_engines;
mod forget;
mod full_disk;
mod help;
mod homework;
mod killed;
mod looking_only;
mod mending;
mod new_lessons;
mod plan;
mod rerun;
mod resume;
mod settings;
mod unreadable_lessons;
mod unusable_manifests;
mod unwritable_folders;
mod validate;
mod voices;
mod watch;
