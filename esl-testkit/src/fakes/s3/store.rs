//! The inner of the two S3 services, and what `s3s-fs` lacks: writes that exclude each other, buckets
//! that have to be there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use hyper::header::IF_MATCH;
use hyper::{Method, Request, StatusCode};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpResponse, S3Result, s3_error};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::sync::Mutex;

/// Buckets in a temporary folder.
pub(super) struct Store {
    folder: TempDir,
    service: S3Service,
    is_denied: AtomicBool,
    /// Held from the check of a condition to the end of the write that depends on it.
    writing: Mutex<()>,
}

impl Store {
    pub(super) fn new(bucket: &str) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join(bucket))?;
        let files = FileSystem::new(folder.path())
            .map_err(|error| io::Error::other(format!("{error:?}")))?;
        Ok(Self {
            folder,
            service: S3ServiceBuilder::new(files).build(),
            is_denied: AtomicBool::new(false),
            writing: Mutex::new(()),
        })
    }

    /// Carries a request out that has the right to be.
    pub(super) async fn respond(&self, request: Request<Bytes>) -> S3Result<HttpResponse> {
        if self.is_denied.load(Ordering::Relaxed) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        let is_write = request.method() != Method::GET && request.method() != Method::HEAD;
        let _writing = if is_write {
            Some(self.writing.lock().await)
        } else {
            None
        };
        self.check_bucket(&request)?;
        self.check_match(&request).await?;
        self.call(request.map(Body::from)).await
    }

    fn check_bucket(&self, request: &Request<Bytes>) -> S3Result<()> {
        let path = request.uri().path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let creates_it = request.method() == Method::PUT && key.is_empty();
        if bucket.is_empty() || creates_it {
            return Ok(());
        }
        if !self.folder.path().join(bucket).is_dir() {
            return Err(s3_error!(
                NoSuchBucket,
                "The specified bucket does not exist"
            ));
        }
        Ok(())
    }

    /// Whether there is an object to match. (Amazon S3 user guide, "Conditional writes": 404, not 412.)
    async fn check_match(&self, request: &Request<Bytes>) -> S3Result<()> {
        if !request.headers().contains_key(IF_MATCH) {
            return Ok(());
        }
        let mut head = Request::new(Body::empty());
        *head.method_mut() = Method::HEAD;
        *head.uri_mut() = request.uri().path().parse().unwrap_or_default();
        match self.call(head).await?.status() {
            StatusCode::NOT_FOUND => Err(s3_error!(NoSuchKey, "The specified key does not exist")),
            _ => Ok(()),
        }
    }

    async fn call(&self, request: Request<Body>) -> S3Result<HttpResponse> {
        let response = self.service.call(request).await;
        response.map_err(|error| s3_error!(io::Error::other(format!("{error:?}")), InternalError))
    }

    /// The objects of a bucket by their keys.
    pub(super) fn objects(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        let root = self.folder.path().join(bucket);
        let mut objects = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else if let (Some(key), Ok(content)) = (key_of(&root, &path), fs::read(&path)) {
                    objects.insert(key, content.into());
                }
            }
        }
        objects
    }

    pub(super) fn remove_bucket(&self, bucket: &str) -> io::Result<()> {
        fs::remove_dir_all(self.folder.path().join(bucket))
    }

    pub(super) fn deny(&self, denied: bool) {
        self.is_denied.store(denied, Ordering::Relaxed);
    }

    /// Empties everything and makes the bucket again.
    pub(super) fn reset(&self, bucket: &str) -> io::Result<()> {
        self.deny(false);
        for path in entries(self.folder.path()) {
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        fs::create_dir(self.folder.path().join(bucket))
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}

fn key_of(root: &Path, path: &Path) -> Option<String> {
    let segments = path
        .strip_prefix(root)
        .ok()?
        .iter()
        .map(|segment| segment.to_str());
    Some(segments.collect::<Option<Vec<_>>>()?.join("/"))
}
