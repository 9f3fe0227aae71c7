//! Adapters of the ports, one feature each. Nothing outside this module names one.

#[cfg(feature = "elevenlabs")]
pub mod elevenlabs;
#[cfg(feature = "fs")]
pub mod fs;
#[cfg(any(
    feature = "elevenlabs",
    feature = "http-config",
    feature = "notion",
    feature = "openai-speech"
))]
pub mod http;
#[cfg(feature = "http-config")]
pub mod http_config;
#[cfg(any(feature = "elevenlabs", feature = "openai-speech"))]
mod invalid_field;
#[cfg(feature = "local-workspace")]
pub mod local_workspace;
#[cfg(feature = "notion")]
pub mod notion;
#[cfg(feature = "offline-speech")]
pub mod offline_speech;
#[cfg(feature = "openai-speech")]
pub mod openai_speech;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(any(feature = "offline-speech", feature = "openai-speech"))]
mod wav;
