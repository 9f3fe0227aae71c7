//! Ctrl-C: asks once, insists the second time.

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
