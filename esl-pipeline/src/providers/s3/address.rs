//! Where an object is found on the web. Pure text; nothing is signed here.

use super::config::S3Options;

/// The address of an object of the bucket.
pub(super) fn of_object(options: &S3Options, key: &str) -> String {
    let (bucket, key) = (&options.bucket, encoded(key));
    let (scheme, host) = host(options);
    if options.is_path_style() {
        format!("{scheme}://{host}/{bucket}/{key}")
    } else {
        format!("{scheme}://{bucket}.{host}/{key}")
    }
}

/// The address of an object on a delivery network that shows the bucket's root at `base`.
pub(super) fn on_network(base: &str, key: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), encoded(key))
}

/// Scheme, and host with what follows it.
fn host(options: &S3Options) -> (&str, String) {
    if let Some(endpoint) = &options.endpoint {
        let (scheme, host) = endpoint.split_once("://").unwrap_or(("https", endpoint));
        return (scheme, host.trim_end_matches('/').to_owned());
    }
    let region = options.region();
    // China has a domain of its own. (AWS General Reference, "Amazon S3 endpoints".)
    let domain = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    ("https", format!("s3.{region}.{domain}"))
}

/// Percent-encodes all but RFC 3986's unreserved characters and slashes.
pub(super) fn encoded(key: &str) -> String {
    use std::fmt::Write as _;
    key.bytes()
        .fold(String::with_capacity(key.len()), |mut text, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    text.push(char::from(byte));
                }
                _ => {
                    let _ = write!(text, "%{byte:02X}");
                }
            }
            text
        })
}

#[cfg(test)]
mod tests {
    use super::super::config::S3Credentials;
    use super::*;

    fn options(bucket: &str, region: Option<&str>, endpoint: Option<&str>) -> S3Options {
        let credentials = S3Credentials::Static {
            access_key_id: String::new(),
            secret_access_key: String::new().into(),
            session_token: None,
        };
        S3Options {
            region: region.map(str::to_owned),
            endpoint: endpoint.map(str::to_owned),
            ..S3Options::new(bucket, credentials)
        }
    }

    #[test]
    fn the_bucket_is_part_of_the_host_name_unless_it_cannot_be() {
        for (bucket, region, endpoint, url) in [
            (
                "lessons",
                None,
                None,
                "https://lessons.s3.us-east-1.amazonaws.com/a/b.mp3",
            ),
            (
                "lessons",
                Some("cn-north-1"),
                None,
                "https://lessons.s3.cn-north-1.amazonaws.com.cn/a/b.mp3",
            ),
            (
                "a.school",
                Some("eu-west-1"),
                None,
                "https://s3.eu-west-1.amazonaws.com/a.school/a/b.mp3",
            ),
            (
                "lessons",
                None,
                Some("http://localhost:9000/"),
                "http://localhost:9000/lessons/a/b.mp3",
            ),
        ] {
            assert_eq!(
                of_object(&options(bucket, region, endpoint), "a/b.mp3"),
                url
            );
        }
        let mut own = options("lessons", None, Some("https://store.example"));
        own.path_style = Some(false);
        assert_eq!(of_object(&own, "a"), "https://lessons.store.example/a");
    }

    #[test]
    fn keys_are_percent_encoded() {
        assert_eq!(
            on_network("https://cdn.example/x/", "Größe 1/a+b.mp3"),
            "https://cdn.example/x/Gr%C3%B6%C3%9Fe%201/a%2Bb.mp3"
        );
    }
}
