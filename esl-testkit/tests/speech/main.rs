//! The fakes of the speech services over HTTP: what they refuse, and what they speak.

mod audio;
mod elevenlabs;
mod openai;
