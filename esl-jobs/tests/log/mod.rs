//! What a test logs.

use tempfile::NamedTempFile;
use tracing::Level;
use tracing::subscriber::DefaultGuard;

/// What the thread that made it logs while it lives.
pub(crate) struct Log {
    file: NamedTempFile,
    _listening: DefaultGuard,
}

impl Log {
    pub(crate) fn of_this_thread() -> Self {
        let file = NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(Level::DEBUG)
            .with_writer(file.reopen().unwrap());
        Self {
            file,
            _listening: tracing::subscriber::set_default(subscriber.finish()),
        }
    }

    /// The lines that hold all of these words.
    pub(crate) fn lines_with(&self, words: &[&str]) -> usize {
        let text = std::fs::read_to_string(self.file.path()).unwrap();
        let is_wanted = |line: &&str| words.iter().all(|word| line.contains(word));
        text.lines().filter(is_wanted).count()
    }
}
