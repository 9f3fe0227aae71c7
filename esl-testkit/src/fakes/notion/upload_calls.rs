//! Creating, sending and completing file uploads. (Notion API reference: "File upload", "Working with
//! files and media".)

use std::hash::RandomState;

use bytes::Bytes;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;
use uuid::Uuid;

use super::api::Api;
use super::error::ApiError;
use super::page_of_list::Paging;
use super::path::Path;
use super::shape::{Field, Shape, check_fields, check_object, may, object, refuse_others};
use super::uploads::{LIFETIME, Upload, after};
use crate::fakes::service::FakeRequest;

const BODY: Path<'_> = Path::root("body");
/// Bytes of a file sent at once, and of a part.
const MOST_BYTES: usize = 20 << 20;
/// Bytes of every part but the last.
const LEAST_BYTES: usize = 5 << 20;
/// Parts of one file.
const MOST_PARTS: u64 = 1000;
/// Bytes of a file name.
const NAME_BYTES: usize = 900;

static NEW_UPLOAD: [Field; 4] = [
    may("mode", &Shape::Word(&["single_part", "multi_part"])),
    may("filename", &Shape::Text { most: NAME_BYTES }),
    may("content_type", &Shape::Text { most: 200 }),
    may("number_of_parts", &Shape::WholeFrom(1)),
];

/// What is taken: extensions and the media types that go with them.
const TYPES: [(&str, &[&str]); 8] = [
    ("audio/aac", &["aac", "adts"]),
    ("audio/midi", &["mid", "midi"]),
    ("audio/mpeg", &["mp3", "mpga"]),
    ("audio/mp4", &["m4a", "m4b", "mp4"]),
    ("audio/ogg", &["ogg", "oga"]),
    ("audio/wav", &["wav"]),
    ("audio/x-ms-wma", &["wma"]),
    ("image/png", &["png"]),
];
const MORE_TYPES: [(&str, &[&str]); 9] = [
    ("image/gif", &["gif"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/svg+xml", &["svg"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/webp", &["webp"]),
    ("video/mp4", &["mp4"]),
    ("application/pdf", &["pdf"]),
    ("text/plain", &["txt"]),
    ("application/json", &["json"]),
];

fn types() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
    TYPES.iter().chain(&MORE_TYPES)
}

impl Api<'_> {
    pub(super) fn create_upload(&mut self) -> Result<Value, ApiError> {
        let body = object(&self.call.body, &BODY)?;
        check_fields(&NEW_UPLOAD, body, &BODY)?;
        refuse_others(body, &BODY, |key| {
            NEW_UPLOAD.iter().any(|field| field.name == key)
        })?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let (file_name, content_type) = (text("filename"), text("content_type"));
        let parts_expected = self.parts_expected()?;
        let content_type = media_type(file_name.as_deref(), content_type)?;
        let id = Uuid::new_v4();
        let upload = Upload {
            id,
            file_name,
            content_type,
            parts_expected,
            parts: Default::default(),
            is_complete: false,
            created: self.call.now,
            expires: Some(after(self.call.now, LIFETIME)),
            secret: RandomState::new(),
        };
        self.store.uploads.insert(id, upload);
        self.show_upload(id)
    }

    fn parts_expected(&self) -> Result<Option<u64>, ApiError> {
        let body = &self.call.body;
        let path = BODY.key("number_of_parts");
        let parts = body["number_of_parts"].as_u64();
        if body["mode"] != "multi_part" {
            return match parts {
                Some(_) => Err(path.refuse("not present", body.get("number_of_parts"))),
                None => Ok(None),
            };
        }
        if body["filename"].is_null() {
            return Err(BODY.key("filename").refuse("defined", None));
        }
        match parts {
            None => Err(path.refuse("defined", None)),
            Some(parts) if parts > MOST_PARTS => {
                Err(path.refuse(&format!("≤ `{MOST_PARTS}`"), body.get("number_of_parts")))
            }
            parts => Ok(parts),
        }
    }

    pub(super) fn show_upload(&self, id: Uuid) -> Result<Value, ApiError> {
        Ok(self.upload(id)?.shown(self.base, self.bot, self.call.now))
    }

    pub(super) fn list_uploads(&self) -> Result<Value, ApiError> {
        self.call
            .check_query(&["status", "start_cursor", "page_size"])?;
        let paging = Paging::in_query(self.call)?;
        let status = self.call.query("status");
        let wanted = |upload: &&Upload| {
            let has = upload.status(self.call.now);
            status.as_deref().is_none_or(|wanted| wanted == has)
        };
        let mut uploads: Vec<_> = self.store.uploads.values().filter(wanted).collect();
        uploads.sort_by_key(|upload| (std::cmp::Reverse(upload.created), upload.id));
        let ids: Vec<_> = uploads.iter().map(|upload| upload.id).collect();
        let scope = format!("uploads {status:?}");
        paging.cut(self.store, &scope, "file_upload", &ids, |id| {
            self.show_upload(id).unwrap_or_default()
        })
    }

    pub(super) fn complete_upload(&mut self, id: Uuid) -> Result<Value, ApiError> {
        check_object(&[], &self.call.body, &BODY)?;
        let upload = self.pending(id)?;
        let Some(expected) = upload.parts_expected else {
            return Err(ApiError::validation(
                "Only a multi-part file upload is completed.",
            ));
        };
        let sent = upload.parts.len() as u64;
        if sent < expected {
            return Err(ApiError::validation(format!(
                "File upload {id} is not complete: {sent} of {expected} parts were sent."
            )));
        }
        let parts = upload.parts.values().rev().skip(1);
        if parts.into_iter().any(|part| part.len() < LEAST_BYTES) {
            return Err(ApiError::validation(
                "Every part but the last must have at least 5 MiB.",
            ));
        }
        self.finish(id);
        self.show_upload(id)
    }

    /// Takes a file or a part of one.
    pub(super) fn take_file(&mut self, id: Uuid, form: Form) -> Result<Value, ApiError> {
        let upload = self.pending(id)?;
        let number = part_number(upload, form.part_number.as_deref())?;
        if form.file.len() > MOST_BYTES {
            return Err(ApiError::validation(
                "A file or part must not have more than 20 MiB.",
            ));
        }
        let is_other = |declared: &str| {
            let given = form.content_type.as_deref();
            given.is_some_and(|given| given != declared && given != "application/octet-stream")
        };
        if upload.content_type.as_deref().is_some_and(is_other) {
            return Err(ApiError::validation(
                "The content type of the file is not the one declared.",
            ));
        }
        let others = upload.parts.iter().filter(|(other, _)| **other != number);
        let total = others.map(|(_, part)| part.len()).sum::<usize>() + form.file.len();
        if total as u64 > self.options.max_file_bytes {
            return Err(ApiError::validation(
                "The file is larger than the workspace allows.",
            ));
        }
        let is_single = upload.parts_expected.is_none();
        if let Some(upload) = self.store.uploads.get_mut(&id) {
            upload.parts.insert(number, form.file);
            upload.file_name = upload.file_name.take().or(form.file_name);
            upload.content_type = upload.content_type.take().or(form.content_type);
        }
        if is_single {
            self.finish(id);
        }
        self.show_upload(id)
    }

    fn finish(&mut self, id: Uuid) {
        if let Some(upload) = self.store.uploads.get_mut(&id) {
            upload.is_complete = true;
        }
    }

    fn upload(&self, id: Uuid) -> Result<&Upload, ApiError> {
        let upload = self.store.uploads.get(&id);
        upload.ok_or_else(|| ApiError::not_found("file upload", id))
    }

    fn pending(&self, id: Uuid) -> Result<&Upload, ApiError> {
        let upload = self.upload(id)?;
        match upload.status(self.call.now) {
            "pending" => Ok(upload),
            status => Err(ApiError::validation(format!(
                "File upload {id} is {status}, not pending."
            ))),
        }
    }
}

fn part_number(upload: &Upload, given: Option<&str>) -> Result<u64, ApiError> {
    let path = BODY.key("part_number");
    let value = given.map(Value::from);
    match (upload.parts_expected, given) {
        (None, None) => Ok(1),
        (None, Some(_)) => Err(path.refuse("not present", value.as_ref())),
        (Some(_), None) => Err(path.refuse("defined", None)),
        (Some(expected), Some(text)) => {
            let number = text
                .parse()
                .ok()
                .filter(|number| (1..=expected).contains(number));
            number.ok_or_else(|| path.refuse(&format!("≥ `1` and ≤ `{expected}`"), value.as_ref()))
        }
    }
}

/// The media type of a file: as declared, or as its extension says. Refused if it is not taken.
fn media_type(name: Option<&str>, declared: Option<String>) -> Result<Option<String>, ApiError> {
    let extension = name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let by_extension = |wanted: &str| types().find(|(_, all)| all.contains(&wanted));
    let refuse = |what: &str| {
        Err(ApiError::validation(format!(
            "Unsupported file type: {what}."
        )))
    };
    match (&extension, declared) {
        (Some(extension), _) if by_extension(extension).is_none() => refuse(extension),
        (_, Some(declared)) if !types().any(|(kind, _)| *kind == declared) => refuse(&declared),
        (_, Some(declared)) => Ok(Some(declared)),
        (Some(extension), None) => Ok(by_extension(extension).map(|(kind, _)| (*kind).to_owned())),
        (None, None) => Ok(None),
    }
}

/// What `send` brings.
pub(super) struct Form {
    file: Bytes,
    file_name: Option<String>,
    content_type: Option<String>,
    part_number: Option<String>,
}

impl Form {
    /// Reads the form of a request.
    pub(super) async fn read(request: &FakeRequest) -> Result<Self, ApiError> {
        let header = request.headers().get(CONTENT_TYPE);
        let content_type = header
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let no_form =
            |_| ApiError::validation("The body of a file upload must be multipart/form-data.");
        let boundary = multer::parse_boundary(content_type).map_err(no_form)?;
        let body = http_body_util::Full::new(request.body().clone());
        let stream = http_body_util::BodyDataStream::new(body);
        let mut form = multer::Multipart::new(stream, boundary);
        let (mut file, mut part_number) = (None, None);
        while let Some(field) = form.next_field().await.map_err(no_form)? {
            match field.name() {
                Some("file") => {
                    let name = field.file_name().map(ToOwned::to_owned);
                    let kind = field
                        .content_type()
                        .map(|kind| kind.essence_str().to_owned());
                    file = Some((field.bytes().await.map_err(no_form)?, name, kind));
                }
                Some("part_number") => part_number = Some(field.text().await.map_err(no_form)?),
                _ => {}
            }
        }
        let Some((file, file_name, content_type)) = file else {
            return Err(BODY.key("file").refuse("defined", None));
        };
        Ok(Self {
            file,
            file_name,
            content_type,
            part_number,
        })
    }
}
