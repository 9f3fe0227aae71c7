//! The client: how often and how long it tries.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Config, IdentityCache, Region, RequestChecksumCalculation, SharedCredentialsProvider,
};

use super::config::S3Options;

/// Tries of a request in all.
pub(super) const ATTEMPTS: u32 = 5;
/// The longest wait before the second try; doubles from try to try.
pub(super) const FIRST_DELAY: Duration = Duration::from_millis(200);
/// The longest wait before any try.
pub(super) const LONGEST_DELAY: Duration = Duration::from_secs(10);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A body may take this long beyond [`ANSWER_TIMEOUT`] per MiB.
const TIME_PER_MIB: Duration = Duration::from_secs(20);

pub(super) fn client(options: &S3Options, credentials: SharedCredentialsProvider) -> Client {
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_DELAY)
        .with_max_backoff(LONGEST_DELAY);
    let mut config = Config::builder()
        .behavior_version_latest()
        .region(Region::new(options.region().to_owned()))
        .credentials_provider(credentials)
        // Keeping credentials is the provider's business: a try after they expired asks it anew.
        .identity_cache(IdentityCache::no_cache())
        .force_path_style(options.is_path_style())
        .retry_config(retries)
        .retry_classifier(Passing)
        .timeout_config(timeouts(0))
        // Uploads bring a checksum of their own, in a form that every server takes.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
    if let Some(endpoint) = &options.endpoint {
        // Without the slash the SDK leaves the last part of a path out.
        config = config.endpoint_url(format!("{}/", endpoint.trim_end_matches('/')));
    }
    Client::from_conf(config.build())
}

/// What a request with so long a body needs other than its client's settings.
pub(super) fn with_time_for(bytes: u64) -> Builder {
    Config::builder().timeout_config(timeouts(bytes))
}

fn timeouts(bytes: u64) -> TimeoutConfig {
    let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        // Counts from the moment the request begins to be sent.
        .read_timeout(ANSWER_TIMEOUT.saturating_add(TIME_PER_MIB.saturating_mul(mebibytes)))
        .build()
}

/// Failures that pass by themselves, beyond those that the client knows.
#[derive(Debug)]
struct Passing;

impl ClassifyRetry for Passing {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else {
            return RetryAction::NoActionIndicated;
        };
        // What some servers say in place of `SlowDown`.
        if response.status().as_u16() == 429 {
            return RetryAction::throttling_error();
        }
        // Another conditional write of the same key is under way. (S3 API reference, "PutObject".)
        let is_contended = response.status().as_u16() == 409;
        let body = response.body().bytes().unwrap_or_default();
        let expired = b"<Code>ExpiredToken</Code>";
        let is_expired = body.windows(expired.len()).any(|window| window == expired);
        if is_contended || is_expired {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "failures that pass by themselves"
    }
}
