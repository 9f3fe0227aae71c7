//! The page as the lesson wants it. Pure.

use esl_core::block::{Audience, Block, visible_to};
use esl_core::manifest::Manifest;
use esl_core::ports::{NotionLimits, PageHead, SourceSchema};
use esl_core::{DataSourceId, Digest};

use super::links::Links;
use super::preflight::ChosenPreset;
use super::properties;
use super::{Problem, StudentLink};
use crate::blocks::pack::split_texts;
use crate::blocks::{ColorCounts, ConvertOptions, colorize, convert};
use crate::lesson::Lesson;

/// What of a lesson stands on its page.
#[derive(Debug, Clone)]
pub(super) struct PageContent {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
    pub(super) colors: ColorCounts,
    preset: Option<ChosenPreset>,
    audience: Audience,
    /// Addresses everything that the page shows: it is up to date if it was built from this.
    pub(super) digest: Digest,
}

/// A page ready to be written.
#[derive(Debug, Clone)]
pub(super) struct WantedPage {
    pub(super) source: DataSourceId,
    pub(super) head: PageHead,
    pub(super) blocks: Vec<Block>,
    pub(super) preset: Option<ChosenPreset>,
    audience: Audience,
    /// Addresses the student.
    pub(super) student: Option<Digest>,
    /// Whether one of the properties is the student.
    pub(super) student_link: StudentLink,
    /// What could not be linked.
    pub(super) warnings: Vec<String>,
    pub(super) digest: Digest,
}

impl PageContent {
    /// What of `lesson` its `audience` sees on its page, in the colours of `preset`.
    pub(super) fn of(
        lesson: &Lesson<'_>,
        student: Option<&str>,
        preset: Option<&ChosenPreset>,
        audience: Audience,
    ) -> Self {
        let blocks = convert(lesson, &ConvertOptions::default());
        let mut blocks = visible_to(audience, &blocks);
        let colors = preset
            .map(|chosen| colorize(&mut blocks, &chosen.preset))
            .unwrap_or_default();
        let front_matter = &lesson.front_matter;
        let title = properties::value(&front_matter.title).unwrap_or_default();
        let shown = serde_json::to_string(&blocks).expect("blocks are JSON by nature");
        let head = (
            &title,
            student,
            properties::value(&front_matter.icon),
            properties::value(&front_matter.cover),
            properties::value(&front_matter.topic),
            properties::value(&front_matter.level),
            properties::given(front_matter),
        );
        let digest = Digest::of(format!("{head:?}\n{shown}"));
        Self {
            title,
            blocks,
            colors,
            preset: preset.cloned(),
            audience,
            digest,
        }
    }

    /// The page, with texts within the limits and properties that fit into a source of this schema,
    /// and the properties that do not fit.
    pub(super) fn fit(
        self,
        lesson: &Lesson<'_>,
        student: Option<&str>,
        source: DataSourceId,
        schema: &SourceSchema,
        links: Links,
        limits: &NotionLimits,
    ) -> (WantedPage, Vec<Problem>) {
        let front_matter = &lesson.front_matter;
        let (properties, unfit) = properties::encode(front_matter, student, schema, &links);
        let head = PageHead {
            title: self.title,
            icon: properties::value(&front_matter.icon),
            cover: properties::value(&front_matter.cover),
            properties,
        };
        let page = WantedPage {
            source,
            head,
            blocks: split_texts(self.blocks, limits),
            preset: self.preset,
            audience: self.audience,
            student: student.map(student_digest),
            student_link: links.student,
            warnings: links.warnings,
            digest: self.digest,
        };
        (page, unfit)
    }
}

/// The student of a lesson: whom the caller names, else whom the lesson does.
pub(super) fn student_of<'a>(choice: Option<&'a str>, lesson: &'a Lesson<'_>) -> Option<&'a str> {
    let declared = lesson.front_matter.student.as_ref();
    let name = choice.or(declared.map(|student| student.value.as_str()))?;
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// Addresses a student by name, in whatever case it is written.
pub(super) fn student_digest(name: &str) -> Digest {
    Digest::of(name.trim().to_lowercase())
}

impl WantedPage {
    /// Notes whose the page is, who may see it and whose colours it has.
    pub(super) fn note(&self, manifest: &mut Manifest) {
        manifest.audience = Some(self.audience).filter(|audience| *audience != Audience::Teacher);
        manifest.student.clone_from(&self.student);
        self.note_preset(manifest);
    }

    /// Notes whose colours the page has.
    pub(super) fn note_preset(&self, manifest: &mut Manifest) {
        let preset = self.preset.as_ref();
        manifest.preset = preset.map(|preset| preset.name.clone());
        manifest.preset_hash = preset.map(|preset| preset.preset.digest());
    }
}
