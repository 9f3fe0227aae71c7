//! The local workspace: its pages on disk, and how they behave in a browser.
#![cfg(feature = "local-workspace")]

mod browser;
mod copies;
mod demo;
mod durability;
mod workspace;

use std::sync::Arc;

use esl_core::block::{Block, HeadingLevel, RichText};
use esl_core::ports::{CreatedPage, NewPage, Notion, PageHead};
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_testkit::NotionFixture;
use tempfile::TempDir;

async fn fresh_workspace() -> NotionFixture {
    let Fixture { root, workspace } = Fixture::new();
    NotionFixture {
        workspace: esl_testkit::Fixture::guarded(Arc::new(workspace), root),
        source: LocalWorkspace::SOURCE,
    }
}

esl_testkit::notion_suite!(fresh_workspace);

/// A workspace in a folder of its own.
struct Fixture {
    root: TempDir,
    workspace: LocalWorkspace,
}

impl Fixture {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let workspace = open(&root);
        Self { root, workspace }
    }

    async fn page(&self, title: &str, children: Vec<Block>) -> CreatedPage {
        self.workspace
            .create_page(new_page(title, children))
            .await
            .unwrap()
    }

    fn file(&self, page: &CreatedPage, name: &str) -> std::path::PathBuf {
        self.root.path().join(page.id.to_string()).join(name)
    }

    fn html(&self, page: &CreatedPage, name: &str) -> String {
        std::fs::read_to_string(self.file(page, name)).unwrap()
    }
}

fn open(root: &TempDir) -> LocalWorkspace {
    LocalWorkspace::open(root.path(), LocalWorkspaceOptions::default())
}

fn new_page(title: &str, children: Vec<Block>) -> NewPage {
    NewPage {
        source: LocalWorkspace::SOURCE,
        head: PageHead {
            title: title.to_owned(),
            ..PageHead::default()
        },
        children,
    }
}

fn paragraph(text: &str) -> Block {
    Block::paragraph(vec![RichText::plain(text)])
}

fn heading(level: HeadingLevel, title: &str) -> Block {
    Block::heading(level, vec![RichText::plain(title)])
}

fn toggle(title: &str, children: Vec<Block>) -> Block {
    Block::toggle(vec![RichText::plain(title)], children)
}
