//! Handing a message over.

use std::time::Duration;

use esl_core::job::{FailureCode, JobId, WebhookEndpoint};
use esl_core::ports::JobError;
use esl_core::{Retry, Secret};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::{Host, Url};

use super::addresses::{Addresses, Refused};
use super::signature::{DELIVERY_HEADER, SIGNATURE_HEADER, sign};
use super::{BuildError, WebhookConfig};

/// How much of an answer is read before it is left alone.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends messages where they may go.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    addresses: Addresses,
}

impl Client {
    pub(super) fn new(config: WebhookConfig) -> Result<Self, BuildError> {
        let addresses = Addresses::new(config.allowed);
        let http = reqwest::Client::builder()
            .user_agent(concat!("esl-pipeline/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // A proxy would connect elsewhere than where it was checked.
            .no_proxy()
            .dns_resolver(addresses.clone())
            .timeout(config.timeout)
            .build()?;
        Ok(Self { http, addresses })
    }

    /// Sends a signed message and returns the status of the answer.
    pub(super) async fn post(
        &self,
        endpoint: &WebhookEndpoint,
        delivery: JobId,
        body: Vec<u8>,
    ) -> Result<u16, JobError> {
        let (url, secret) = (self.url(endpoint)?, secret(endpoint)?);
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(SIGNATURE_HEADER, sign(secret, &body))
            .header(DELIVERY_HEADER, delivery.to_string())
            .body(body);
        let answer = request
            .send()
            .await
            .map_err(|error| unsent(endpoint, &error))?;
        let result = judge(endpoint, &answer);
        skim(answer).await;
        result
    }

    fn url(&self, endpoint: &WebhookEndpoint) -> Result<Url, JobError> {
        let url = Url::parse(&endpoint.url).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| misconfigured(endpoint, "has no http or https address"))?;
        // Names are checked once they are resolved; numbers never are.
        let is_permitted = match url.host() {
            Some(Host::Ipv4(address)) => self.addresses.permit(address.into()),
            Some(Host::Ipv6(address)) => self.addresses.permit(address.into()),
            _ => true,
        };
        if is_permitted {
            Ok(url)
        } else {
            Err(refused(endpoint))
        }
    }
}

fn secret(endpoint: &WebhookEndpoint) -> Result<&Secret, JobError> {
    let secret = endpoint.secret.as_ref();
    secret.ok_or_else(|| misconfigured(endpoint, "has no secret to sign messages with"))
}

/// Reads an answer as far as it is polite, so that the connection can be used again.
async fn skim(mut answer: Response) {
    let mut read = 0;
    while read < LONGEST_ANSWER
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        read += chunk.len();
    }
}

fn judge(endpoint: &WebhookEndpoint, answer: &Response) -> Result<u16, JobError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(status.as_u16());
    }
    let mut message = format!(
        "the endpoint {:?} answered {}",
        endpoint.id,
        status.as_u16()
    );
    if status.is_redirection() {
        message += "; redirects are not followed: set up the address it leads to";
    }
    let Some(code) = transient(status) else {
        return Err(JobError::permanent(
            FailureCode::PROVIDER_BAD_REQUEST,
            message,
        ));
    };
    let mut error = JobError::transient(code, message);
    if let Some(wait) = retry_after(answer) {
        error.retry = Retry::After(wait);
    }
    Err(error)
}

/// The code of an answer that another attempt may better.
fn transient(status: StatusCode) -> Option<FailureCode> {
    match status {
        StatusCode::REQUEST_TIMEOUT => Some(FailureCode::TIMEOUT),
        StatusCode::TOO_MANY_REQUESTS => Some(FailureCode::RATE_LIMITED),
        status if status.is_server_error() => Some(FailureCode::PROVIDER_UNAVAILABLE),
        _ => None,
    }
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

fn unsent(endpoint: &WebhookEndpoint, error: &reqwest::Error) -> JobError {
    if is_refused(error) {
        return refused(endpoint);
    }
    // The error itself stays out of the message: it names the address, which may hold a token.
    let id = &endpoint.id;
    if error.is_timeout() {
        let message = format!("the endpoint {id:?} did not answer in time");
        JobError::transient(FailureCode::TIMEOUT, message)
    } else {
        let message = format!("the endpoint {id:?} cannot be reached");
        JobError::transient(FailureCode::NETWORK, message)
    }
}

fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn refused(endpoint: &WebhookEndpoint) -> JobError {
    let message = format!(
        "the endpoint {:?} is at a private, local or reserved address; an administrator can allow its \
         network",
        endpoint.id
    );
    JobError::permanent(FailureCode::ADDRESS_REFUSED, message)
}

fn misconfigured(endpoint: &WebhookEndpoint, problem: &str) -> JobError {
    let message = format!("the endpoint {:?} {problem}", endpoint.id);
    JobError::permanent(FailureCode::ENDPOINT_MISCONFIGURED, message)
}
