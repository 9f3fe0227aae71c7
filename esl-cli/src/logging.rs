//! Where log lines go: standard error, as text or as one JSON object per line.

use std::sync::Arc;

use tracing_subscriber::filter::LevelFilter;

use crate::args::{LogFormat, LogLevel};
use crate::output::{progress::Progress, style};

/// Installs the subscriber of this process.
pub(crate) fn install(level: LogLevel, format: LogFormat, progress: &Arc<Progress>) {
    let builder = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::from(level))
        .with_ansi(style::colours_stderr())
        .with_writer(progress.log_writer());
    match format {
        LogFormat::Text => builder.compact().init(),
        LogFormat::Json => builder.json().init(),
    }
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
