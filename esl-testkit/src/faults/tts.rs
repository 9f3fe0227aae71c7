use async_trait::async_trait;
use esl_core::ports::{Speech, SpeechRequest, Tts, TtsCapabilities, TtsError};
use esl_core::{CancellationToken, Voice};

use super::{Faulty, PortCall};

impl<P: Tts + ?Sized> Faulty<P> {
    fn failure(&self) -> impl FnOnce() -> TtsError + use<P> {
        let provider = self.inner.capabilities().provider.clone();
        || TtsError::Unavailable {
            provider,
            message: "an injected fault".to_owned(),
            source: None,
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: Tts + ?Sized> Tts for Faulty<P> {
    fn capabilities(&self) -> &TtsCapabilities {
        self.inner.capabilities()
    }

    async fn voices(&self) -> Result<Vec<Voice>, TtsError> {
        let inner = self.inner.clone();
        let effect = async move { inner.voices().await };
        let failure = self.failure();
        self.faults.call(PortCall::Voices, failure, effect).await
    }

    async fn synthesize(
        &self,
        request: &SpeechRequest,
        cancel: &CancellationToken,
    ) -> Result<Speech, TtsError> {
        let inner = self.inner.clone();
        let (request, cancel) = (request.clone(), cancel.clone());
        let effect = async move { inner.synthesize(&request, &cancel).await };
        let failure = self.failure();
        let call = PortCall::Synthesize;
        self.faults.call(call, failure, effect).await
    }
}
