//! Measurements; see the README beside this crate.
