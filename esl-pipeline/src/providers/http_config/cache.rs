//! Answers of the service, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use esl_core::ports::ConfigDocument;
use reqwest::header::{CACHE_CONTROL, ETAG, HeaderValue};

use crate::providers::http::Answer;

/// The longest that an answer is taken without asking, whatever the service says.
const LONGEST: Duration = Duration::from_secs(3600);

/// The last answer for each document.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<BTreeMap<ConfigDocument, Kept>>);

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) text: String,
    pub(super) etag: Option<HeaderValue>,
    fresh_until: Instant,
}

impl Cache {
    pub(super) fn get(&self, document: ConfigDocument) -> Option<Kept> {
        self.lock().get(&document).cloned()
    }

    pub(super) fn put(&self, document: ConfigDocument, kept: Kept) {
        self.lock().insert(document, kept);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ConfigDocument, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    pub(super) fn of(text: String, answer: &Answer, now: Instant) -> Self {
        Self {
            text,
            etag: answer.headers.get(ETAG).cloned(),
            fresh_until: now + max_age(answer),
        }
    }

    /// It, after the service said that nothing has changed.
    pub(super) fn confirmed(self, answer: &Answer, now: Instant) -> Self {
        let fresh_until = now + max_age(answer);
        Self {
            fresh_until,
            ..self
        }
    }

    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.fresh_until
    }
}

/// How long the answer may be taken without asking again. (RFC 9111, 5.2.2.)
fn max_age(answer: &Answer) -> Duration {
    let Some(control) = answer.header(CACHE_CONTROL.as_str()) else {
        return Duration::ZERO;
    };
    let mut directives = control.split(',').map(str::trim);
    let seconds = directives.find_map(|directive| directive.strip_prefix("max-age="));
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds
        .map_or(Duration::ZERO, Duration::from_secs)
        .min(LONGEST)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::StatusCode;

    use super::*;

    #[test]
    fn an_answer_is_fresh_while_its_age_lasts() {
        for (control, seconds) in [
            ("max-age=60", 60),
            ("private, max-age=60", 60),
            ("max-age=999999", 3600),
            ("max-age=soon", 0),
            ("no-cache", 0),
        ] {
            let answer = Answer {
                status: StatusCode::OK,
                headers: [(CACHE_CONTROL, HeaderValue::from_static(control))]
                    .into_iter()
                    .collect(),
                body: Bytes::new(),
            };
            assert_eq!(max_age(&answer).as_secs(), seconds, "{control}");
        }
    }
}
