//! Goes through page and lesson together, from the top into every block that both have.

use std::collections::{HashMap, HashSet};

use esl_core::BlockId;
use esl_core::manifest::{BlockDigest, MadeBlock, PageBlocks};
use esl_core::ports::Position;

use super::align::Step;
use super::page::CurrentPage;
use super::place::Place;
use super::said::{self, Wanted, can_become};
use super::siblings::{Claim, Ours, Siblings};
use super::{Conflict, ConflictOutcome, Edit, EditScript, digests};

/// What is known before anything is compared.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) page: &'a CurrentPage,
    pub(super) has_record: bool,
    made: &'a [MadeBlock],
    recorded: HashMap<BlockId, &'a MadeBlock>,
    pending: HashSet<BlockDigest>,
    others: HashSet<BlockId>,
    pub(super) player: Option<BlockId>,
}

/// The comparison under way.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    known: Known<'a>,
    inserts: Vec<Edit>,
    updates: Vec<Edit>,
    deletes: Vec<Edit>,
    conflicts: Vec<Conflict>,
    kept: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        record: Option<&'a PageBlocks>,
        page: &'a CurrentPage,
        player: Option<BlockId>,
    ) -> Self {
        let made = record.map_or(&[][..], |record| &record.made);
        let mut recorded = HashMap::new();
        collect(made, &mut recorded);
        let pending = record.map_or(&[][..], |record| &record.pending);
        let others = record.map_or(&[][..], |record| &record.others);
        let known = Known {
            page,
            has_record: record.is_some(),
            made,
            recorded,
            pending: pending.iter().copied().collect(),
            others: others.iter().copied().collect(),
            player,
        };
        Self {
            known,
            inserts: Vec::new(),
            updates: Vec::new(),
            deletes: Vec::new(),
            conflicts: Vec::new(),
            kept: 0,
        }
    }

    pub(super) fn run(mut self, wanted: &[Wanted]) -> EditScript {
        let made = self.level(self.known.page.root(), self.known.made, wanted);
        let under_way = self.under_way(made);
        let edits = [self.inserts, self.updates, self.deletes];
        EditScript {
            edits: edits.into_iter().flatten().collect(),
            conflicts: self.conflicts,
            kept: self.kept,
            under_way,
        }
    }

    /// What is known while the edits are under way.
    fn under_way(&self, made: Vec<MadeBlock>) -> PageBlocks {
        let mut pending = self.known.pending.clone();
        for insert in &self.inserts {
            if let Edit::Insert { blocks, .. } = insert {
                pending.extend(digests(blocks));
            }
        }
        let page = self.known.page;
        let mut ours = HashMap::new();
        collect(&made, &mut ours);
        let says_so = |id: &BlockId| {
            page.get(*id)
                .is_some_and(|block| pending.contains(&block.digest))
        };
        let is_others = |id: &BlockId| !ours.contains_key(id) && !self.known.is_pending(*id);
        let others = page.inside(page.root()).into_iter();
        let others = others.filter(|id| says_so(id) && is_others(id)).collect();
        let mut pending: Vec<_> = pending.into_iter().collect();
        pending.sort_unstable();
        PageBlocks {
            made,
            pending,
            others,
        }
    }

    /// Compares the blocks directly inside `parent`. Returns those that are ours while the edits are
    /// under way: what changes or goes is of unknown content until then.
    fn level(
        &mut self,
        parent: BlockId,
        made: &'a [MadeBlock],
        wanted: &[Wanted],
    ) -> Vec<MadeBlock> {
        let siblings = Siblings::of(&self.known, parent, made);
        let steps = siblings.align(&self.known, wanted);
        let mut place = Place::of(&self.known, parent, &siblings);
        let mut under_way = Vec::new();
        let mut new = Vec::new();
        for step in steps {
            let position = place.position();
            match step {
                Step::New(want) => match place.adopt(&self.known, &wanted[want]) {
                    Some((ours, above)) => {
                        self.insert(parent, above, &mut new);
                        under_way.push(self.same(&ours, &wanted[want]));
                    }
                    None => new.push(wanted[want].to_block()),
                },
                Step::Same(our, want) => {
                    let ours = &siblings.ours[our];
                    under_way.push(self.same(ours, &wanted[want]));
                    place.pass(ours.id);
                }
                Step::Changed(our, want) => {
                    let ours = &siblings.ours[our];
                    let wanted = &wanted[want];
                    under_way.push(match ours.claim {
                        Claim::PerhapsEdited => self.same(ours, wanted),
                        Claim::Made | Claim::Supposed => self.changed(ours, wanted),
                    });
                    place.pass(ours.id);
                }
                Step::Gone(our) => {
                    let ours = &siblings.ours[our];
                    match self.gone(ours) {
                        Some(block) => {
                            under_way.push(block);
                            place.replace(ours.id);
                        }
                        None => place.pass(ours.id),
                    }
                }
            }
            if place.position() != position {
                self.insert(parent, position, &mut new);
            }
        }
        self.insert(parent, place.position(), &mut new);
        under_way
    }

    fn insert(
        &mut self,
        parent: BlockId,
        position: Position,
        new: &mut Vec<esl_core::block::Block>,
    ) {
        if !new.is_empty() {
            self.inserts.push(Edit::Insert {
                parent,
                position,
                blocks: std::mem::take(new),
            });
        }
    }

    /// The lesson still says what we made: whatever people did to the block stays.
    fn same(&mut self, ours: &Ours<'a>, wanted: &Wanted) -> MadeBlock {
        let digest = Some(wanted.digest);
        let Some(current) = self.known.page.get(ours.id) else {
            self.conflict(ours.id, ConflictOutcome::StaysDeleted);
            return MadeBlock {
                id: ours.id,
                digest,
                children: ours.children.to_vec(),
            };
        };
        self.kept += 1;
        let children = if can_become(&current.own, &wanted.own) {
            self.level(ours.id, ours.children, &wanted.children)
        } else {
            // People made another kind of block of it, which need not hold others.
            ours.children.to_vec()
        };
        MadeBlock {
            id: ours.id,
            digest,
            children,
        }
    }

    /// The lesson says it differently: so does the page, from now on.
    fn changed(&mut self, ours: &Ours<'a>, wanted: &Wanted) -> MadeBlock {
        let current = self.known.page.get(ours.id).map(|current| current.digest);
        let is_done = current == Some(wanted.digest);
        if is_done {
            self.kept += 1;
        } else {
            if self.known.is_changed_by_hand(ours.id) {
                self.conflict(ours.id, ConflictOutcome::Overwritten);
            }
            self.updates.push(Edit::Update {
                id: ours.id,
                block: wanted.own.clone(),
            });
        }
        MadeBlock {
            id: ours.id,
            digest: is_done.then_some(wanted.digest),
            children: self.level(ours.id, ours.children, &wanted.children),
        }
    }

    /// The lesson does not have it any more. Returns it if it is deleted, `None` if it is left to
    /// others.
    fn gone(&mut self, ours: &Ours<'a>) -> Option<MadeBlock> {
        match ours.claim {
            Claim::Made => self.delete(ours.id, ours.children),
            Claim::Supposed if !self.known.has_record => {
                self.conflict(ours.id, ConflictOutcome::KeptUnknown);
                None
            }
            Claim::Supposed | Claim::PerhapsEdited => None,
        }
    }

    fn delete(&mut self, id: BlockId, children: &'a [MadeBlock]) -> Option<MadeBlock> {
        let page = self.known.page;
        let inside = page.inside(id);
        if self.others_wrote(&inside, children) {
            self.conflict(id, ConflictOutcome::KeptForOthers);
            return None;
        }
        // What people moved out of it goes, too, and goes first: until then it is known by this.
        for child in moved_out(children, &inside) {
            self.delete(child.id, &child.children);
        }
        if page.get(id).is_some() {
            for id in std::iter::once(id).chain(inside) {
                if self.known.is_changed_by_hand(id) {
                    self.conflict(id, ConflictOutcome::Deleted);
                }
            }
            self.deletes.push(Edit::Delete { id });
        }
        Some(MadeBlock {
            id,
            digest: None,
            children: children.to_vec(),
        })
    }

    /// Whether some of the blocks inside a block of ours are neither those that we made in it, nor
    /// what we were about to make, nor the player.
    fn others_wrote(&self, inside: &[BlockId], children: &'a [MadeBlock]) -> bool {
        let mut made = HashMap::new();
        collect(children, &mut made);
        let is_others = |id: &BlockId| {
            Some(*id) != self.known.player && !made.contains_key(id) && !self.known.is_pending(*id)
        };
        inside.iter().any(is_others)
    }

    fn conflict(&mut self, block: BlockId, outcome: ConflictOutcome) {
        let current = self.known.page.get(block);
        self.conflicts.push(Conflict {
            block,
            outcome,
            text: current.map_or_else(String::new, |current| said::words(&current.own)),
        });
    }
}

impl<'a> Known<'a> {
    /// Takes a block that is not on record for ours, if it says what we were about to make or if
    /// there is no record at all. Where `none_is_recorded` among its siblings, it may once have said
    /// what we made.
    pub(super) fn claim(&self, id: BlockId, none_is_recorded: bool) -> Option<Ours<'a>> {
        let claim = match (self.is_pending(id), self.has_record) {
            (true, _) => Claim::Made,
            (false, false) => Claim::Supposed,
            (false, true) if none_is_recorded => Claim::PerhapsEdited,
            (false, true) => return None,
        };
        self.unrecorded(id, claim)
    }

    /// Whether the lesson says what we were about to make.
    pub(super) fn is_unchanged(&self, wanted: &Wanted) -> bool {
        self.pending.contains(&wanted.digest)
    }

    /// Takes a block that is not on record for ours.
    pub(super) fn unrecorded(&self, id: BlockId, claim: Claim) -> Option<Ours<'a>> {
        if Some(id) == self.player || self.recorded.contains_key(&id) {
            return None;
        }
        Some(Ours {
            id,
            claim,
            says: self.page.get(id)?.digest,
            children: &[],
        })
    }

    /// Whether a block that we made says something else than when we made it.
    fn is_changed_by_hand(&self, id: BlockId) -> bool {
        let made = self.recorded.get(&id).and_then(|made| made.digest);
        let current = self.page.get(id).map(|current| current.digest);
        made.is_some() && current.is_some() && made != current
    }

    /// Whether a block says what we were about to make, and is not known to be of somebody.
    fn is_pending(&self, id: BlockId) -> bool {
        let current = self.page.get(id);
        let is_known = self.recorded.contains_key(&id) || self.others.contains(&id);
        !is_known && current.is_some_and(|current| self.pending.contains(&current.digest))
    }
}

/// Those of the blocks made in a block that are not inside it any more.
fn moved_out<'a>(
    children: &'a [MadeBlock],
    inside: &[BlockId],
) -> impl Iterator<Item = &'a MadeBlock> {
    let inside: HashSet<_> = inside.iter().copied().collect();
    children
        .iter()
        .filter(move |child| !inside.contains(&child.id))
}

fn collect<'a>(made: &'a [MadeBlock], into: &mut HashMap<BlockId, &'a MadeBlock>) {
    for block in made {
        into.insert(block.id, block);
        collect(&block.children, into);
    }
}
