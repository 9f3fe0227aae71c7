//! Adapters of the ports, one feature each. Nothing outside this module names one.

#[cfg(feature = "fs")]
pub mod fs;
#[cfg(feature = "local-workspace")]
pub mod local_workspace;
#[cfg(feature = "offline-speech")]
pub mod offline_speech;
#[cfg(feature = "s3")]
pub mod s3;
