//! `esl upload`: one file into the bucket, or to Notion.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use esl_core::ports::{ArtifactBody, ArtifactKey, ArtifactMeta, FileUpload, Notion, Stored};
use esl_core::{Digest, ErrorKind};
use serde_json::{Value, json};

use super::Session;
use crate::args::UploadFileArgs;
use crate::config::{Settings, UploadTarget};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, summary};
use crate::wiring::{self, Workspace};

/// The largest file that is taken: 256 MiB.
const MOST_BYTES: u64 = 256 << 20;

/// Where a file went.
struct Uploaded(Vec<(&'static str, &'static str, Value)>);

pub(super) async fn upload(args: &UploadFileArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings.settings())?;
    let uploaded = match settings.upload.target {
        UploadTarget::S3 => to_bucket(&args.file, &settings).await?,
        UploadTarget::Notion | UploadTarget::Auto => to_notion(&args.file, &settings).await?,
        UploadTarget::None => return Err(nowhere()),
    };
    Ok(Box::new(uploaded))
}

async fn to_bucket(file: &Path, settings: &Settings) -> Result<Uploaded, Failure> {
    let store = wiring::uploads(settings)?;
    let key = key(file)?;
    let meta = ArtifactMeta {
        content_type: content_type(file).to_owned(),
        file_name: None,
    };
    let body = ArtifactBody::File(file.to_owned());
    let stored = store.put(&key, body, &meta).await;
    let stored = stored.map_err(|error| Failure::of(&error))?;
    let url = store.url(&key).await.map_err(|error| Failure::of(&error))?;
    let place = store.place(&key);
    let is_new = stored == Stored::Created;
    Ok(Uploaded(vec![
        ("url", "Address", json!(url.as_ref().map(|url| &url.url))),
        (
            "expiresAt",
            "Until",
            json!(url.and_then(|url| url.expires_at)),
        ),
        (
            "bucket",
            "Bucket",
            json!(place.as_ref().and_then(|place| place.bucket.as_ref())),
        ),
        ("key", "Key", json!(place.map(|place| place.key))),
        ("created", "New", json!(is_new)),
    ]))
}

async fn to_notion(file: &Path, settings: &Settings) -> Result<Uploaded, Failure> {
    let Workspace::Notion { workspace, .. } = Workspace::open(settings, false, None)? else {
        return Err(nowhere());
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let upload = FileUpload {
        path: file.to_owned(),
        name: name.into_owned(),
        content_type: content_type(file).to_owned(),
        transcript: None,
    };
    let id = workspace.upload_file(upload).await;
    let id = id.map_err(|error| Failure::of(&error))?;
    Ok(Uploaded(vec![("uploadId", "Upload", json!(id))]))
}

/// The key of the file's content.
fn key(file: &Path) -> Result<ArtifactKey, Failure> {
    let unusable = |reason: String| {
        let message = format!("cannot upload {}: {reason}", file.display());
        Failure::new(Exit::Unexpected, ErrorKind::InvalidInput, message)
    };
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unusable(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let extension = file
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let extension = if extension.is_empty() {
        "bin"
    } else {
        &extension
    };
    let key = ArtifactKey::of_content(&Digest::of(bytes), extension);
    key.map_err(|error| unusable(error.to_string()))
}

fn content_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    match extension.to_lowercase().as_str() {
        "mp3" => "audio/mpeg",
        "vtt" => "text/vtt",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn nowhere() -> Failure {
    let message = "nothing says where to upload to";
    Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
        .hint("set S3_BUCKET and its access key, or NOTION_TOKEN")
}

impl Answer for Uploaded {
    fn json(&self) -> Value {
        let fields = self.0.iter().filter(|(.., value)| !value.is_null());
        let fields = fields.map(|(key, _, value)| ((*key).to_owned(), value.clone()));
        Value::Object(fields.collect())
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut fields = summary::Fields::default();
        for (_, name, value) in &self.0 {
            match value {
                Value::Null => {}
                Value::String(text) => fields.add(name, text),
                other => fields.add(name, other),
            }
        }
        fields.write(out)
    }
}
