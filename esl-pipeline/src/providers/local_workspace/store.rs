//! The operations of the workspace on its folders. Everything here blocks; it runs on threads made
//! for that.
//!
//! A change is made under the page's lock: the two HTML files are written beside the old ones, then
//! `page.json`, and only then are all three put in place, `page.json` first. A change that fails
//! before that leaves no trace, and one that is cut off after it leaves HTML of the page before, which
//! the next look at the page replaces.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use esl_core::block::{Audience, Block, visible_to};
use esl_core::ports::{
    Children, Clock, CreatedPage, Cursor, FileUpload, FoundPage, NewPage, NotionError, PageHead,
    PageQuery, Position,
};
use esl_core::{BlockId, DataSourceId, PageId, UploadId};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::LocalWorkspaceOptions;
use super::files::Files;
use super::folder::{
    self, PAGE_FILE, PageLock, STUDENT_FILE, Staged, TEACHER_FILE, is_staged, storage,
};
use super::head::Head;
use super::page::{FORMAT_VERSION, Page, Summary};
use super::render::{self, PageCopy};
use super::url::file_url;

#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    files: Files,
    students_see: Audience,
    clock: Arc<dyn Clock>,
}

impl Store {
    pub(super) fn new(root: PathBuf, options: LocalWorkspaceOptions) -> Self {
        let root = folder::absolute(root);
        Self {
            files: Files::in_root(&root),
            root,
            students_see: if options.students_see_answers {
                Audience::StudentWithAnswers
            } else {
                Audience::Student
            },
            clock: options.clock,
        }
    }

    pub(super) fn create_page(&self, new: NewPage) -> Result<CreatedPage, NotionError> {
        known_source(new.source)?;
        let now = self.clock.now();
        let mut page = Page {
            version: FORMAT_VERSION,
            id: PageId::from_uuid(Uuid::new_v4()),
            created: now,
            edited: now,
            head: Head::default(),
            children: Vec::new(),
        };
        page.head.update(new.head)?;
        page.insert(page.id.into(), Position::End, new.children)?;
        folder::sweep_unfinished(&self.root);
        let folder = self.folder(page.id);
        let _lock = PageLock::of_new_page(&folder)?;
        self.write(&page)?;
        folder::sync_folder_of(&folder).map_err(storage("create", &folder))?;
        Ok(self.addresses(page.id))
    }

    pub(super) fn find_pages(&self, query: &PageQuery) -> Result<Vec<FoundPage>, NotionError> {
        known_source(query.source)?;
        let mut found = Vec::new();
        for id in folder::page_ids(&self.root)? {
            let Some(summary) = unless_gone(self.read_summary(id))? else {
                continue;
            };
            let title_fits = query
                .title
                .as_ref()
                .is_none_or(|title| *title == summary.head.title);
            let time_fits = query
                .created_since
                .is_none_or(|since| summary.created >= since);
            if title_fits && time_fits {
                self.mend(id);
                found.push(FoundPage {
                    page: self.addresses(id),
                    title: summary.head.title,
                    created: summary.created,
                });
            }
        }
        found.sort_by_key(|page| (page.created, page.page.id));
        found.truncate(query.at_most);
        Ok(found)
    }

    pub(super) fn page(&self, id: PageId) -> Result<CreatedPage, NotionError> {
        self.mend(id);
        self.read(id)?;
        Ok(self.addresses(id))
    }

    pub(super) fn update_page(
        &self,
        id: PageId,
        head: PageHead,
    ) -> Result<CreatedPage, NotionError> {
        self.change(id, |page| page.head.update(head))?;
        Ok(self.addresses(id))
    }

    pub(super) fn append_children(
        &self,
        parent: BlockId,
        position: Position,
        blocks: Vec<Block>,
    ) -> Result<Vec<BlockId>, NotionError> {
        let page = self.page_holding(parent)?;
        self.change(page, |page| page.insert(parent, position, blocks))
    }

    pub(super) fn children(
        &self,
        parent: BlockId,
        cursor: Option<&Cursor>,
    ) -> Result<Children, NotionError> {
        let page = self.page_holding(parent)?;
        self.mend(page);
        self.read(page)?.list(parent, cursor)
    }

    pub(super) fn update_block(&self, id: BlockId, block: Block) -> Result<(), NotionError> {
        let page = self.page_holding(id)?;
        self.change(page, |page| page.replace(id, block))
    }

    pub(super) fn delete_block(&self, id: BlockId) -> Result<(), NotionError> {
        let page = match self.page_holding(id) {
            Ok(page) => page,
            Err(NotionError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        if BlockId::from(page) == id {
            return Err(NotionError::Refused {
                operation: "delete a block",
                message: format!("{id} is a page; delete its folder instead"),
            });
        }
        self.change(page, |page| {
            page.remove(id);
            Ok(())
        })
    }

    pub(super) fn upload_file(&self, file: FileUpload) -> Result<UploadId, NotionError> {
        self.files.store(file)
    }

    /// Writes the page's HTML anew.
    pub(super) fn render(&self, id: PageId) -> Result<CreatedPage, NotionError> {
        let _lock = self.lock(id)?;
        let page = self.read(id)?;
        for html in self.stage_html(&page)? {
            html.publish()?;
        }
        Ok(self.addresses(id))
    }

    /// Changes a page under its lock. An error of `change` leaves the page as it was.
    fn change<T>(
        &self,
        id: PageId,
        change: impl FnOnce(&mut Page) -> Result<T, NotionError>,
    ) -> Result<T, NotionError> {
        let _lock = self.lock(id)?;
        let mut page = self.read(id)?;
        let shown = page.uploads();
        let outcome = change(&mut page)?;
        for upload in page.uploads().difference(&shown) {
            self.files.require(upload)?;
        }
        page.edited = self.clock.now();
        self.write(&page)?;
        self.drop_uploads(shown.difference(&page.uploads()));
        Ok(outcome)
    }

    /// Removes a page with everything about it.
    pub(super) fn remove_page(&self, id: PageId) -> Result<(), NotionError> {
        let folder = self.folder(id);
        let _lock = self.lock(id)?;
        let shown = self.read(id).map(|page| page.uploads());
        fs::remove_dir_all(&folder).map_err(storage("remove", &folder))?;
        self.drop_uploads(&shown.unwrap_or_default());
        Ok(())
    }

    /// Removes uploaded files that a page does not show any more, unless another page does.
    fn drop_uploads<'a>(&self, dropped: impl IntoIterator<Item = &'a UploadId>) {
        for upload in dropped {
            if !self.is_shown(upload) {
                self.files.remove(upload);
            }
        }
    }

    /// Whether some page shows an upload. A page that cannot be read might.
    fn is_shown(&self, upload: &UploadId) -> bool {
        let shows = |page: Result<Page, NotionError>| match page {
            Ok(page) => page.uploads().contains(upload),
            Err(error) => !matches!(error, NotionError::NotFound { .. }),
        };
        let pages = folder::page_ids(&self.root);
        pages.map_or(true, |pages| {
            pages.into_iter().any(|id| shows(self.read(id)))
        })
    }

    /// Writes all three files of a page. The caller holds its lock.
    fn write(&self, page: &Page) -> Result<(), NotionError> {
        let html = self.stage_html(page)?;
        let json = Staged::write(self.folder(page.id).join(PAGE_FILE), |out| {
            serde_json::to_writer_pretty(out, page).map_err(Into::into)
        })?;
        json.publish()?;
        // From here on the change has happened; HTML that cannot be put in place is mended later.
        for html in html {
            if let Err(error) = html.publish() {
                tracing::warn!(page.id = %page.id, error = &error as &dyn std::error::Error,
                    "the HTML of a page could not be replaced");
            }
        }
        Ok(())
    }

    fn stage_html(&self, page: &Page) -> Result<[Staged; 2], NotionError> {
        let stage = |file: &str, audience: Audience| {
            let copy = PageCopy {
                head: &page.head,
                blocks: visible_to(audience, &page.blocks()),
                files: &self.files,
            };
            let path = self.folder(page.id).join(file);
            Staged::write(path, |out| render::write_page(out, &copy))
        };
        Ok([
            stage(TEACHER_FILE, Audience::Teacher)?,
            stage(STUDENT_FILE, self.students_see)?,
        ])
    }

    /// Renders a page again whose HTML is missing or was left behind by a crash. Reading goes on
    /// if that fails, such as in a folder that may only be read.
    fn mend(&self, id: PageId) {
        let folder = self.folder(id);
        let is_torn = |name: &str| {
            let path = folder.join(name);
            is_staged(&path) || !path.exists()
        };
        let is_torn = is_torn(TEACHER_FILE) || is_torn(STUDENT_FILE);
        if is_torn && let Err(error) = self.render(id) {
            tracing::warn!(page.id = %id, error = &error as &dyn std::error::Error,
                "the HTML of a page is out of date and could not be written");
        }
    }

    /// The page that is or holds `block`.
    fn page_holding(&self, block: BlockId) -> Result<PageId, NotionError> {
        for id in folder::pages_that_may_hold(&self.root, block)? {
            if BlockId::from(id) == block {
                return Ok(id);
            }
            if let Some(page) = unless_gone(self.read(id))?
                && page.holds(block)
            {
                return Ok(id);
            }
        }
        Err(NotionError::NotFound {
            what: "block",
            id: block.to_string(),
        })
    }

    fn lock(&self, id: PageId) -> Result<PageLock, NotionError> {
        let folder = self.folder(id);
        if folder.join(PAGE_FILE).exists() {
            PageLock::acquire(&folder)
        } else {
            Err(no_page(id))
        }
    }

    fn read(&self, id: PageId) -> Result<Page, NotionError> {
        let page: Page = self.read_json(id)?;
        if page.id == id {
            Ok(page)
        } else {
            let message = format!(
                "it says that it is page {}; give its folder that name",
                page.id
            );
            Err(self.corrupt(id, message))
        }
    }

    fn read_summary(&self, id: PageId) -> Result<Summary, NotionError> {
        self.read_json(id)
    }

    fn read_json<T: DeserializeOwned>(&self, id: PageId) -> Result<T, NotionError> {
        let path = self.folder(id).join(PAGE_FILE);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(no_page(id)),
            Err(error) => return Err(storage("read", &path)(error)),
        };
        let damaged = |error: serde_json::Error| self.corrupt(id, error.to_string());
        let Format { version } = serde_json::from_slice(&json).map_err(damaged)?;
        if version != FORMAT_VERSION {
            let message = format!(
                "its format is version {version}, and only version {FORMAT_VERSION} can be read; \
                 use the release that wrote it"
            );
            return Err(self.corrupt(id, message));
        }
        serde_json::from_slice(&json).map_err(damaged)
    }

    fn corrupt(&self, id: PageId, message: String) -> NotionError {
        NotionError::Corrupt {
            location: self.folder(id).join(PAGE_FILE).display().to_string(),
            message,
        }
    }

    /// The folder of a page that is there.
    pub(super) fn folder_of(&self, id: PageId) -> Option<PathBuf> {
        Some(self.folder(id)).filter(|folder| folder.join(PAGE_FILE).exists())
    }

    fn folder(&self, id: PageId) -> PathBuf {
        self.root.join(id.to_string())
    }

    fn addresses(&self, id: PageId) -> CreatedPage {
        let folder = self.folder(id);
        CreatedPage {
            id,
            url: file_url(&folder.join(TEACHER_FILE)),
            student_url: Some(file_url(&folder.join(STUDENT_FILE))),
        }
    }
}

/// The part of `page.json` that every version has.
#[derive(serde::Deserialize)]
struct Format {
    version: u32,
}

pub(super) fn known_source(source: DataSourceId) -> Result<(), NotionError> {
    if source == super::LocalWorkspace::SOURCE {
        Ok(())
    } else {
        Err(NotionError::NotFound {
            what: "data source",
            id: source.to_string(),
        })
    }
}

fn no_page(id: PageId) -> NotionError {
    NotionError::NotFound {
        what: "page",
        id: id.to_string(),
    }
}

/// `None` for a page whose folder was removed since it was listed.
fn unless_gone<T>(read: Result<T, NotionError>) -> Result<Option<T>, NotionError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(NotionError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
