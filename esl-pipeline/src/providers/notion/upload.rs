//! Hands files to Notion.

use std::path::Path;

use esl_core::UploadId;
use esl_core::ports::{FileUpload, NotionError};
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::NotionWorkspace;
use super::client::Call;

/// The largest file sent in one piece: 20 MiB (Notion API reference, "File uploads").
const MAX_SINGLE: u64 = 20 * 1024 * 1024;

/// Bytes of each piece of a larger file: 10 MiB, as Notion recommends.
const PART: u64 = 10 * 1024 * 1024;

/// The most pieces of one file (Notion API reference, "File uploads").
const MAX_PARTS: u64 = 1000;

/// Bytes of a file's name, at most (Notion API reference, "File uploads").
const MAX_NAME: usize = 900;

/// How much longer than other requests sending a piece may take: by default half a megabit per
/// second is fast enough.
const SEND_TIMEOUTS: u32 = 6;

/// What can be played, shown or read, and how its names end. (Notion API reference, "File uploads":
/// supported types.)
const TAKEN: &[(&str, &[&str])] = &[
    ("audio/aac", &["aac", "adts"]),
    ("audio/midi", &["mid", "midi"]),
    ("audio/mpeg", &["mp3", "mpga"]),
    ("audio/mp4", &["m4a", "m4b", "mp4"]),
    ("audio/ogg", &["oga", "ogg"]),
    ("audio/wav", &["wav"]),
    ("audio/x-ms-wma", &["wma"]),
    ("image/gif", &["gif"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/svg+xml", &["svg"]),
    ("image/webp", &["webp"]),
    ("application/pdf", &["pdf"]),
];

/// Who a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The name of the integration or person.
    pub name: Option<String>,
    /// The name of the workspace.
    pub workspace: Option<String>,
    /// The largest file that the workspace takes, in bytes, if it says so. 5 MiB in free ones.
    pub max_upload_bytes: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Created {
    id: UploadId,
}

impl NotionWorkspace {
    /// Who the token belongs to: the cheapest way to know whether it works.
    ///
    /// # Errors
    /// [`NotionError::Unauthenticated`] if the token is wrong, or any failure of the service.
    pub async fn account(&self) -> Result<Account, NotionError> {
        self.account.get((), self.ask_for_account()).await
    }

    async fn ask_for_account(&self) -> Result<Account, NotionError> {
        let call = Call::get("read the account", "/v1/users/me".to_owned());
        let me: Value = self.client.call(call).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let bot = &me["bot"];
        Ok(Account {
            name: text(&me["name"]),
            workspace: text(&bot["workspace_name"]),
            max_upload_bytes: bot["workspace_limits"]["max_file_upload_size_in_bytes"].as_u64(),
        })
    }

    pub(super) async fn upload(&self, file: &FileUpload) -> Result<UploadId, NotionError> {
        let content_type = taken_type(file)?;
        let mut content = Content::open(&file.path).await?;
        let account = self.account().await?;
        check_size(content.size, account.max_upload_bytes)?;
        let parts = content.parts();
        let mut body = json!({
            "mode": "single_part", "filename": file.name, "content_type": content_type,
        });
        if parts > 1 {
            body["mode"] = json!("multi_part");
            body["number_of_parts"] = json!(parts);
        }
        let call = Call::post(OPERATION, "/v1/file_uploads".to_owned(), body);
        let Created { id } = self.client.call(call).await?;
        for number in 1..=parts {
            let part = content.next(parts).await?;
            let part = Part::bytes(part).file_name(file.name.clone());
            let part = part
                .mime_str(content_type)
                .map_err(|_| untaken(&file.content_type))?;
            let mut form = Form::new().part("file", part);
            if parts > 1 {
                form = form.text("part_number", number.to_string());
            }
            let path = format!("/v1/file_uploads/{id}/send");
            let call = Call::form(OPERATION, path, form).about("file", &&id);
            let timeout = self.limits.request_deadline * SEND_TIMEOUTS;
            self.client.run(call.within(timeout)).await?;
        }
        if parts > 1 {
            let path = format!("/v1/file_uploads/{id}/complete");
            let call = Call::post(OPERATION, path, json!({})).about("file", &&id);
            self.client.run(call).await?;
        }
        Ok(id)
    }
}

const OPERATION: &str = "upload the file";

/// A file that is read piece by piece.
#[derive(Debug)]
struct Content<'a> {
    path: &'a Path,
    file: tokio::fs::File,
    size: u64,
}

impl<'a> Content<'a> {
    async fn open(path: &'a Path) -> Result<Self, NotionError> {
        let open = async {
            let file = tokio::fs::File::open(path).await?;
            let size = file.metadata().await?.len();
            Ok(Self { path, file, size })
        };
        open.await.map_err(|source| unreadable(path, source))
    }

    /// In how many pieces it travels.
    fn parts(&self) -> u64 {
        match self.size {
            ..=MAX_SINGLE => 1,
            size => size.div_ceil(PART),
        }
    }

    async fn next(&mut self, parts: u64) -> Result<Vec<u8>, NotionError> {
        let most = if parts > 1 { PART } else { MAX_SINGLE };
        let mut bytes = Vec::new();
        let read = (&mut self.file).take(most).read_to_end(&mut bytes).await;
        read.map_err(|source| unreadable(self.path, source))?;
        Ok(bytes)
    }
}

/// The file's media type in Notion's spelling, if Notion takes it.
fn taken_type(file: &FileUpload) -> Result<&'static str, NotionError> {
    if file.name.len() > MAX_NAME {
        return Err(refused(format!("its name is longer than {MAX_NAME} bytes")));
    }
    let named = match file.content_type.as_str() {
        "audio/mp3" => "audio/mpeg",
        "audio/x-wav" | "audio/wave" => "audio/wav",
        "audio/x-m4a" => "audio/mp4",
        named => named,
    };
    let taken = TAKEN
        .iter()
        .find(|(content_type, _)| *content_type == named);
    let Some((content_type, extensions)) = taken else {
        return Err(untaken(&file.content_type));
    };
    let extension = Path::new(&file.name).extension().unwrap_or_default();
    let extension = extension.to_string_lossy().to_lowercase();
    if !extensions.contains(&extension.as_str()) {
        return Err(refused(format!(
            "the name of a file of type {content_type} has to end in .{}",
            extensions.join(" or .")
        )));
    }
    Ok(content_type)
}

fn check_size(size: u64, most: Option<u64>) -> Result<(), NotionError> {
    let most = most.unwrap_or(u64::MAX).min(MAX_PARTS * PART);
    if size == 0 {
        return Err(refused("it is empty".to_owned()));
    }
    if size > most {
        return Err(refused(format!(
            "it has {size} bytes and the workspace takes {most}; a free workspace takes files of \
             up to 5 MiB, so keep the audio elsewhere and give its address, or upgrade the workspace"
        )));
    }
    Ok(())
}

fn untaken(content_type: &str) -> NotionError {
    refused(format!("Notion takes no files of type {content_type:?}"))
}

fn refused(message: String) -> NotionError {
    NotionError::Refused {
        operation: OPERATION,
        message,
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> NotionError {
    NotionError::Storage {
        operation: "read",
        location: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(name: &str, content_type: &str) -> Result<&'static str, String> {
        let file = FileUpload {
            path: name.into(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            transcript: None,
        };
        taken_type(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn only_what_notion_plays_is_taken() {
        assert_eq!(taken("a.MP3", "audio/mp3"), Ok("audio/mpeg"));
        assert_eq!(taken("a.wav", "audio/x-wav"), Ok("audio/wav"));
        for (name, content_type) in [
            ("a.opus", "audio/ogg"),
            ("a.flac", "audio/flac"),
            ("mp3", "audio/mpeg"),
            (&"a".repeat(900), "audio/mpeg"),
        ] {
            assert!(taken(name, content_type).is_err(), "{name} {content_type}");
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_with_a_way_out() {
        assert!(check_size(5 << 20, Some(5 << 20)).is_ok());
        let error = check_size((5 << 20) + 1, Some(5 << 20)).unwrap_err();
        assert!(error.to_string().contains("5 MiB"), "{error}");
        assert!(check_size(0, None).is_err());
        assert!(check_size(11 << 30, None).is_err());
    }

    #[tokio::test]
    async fn a_large_file_travels_in_pieces_that_make_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp3");
        for (size, parts) in [(MAX_SINGLE, 1), (MAX_SINGLE + 1, 3)] {
            let whole: Vec<_> = (0..size).map(|at| (at % 251) as u8).collect();
            std::fs::write(&path, &whole).unwrap();
            let mut content = Content::open(&path).await.unwrap();
            assert_eq!(content.parts(), parts);
            let mut read = Vec::new();
            for _ in 0..parts {
                read.extend(content.next(parts).await.unwrap());
            }
            assert!(read == whole);
        }
    }
}
