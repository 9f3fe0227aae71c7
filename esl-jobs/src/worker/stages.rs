//! How long stages take, from the notes of whoever does the work: `stage` and `status` of their data.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{Observer, Seen};

/// The stages of one attempt that have begun. Several may be open at once.
#[derive(Debug, Default)]
pub(super) struct Stages {
    begun: Mutex<HashMap<String, Instant>>,
}

impl Stages {
    /// Takes note of a stage that begins, and shows one that ends; says whether one does. A stage that
    /// ends without having begun took no time.
    pub(super) fn see(&self, data: &Map<String, Value>, observer: &dyn Observer) -> bool {
        let text = |name| data.get(name).and_then(Value::as_str);
        let (Some(stage), Some(status)) = (text("stage"), text("status")) else {
            return false;
        };
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        match status {
            "start" => {
                begun.insert(stage.to_owned(), Instant::now());
                false
            }
            "success" | "skipped" | "failed" => {
                let began = begun.remove(stage);
                let took = began.map(|began| began.elapsed()).unwrap_or_default();
                observer.see(Seen::Stage {
                    stage,
                    status,
                    took,
                });
                true
            }
            _ => false,
        }
    }
}
