//! What adapters of the ports are tested with: conformance suites, strict fakes, fixtures.

pub mod conformance;
mod tone;

pub use tone::ToneTts;
