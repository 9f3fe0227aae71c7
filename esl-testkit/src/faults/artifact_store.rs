use async_trait::async_trait;
use bytes::Bytes;
use esl_core::ports::{
    ArtifactBody, ArtifactError, ArtifactKey, ArtifactMeta, ArtifactPlace, ArtifactStore,
    ArtifactUrl, Stored,
};

use super::{Faulty, PortCall};

fn failure(operation: &'static str, location: &str) -> impl FnOnce() -> ArtifactError + use<> {
    let location = location.to_owned();
    move || ArtifactError::Storage {
        operation,
        location,
        source: "an injected fault".into(),
        transient: true,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: ArtifactStore + ?Sized> ArtifactStore for Faulty<P> {
    async fn put(
        &self,
        key: &ArtifactKey,
        body: ArtifactBody,
        meta: &ArtifactMeta,
    ) -> Result<Stored, ArtifactError> {
        let failure = failure("store", key.as_str());
        let (inner, key, meta) = (self.inner.clone(), key.clone(), meta.clone());
        let effect = async move { inner.put(&key, body, &meta).await };
        let call = PortCall::PutArtifact;
        self.faults.call(call, failure, effect).await
    }

    async fn get(&self, key: &ArtifactKey) -> Result<Option<Bytes>, ArtifactError> {
        let failure = failure("read", key.as_str());
        let (inner, key) = (self.inner.clone(), key.clone());
        let effect = async move { inner.get(&key).await };
        let call = PortCall::GetArtifact;
        self.faults.call(call, failure, effect).await
    }

    async fn head(&self, key: &ArtifactKey) -> Result<Option<u64>, ArtifactError> {
        let failure = failure("look for", key.as_str());
        let (inner, key) = (self.inner.clone(), key.clone());
        let effect = async move { inner.head(&key).await };
        let call = PortCall::HeadArtifact;
        self.faults.call(call, failure, effect).await
    }

    async fn delete(&self, key: &ArtifactKey) -> Result<(), ArtifactError> {
        let failure = failure("delete", key.as_str());
        let (inner, key) = (self.inner.clone(), key.clone());
        let effect = async move { inner.delete(&key).await };
        let call = PortCall::DeleteArtifact;
        self.faults.call(call, failure, effect).await
    }

    async fn url(&self, key: &ArtifactKey) -> Result<Option<ArtifactUrl>, ArtifactError> {
        let failure = failure("address", key.as_str());
        let (inner, key) = (self.inner.clone(), key.clone());
        let effect = async move { inner.url(&key).await };
        let call = PortCall::ArtifactUrl;
        self.faults.call(call, failure, effect).await
    }

    fn place(&self, key: &ArtifactKey) -> Option<ArtifactPlace> {
        self.inner.place(key)
    }

    async fn check(&self) -> Result<(), ArtifactError> {
        let failure = failure("reach", "the store");
        let inner = self.inner.clone();
        let effect = async move { inner.check().await };
        let call = PortCall::CheckArtifacts;
        self.faults.call(call, failure, effect).await
    }
}
