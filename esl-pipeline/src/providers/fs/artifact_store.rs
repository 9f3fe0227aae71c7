//! Artifacts in a folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use async_trait::async_trait;
use bytes::Bytes;
use esl_core::manifest::UrlKind;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, Stored,
};

use super::{atomic, blocking, unless_missing};

/// Keeps the artifact `a/b.mp3` in the file `a/b.mp3` below a root folder. Serves nobody, unless a
/// web server does it: see [`served_at`](Self::served_at).
#[derive(Debug, Clone)]
pub struct FsArtifactStore {
    root: PathBuf,
    base_url: Option<String>,
    /// Done when the first file is stored.
    sweeping: Arc<Once>,
}

impl FsArtifactStore {
    /// A store below `root`, which is created by the first `put`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            base_url: None,
            sweeping: Arc::new(Once::new()),
        }
    }

    /// The store, whose root folder a web server shows to everybody at `base_url`.
    #[must_use]
    pub fn served_at(self, base_url: &str) -> Self {
        Self {
            base_url: Some(base_url.trim_end_matches('/').to_owned()),
            ..self
        }
    }

    fn path(&self, key: &ArtifactKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    async fn at<T: Send + 'static>(
        &self,
        operation: &'static str,
        key: &ArtifactKey,
        work: impl FnOnce(PathBuf) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ArtifactError> {
        let path = self.path(key);
        blocking(move || work(path))
            .await
            .map_err(|source| ArtifactError::Storage {
                operation,
                location: self.path(key).display().to_string(),
                source: Box::new(source),
                transient: false,
            })
    }
}

#[async_trait]
impl ArtifactStore for FsArtifactStore {
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        _meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError> {
        let sweeping = Arc::clone(&self.sweeping);
        self.at("write", key, move |path| {
            if path.try_exists()? {
                return Ok(Stored::AlreadyPresent);
            }
            let folder = path.parent().unwrap_or(Path::new(""));
            atomic::create_folder(folder)?;
            sweeping.call_once(|| atomic::sweep(folder));
            let is_new = atomic::create(&path, |file| copy(body, file))?;
            Ok(if is_new {
                Stored::Created
            } else {
                Stored::AlreadyPresent
            })
        })
        .await
    }

    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError> {
        self.at("read", key, |path| {
            unless_missing(fs::read(path).map(Bytes::from))
        })
        .await
    }

    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError> {
        self.at("read", key, |path| {
            unless_missing(fs::metadata(path).map(|meta| meta.len()))
        })
        .await
    }

    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError> {
        self.at("delete", key, |path| {
            unless_missing(fs::remove_file(path)).map(|_| ())
        })
        .await
    }

    async fn url(&self, key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError> {
        Ok(self.place(key).map(|place| ArtifactUrl {
            url: place.url,
            expires_at: None,
        }))
    }

    fn place(&self, key: &ArtifactKey) -> Option<ArtifactPlace> {
        // Keys have no character that an address would have to encode.
        self.base_url.as_ref().map(|base| ArtifactPlace {
            bucket: None,
            key: key.to_string(),
            url: format!("{base}/{key}"),
            url_kind: UrlKind::Public,
            lifetime: None,
        })
    }

    async fn check(&self) -> Result<(), ArtifactError> {
        Ok(())
    }
}

fn copy(body: ArtifactBody, file: &mut dyn Write) -> io::Result<()> {
    match body {
        ArtifactBody::Bytes(bytes) => file.write_all(&bytes),
        ArtifactBody::File(path) => io::copy(&mut fs::File::open(path)?, file).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ArtifactKey {
        ArtifactKey::parse(text).unwrap()
    }

    fn body(text: &'static str) -> ArtifactBody {
        ArtifactBody::Bytes(Bytes::from_static(text.as_bytes()))
    }

    fn meta() -> ArtifactMeta {
        ArtifactMeta {
            content_type: "audio/mpeg".into(),
            file_name: None,
        }
    }

    #[tokio::test]
    async fn a_stored_file_never_changes() {
        let root = tempfile::tempdir().unwrap();
        let store = FsArtifactStore::new(root.path().join("cache"));
        let key = key("segments/ab.mp3");
        assert_eq!(store.head(&key).await.unwrap(), None);
        let first = store.put(&key, body("one"), &meta()).await.unwrap();
        let second = store.put(&key, body("two!"), &meta()).await.unwrap();
        assert_eq!((first, second), (Stored::Created, Stored::AlreadyPresent));
        assert_eq!(store.get(&key).await.unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(store.head(&key).await.unwrap(), Some(3));
        store.delete(&key).await.unwrap();
        store.delete(&key).await.unwrap();
        assert_eq!(store.get(&key).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_file_has_an_address_only_where_the_folder_is_served() {
        let store = FsArtifactStore::new("audio");
        assert_eq!(store.url(&key("a/b.mp3")).await.unwrap(), None);
        let served = store.served_at("https://school.example/audio/");
        let url = served.url(&key("a/b.mp3")).await.unwrap().unwrap();
        assert_eq!(url.url, "https://school.example/audio/a/b.mp3");
        assert_eq!(url.expires_at, None);
    }

    #[tokio::test]
    async fn a_file_is_copied_and_stays_where_it_is() {
        let root = tempfile::tempdir().unwrap();
        let source = root.path().join("source");
        fs::write(&source, "sound").unwrap();
        let store = FsArtifactStore::new(root.path().join("cache"));
        let file = ArtifactBody::File(source.clone());
        store.put(&key("a"), file, &meta()).await.unwrap();
        assert_eq!(store.head(&key("a")).await.unwrap(), Some(5));
        assert!(source.exists());
    }
}
