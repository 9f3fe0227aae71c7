//! Adapters of the ports, one feature each. Nothing outside this module names one.

#[cfg(feature = "fs")]
pub mod fs;
#[cfg(any(feature = "notion", feature = "elevenlabs", feature = "openai-speech"))]
pub mod http;
#[cfg(feature = "local-workspace")]
pub mod local_workspace;
#[cfg(feature = "offline-speech")]
pub mod offline_speech;
