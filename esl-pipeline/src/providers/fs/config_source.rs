//! Documents in local files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use esl_core::ports::{ConfigDocument, ConfigError, ConfigPart, ConfigSource};

use super::blocking;

/// Bytes of the largest file that is read.
const MOST_BYTES: u64 = 1024 * 1024;
/// Files of a folder that are read.
const MOST_FILES: usize = 10_000;

/// Documents in local files: each in one file, or in the `.json` files of a folder.
#[derive(Debug, Clone, Default)]
pub struct FsConfigSource {
    paths: BTreeMap<ConfigDocument, PathBuf>,
    texts: BTreeMap<ConfigDocument, ConfigPart>,
}

impl FsConfigSource {
    /// No documents.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Each document from the first of `folders` that has it, by its
    /// [file name](ConfigDocument::file_name).
    #[must_use]
    pub fn in_folders(folders: &[PathBuf]) -> Self {
        ConfigDocument::ALL
            .into_iter()
            .fold(Self::new(), |source, document| {
                let mut paths = folders
                    .iter()
                    .map(|folder| folder.join(document.file_name()));
                match paths.find(|path| path.exists()) {
                    Some(path) => source.with_path(document, path),
                    None => source,
                }
            })
    }

    /// Takes `document` from the file or folder at `path`, which must be there when it is read.
    #[must_use]
    pub fn with_path(mut self, document: ConfigDocument, path: impl Into<PathBuf>) -> Self {
        self.paths.insert(document, path.into());
        self
    }

    /// Takes `document` from `part` where no path is given.
    #[must_use]
    pub fn with_text(mut self, document: ConfigDocument, part: ConfigPart) -> Self {
        self.texts.insert(document, part);
        self
    }
}

#[async_trait]
impl ConfigSource for FsConfigSource {
    async fn read(&self, document: ConfigDocument) -> Result<Vec<ConfigPart>, ConfigError> {
        let Some(path) = self.paths.get(&document).cloned() else {
            return Ok(self.texts.get(&document).cloned().into_iter().collect());
        };
        let location = path.display().to_string();
        let parts = blocking(move || Ok(read_path(&path))).await;
        let parts = parts.unwrap_or_else(|source| Err((location, source)));
        parts.map_err(|(location, source)| ConfigError::Unreadable {
            document,
            location,
            source: Box::new(source),
            transient: false,
        })
    }
}

/// What could not be read, and why.
type Unread = (String, io::Error);

fn read_path(path: &Path) -> Result<Vec<ConfigPart>, Unread> {
    if !path.is_dir() {
        return Ok(vec![read_file(path)?]);
    }
    let files = json_files(path).map_err(|error| (path.display().to_string(), error))?;
    files.iter().map(|file| read_file(file)).collect()
}

/// The `.json` files of a folder, sorted.
fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("json") && path.is_file() {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(io::Error::other(format!("more than {MOST_FILES} files")));
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<ConfigPart, Unread> {
    let location = path.display().to_string();
    let mut text = String::new();
    let read = File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text))
        .and_then(|bytes| match bytes as u64 > MOST_BYTES {
            true => Err(io::Error::from(io::ErrorKind::FileTooLarge)),
            false => Ok(()),
        });
    match read {
        Ok(()) => Ok(ConfigPart { text, location }),
        Err(error) => Err((location, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    async fn texts(source: &FsConfigSource, document: ConfigDocument) -> Vec<String> {
        let parts = source.read(document).await.unwrap();
        parts.into_iter().map(|part| part.text).collect()
    }

    #[tokio::test]
    async fn each_document_comes_from_the_first_folder_that_has_it() {
        let mine = folder(&[("voices.yml", "mine")]);
        let school = folder(&[
            ("voices.yml", "school's"),
            ("presets.json", "{}"),
            ("students/b.JSON", "b"),
            ("students/a.json", "a"),
            ("students/note.txt", "no profile"),
        ]);
        let folders = [mine.path().to_owned(), school.path().to_owned()];
        let source = FsConfigSource::in_folders(&folders);
        assert_eq!(texts(&source, ConfigDocument::VoiceMap).await, ["mine"]);
        assert_eq!(texts(&source, ConfigDocument::Presets).await, ["{}"]);
        assert_eq!(texts(&source, ConfigDocument::Students).await, ["a", "b"]);
        assert_eq!(texts(&source, ConfigDocument::VoiceCatalog).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_file_that_is_named_must_be_there() {
        let root = folder(&[]);
        let path = root.path().join("nowhere.json");
        let source = FsConfigSource::new().with_path(ConfigDocument::Presets, &path);
        let error = source.read(ConfigDocument::Presets).await.unwrap_err();
        let message = format!("cannot read the presets {}", path.display());
        assert_eq!(error.to_string(), message);
    }
}
