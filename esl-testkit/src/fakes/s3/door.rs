//! The outer of two S3 services: it checks signatures and their expiry on the address as it was
//! signed, `/s3/...`, then hands the request without either to the store behind it.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use hyper::http::Extensions;
use hyper::{Method, Request, Uri};
use s3s::route::S3Route;
use s3s::validation::NameValidation;
use s3s::{Body, S3, S3Request, S3Response, S3Result, TrailingHeaders, s3_error};

use super::store::Store;

/// Offers no operation: all requests take the route.
pub(super) struct Nothing;

impl S3 for Nothing {}

/// To the outer service the first segment, `s3`, is the bucket.
pub(super) struct AnyName;

impl NameValidation for AnyName {
    fn validate_bucket_name(&self, _: &str) -> bool {
        true
    }
}

/// The way of every request that is signed rightly.
pub(super) struct Door(Arc<Store>);

impl Door {
    pub(super) fn to(store: Arc<Store>) -> Self {
        Self(store)
    }
}

#[async_trait]
impl S3Route for Door {
    fn is_match(&self, _: &Method, _: &Uri, _: &HeaderMap, _: &mut Extensions) -> bool {
        true
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let mut headers = unsigned(request.headers);
        let body = read(request.input).await?;
        headers.extend(
            request
                .trailing_headers
                .as_ref()
                .and_then(TrailingHeaders::take)
                .unwrap_or_default(),
        );
        headers.insert(CONTENT_LENGTH, body.len().into());
        let mut inner = Request::new(body);
        *inner.method_mut() = request.method;
        *inner.uri_mut() = below(&request.uri);
        *inner.headers_mut() = headers;
        let (head, body) = self.0.respond(inner).await?.into_parts();
        let mut response = S3Response::with_headers(body, head.headers);
        response.status = Some(head.status);
        Ok(response)
    }
}

/// Reading checks the digest of the body, too.
async fn read(body: Body) -> S3Result<Bytes> {
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(s3_error!(
            BadDigest,
            "the body is not the one that was signed"
        )),
    }
}

/// The headers without those of the signature and of the signed framing of the body.
fn unsigned(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(AUTHORIZATION);
    for name in [
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
    ] {
        headers.remove(name);
    }
    let encodings = headers.remove(CONTENT_ENCODING);
    let encodings = encodings
        .as_ref()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let others = encodings
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty() && *it != "aws-chunked");
    let others = others.collect::<Vec<_>>().join(",");
    if let (false, Ok(value)) = (others.is_empty(), HeaderValue::try_from(others)) {
        headers.insert(CONTENT_ENCODING, value);
    }
    headers
}

/// The address below `/s3`, without what was signed into its query.
fn below(uri: &Uri) -> Uri {
    let path = uri.path().strip_prefix("/s3").unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept: Vec<_> = pairs
        .filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-"))
        .collect();
    let query = if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    };
    format!("{path}{query}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_loses_prefix_and_signature() {
        let below = |uri: &'static str| below(&Uri::from_static(uri)).to_string();
        assert_eq!(
            below("/s3/b/k%20.mp3?X-Amz-Signature=1&x-id=GetObject"),
            "/b/k%20.mp3?x-id=GetObject"
        );
        assert_eq!(below("/s3"), "/");
    }

    #[test]
    fn the_framing_of_the_body_is_no_encoding_of_the_object() {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_ENCODING,
            HeaderValue::from_static("aws-chunked, gzip"),
        );
        assert_eq!(unsigned(headers.clone())[CONTENT_ENCODING], "gzip");
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aws-chunked"));
        assert!(unsigned(headers).is_empty());
    }
}
