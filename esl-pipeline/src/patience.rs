//! Asking again for what costs nothing to ask.

use esl_core::{Classify, RetryPolicy};

/// What `ask` answers, asked again by the default [`RetryPolicy`] for as long as its failures may
/// pass. `whom` is named in the log.
///
/// # Errors
/// The last failure.
pub async fn patiently<T, E, F>(whom: &str, ask: impl Fn() -> F) -> Result<T, E>
where
    E: Classify,
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        // Without dice: a request per run does not crowd a service.
        let delay = RetryPolicy::default().delay(attempt, error.retry(), 1.0);
        let Some(delay) = delay else {
            return Err(error);
        };
        tracing::warn!(%error, delay_ms = delay.as_millis(), "{whom} is asked again");
        tokio::time::sleep(delay).await;
        attempt += 1;
    }
}
