//! Where new blocks go among their siblings.

use std::collections::{HashMap, HashSet};

use esl_core::BlockId;
use esl_core::ports::Position;

use super::said::Wanted;
use super::siblings::{Claim, Ours, Siblings};
use super::walk::Known;

/// Blocks of others that are looked through for one that says what the lesson wants there.
const MAX_OTHERS: usize = 64;

/// Where the next new block goes.
#[derive(Debug)]
pub(super) struct Place<'p> {
    siblings: &'p [BlockId],
    index: HashMap<BlockId, usize>,
    ours: HashSet<BlockId>,
    player: Option<BlockId>,
    /// How many siblings stand before it.
    at: usize,
    /// From which sibling on those directly before it are of others.
    others: usize,
}

impl<'p> Place<'p> {
    pub(super) fn of(known: &Known<'p>, parent: BlockId, siblings: &Siblings<'_>) -> Self {
        let ours = siblings.ours.iter().map(|ours| ours.id).collect();
        let siblings = known.page.children(parent);
        let mut place = Self {
            siblings,
            index: siblings.iter().copied().zip(0..).collect(),
            ours,
            player: known.player,
            at: 0,
            others: 0,
        };
        place.pass_others();
        place
    }

    pub(super) fn position(&self) -> Position {
        self.position_at(self.at)
    }

    fn position_at(&self, at: usize) -> Position {
        match at.checked_sub(1) {
            Some(last) => Position::After(self.siblings[last]),
            None => Position::Start,
        }
    }

    /// A block that others wrote right here and that says what the lesson wants here, with the place
    /// directly above it.
    pub(super) fn adopt<'a>(
        &mut self,
        known: &Known<'a>,
        wanted: &Wanted,
    ) -> Option<(Ours<'a>, Position)> {
        let says_so = |id: &BlockId| {
            let ours = known.unrecorded(*id, Claim::Supposed)?;
            (ours.says == wanted.digest).then_some(ours)
        };
        let others = self.siblings[self.others..self.at].iter().enumerate();
        let mut others = others.take(MAX_OTHERS);
        let (index, ours) = others.find_map(|(index, id)| Some((index, says_so(id)?)))?;
        let position = self.position_at(self.others + index);
        self.others += index + 1;
        Some((ours, position))
    }

    /// Goes on below a block that stays, and below what others wrote under it.
    pub(super) fn pass(&mut self, id: BlockId) {
        if let Some(index) = self.index.get(&id) {
            self.go_to(index + 1);
            self.pass_others();
        }
    }

    /// Goes on directly below a block that goes: what is new takes its place.
    pub(super) fn replace(&mut self, id: BlockId) {
        if let Some(index) = self.index.get(&id) {
            self.go_to(index + 1);
        }
    }

    fn go_to(&mut self, at: usize) {
        self.at = at;
        self.others = at;
    }

    fn pass_others(&mut self) {
        let is_other = |id: &&BlockId| !self.ours.contains(*id) && Some(**id) != self.player;
        let others = self.siblings[self.at..].iter().take_while(is_other);
        self.at += others.count();
    }
}
