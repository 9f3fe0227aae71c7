//! How far erasing pages goes: folders here, and Notion if that was asked for.

use std::path::PathBuf;

use esl_core::ports::{Notion, NotionError};
use esl_core::{PageId, RetryPolicy};
use esl_pipeline::pipeline::RetryingNotion;
use esl_pipeline::providers::local_workspace::LocalWorkspace;

use crate::config::Settings;
use crate::exit::Failure;
use crate::wiring::{self, Workspace};

/// Where pages can be erased.
pub(super) struct Reach {
    local: LocalWorkspace,
    notion: Option<RetryingNotion>,
}

/// Where a page is.
pub(super) enum Place {
    /// In a folder here.
    Folder(PathBuf),
    /// In Notion, at this address.
    Notion(String),
    /// Out of reach.
    Elsewhere,
}

impl Reach {
    pub(super) fn of(settings: &Settings, is_remote: bool) -> Result<Self, Failure> {
        let workspace = match is_remote {
            true => Some(Workspace::open(settings, false, None)?),
            false => None,
        };
        let notion = workspace.filter(|workspace| !workspace.is_local());
        let notion =
            notion.map(|workspace| RetryingNotion::new(workspace.port(), RetryPolicy::default()));
        Ok(Self {
            local: wiring::workspace(settings),
            notion,
        })
    }

    pub(super) async fn place(&self, page: PageId) -> Result<Place, Failure> {
        if let Some(folder) = self.local.folder(page) {
            return Ok(Place::Folder(folder));
        }
        let Some(notion) = &self.notion else {
            return Ok(Place::Elsewhere);
        };
        match notion.page(page).await {
            Ok(found) => Ok(Place::Notion(found.url)),
            Err(NotionError::NotFound { .. }) => Ok(Place::Elsewhere),
            Err(error) => Err(Failure::of(&error)),
        }
    }

    /// Erases the page, or puts it into Notion's trash, which is as far as Notion lets anybody go.
    pub(super) async fn erase(&self, page: PageId, place: &Place) -> Result<(), Failure> {
        let erased = match (place, &self.notion) {
            (Place::Folder(_), _) => self.local.remove(page).await,
            (Place::Notion(_), Some(notion)) => notion.delete_block(page.into()).await,
            _ => Ok(()),
        };
        erased.map_err(|error| Failure::of(&error))
    }
}
