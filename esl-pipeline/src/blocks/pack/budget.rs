//! What a request may hold, and how much of it blocks take up.

use std::io;
use std::ops::AddAssign;

use esl_core::ports::NotionLimits;
use serde::Serialize;

/// What the planner lets one request hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    most: Size,
    pub(super) depth: usize,
    pub(super) nested_column_lists: bool,
}

/// How much of a request some siblings take up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) siblings: usize,
    /// Descendants included.
    pub(super) blocks: usize,
    pub(super) bytes: usize,
}

impl Budget {
    /// Leaves a fifth of the bytes to the properties of the page and what else a request carries.
    pub(super) fn of(limits: &NotionLimits) -> Self {
        Self {
            most: Size {
                siblings: limits.children_per_array,
                blocks: limits.blocks_per_request,
                bytes: limits.bytes_per_request - limits.bytes_per_request / 5,
            },
            depth: limits.depth,
            nested_column_lists: limits.nested_column_lists,
        }
    }

    /// How many blocks one `children` array may hold.
    pub(super) fn siblings(&self) -> usize {
        self.most.siblings
    }

    pub(super) fn holds(&self, size: Size) -> bool {
        size.siblings <= self.most.siblings
            && size.blocks <= self.most.blocks
            && size.bytes <= self.most.bytes
    }

    /// How full a request of this size is, in millionths of what is scarcest in it.
    pub(super) fn fullness(&self, size: Size) -> u128 {
        let share = |used: usize, most: usize| used as u128 * 1_000_000 / most.max(1) as u128;
        share(size.siblings, self.most.siblings)
            .max(share(size.blocks, self.most.blocks))
            .max(share(size.bytes, self.most.bytes))
    }
}

impl Size {
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.siblings += other.siblings;
        self.blocks += other.blocks;
        self.bytes += other.bytes;
    }
}

impl FromIterator<Size> for Size {
    fn from_iter<I: IntoIterator<Item = Size>>(sizes: I) -> Self {
        sizes.into_iter().fold(Self::default(), Self::and)
    }
}

/// Bytes of `value` as JSON.
pub(super) fn json_bytes(value: &impl Serialize) -> usize {
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value).expect("blocks are JSON by nature");
    counter.0
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
