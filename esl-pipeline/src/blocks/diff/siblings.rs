//! Which blocks directly inside a block are ours.

use std::collections::HashMap;

use esl_core::BlockId;
use esl_core::manifest::{BlockDigest, MadeBlock};

use super::align::{self, Words};
use super::page::CurrentPage;
use super::said::{self, Wanted, can_become};
use super::walk::Known;

/// How alike two blocks have to be for one to be taken for an earlier version of the other, if it is
/// not known who made it.
const LEAST_LIKENESS: f64 = 0.5;

/// A block of ours, on the page or deleted from it by hand.
#[derive(Debug)]
pub(super) struct Ours<'a> {
    pub(super) id: BlockId,
    pub(super) claim: Claim,
    /// What the lesson's blocks are held against.
    pub(super) says: BlockDigest,
    pub(super) children: &'a [MadeBlock],
}

/// Why a block is taken for ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is on record, or what a run was about to make.
    Made,
    /// Nobody knows who made it.
    Supposed,
    /// It stands among blocks that were made without being recorded, and says something else.
    PerhapsEdited,
}

/// Our blocks among siblings, in the order in which they were made.
#[derive(Debug)]
pub(super) struct Siblings<'a> {
    pub(super) ours: Vec<Ours<'a>>,
}

impl<'a> Siblings<'a> {
    /// Those of `parent`: the ones on record, and those that a run left without recording them.
    pub(super) fn of(known: &Known<'a>, parent: BlockId, made: &'a [MadeBlock]) -> Self {
        let place: HashMap<_, _> = made.iter().map(|block| block.id).zip(1..).collect();
        let recorded = |block: &'a MadeBlock| (place[&block.id], Self::recorded(known.page, block));
        let mut ours: Vec<_> = made
            .iter()
            .map(recorded)
            .filter_map(|(at, ours)| Some((at, ours?)))
            .collect();
        let mut last = 0;
        for id in known.page.children(parent) {
            match place.get(id) {
                Some(at) => last = *at,
                None => {
                    let claim = known.claim(*id, made.is_empty());
                    ours.extend(claim.map(|ours| (last, ours)));
                }
            }
        }
        ours.sort_by_key(|(at, _)| *at);
        let ours = ours.into_iter().map(|(_, ours)| ours).collect();
        Self { ours }
    }

    /// A block on record, unless it is gone and nobody knows what it said.
    fn recorded(page: &CurrentPage, block: &'a MadeBlock) -> Option<Ours<'a>> {
        let current = page.get(block.id).map(|current| current.digest);
        Some(Ours {
            id: block.id,
            claim: Claim::Made,
            says: block.digest.or(current)?,
            children: &block.children,
        })
    }

    /// How our blocks go together with the lesson's.
    pub(super) fn align(&self, known: &Known<'a>, wanted: &[Wanted]) -> Vec<align::Step> {
        let ours: Vec<_> = self.ours.iter().map(|ours| ours.says).collect();
        let digests: Vec<_> = wanted.iter().map(|wanted| wanted.digest).collect();
        let words_of_ours = Lazy::new(ours.len());
        let words_of_wanted = Lazy::new(wanted.len());
        align::align(&ours, &digests, |our, want| {
            let ours = &self.ours[our];
            let current = known.page.get(ours.id)?;
            if !can_become(&current.own, &wanted[want].own) {
                return None;
            }
            let one = words_of_ours.get(our, || said::words(&current.own));
            let other = words_of_wanted.get(want, || said::words(&wanted[want].own));
            let likeness = align::likeness(one, other);
            let can_be = match ours.claim {
                Claim::Made => true,
                Claim::Supposed => likeness >= LEAST_LIKENESS,
                Claim::PerhapsEdited => {
                    likeness >= LEAST_LIKENESS && known.is_unchanged(&wanted[want])
                }
            };
            can_be.then_some(likeness)
        })
    }
}

/// The words of blocks, counted when first looked at.
struct Lazy(Vec<std::cell::OnceCell<Words>>);

impl Lazy {
    fn new(len: usize) -> Self {
        Self(std::iter::repeat_with(Default::default).take(len).collect())
    }

    fn get(&self, at: usize, text: impl FnOnce() -> String) -> &Words {
        self.0[at].get_or_init(|| align::words(&text()))
    }
}
