//! What the providers that speak HTTP share: the client, secrets in headers, bounded answers and
//! when to come back.
//!
//! What an answer means and what may be tried again is each provider's own business. Nothing here
//! follows a redirect: it could take a credential to another host.

#![allow(
    dead_code,
    reason = "features choose the providers, and none of them needs everything"
)]

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

/// How long to wait for a connection before giving up.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a service is: scheme, host and perhaps a path, such as `https://api.notion.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// The text is no address of a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; write it like https://api.example.com")]
pub struct BadBaseUrl {
    reason: &'static str,
}

impl BaseUrl {
    /// Reads an http or https address. A slash at its end does not matter.
    ///
    /// # Errors
    /// [`BadBaseUrl`], also if the address holds a credential, a query or a fragment. The text is
    /// not repeated, since it may hold a secret.
    pub fn parse(text: &str) -> Result<Self, BadBaseUrl> {
        let bad = |reason| Err(BadBaseUrl { reason });
        let Ok(mut url) = Url::parse(text.trim()) else {
            return bad("the base URL is no URL");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return bad("the base URL begins with neither http:// nor https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return bad("the base URL holds a credential");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return bad("the base URL holds a query or a fragment");
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of `path`, which begins with a slash and is encoded already.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The address of `path` on the host, whatever the path of the service.
    pub(crate) fn join_root(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    fn needs_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl std::str::FromStr for BaseUrl {
    type Err = BadBaseUrl;

    fn from_str(text: &str) -> Result<Self, BadBaseUrl> {
        Self::parse(text)
    }
}

/// A request without a usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The client or the request cannot be made.
    #[error("the request cannot be made")]
    Setup(#[source] reqwest::Error),
    /// The address needs what is not there.
    #[error("{base} needs TLS, which this program was built without (cargo feature `tls`)")]
    NoTls {
        /// The address.
        base: String,
    },
    /// Nothing was sent.
    #[error("no connection could be made")]
    Unreachable(#[source] reqwest::Error),
    /// The request may have arrived.
    #[error("no answer came in time")]
    Timeout,
    /// The request may have arrived.
    #[error("the connection broke before the whole answer was there")]
    Broken(#[source] reqwest::Error),
    /// The request arrived.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// What was allowed.
        limit: usize,
    },
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        // Addresses may be secret, such as signed ones.
        let error = error.without_url();
        if error.is_builder() {
            Self::Setup(error)
        } else if error.is_connect() {
            Self::Unreachable(error)
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken(error)
        }
    }
}

/// A client for the service at `base`. `timeout` bounds a whole request, its answer included.
pub(crate) fn client(base: &BaseUrl, timeout: Duration) -> Result<reqwest::Client, HttpError> {
    if base.needs_tls() && cfg!(not(feature = "tls")) {
        let base = base.to_string();
        return Err(HttpError::NoTls { base });
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("esl-pipeline/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout);
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    Ok(builder.build()?)
}

/// A header that carries `secret` behind `prefix` and is never shown; `None` if the secret holds
/// characters that no header can.
pub(crate) fn secret_header(prefix: &str, secret: &SecretString) -> Option<HeaderValue> {
    let text = format!("{prefix}{}", secret.expose_secret().trim());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends a request and reads the answer, which may have up to `limit` bytes.
pub(crate) async fn send(request: RequestBuilder, limit: usize) -> Result<Answer, HttpError> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read(response, limit).await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

async fn read(mut response: Response, limit: usize) -> Result<Bytes, HttpError> {
    let announced = response.content_length().unwrap_or_default();
    if announced > limit as u64 {
        return Err(HttpError::TooLarge { limit });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Err(HttpError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

impl Answer {
    /// The body as JSON of this shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// A header, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the service asks to stay away, in either form of the header. (RFC 9110, 10.2.3.)
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let asked = self.header(RETRY_AFTER.as_str())?.trim();
        if let Ok(seconds) = asked.parse() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let until = httpdate::parse_http_date(asked).ok()?;
        let now = httpdate::parse_http_date(self.header(DATE.as_str())?).ok()?;
        Some(until.duration_since(now).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn answer(headers: &[(HeaderName, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (name.clone(), value)
        });
        Answer {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: headers.collect(),
            body: Bytes::new(),
        }
    }

    #[test]
    fn a_base_url_keeps_its_path_and_loses_its_last_slash() {
        for (text, url) in [
            ("https://api.notion.com", "https://api.notion.com/v1/pages"),
            (
                "http://127.0.0.1:80/notion/",
                "http://127.0.0.1/notion/v1/pages",
            ),
        ] {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(base.join("/v1/pages").as_str(), url);
            assert_eq!(base.to_string().parse(), Ok(base));
        }
    }

    #[test]
    fn a_base_url_with_a_credential_is_refused_without_repeating_it() {
        for text in [
            "https://me:secret@x.y",
            "https://x.y/?key=secret",
            "secret",
            "ftp://secret",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_secret_is_not_shown_and_has_to_fit_into_a_header() {
        let header = secret_header("Bearer ", &"ntn_x\n".into()).unwrap();
        assert_eq!(header, "Bearer ntn_x");
        assert!(!format!("{header:?}").contains("ntn_x"));
        assert_eq!(secret_header("", &"a\nb".into()), None);
    }

    #[test]
    fn the_time_to_come_back_is_read_in_seconds_or_as_a_date() {
        let date = |text| (DATE, text);
        let after = |text| (RETRY_AFTER, text);
        let sunday = "Sun, 06 Nov 1994 08:49:37 GMT";
        let later = "Sun, 06 Nov 1994 08:50:07 GMT";
        for (headers, seconds) in [
            (vec![after("7")], Some(7)),
            (vec![after(later), date(sunday)], Some(30)),
            (vec![after(sunday), date(later)], Some(0)),
            (vec![after(later)], None),
            (vec![after("-1")], None),
            (vec![after("soon")], None),
            (vec![], None),
        ] {
            let asked = answer(&headers).retry_after();
            assert_eq!(asked.map(|asked| asked.as_secs()), seconds, "{headers:?}");
        }
    }
}
