//! Lessons as jobs, against fakes.

mod codes;
mod metadata;
mod notes;
mod phases;
mod reruns;
mod retries;
mod stops;
mod verify;
mod world;
