mod hands;
mod just_made;
mod least;
mod versions;
mod without_record;

use esl_core::block::{Heading, HeadingLevel, Media, RichText, plain_text};
use esl_core::{Color, UploadId};
use uuid::Uuid;

use super::*;

/// A page on which this program and people write in turn.
#[derive(Debug, Clone)]
struct Desk {
    page: CurrentPage,
    made: Option<PageBlocks>,
    player: Option<BlockId>,
    blocks_so_far: u128,
}

impl Desk {
    /// A page that shows `wanted`, made by this program.
    fn showing(wanted: &[Block]) -> Self {
        let mut desk = Self {
            page: CurrentPage::empty(Uuid::from_u128(1).into()),
            made: Some(intended(wanted)),
            player: None,
            blocks_so_far: 1,
        };
        desk.insert(desk.page.root(), Position::Start, wanted);
        desk.update(wanted);
        desk
    }

    /// A page that was just made of `wanted`, and of which only the topmost blocks are on record.
    fn just_made(wanted: &[Block]) -> Self {
        let mut desk = Self::showing(wanted);
        let topmost = desk.page.children(desk.page.root()).to_vec();
        desk.made = Some(created(wanted, &topmost));
        desk
    }

    fn script(&self, wanted: &[Block]) -> EditScript {
        diff(self.made.as_ref(), &self.page, wanted, self.player)
    }

    /// Brings the page up to date. Returns what that took.
    fn update(&mut self, wanted: &[Block]) -> EditScript {
        let script = self.begin(wanted);
        self.apply(&script.edits);
        let rest = self.script(wanted);
        assert_eq!(rest.edits, [], "a page that is up to date needs no edits");
        self.made = Some(rest.settled());
        script
    }

    /// Records what is about to be done.
    fn begin(&mut self, wanted: &[Block]) -> EditScript {
        let script = self.script(wanted);
        self.made = Some(script.under_way().clone());
        script
    }

    fn apply(&mut self, edits: &[Edit]) {
        for edit in edits {
            match edit {
                Edit::Insert {
                    parent,
                    position,
                    blocks,
                } => {
                    self.insert(*parent, *position, blocks);
                }
                Edit::Update { id, block } => self.page.update(*id, block.clone()),
                Edit::Delete { id } => {
                    self.page.delete(*id);
                }
            }
        }
    }

    fn insert(
        &mut self,
        parent: BlockId,
        mut position: Position,
        blocks: &[Block],
    ) -> Vec<BlockId> {
        let mut ids = Vec::new();
        for block in blocks {
            self.blocks_so_far += 1;
            let id = Uuid::from_u128(self.blocks_so_far).into();
            self.page.insert(parent, position, id, block.clone());
            self.insert(id, Position::Start, block.children());
            position = Position::After(id);
            ids.push(id);
        }
        ids
    }

    /// Somebody writes a line below the block that says `text`.
    fn write_below(&mut self, text: &str, line: &str) -> BlockId {
        let above = self.find(text);
        let parent = self.parent(above);
        self.insert(parent, Position::After(above), &[paragraph(line)])[0]
    }

    /// Somebody writes a line into the block that says `text`.
    fn write_into(&mut self, text: &str, line: &str) -> BlockId {
        self.insert(self.find(text), Position::End, &[paragraph(line)])[0]
    }

    fn ids(&self) -> Vec<BlockId> {
        self.page.inside(self.page.root())
    }

    /// The first block that says `text`.
    fn find(&self, text: &str) -> BlockId {
        let says = |id: &BlockId| said::words(&self.page.get(*id).unwrap().own) == text;
        self.ids().into_iter().find(says).expect(text)
    }

    fn parent(&self, id: BlockId) -> BlockId {
        let mut parents = self.ids();
        parents.push(self.page.root());
        let holds = |parent: &BlockId| self.page.children(*parent).contains(&id);
        parents.into_iter().find(holds).unwrap()
    }

    fn blocks(&self) -> Vec<Block> {
        self.blocks_of(self.page.root())
    }

    fn blocks_of(&self, parent: BlockId) -> Vec<Block> {
        let rebuild = |id: &BlockId| {
            let mut block = self.page.get(*id).unwrap().own.clone();
            if let Some(children) = block.children_mut() {
                *children = self.blocks_of(*id);
            }
            block
        };
        self.page.children(parent).iter().map(rebuild).collect()
    }

    /// The page as lines of text, indented by level.
    fn text(&self) -> Vec<String> {
        let mut lines = Vec::new();
        write_lines(&self.blocks(), 0, &mut lines);
        lines
    }
}

fn write_lines(blocks: &[Block], level: usize, lines: &mut Vec<String>) {
    for block in blocks {
        let text = match block {
            Block::Audio(_) => "<audio>".to_owned(),
            _ => plain_text(block.rich_text()),
        };
        lines.push(format!("{}{text}", "  ".repeat(level)));
        write_lines(block.children(), level + 1, lines);
    }
}

fn paragraph(text: &str) -> Block {
    Block::paragraph(vec![RichText::plain(text)])
}

fn paragraphs(texts: &[&str]) -> Vec<Block> {
    texts.iter().map(|text| paragraph(text)).collect()
}

fn heading(text: &str) -> Block {
    Block::heading(HeadingLevel::Two, vec![RichText::plain(text)])
}

fn toggle(title: &str, children: Vec<Block>) -> Block {
    Block::toggle(vec![RichText::plain(title)], children)
}

fn player() -> Block {
    Block::Audio(Media::upload(UploadId::parse("recording").unwrap()))
}

/// How many edits of each sort: inserts, updates, deletes.
fn tally(script: &EditScript) -> (usize, usize, usize) {
    let count = |is: fn(&Edit) -> bool| script.edits.iter().filter(|edit| is(edit)).count();
    (
        count(|edit| matches!(edit, Edit::Insert { .. })),
        count(|edit| matches!(edit, Edit::Update { .. })),
        count(|edit| matches!(edit, Edit::Delete { .. })),
    )
}

fn outcomes(script: &EditScript) -> Vec<(ConflictOutcome, &str)> {
    let told = |conflict: &'_ Conflict| conflict.outcome;
    let conflicts = script.conflicts.iter();
    conflicts
        .map(|conflict| (told(conflict), &*conflict.text))
        .collect()
}
