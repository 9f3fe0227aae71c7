//! Where a submission stands in the traces of whoever made it.

use std::fmt;
use std::str::FromStr;

/// A `traceparent` of W3C Trace Context, version 00: the trace and the span that a job was submitted
/// in, so that its attempts can be found from there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TraceParent(String);

/// The text is no traceparent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no traceparent: write 00-<32 hex digits>-<16 hex digits>-<2 hex digits>")]
pub struct BadTraceParent;

impl TraceParent {
    /// As it is written in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TraceParent {
    type Err = BadTraceParent;

    fn from_str(text: &str) -> Result<Self, BadTraceParent> {
        let is_hex = |part: &str, length| {
            let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            part.len() == length && part.bytes().all(is_digit)
        };
        let is_id =
            |part: &str, length| is_hex(part, length) && part.bytes().any(|one| one != b'0');
        let parts: Vec<_> = text.split('-').collect();
        match parts[..] {
            ["00", trace, span, flags]
                if is_id(trace, 32) && is_id(span, 16) && is_hex(flags, 2) =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadTraceParent),
        }
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_standard_allows_is_read() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(good.parse::<TraceParent>().unwrap().to_string(), good);
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        ] {
            assert_eq!(bad.parse::<TraceParent>(), Err(BadTraceParent), "{bad}");
        }
    }
}
