use async_trait::async_trait;
use esl_core::LessonId;
use esl_core::manifest::Manifest;
use esl_core::ports::{
    LessonLock, ManifestError, ManifestFilter, ManifestStore, Revision, Versioned,
};

use super::{Faulty, PortCall};

impl<P: ManifestStore + ?Sized> Faulty<P> {
    fn failed(
        &self,
        operation: &'static str,
        lesson: &LessonId,
    ) -> impl FnOnce() -> ManifestError + use<P> {
        let location = self.inner.location(lesson);
        move || ManifestError::Storage {
            operation,
            location,
            source: "an injected fault".into(),
            transient: true,
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: ManifestStore + ?Sized> ManifestStore for Faulty<P> {
    fn location(&self, lesson: &LessonId) -> String {
        self.inner.location(lesson)
    }

    async fn read(&self, lesson: &LessonId) -> Result<Option<Versioned>, ManifestError> {
        let failure = self.failed("read", lesson);
        let (inner, lesson) = (self.inner.clone(), lesson.clone());
        let effect = async move { inner.read(&lesson).await };
        let call = PortCall::ReadManifest;
        self.faults.call(call, failure, effect).await
    }

    async fn write(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        expected: Option<&Revision>,
    ) -> Result<Revision, ManifestError> {
        let failure = self.failed("write", lesson);
        let (inner, lesson) = (self.inner.clone(), lesson.clone());
        let (manifest, expected) = (manifest.clone(), expected.cloned());
        let effect = async move { inner.write(&lesson, &manifest, expected.as_ref()).await };
        let call = PortCall::WriteManifest;
        self.faults.call(call, failure, effect).await
    }

    async fn remove(&self, lesson: &LessonId, expected: &Revision) -> Result<(), ManifestError> {
        let failure = self.failed("remove", lesson);
        let (inner, lesson, expected) = (self.inner.clone(), lesson.clone(), expected.clone());
        let effect = async move { inner.remove(&lesson, &expected).await };
        let call = PortCall::RemoveManifest;
        self.faults.call(call, failure, effect).await
    }

    async fn keep(
        &self,
        lesson: &LessonId,
        manifest: &Manifest,
        most: usize,
    ) -> Result<(), ManifestError> {
        let failure = self.failed("keep a copy of", lesson);
        let (inner, lesson, manifest) = (self.inner.clone(), lesson.clone(), manifest.clone());
        let effect = async move { inner.keep(&lesson, &manifest, most).await };
        let call = PortCall::KeepManifest;
        self.faults.call(call, failure, effect).await
    }

    async fn any(&self, fits: ManifestFilter) -> Result<bool, ManifestError> {
        let failure = || ManifestError::Storage {
            operation: "list",
            location: "all manifests".to_owned(),
            source: "an injected fault".into(),
            transient: true,
        };
        let inner = self.inner.clone();
        let effect = async move { inner.any(fits).await };
        let call = PortCall::ListManifests;
        self.faults.call(call, failure, effect).await
    }

    async fn lock(&self, lesson: &LessonId) -> Result<LessonLock, ManifestError> {
        let failure = self.failed("lock", lesson);
        let (inner, lesson) = (self.inner.clone(), lesson.clone());
        let effect = async move { inner.lock(&lesson).await };
        let call = PortCall::LockLesson;
        self.faults.call(call, failure, effect).await
    }
}
