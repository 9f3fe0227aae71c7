//! What is remembered with a job: where its results are, without paths of this machine.

use std::path::Path;

use esl_core::LessonId;
use esl_core::job::JobId;
use serde_json::{Map, Value};

use crate::pipeline::RunReport;

/// What came of a run.
pub(super) fn of_run(job: JobId, lesson: &LessonId, report: &RunReport) -> Map<String, Value> {
    let mut output = manifest(&report.manifest_path, lesson);
    if let Some(url) = &report.page_url {
        output.extend(page(job, url));
    }
    let audio = report.audio.as_ref();
    if let Some(audio) = audio.filter(|audio| audio.url.is_some() || audio.path.is_some()) {
        let url = match &audio.url {
            Some(url) if is_remote(url) => url.clone(),
            _ => format!("/jobs/{job}/audio"),
        };
        output.insert("audioUrl".to_owned(), url.into());
    }
    output
}

/// Where the manifest is.
pub(super) fn manifest(location: &str, lesson: &LessonId) -> Map<String, Value> {
    let path = manifest_path(location, lesson);
    Map::from_iter([("manifestPath".to_owned(), path.into())])
}

/// Where people find the page.
pub(super) fn page(job: JobId, url: &str) -> Map<String, Value> {
    let url = match is_remote(url) {
        true => url.to_owned(),
        false => format!("/jobs/{job}/page"),
    };
    Map::from_iter([("notionUrl".to_owned(), url.into())])
}

fn is_remote(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A location in a bucket as it is, a path as it runs below the root of the manifests.
fn manifest_path(location: &str, lesson: &LessonId) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let depth = lesson.as_str().split('/').count();
    let parts: Vec<_> = Path::new(location).components().collect();
    let below = &parts[parts.len().saturating_sub(depth)..];
    let below = below.iter().map(|part| part.as_os_str().to_string_lossy());
    below.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_named_without_the_root_of_this_machine() {
        let lesson = LessonId::parse("unit 1/a.md").unwrap();
        for (location, told) in [
            ("/srv/esl/unit 1/a.manifest.json", "unit 1/a.manifest.json"),
            ("unit 1/a.manifest.json", "unit 1/a.manifest.json"),
            (
                "s3://b/x/unit 1/a.manifest.json",
                "s3://b/x/unit 1/a.manifest.json",
            ),
        ] {
            assert_eq!(manifest_path(location, &lesson), told);
        }
    }

    #[test]
    fn local_pages_are_found_at_a_route() {
        let job = JobId::new();
        let url = |url| page(job, url)["notionUrl"].as_str().unwrap().to_owned();
        assert_eq!(url("https://notion.so/x"), "https://notion.so/x");
        assert_eq!(url("file:///srv/pages/x.html"), format!("/jobs/{job}/page"));
    }
}
