//! How to reach Notion, and how fast.

use std::sync::Arc;
use std::time::Duration;

use esl_core::ports::Permits;
use secrecy::SecretString;

use crate::providers::http::BaseUrl;

/// How to reach Notion. The token is never shown.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotionConfig {
    /// Where the API is; [`BASE_URL`](Self::BASE_URL) by default.
    pub base_url: BaseUrl,
    /// The secret of an integration or a personal token.
    pub token: SecretString,
    /// How fast requests may follow each other.
    pub pace: Pace,
    /// How long one request may take. 60 s by default, as Notion itself gives up by then.
    pub timeout: Duration,
    /// How long a page that was just created may be missing from a query. 10 s by default: Notion
    /// promises nothing, and queries are known to lag by seconds.
    pub visibility_delay: Duration,
    /// How long what is known of a data source may be used without asking again. 5 min by default.
    pub cache_lifetime: Duration,
    /// Where other processes with the same token are to be heard of, so that all together keep the
    /// pace. None by default: this process keeps it alone.
    pub permits: Option<Arc<dyn Permits>>,
}

impl NotionConfig {
    /// Where Notion's API is.
    pub const BASE_URL: &'static str = "https://api.notion.com";

    /// The real service, with all else as it is by default.
    #[must_use]
    pub fn new(token: SecretString) -> Self {
        Self {
            base_url: BaseUrl::parse(Self::BASE_URL).expect("the constant is a valid base URL"),
            token,
            pace: Pace::default(),
            timeout: Duration::from_secs(60),
            visibility_delay: Duration::from_secs(10),
            cache_lifetime: Duration::from_secs(5 * 60),
            permits: None,
        }
    }
}

/// How fast requests may follow each other, for all jobs of one token together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Requests per second in the long run. 3 by default (Notion API reference, "Request limits").
    pub per_second: f64,
    /// Requests that may go at once after a rest. 5 by default.
    pub burst: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            per_second: 3.0,
            burst: 5,
        }
    }
}
