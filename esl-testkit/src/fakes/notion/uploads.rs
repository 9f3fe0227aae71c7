//! Files handed over: their way from `pending` to attached. (Notion API reference, "File upload".)

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use esl_core::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// How long an upload waits to be attached, and how long the address of a file is good.
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);

/// A file upload.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub(super) id: Uuid,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    /// How many parts will come; `None` for a single one.
    pub(super) parts_expected: Option<u64>,
    pub(super) parts: BTreeMap<u64, Bytes>,
    pub(super) is_complete: bool,
    pub(super) created: Timestamp,
    /// When it is lost; `None` once it is attached.
    pub(super) expires: Option<Timestamp>,
    /// Keys the addresses of the file.
    pub(super) secret: RandomState,
}

/// The instant so long after `time`.
pub(super) fn after(time: Timestamp, wait: Duration) -> Timestamp {
    (SystemTime::from(time) + wait).into()
}

impl Upload {
    pub(super) fn status(&self, now: Timestamp) -> &'static str {
        if self.expires.is_some_and(|expires| expires <= now) {
            "expired"
        } else if self.is_complete {
            "uploaded"
        } else {
            "pending"
        }
    }

    pub(super) fn content(&self) -> Bytes {
        let mut parts = self.parts.values();
        match (parts.next(), parts.len()) {
            (Some(only), 0) => only.clone(),
            _ => self.parts.values().flatten().copied().collect(),
        }
    }

    /// Why it cannot be attached to a block of this type, if so.
    pub(super) fn hindrance(&self, kind: &str, now: Timestamp) -> Option<String> {
        let status = self.status(now);
        if status != "uploaded" {
            return Some(format!(
                "File upload {} is {status}, not uploaded.",
                self.id
            ));
        }
        let content_type = self.content_type.as_deref().unwrap_or_default();
        let fits = match kind {
            "audio" | "image" | "video" => content_type.starts_with(&format!("{kind}/")),
            "pdf" => content_type == "application/pdf",
            _ => true,
        };
        (!fits).then(|| {
            format!("A file of type {content_type} cannot be shown in a block of type {kind}.")
        })
    }

    /// The file as a block shows it: an address that is good for an hour.
    pub(super) fn file(&self, base: &str, now: Timestamp) -> Value {
        let expires = after(now, LIFETIME);
        let name = self.file_name.as_deref().unwrap_or("file");
        let stamp = expires.since(SystemTime::UNIX_EPOCH.into()).as_millis();
        let signature = self.signature(stamp);
        let url = format!(
            "{base}/files/{}/{}?expires={stamp}&signature={signature}",
            self.id,
            escape(name)
        );
        json!({"url": url, "expiry_time": expires})
    }

    /// Whether the address of the file is one that was given out and is still good.
    pub(super) fn opens(&self, stamp: &str, signature: &str, now: Timestamp) -> bool {
        let Ok(stamp) = stamp.parse::<u128>() else {
            return false;
        };
        let present = now.since(SystemTime::UNIX_EPOCH.into()).as_millis();
        present < stamp && signature == self.signature(stamp)
    }

    fn signature(&self, stamp: u128) -> String {
        format!("{:016x}", self.secret.hash_one((self.id, stamp)))
    }

    /// As the API shows it.
    pub(super) fn shown(&self, base: &str, bot: Uuid, now: Timestamp) -> Value {
        let status = self.status(now);
        let length = self.is_complete.then(|| self.content().len());
        let mut shown = json!({
            "object": "file_upload",
            "id": self.id,
            "created_time": self.created,
            "created_by": {"id": bot, "type": "bot"},
            "last_edited_time": self.created,
            "in_trash": false,
            "expiry_time": self.expires,
            "status": status,
            "filename": self.file_name,
            "content_type": self.content_type,
            "content_length": length,
        });
        let address = |step: &str| format!("{base}/v1/file_uploads/{}/{step}", self.id).into();
        if status == "pending" {
            shown["upload_url"] = address("send");
        }
        if let Some(total) = self.parts_expected {
            shown["number_of_parts"] = json!({"total": total, "sent": self.parts.len()});
            if status == "pending" {
                shown["complete_url"] = address("complete");
            }
        }
        shown
    }
}

/// A file name in an address.
fn escape(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
