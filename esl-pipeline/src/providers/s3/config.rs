//! What has to be known of a bucket. Plain data, checked where it is first used.

use std::time::Duration;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use esl_core::{Classify, ErrorKind};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// How to reach a bucket.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct S3Options {
    /// The bucket's name.
    pub bucket: String,
    /// What all keys begin with; slashes around it do not matter. Empty by default.
    pub prefix: String,
    /// The bucket's region. Absent: [`DEFAULT_REGION`](Self::DEFAULT_REGION).
    pub region: Option<String>,
    /// The server, such as `https://minio.school.example`. Absent: Amazon S3.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path of addresses instead of the host name. Absent: with an
    /// endpoint of its own.
    pub path_style: Option<bool>,
    /// Who asks.
    pub credentials: S3Credentials,
    /// Whether files above 16 MiB are sent in parts.
    pub multipart: bool,
    /// The largest part, in bytes: 5 MiB to 5 GiB. Default 100 MiB.
    pub max_part_bytes: u64,
}

/// Who asks a storage service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum S3Credentials {
    /// A key that is known beforehand.
    Static {
        /// The key's name.
        access_key_id: String,
        /// The key.
        secret_access_key: SecretString,
        /// What goes with a temporary key.
        session_token: Option<SecretString>,
    },
    /// Keys from somewhere else, such as the role of a machine. Asked before every request: keeping
    /// them is its business.
    Provider(SharedCredentialsProvider),
}

/// How artifacts are shown to others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct S3ArtifactOptions {
    /// What addresses to give out.
    pub addresses: S3Addresses,
    /// Whether uploads ask for the access list `public-read`. Buckets without access lists ignore it.
    pub public_read: bool,
}

/// What addresses to give out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum S3Addresses {
    /// Signed ones that work for a time: 1 second to 7 days.
    Presigned {
        /// How long.
        lifetime: Duration,
    },
    /// The bucket's own. It has to let everybody read.
    Public,
    /// Those of a delivery network in front of the bucket.
    Cdn {
        /// Where the network shows the bucket's root.
        base: String,
    },
}

/// A bucket or its addresses are described in a way that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum S3ConfigError {
    /// No bucket has such a name.
    #[error("{0:?} is no name of a bucket: 3 to 63 of a-z 0-9 . -")]
    Bucket(String),
    /// Not the address of a server.
    #[error("the {what} {url:?} is no http or https address without user, query or fragment")]
    Url {
        /// The setting.
        what: &'static str,
        /// What it says, without what stands before an `@`.
        url: String,
    },
    /// A signed address cannot live so long or so short.
    #[error("addresses cannot be signed for {} s: 1 s to 7 days", .0.as_secs_f64())]
    Lifetime(Duration),
    /// A part cannot be so large or so small.
    #[error("uploads cannot have parts of at most {0} bytes: 5 MiB to 5 GiB")]
    PartSize(u64),
    /// Everybody may read the files, but addresses are signed as if not.
    #[error("uploads are readable by everybody, so their addresses need no signature")]
    PublicButPresigned,
}

impl Classify for S3ConfigError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Configuration
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::PublicButPresigned)
            .then(|| "choose public or CDN addresses, or leave the uploads private".to_owned())
    }
}

impl S3Options {
    /// The region where none is named.
    pub const DEFAULT_REGION: &str = "us-east-1";

    const PART_BYTES: std::ops::RangeInclusive<u64> = 5 << 20..=5 << 30;

    /// A bucket on Amazon S3 in the default region.
    #[must_use]
    pub fn new(bucket: impl Into<String>, credentials: S3Credentials) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: String::new(),
            region: None,
            endpoint: None,
            path_style: None,
            credentials,
            multipart: true,
            max_part_bytes: 100 << 20,
        }
    }

    pub(super) fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(Self::DEFAULT_REGION)
    }

    pub(super) fn is_path_style(&self) -> bool {
        // A certificate for `*.host` does not cover names with further dots.
        let dotted = self.bucket.contains('.');
        self.path_style.unwrap_or(self.endpoint.is_some()) || dotted
    }

    pub(super) fn check(&self) -> Result<(), S3ConfigError> {
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.bytes().all(is_plain) {
            return Err(S3ConfigError::Bucket(self.bucket.clone()));
        }
        if let Some(endpoint) = &self.endpoint {
            check_url("endpoint", endpoint)?;
        }
        if !Self::PART_BYTES.contains(&self.max_part_bytes) {
            return Err(S3ConfigError::PartSize(self.max_part_bytes));
        }
        Ok(())
    }
}

impl S3Credentials {
    pub(super) fn provider(&self) -> SharedCredentialsProvider {
        match self {
            Self::Provider(provider) => provider.clone(),
            Self::Static {
                access_key_id,
                secret_access_key,
                session_token,
            } => {
                let token = session_token.as_ref();
                SharedCredentialsProvider::new(Credentials::new(
                    access_key_id,
                    secret_access_key.expose_secret(),
                    token.map(|token| token.expose_secret().to_owned()),
                    None,
                    "settings",
                ))
            }
        }
    }
}

impl S3ArtifactOptions {
    pub(super) fn check(&self) -> Result<(), S3ConfigError> {
        match &self.addresses {
            S3Addresses::Presigned { .. } if self.public_read => {
                Err(S3ConfigError::PublicButPresigned)
            }
            S3Addresses::Presigned { lifetime } if !S3Addresses::LIFETIMES.contains(lifetime) => {
                Err(S3ConfigError::Lifetime(*lifetime))
            }
            S3Addresses::Cdn { base } => check_url("CDN address", base),
            S3Addresses::Presigned { .. } | S3Addresses::Public => Ok(()),
        }
    }
}

impl S3Addresses {
    /// The longest that a signature can last: 7 days.
    pub const MAX_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

    const LIFETIMES: std::ops::RangeInclusive<Duration> =
        Duration::from_secs(1)..=Self::MAX_LIFETIME;
}

impl Default for S3Addresses {
    /// Signed ones that work as long as they can.
    fn default() -> Self {
        Self::Presigned {
            lifetime: Self::MAX_LIFETIME,
        }
    }
}

fn check_url(what: &'static str, text: &str) -> Result<(), S3ConfigError> {
    let is_fine = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    if Url::parse(text).is_ok_and(|url| is_fine(&url)) {
        return Ok(());
    }
    let shown = text.rsplit('@').next().unwrap_or_default();
    let url = shown.chars().take(200).collect();
    Err(S3ConfigError::Url { what, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> S3Options {
        S3Options::new(
            "lessons",
            S3Credentials::Static {
                access_key_id: "AKIDEXAMPLE".into(),
                secret_access_key: "do-not-tell".into(),
                session_token: Some("nor-this".into()),
            },
        )
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?} {:?}", options(), options().credentials.provider());
        assert!(!shown.contains("do-not-tell"), "{shown}");
        assert!(!shown.contains("nor-this"), "{shown}");
        let endpoint = Some("https://user:do-not-tell@host".to_owned());
        let options = S3Options {
            endpoint,
            ..options()
        };
        let shown = options.check().unwrap_err().to_string();
        assert!(!shown.contains("do-not-tell"), "{shown}");
    }

    #[test]
    fn what_cannot_work_is_refused() {
        assert_eq!(options().check(), Ok(()));
        for bucket in ["", "ab", "Upper", "a/b", "ä-ö-ü"] {
            let options = S3Options {
                bucket: bucket.into(),
                ..options()
            };
            assert!(options.check().is_err(), "{bucket}");
        }
        for endpoint in ["", "minio:9000", "ftp://host", "http://host?x=1"] {
            let options = S3Options {
                endpoint: Some(endpoint.into()),
                ..options()
            };
            assert!(options.check().is_err(), "{endpoint}");
        }
        let options = S3Options {
            max_part_bytes: 1024,
            ..options()
        };
        assert!(options.check().is_err());
    }

    #[test]
    fn public_files_have_no_signed_addresses_and_signatures_end() {
        let signed = |seconds| S3ArtifactOptions {
            addresses: S3Addresses::Presigned {
                lifetime: Duration::from_secs(seconds),
            },
            public_read: false,
        };
        assert_eq!(S3ArtifactOptions::default().check(), Ok(()));
        assert_eq!(signed(1).check(), Ok(()));
        assert!(signed(0).check().is_err());
        assert!(signed(7 * 24 * 3600 + 1).check().is_err());
        let both = S3ArtifactOptions {
            public_read: true,
            ..signed(60)
        };
        assert_eq!(both.check(), Err(S3ConfigError::PublicButPresigned));
    }

    #[test]
    fn a_server_of_ones_own_and_a_dotted_name_put_the_bucket_into_the_path() {
        assert!(!options().is_path_style());
        let own = S3Options {
            endpoint: Some("http://localhost:9000".into()),
            ..options()
        };
        assert!(own.is_path_style());
        let dotted = S3Options {
            bucket: "lessons.school.example".into(),
            ..options()
        };
        assert!(dotted.is_path_style());
    }
}
