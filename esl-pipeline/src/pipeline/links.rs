//! The pages that the properties of a lesson's page point to. Reads only.

use std::collections::BTreeMap;

use esl_core::ports::{FoundPage, Notion, NotionError, PageQuery, PropertyType, SourceSchema};
use esl_core::{DataSourceId, PageId};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::properties::{self, STUDENT};
use crate::lesson::{FrontMatter, PropertyData};
use crate::spelling::closest;

/// Whether the page points to its student.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StudentLink {
    /// The lesson has no student.
    #[default]
    None,
    /// The page names the student or points to the student's page.
    Linked,
    /// There is no page of that name among the students.
    NotFound,
    /// There are several.
    Ambiguous,
    /// The pages have no property for a student.
    NoProperty,
}

/// The pages that relations point to.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// By the name of the property in the schema.
    pub(super) pages: BTreeMap<String, Vec<PageId>>,
    pub(super) student: StudentLink,
    /// The property for the student, if it is called otherwise.
    pub(super) student_property: Option<String>,
    /// What could not be linked.
    pub(super) warnings: Vec<String>,
}

/// So many pages come in one answer. (Notion API reference, "Pagination".)
const FEW: usize = 100;

/// What a title leads to.
enum Found {
    Page(PageId),
    /// None, and perhaps one that was meant.
    Nothing(Option<String>),
    Several(usize),
    /// The pages cannot be read.
    Closed,
}

impl Links {
    /// Looks for the pages that the lesson names in properties that are relations. Pages of students
    /// are in the source `students`, if that is known.
    pub(super) async fn of(
        notion: &dyn Notion,
        front_matter: &FrontMatter<'_>,
        student: Option<&str>,
        students: Option<DataSourceId>,
        schema: &SourceSchema,
    ) -> Result<Self, NotionError> {
        let mut links = Self {
            student_property: properties::only_relation(schema, students),
            ..Self::default()
        };
        for (name, data) in properties::given(front_matter) {
            let titles = match data {
                PropertyData::List(titles) => titles.clone(),
                data => vec![properties::as_text(data)],
            };
            links.add(notion, name, &titles, schema).await?;
        }
        if let Some(student) = student {
            links.student = links.add_student(notion, student, schema).await?;
        }
        Ok(links)
    }

    async fn add_student(
        &mut self,
        notion: &dyn Notion,
        student: &str,
        schema: &SourceSchema,
    ) -> Result<StudentLink, NotionError> {
        let property = self.student_property.clone();
        let property = property.as_deref().unwrap_or(STUDENT);
        let found = self
            .add(notion, property, &[student.to_owned()], schema)
            .await?;
        let is_open = schema.is_open;
        Ok(match found.as_slice() {
            [Found::Page(_)] => StudentLink::Linked,
            [Found::Several(_)] => StudentLink::Ambiguous,
            [_] => StudentLink::NotFound,
            [] if is_open || properties::find(STUDENT, schema).is_some() => StudentLink::Linked,
            _ => StudentLink::NoProperty,
        })
    }

    /// Looks for the pages that a property names, if it is a relation.
    async fn add(
        &mut self,
        notion: &dyn Notion,
        name: &str,
        titles: &[String],
        schema: &SourceSchema,
    ) -> Result<Vec<Found>, NotionError> {
        let mut all = Vec::new();
        let Some((name, property)) = properties::find(name, schema) else {
            return Ok(all);
        };
        if property.kind != PropertyType::Relation {
            return Ok(all);
        }
        let mut pages = Vec::new();
        for title in titles {
            let found = look_up(notion, property.related, title.trim()).await?;
            match &found {
                Found::Page(page) => pages.push(*page),
                unfound => self.warnings.push(warning(name, unfound)),
            }
            all.push(found);
        }
        self.pages.insert(name.to_owned(), pages);
        Ok(all)
    }
}

/// The page of this id, link or title.
async fn look_up(
    notion: &dyn Notion,
    source: Option<DataSourceId>,
    title: &str,
) -> Result<Found, NotionError> {
    if let Ok(page) = PageId::parse(title) {
        return Ok(Found::Page(page));
    }
    let Some(source) = source else {
        return Ok(Found::Closed);
    };
    match search(notion, source, title).await {
        Err(NotionError::NotFound { .. } | NotionError::Forbidden { .. }) => Ok(Found::Closed),
        found => found,
    }
}

/// Looks through all pages if they are few; else for the very title first.
async fn search(
    notion: &dyn Notion,
    source: DataSourceId,
    title: &str,
) -> Result<Found, NotionError> {
    let all = PageQuery::all_of(source);
    let few = PageQuery {
        at_most: FEW,
        ..all.clone()
    };
    let first = notion.find_pages(&few).await?;
    if first.len() < FEW {
        return Ok(among(&first, title));
    }
    let named = PageQuery {
        title: Some(title.to_owned()),
        ..all.clone()
    };
    let named = notion.find_pages(&named).await?;
    match same(&named, title) {
        Some(found) => Ok(found),
        None => Ok(among(&notion.find_pages(&all).await?, title)),
    }
}

/// What the title leads to if these are all pages there are.
fn among(pages: &[FoundPage], title: &str) -> Found {
    let folded = folded(title);
    let alike = |found: &&FoundPage| self::folded(&found.title) == folded;
    let found = same(pages, title).or_else(|| only(pages.iter().filter(alike)));
    found.unwrap_or_else(|| {
        let titles = pages.iter().map(|found| found.title.trim());
        Found::Nothing(closest(title, titles).map(str::to_owned))
    })
}

/// The pages of the very title; `None` if there are none.
fn same(pages: &[FoundPage], title: &str) -> Option<Found> {
    only(pages.iter().filter(|found| found.title.trim() == title))
}

/// The one page, or how many there are; `None` if there is none.
fn only<'a>(mut found: impl Iterator<Item = &'a FoundPage>) -> Option<Found> {
    let first = found.next()?.page.id;
    Some(match found.count() {
        0 => Found::Page(first),
        others => Found::Several(others + 1),
    })
}

/// A title without case, accents and surplus blanks.
fn folded(title: &str) -> String {
    let words: Vec<_> = title.split_whitespace().collect();
    let letters = words.join(" ").to_lowercase();
    letters
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect()
}

fn warning(property: &str, found: &Found) -> String {
    let reason = match found {
        Found::Page(_) => String::new(),
        Found::Nothing(Some(closest)) => {
            format!("there is no page of that name; did you mean {closest:?}?")
        }
        Found::Nothing(None) => "there is no page of that name".to_owned(),
        Found::Several(count) => {
            format!("{count} pages have that name; use the link of the one that is meant")
        }
        Found::Closed => "the pages it points to are not shared with the integration".to_owned(),
    };
    format!("the property {property:?} stays without a link: {reason}")
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_accents_and_blanks_do_not_matter() {
        assert_eq!(folded("  José   ÁLVAREZ "), folded("Jose\u{301} Alvarez"));
        assert_ne!(folded("Anna"), folded("Ana"));
    }
}
