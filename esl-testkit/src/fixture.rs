//! What a conformance test runs against.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use esl_core::DataSourceId;
use esl_core::ports::Notion;

/// A fresh adapter and whatever must live as long as it (a temporary folder, a server).
pub struct Fixture<P: ?Sized> {
    /// The adapter under test.
    pub port: Arc<P>,
    _guard: Box<dyn Any + Send + Sync>,
}

impl<P: ?Sized> Fixture<P> {
    /// An adapter that needs nothing else.
    #[must_use]
    pub fn new(port: Arc<P>) -> Self {
        Self::guarded(port, ())
    }

    /// An adapter and what it stands on.
    #[must_use]
    pub fn guarded(port: Arc<P>, guard: impl Any + Send + Sync) -> Self {
        Self {
            port,
            _guard: Box::new(guard),
        }
    }
}

impl<P: ?Sized> fmt::Debug for Fixture<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").finish_non_exhaustive()
    }
}

/// A fresh workspace and the source in which pages may be created.
#[derive(Debug)]
pub struct NotionFixture {
    /// The workspace under test.
    pub workspace: Fixture<dyn Notion>,
    /// An existing source.
    pub source: DataSourceId,
}

/// Runs one conformance test on a runtime of its own.
///
/// # Panics
/// If the test fails, or the runtime cannot be started.
pub fn run_test(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be started")
        .block_on(test);
}
