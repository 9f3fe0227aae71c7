//! Ctrl-C, and the signal that ends services: ask once, insist the second time.

use std::io;

use esl_core::CancellationToken;

use crate::exit::Exit;

/// A token that fires at the first Ctrl-C. The second one ends the process on the spot; what was
/// done is recorded, because the manifest is saved after each effect.
pub(super) fn token() -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        tracing::warn!("stopping at the next safe point; press Ctrl-C again to stop at once");
        cancelled.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Exit::Cancelled as i32);
        }
    });
    token
}

/// A token that fires when a service is told to end, by Ctrl-C or SIGTERM. The second time the process
/// ends on the spot.
pub(super) fn shutdown() -> io::Result<CancellationToken> {
    let mut signals = Signals::listen()?;
    let token = CancellationToken::new();
    let begun = token.clone();
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!(
            event = "worker_stopping",
            "stopping; a second signal stops at once"
        );
        begun.cancel();
        signals.next().await;
        std::process::exit(Exit::Cancelled as i32);
    });
    Ok(token)
}

/// What tells services to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
