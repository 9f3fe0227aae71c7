//! Speech by the real interfaces against strict fakes over HTTP: what arrives, what is paid for,
//! what survives whatever the services do.
#![cfg(all(feature = "elevenlabs", feature = "openai-speech"))]

mod elevenlabs;
mod faults;
mod limits;
mod openai;
mod premade_voices;
mod runs;
mod world;
