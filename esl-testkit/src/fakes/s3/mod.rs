//! S3 in path style, on a temporary folder: `s3s-fs` behind an honest check of signatures.

mod door;
mod store;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};

use super::service::{Failure, Fake, FakeRequest, FakeResponse, FullUri};
use door::{AnyName, Door};
use store::Store;

/// How the fake S3 is set up.
#[derive(Debug, Clone)]
pub struct S3Options {
    /// The bucket there is at the start; at least three characters.
    pub bucket: String,
    /// The key id that requests are signed with.
    pub access_key_id: String,
    /// The secret that requests are signed with.
    pub secret_access_key: String,
}

impl Default for S3Options {
    fn default() -> Self {
        Self {
            bucket: "esl-audio".to_owned(),
            access_key_id: "AKIAFAKE".to_owned(),
            secret_access_key: "fake-secret".to_owned(),
        }
    }
}

/// The fake S3: what is in it, and a hand to change it behind the clients' back.
pub struct FakeS3 {
    options: S3Options,
    base: String,
    service: S3Service,
    store: Arc<Store>,
}

impl FakeS3 {
    pub(crate) fn new(options: S3Options, base: String) -> io::Result<Self> {
        let store = Arc::new(Store::new(&options.bucket)?);
        let (key, secret) = (&options.access_key_id, &options.secret_access_key);
        let mut service = S3ServiceBuilder::new(door::Nothing);
        service.set_auth(SimpleAuth::from_single(key.as_str(), secret.as_str()));
        service.set_validation(AnyName);
        service.set_route(Door::to(Arc::clone(&store)));
        Ok(Self {
            service: service.build(),
            options,
            base,
            store,
        })
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            // Amazon's client for Rust puts the bucket directly behind what it is given.
            ("AWS_ENDPOINT_URL", format!("{}/", self.base)),
            ("S3_BUCKET", self.options.bucket.clone()),
            ("AWS_ACCESS_KEY_ID", self.options.access_key_id.clone()),
            (
                "AWS_SECRET_ACCESS_KEY",
                self.options.secret_access_key.clone(),
            ),
            ("AWS_REGION", self.region().to_owned()),
        ]
    }

    /// How requests are signed, and which bucket there is.
    #[must_use]
    pub fn options(&self) -> &S3Options {
        &self.options
    }

    /// The region to sign for; any other does as well.
    #[must_use]
    pub fn region(&self) -> &'static str {
        "us-east-1"
    }

    /// The objects of the bucket by their keys.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        self.store.objects(&self.options.bucket)
    }

    /// Removes the bucket with all that is in it.
    ///
    /// # Errors
    /// If the temporary folder cannot be changed.
    pub fn delete_bucket(&self) -> io::Result<()> {
        self.store.remove_bucket(&self.options.bucket)
    }

    /// From now on every request is refused as `AccessDenied`, or none is any more.
    pub fn deny_access(&self, denied: bool) {
        self.store.deny(denied);
    }
}

#[async_trait]
impl Fake for FakeS3 {
    /// The signature covers the address as the client wrote it, so that is what is checked.
    async fn respond(&self, request: FakeRequest) -> FakeResponse {
        let (mut head, body) = request.into_parts();
        if let Some(FullUri(uri)) = head.extensions.remove() {
            head.uri = uri;
        }
        let request = s3s::HttpRequest::from_parts(head, Body::from(body));
        match self.service.call(request).await {
            Ok(response) => whole(response).await,
            Err(_) => self.failure(Failure::Status(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }

    fn failure(&self, failure: Failure) -> FakeResponse {
        let (status, code) = match failure {
            Failure::Status(status) => (status, code_of(status)),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
        );
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let xml = HeaderValue::from_static("application/xml");
        response.headers_mut().insert(CONTENT_TYPE, xml);
        response
    }

    fn reset(&self) {
        // A folder that cannot be emptied is one that nobody can test with any more.
        let _ = self.store.reset(&self.options.bucket);
    }
}

async fn whole(response: s3s::HttpResponse) -> FakeResponse {
    let (head, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    Response::from_parts(head, body.unwrap_or_default())
}

/// The code that goes with a status. (Amazon S3 API reference, "Error responses".)
fn code_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "InvalidRequest",
        403 => "AccessDenied",
        404 => "NoSuchKey",
        409 => "OperationAborted",
        412 => "PreconditionFailed",
        413 => "EntityTooLarge",
        429 | 503 => "SlowDown",
        _ => "InternalError",
    }
}

impl fmt::Debug for FakeS3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeS3")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}
