//! The voices on offer, for whoever chooses one.

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::ports::{JobError, OptionsSource, Tts};
use serde_json::{Value, json};

/// Lists the voices of a speech provider as `voices`.
#[derive(Debug, Clone)]
pub struct VoicesOnOffer {
    tts: Arc<dyn Tts>,
}

impl VoicesOnOffer {
    /// Those of this provider.
    #[must_use]
    pub fn new(tts: Arc<dyn Tts>) -> Self {
        Self { tts }
    }
}

#[async_trait]
impl OptionsSource for VoicesOnOffer {
    fn name(&self) -> &'static str {
        "voices"
    }

    async fn list(&self) -> Result<Vec<Value>, JobError> {
        let voices = self.tts.voices().await;
        let voices = voices.map_err(|error| JobError::of(&error))?;
        Ok(voices.into_iter().map(|voice| json!(voice)).collect())
    }
}
