//! Where a tree of blocks is cut.
//!
//! Worked out from the leaves up. A block keeps its children as long as it can, and is cut off from
//! them only when its parent could not take it otherwise: a cut costs one request wherever it is
//! made, and the higher it is made, the more it frees and the easier the id is learnt.

use esl_core::block::Block;

use super::budget::{Budget, Size, json_bytes};

/// What children add to the JSON of a block.
const CHILDREN_KEY: usize = r#","children":[]"#.len();

/// A block taken apart, with the decision which of its children are created along with it.
#[derive(Debug)]
pub(super) struct Piece {
    /// The block without its children.
    block: Block,
    own: Size,
    children: Vec<Piece>,
    /// How many of the children are created along with the block.
    inline: usize,
    /// How many of the others each later request brings, the last request first.
    appends: Vec<usize>,
    /// The block with all that is created along with it.
    size: Size,
    /// Levels of descendants that are created along with it.
    height: usize,
}

/// Children that are created later, and where the block is that they belong to.
#[derive(Debug)]
pub(super) struct Later {
    /// Indices from the top of the request down to the block.
    pub(super) path: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
}

impl Piece {
    pub(super) fn of(mut block: Block, budget: &Budget) -> Self {
        let below = block.children_mut().map(std::mem::take).unwrap_or_default();
        let own = Size {
            siblings: 1,
            blocks: 1,
            bytes: json_bytes(&block) + ",".len(),
        };
        let mut piece = Self {
            block,
            own,
            children: below
                .into_iter()
                .map(|child| Self::of(child, budget))
                .collect(),
            inline: 0,
            appends: Vec::new(),
            size: own,
            height: 0,
        };
        piece.arrange(budget);
        piece
    }

    /// Decides which children are created along with the block: the first ones, as few as possible
    /// without one more request for the others.
    fn arrange(&mut self, budget: &Budget) {
        self.make_kept_fit(budget);
        self.appends = group(&mut self.children, budget);
        let first = self.appends.last().copied().unwrap_or_default();
        if first >= self.least() && self.takes(&self.children[..first], budget) {
            self.appends.pop();
            self.inline = first;
        } else {
            self.inline = self.least();
            self.appends = group(&mut self.children[self.inline..], budget);
        }
        self.measure();
    }

    /// Cuts the children that are to be created along with the block as far as it takes to do so.
    /// Columns are all meant to be, since few lists have many.
    fn make_kept_fit(&mut self, budget: &Budget) {
        let kept = match self.block {
            Block::ColumnList(_) => self.children.len().min(budget.siblings()),
            _ => self.least(),
        };
        for cut in [Self::cut, Self::cut_below] {
            for at in (0..kept).rev() {
                if self.takes(&self.children[..kept], budget) {
                    return;
                }
                cut(&mut self.children[at]);
            }
        }
    }

    /// Leaves the children to a request of their own, but for those that the block cannot be without.
    fn cut(&mut self) {
        let least = self.least();
        if self.inline > least {
            self.appends.push(self.inline - least);
            self.inline = least;
            self.measure();
        }
    }

    /// Cuts also the children that the block cannot be without.
    fn cut_below(&mut self) {
        self.cut();
        self.children[..self.inline]
            .iter_mut()
            .for_each(Self::cut_below);
        self.measure();
    }

    /// The size after [`Self::cut`]; `None` if there is nothing to cut off.
    fn cut_size(&self) -> Option<Size> {
        let least = self.least();
        (self.inline > least).then(|| self.size_with(&self.children[..least]))
    }

    /// How many children have to be created along with the block.
    /// (Notion API reference, "Block": column list, column, table.)
    fn least(&self) -> usize {
        let least = match self.block {
            Block::ColumnList(_) => 2,
            Block::Column(_) | Block::Table(_) => 1,
            _ => 0,
        };
        least.min(self.children.len())
    }

    fn takes(&self, children: &[Self], budget: &Budget) -> bool {
        budget.holds(total(children))
            && budget.holds(self.size_with(children))
            && children.iter().all(|child| self.admits(child, budget))
    }

    fn admits(&self, child: &Self, budget: &Budget) -> bool {
        let is_nested_list = matches!(child.block, Block::ColumnList(_));
        child.height + self.step() <= budget.depth
            && (budget.nested_column_lists || !is_nested_list)
    }

    /// How many levels the children are below the block.
    fn step(&self) -> usize {
        usize::from(!matches!(self.block, Block::ColumnList(_)))
    }

    fn measure(&mut self) {
        let inline = &self.children[..self.inline];
        self.size = self.size_with(inline);
        let levels = inline.iter().map(|child| child.height + self.step());
        self.height = levels.max().unwrap_or_default();
    }

    fn size_with(&self, children: &[Self]) -> Size {
        let Size { blocks, bytes, .. } = total(children);
        let key = if children.is_empty() { 0 } else { CHILDREN_KEY };
        self.own.and(Size {
            siblings: 0,
            blocks,
            bytes: bytes + key,
        })
    }

    /// The block with what is created along with it; the rest goes to `later` in page order.
    pub(super) fn assemble(mut self, path: &mut Vec<usize>, later: &mut Vec<Later>) -> Block {
        let rest = self.children.split_off(self.inline);
        for pieces in in_groups(rest, &self.appends) {
            let path = path.clone();
            later.push(Later { path, pieces });
        }
        let inline = assemble_all(self.children, path, later);
        if let Some(children) = self.block.children_mut() {
            *children = inline;
        }
        self.block
    }
}

fn total(pieces: &[Piece]) -> Size {
    pieces.iter().map(|piece| piece.size).collect()
}

/// [`Piece::assemble`] for siblings below the block at `path`.
pub(super) fn assemble_all(
    pieces: Vec<Piece>,
    path: &mut Vec<usize>,
    later: &mut Vec<Later>,
) -> Vec<Block> {
    let assemble = |(at, piece): (usize, Piece)| {
        path.push(at);
        let block = piece.assemble(path, later);
        path.pop();
        block
    };
    pieces.into_iter().enumerate().map(assemble).collect()
}

/// Siblings in groups of these lengths, the last group's length first.
pub(super) fn in_groups(pieces: Vec<Piece>, lengths: &[usize]) -> Vec<Vec<Piece>> {
    let mut pieces = pieces.into_iter();
    let take = |length: &usize| pieces.by_ref().take(*length).collect();
    lengths.iter().rev().map(take).collect()
}

/// Divides siblings into the fewest requests, and cuts some where that saves requests on balance.
/// Returns how many each request takes, the last request first: it is filled from the end, so that
/// the first one, which may go along with the parent, is the smallest.
pub(super) fn group(pieces: &mut [Piece], budget: &Budget) -> Vec<usize> {
    let whole = Grouping::of(pieces, budget, |_, _| None);
    if whole.lengths.len() <= 1 {
        return whole.lengths;
    }
    let cut = Grouping::of(pieces, budget, |load, piece| {
        let size = piece.cut_size()?;
        let load = load.and(size);
        let is_emptier = budget.fullness(load) < budget.fullness(piece.size);
        (budget.holds(load) && is_emptier).then_some(size)
    });
    if cut.requests() >= whole.requests() {
        return whole.lengths;
    }
    for at in cut.cuts {
        pieces[at].cut();
    }
    cut.lengths
}

/// A way to divide siblings into requests.
#[derive(Debug, Default)]
struct Grouping {
    lengths: Vec<usize>,
    /// Which pieces are cut, each at the cost of a request.
    cuts: Vec<usize>,
}

impl Grouping {
    /// Fills request after request from the end. `instead` may say that a piece which does not fit
    /// is rather cut to a given size than put into the next request.
    fn of(
        pieces: &[Piece],
        budget: &Budget,
        instead: impl Fn(Size, &Piece) -> Option<Size>,
    ) -> Self {
        let mut grouping = Self::default();
        let mut load = Size::default();
        for (at, piece) in pieces.iter().enumerate().rev() {
            if load.siblings == 0 || budget.holds(load.and(piece.size)) {
                load += piece.size;
            } else if let Some(size) = instead(load, piece) {
                grouping.cuts.push(at);
                load += size;
            } else {
                grouping.lengths.push(load.siblings);
                load = piece.size;
            }
        }
        if load.siblings > 0 {
            grouping.lengths.push(load.siblings);
        }
        grouping
    }

    fn requests(&self) -> usize {
        self.lengths.len() + self.cuts.len()
    }
}
