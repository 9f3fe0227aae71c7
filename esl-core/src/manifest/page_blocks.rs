//! What this program made of a page, so that a later run can tell its blocks from those of others
//! and sees what was changed by hand. The texts themselves are not kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{BlockId, Digest};

/// The blocks of a page that this program made.
///
/// Stored as one line per block in page order, `LEVEL ID DIGEST`, which keeps manifests short and
/// their nesting flat; a digest that is not known is written `?`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PageBlocks {
    /// The blocks as they were made, in page order.
    #[serde(with = "lines")]
    pub made: Vec<MadeBlock>,
    /// What blocks say that a run was about to make: a block of the page that says the same may be
    /// of its making.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<BlockDigest>,
    /// Blocks that said so before, and are therefore not of its making.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<BlockId>,
}

/// A block that this program made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBlock {
    /// Its id.
    pub id: BlockId,
    /// What it said when it was made; unknown while a run changes it.
    pub digest: Option<BlockDigest>,
    /// The blocks made inside it.
    pub children: Vec<MadeBlock>,
}

/// What a block says, without its children: the first 64 bits of a SHA-256, written as 16
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlockDigest(u64);

/// Not 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 16 hexadecimal digits")]
pub struct NotABlockDigest;

/// Levels that are read, at most; a page of ours never nests so deep.
const MAX_LEVEL: usize = 128;

impl BlockDigest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let digest = Digest::of(bytes);
        let first = &digest.as_str()[..16];
        first.parse().expect("a digest is hexadecimal")
    }
}

impl fmt::Display for BlockDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for BlockDigest {
    type Err = NotABlockDigest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digest = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = is_digest.then(|| u64::from_str_radix(text, 16).ok());
        bits.flatten().map(Self).ok_or(NotABlockDigest)
    }
}

impl TryFrom<String> for BlockDigest {
    type Error = NotABlockDigest;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BlockDigest> for String {
    fn from(digest: BlockDigest) -> Self {
        digest.to_string()
    }
}

/// Reads the record of a page, and takes one that cannot be read for none: what is lost is
/// knowledge that runs can do without.
pub(super) fn tolerant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PageBlocks>, D::Error> {
    let stored = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(stored).ok())
}

mod lines {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    use super::{MAX_LEVEL, MadeBlock};

    pub(super) fn serialize<S: Serializer>(made: &[MadeBlock], to: S) -> Result<S::Ok, S::Error> {
        let mut lines = Vec::new();
        write(made, 0, &mut lines);
        to.collect_seq(lines)
    }

    fn write(blocks: &[MadeBlock], level: usize, lines: &mut Vec<String>) {
        for MadeBlock {
            id,
            digest,
            children,
        } in blocks
        {
            lines.push(match digest {
                Some(digest) => format!("{level} {id} {digest}"),
                None => format!("{level} {id} ?"),
            });
            write(children, level + 1, lines);
        }
    }

    pub(super) fn deserialize<'de, D>(from: D) -> Result<Vec<MadeBlock>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let mut lists = vec![Vec::new()];
        for line in Vec::<String>::deserialize(from)? {
            let (level, block) = read(&line)
                .filter(|(level, _)| *level < lists.len())
                .ok_or_else(|| D::Error::custom("expected `LEVEL ID DIGEST`"))?;
            close(&mut lists, level);
            lists[level].push(block);
            lists.push(Vec::new());
        }
        close(&mut lists, 0);
        Ok(lists.swap_remove(0))
    }

    fn read(line: &str) -> Option<(usize, MadeBlock)> {
        let mut words = line.split_ascii_whitespace();
        let level = words.next()?.parse().ok()?;
        let id = words.next()?.parse().ok()?;
        let digest = match words.next()? {
            "?" => None,
            digest => Some(digest.parse().ok()?),
        };
        let children = Vec::new();
        let block = MadeBlock {
            id,
            digest,
            children,
        };
        (words.next().is_none() && level < MAX_LEVEL).then_some((level, block))
    }

    /// Gives the lists below `level` to the blocks they are inside of.
    fn close(lists: &mut Vec<Vec<MadeBlock>>, level: usize) {
        while lists.len() > level + 1 {
            let children = lists.pop().unwrap_or_default();
            if let Some(parent) = lists.last_mut().and_then(|list| list.last_mut()) {
                parent.children = children;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn block(number: u128, children: Vec<MadeBlock>) -> MadeBlock {
        MadeBlock {
            id: BlockId::from_uuid(Uuid::from_u128(number)),
            digest: number
                .is_multiple_of(2)
                .then(|| BlockDigest::of(number.to_string())),
            children,
        }
    }

    #[test]
    fn a_tree_is_kept_as_lines() {
        let inner = block(2, vec![block(3, vec![])]);
        let blocks = PageBlocks {
            made: vec![block(1, vec![inner, block(4, vec![])]), block(5, vec![])],
            pending: vec![BlockDigest::of("soon")],
            others: vec![],
        };
        let stored = serde_json::to_value(&blocks).unwrap();
        let lines = [
            "0 00000000-0000-0000-0000-000000000001 ?",
            "1 00000000-0000-0000-0000-000000000002 d4735e3a265e16ee",
            "2 00000000-0000-0000-0000-000000000003 ?",
            "1 00000000-0000-0000-0000-000000000004 4b227777d4dd1fc6",
            "0 00000000-0000-0000-0000-000000000005 ?",
        ];
        assert_eq!(
            stored,
            json!({"made": lines, "pending": ["4a754148b88a68e1"]})
        );
        assert_eq!(
            serde_json::from_value::<PageBlocks>(stored).unwrap(),
            blocks
        );
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused() {
        let id = "00000000-0000-0000-0000-000000000001";
        for line in [
            String::new(),
            format!("1 {id} ?"),
            format!("0 {id}"),
            format!("0 {id} ? ?"),
            format!("0 {id} +234567890123456"),
            format!("-1 {id} ?"),
        ] {
            let stored = json!({ "made": [line] });
            assert!(
                serde_json::from_value::<PageBlocks>(stored).is_err(),
                "{line}"
            );
        }
    }
}
