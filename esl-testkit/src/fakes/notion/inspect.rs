//! What tests see of the workspace, and what people do in it by hand.

use serde_json::Value;
use uuid::Uuid;

use super::FakeNotion;
use super::api::{Api, minute};
use super::blocks::check_blocks;
use super::call::Version;
use super::path::Path;
use super::render::Show;
use super::seed;

use super::store::{Node, Parent, Store};
use super::stored::plain_text;

/// A page with all that is on it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PageTree {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// Its properties as the API shows them.
    pub properties: Value,
    /// Its icon as the API shows it.
    pub icon: Value,
    /// Its cover as the API shows it.
    pub cover: Value,
    /// The blocks on it, without those in the trash.
    pub blocks: Vec<BlockTree>,
}

/// A block with those inside it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BlockTree {
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub kind: String,
    /// Its payload as the API shows it.
    pub payload: Value,
    /// The blocks inside it, without those in the trash.
    pub children: Vec<BlockTree>,
}

impl BlockTree {
    /// The words of its text.
    #[must_use]
    pub fn text(&self) -> String {
        plain_text(&self.payload["rich_text"])
    }
}

impl FakeNotion {
    /// The token that is right unless it was revoked.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.options.token
    }

    /// The database "Lessons".
    #[must_use]
    pub fn database_id(&self) -> Uuid {
        seed::LESSONS_DATABASE
    }

    /// The data source "Lessons", the only one of its database.
    #[must_use]
    pub fn data_source_id(&self) -> Uuid {
        seed::LESSONS
    }

    /// The data source "Students", which the property "Student" of a lesson points to.
    #[must_use]
    pub fn students_source_id(&self) -> Uuid {
        seed::STUDENTS
    }

    /// The students there are: names and pages.
    #[must_use]
    pub fn students(&self) -> [(&'static str, Uuid); 2] {
        seed::STUDENT_PAGES
    }

    /// The page above the databases.
    #[must_use]
    pub fn parent_page_id(&self) -> Uuid {
        seed::PARENT_PAGE
    }

    /// The lessons that are not in the trash, oldest first.
    #[must_use]
    pub fn pages(&self) -> Vec<PageTree> {
        self.look(|show| {
            let nodes = show
                .store
                .pages
                .iter()
                .filter_map(|id| show.store.node(*id));
            let lesson =
                |node: &&Node| !node.in_trash && node.parent == Parent::Source(seed::LESSONS);
            nodes
                .filter(lesson)
                .map(|node| page_tree(show, node))
                .collect()
        })
    }

    /// Any page, in the trash or not.
    #[must_use]
    pub fn page(&self, id: Uuid) -> Option<PageTree> {
        self.look(|show| {
            let (node, _) = show.store.page(id).ok()?;
            Some(page_tree(show, node))
        })
    }

    /// How many file uploads were created.
    #[must_use]
    pub fn upload_count(&self) -> usize {
        self.lock().store.uploads.len()
    }

    /// Puts a page or block into the trash, as a person does.
    pub fn trash(&self, id: Uuid) {
        self.set_trash(id, true);
    }

    /// Takes a page or block out of the trash.
    pub fn restore(&self, id: Uuid) {
        self.set_trash(id, false);
    }

    /// Appends blocks to a page or block, as a student does who writes on a page.
    ///
    /// # Panics
    /// If `blocks` is no list the API would take, or there is nothing with that id.
    pub fn write(&self, parent: Uuid, blocks: &Value) {
        check_blocks(blocks, &Path::root("body").key("children"))
            .expect("blocks in the form of the API");
        let mut state = self.lock();
        let node = state.store.block(parent).expect("a page or block");
        let parent = match node.page() {
            Some(_) => Parent::Page(parent),
            None => Parent::Block(parent),
        };
        let call = super::call::Call::by_hand(self.options.clock.now());
        let mut api = Api {
            store: &mut state.store,
            call: &call,
            options: &self.options,
            base: &self.base,
            bot: seed::BOT,
        };
        api.add_children(parent, blocks, None);
    }

    /// Adds a data source to the database "Lessons", with the same properties as the first.
    pub fn add_data_source(&self, name: &str) -> Uuid {
        let id = Uuid::new_v4();
        let now = minute(self.options.clock.now());
        seed::add_lessons(&mut self.lock().store, id, name, now);
        id
    }

    /// From now on the token is wrong.
    pub fn revoke_token(&self) {
        self.lock().is_revoked = true;
    }

    /// From now on the token is right again.
    pub fn restore_token(&self) {
        self.lock().is_revoked = false;
    }

    fn set_trash(&self, id: Uuid, in_trash: bool) {
        let now = minute(self.options.clock.now());
        if let Some(node) = self.lock().store.node_mut(id) {
            node.in_trash = in_trash;
            node.edited = now;
        }
    }

    fn look<T>(&self, at: impl FnOnce(&Show<'_>) -> T) -> T {
        let state = self.lock();
        let store: &Store = &state.store;
        at(&Show {
            store,
            version: Version::V2026_03_11,
            base: &self.base,
            now: self.options.clock.now(),
            bot: seed::BOT,
        })
    }
}

fn page_tree(show: &Show<'_>, node: &Node) -> PageTree {
    let shown = show.page(node);
    let title = node.page().map(|page| show.title(node, page));
    PageTree {
        id: node.id,
        title: title.unwrap_or_default(),
        properties: shown["properties"].clone(),
        icon: shown["icon"].clone(),
        cover: shown["cover"].clone(),
        blocks: block_trees(show, node),
    }
}

fn block_trees(show: &Show<'_>, parent: &Node) -> Vec<BlockTree> {
    let children = show.store.live_children(parent);
    let nodes = children.iter().filter_map(|id| show.store.node(*id));
    let tree = |node: &Node| {
        let shown = show.block(node);
        BlockTree {
            id: node.id,
            kind: node.kind().to_owned(),
            payload: shown[node.kind()].clone(),
            children: block_trees(show, node),
        }
    };
    nodes.map(tree).collect()
}
