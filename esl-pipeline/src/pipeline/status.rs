//! How a lesson stands: what is there, what is out of date, what to do next.

use std::collections::BTreeMap;
use std::path::PathBuf;

use esl_core::manifest::{Manifest, StageOutcome};
use esl_core::{Digest, Preset, Stage};
use serde::Serialize;

use super::delivery::{Delivery, UploadFact, is_played, upload_fact};
use super::findings::{audio_of, is_whole};
use super::preflight::study_text_hash;
use super::stages::validate;
use super::standing::{NextAction, StageStanding, standings};
use super::{LessonInput, Pipeline, PipelineError};
use crate::lesson::Lesson;

/// How a lesson stands. Nothing is written and no service is asked to find out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatusReport {
    /// Where the manifest is kept.
    pub manifest_path: String,
    /// The journal; none if the lesson never ran.
    pub manifest: Option<Manifest>,
    /// Whether the last complete run saw the lesson as it is now.
    pub md_hash_matches: bool,
    /// Whether the recording's file is where the manifest says.
    pub audio_file_exists: bool,
    /// How each stage stands; empty if the lesson never ran.
    pub stages: BTreeMap<Stage, StageStanding>,
    /// What is out of date.
    pub stale: Stale,
    /// What to do.
    pub next: NextAction,
}

/// What of a lesson is missing or out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Stale {
    /// The page's text.
    pub page: bool,
    /// The colours of the page's headings.
    pub colors: bool,
    /// The recording.
    pub audio: bool,
    /// The recording in the store of uploads, or its address.
    pub upload: bool,
    /// The player on the page.
    pub attachment: bool,
}

impl Pipeline {
    /// How a lesson stands. Asks no service and writes nothing; a page that somebody deleted shows
    /// only in a run.
    ///
    /// # Errors
    /// [`PipelineError::Manifest`], or that the lesson is no text or too large.
    pub async fn status(&self, lesson: &LessonInput) -> Result<StatusReport, PipelineError> {
        let stored = self.manifests.read(&lesson.id).await;
        let stored = stored.map_err(PipelineError::Manifest)?;
        let manifest = stored.map(|stored| stored.manifest);
        let text = validate::text(lesson, self.max_lesson_bytes)?;
        let md_hash = Digest::of(text);
        let matches = |manifest: &Manifest| manifest.md_hash == md_hash.as_str();
        let md_hash_matches = manifest.as_ref().is_some_and(matches);
        let audio = manifest.as_ref().and_then(audio_of);
        let stale = match &manifest {
            Some(manifest) => {
                let audio_is_stale = audio_is_stale(manifest, &Lesson::parse(text));
                let delivery = Delivery::of(None, None, manifest, self.uploads.is_some());
                Stale {
                    page: page_is_stale(manifest, md_hash_matches),
                    colors: self.colors_are_stale(manifest),
                    audio: audio_is_stale,
                    upload: delivery == Delivery::Store
                        && (audio_is_stale || audio.is_some() && self.upload_is_stale(manifest)),
                    attachment: audio.is_some() && !reaches_page(delivery, manifest),
                }
            }
            None => Stale {
                page: true,
                colors: true,
                audio: true,
                upload: self.uploads.is_some(),
                attachment: true,
            },
        };
        Ok(StatusReport {
            manifest_path: self.manifests.location(&lesson.id),
            md_hash_matches,
            audio_file_exists: audio.is_some_and(is_whole),
            stages: manifest
                .as_ref()
                .map_or_else(BTreeMap::new, |manifest| standings(manifest, stale)),
            stale,
            next: NextAction::of(stale),
            manifest,
        })
    }

    /// Whether the recording is not in the store, or not for long where the manifest says.
    fn upload_is_stale(&self, manifest: &Manifest) -> bool {
        self.uploads.as_deref().is_some_and(|store| {
            upload_fact(manifest, store, self.clock.now()) != UploadFact::Current
        })
    }

    /// Whether the page has other colours than its preset says now.
    fn colors_are_stale(&self, manifest: &Manifest) -> bool {
        let Some(name) = manifest.preset.as_deref() else {
            return false;
        };
        let digest = self.presets.find(name).ok().map(Preset::digest);
        digest.is_none() || manifest.preset_hash != digest
    }
}

/// Whether the page is not there, is half done or shows another text than the lesson's.
fn page_is_stale(manifest: &Manifest, md_hash_matches: bool) -> bool {
    let is_complete = manifest.page_id.is_some() && manifest.imported_hash.is_some();
    !(is_complete && md_hash_matches && local_copies_are_there(manifest))
}

/// Whether the files that the page's addresses name are there. Addresses of the web are not asked.
fn local_copies_are_there(manifest: &Manifest) -> bool {
    let urls = [&manifest.page_url, &manifest.student_page_url];
    let mut files = urls.into_iter().flatten().filter_map(|url| file_of(url));
    files.all(|file| file.exists())
}

/// The local file that an address names; `None` for one that names none.
fn file_of(url: &str) -> Option<PathBuf> {
    let path = url
        .strip_prefix("file://")
        .filter(|path| path.starts_with('/'))?;
    let path = percent_decoded(path)?;
    // `/C:/…` on Windows.
    let path = if cfg!(windows) { &path[1..] } else { &path };
    Some(PathBuf::from(path))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Whether a recording is wanted and is not there or speaks another text.
fn audio_is_stale(manifest: &Manifest, lesson: &Lesson<'_>) -> bool {
    let Some(audio) = audio_of(manifest) else {
        let speech = manifest.stages.get(&Stage::Tts);
        return speech.is_none_or(|record| record.status != StageOutcome::Skipped);
    };
    !is_whole(audio) || manifest.study_text_hash.as_ref() != Some(&study_text_hash(lesson))
}

/// Whether the page plays the recording, and in the way configured if there is a store to tell.
fn reaches_page(delivery: Delivery, manifest: &Manifest) -> bool {
    match delivery {
        Delivery::Store => delivery.has_reached_page(manifest),
        Delivery::Workspace | Delivery::Nowhere => is_played(manifest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_files_name_files() {
        let file = file_of("file:///home/ann/my%20pages/%C3%A9.html");
        assert_eq!(file, Some(PathBuf::from("/home/ann/my pages/é.html")));
        for url in [
            "https://example.com/a",
            "file://host/a",
            "file:///%F",
            "file:///%zz",
        ] {
            assert_eq!(file_of(url), None, "{url}");
        }
    }
}
