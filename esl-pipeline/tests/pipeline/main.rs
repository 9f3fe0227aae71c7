//! Whole runs against fakes that count: what is done, what is not done twice, what survives failure.

mod audio;
mod creation;
mod dates;
mod folder;
mod page;
mod plan;
mod rerun;
mod update;
mod world;
