//! What a block says by itself, without its children: its digest, its words, its kind.

use esl_core::block::{Block, Content, FileSource, RichText, plain_text};
use esl_core::manifest::BlockDigest;

/// A block taken apart: what it says, and the blocks inside it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The block without children.
    pub(super) own: Block,
    pub(super) digest: BlockDigest,
    pub(super) children: Vec<Wanted>,
}

impl Wanted {
    pub(super) fn of(mut block: Block) -> Self {
        let children = block.children_mut().map(std::mem::take).unwrap_or_default();
        Self {
            digest: digest(&block),
            own: block,
            children: children.into_iter().map(Self::of).collect(),
        }
    }

    /// The block in one piece.
    pub(super) fn to_block(&self) -> Block {
        let mut block = self.own.clone();
        if let Some(children) = block.children_mut() {
            *children = self.children.iter().map(Self::to_block).collect();
        }
        block
    }

    /// Collects the digests of this block and of all inside it.
    pub(super) fn digests(&self, into: &mut Vec<BlockDigest>) {
        into.push(self.digest);
        for child in &self.children {
            child.digests(into);
        }
    }
}

/// Addresses what `own`, a block without children, says. Text counts as the same however it is cut
/// into runs: workspaces cut long runs and join equal ones.
pub(super) fn digest(own: &Block) -> BlockDigest {
    let mut own = own.clone();
    for text in texts_mut(&mut own) {
        *text = join_runs(std::mem::take(text));
    }
    let said = serde_json::to_vec(&own).expect("blocks are JSON by nature");
    BlockDigest::of(said)
}

fn texts_mut(block: &mut Block) -> Vec<&mut Vec<RichText>> {
    match block {
        Block::Paragraph(text)
        | Block::BulletedListItem(text)
        | Block::NumberedListItem(text)
        | Block::Quote(text) => vec![&mut text.rich_text],
        Block::Heading(heading) => vec![&mut heading.rich_text],
        Block::ToDo(to_do) => vec![&mut to_do.rich_text],
        Block::Toggle(toggle) => vec![&mut toggle.rich_text],
        Block::Callout(callout) => vec![&mut callout.rich_text],
        Block::Code(code) => vec![&mut code.rich_text],
        Block::Image(media) | Block::Video(media) | Block::Audio(media) | Block::Pdf(media) => {
            vec![&mut media.caption]
        }
        Block::TableRow(row) => row.cells.iter_mut().collect(),
        _ => Vec::new(),
    }
}

fn join_runs(runs: Vec<RichText>) -> Vec<RichText> {
    let mut joined: Vec<RichText> = Vec::with_capacity(runs.len());
    for run in runs {
        if run.as_str().is_empty() {
            continue;
        }
        match joined.last_mut() {
            Some(last) if continues(last, &run) => {
                if let Content::Text { text } = &mut last.content {
                    text.content.push_str(run.as_str());
                }
            }
            _ => joined.push(run),
        }
    }
    joined
}

fn continues(last: &RichText, run: &RichText) -> bool {
    let is_text = |run: &RichText| matches!(run.content, Content::Text { .. });
    is_text(last)
        && is_text(run)
        && last.annotations == run.annotations
        && last.link() == run.link()
}

/// What a block says, in plain words; empty for blocks that only hold others.
pub(super) fn words(block: &Block) -> String {
    match block {
        Block::Image(media) | Block::Video(media) | Block::Audio(media) | Block::Pdf(media) => {
            let place = match &media.source {
                FileSource::External { external } => external.url.as_str(),
                FileSource::FileUpload { file_upload } => file_upload.id.as_str(),
            };
            format!("{place} {}", plain_text(&media.caption))
                .trim()
                .to_owned()
        }
        Block::TableRow(row) => {
            let cells: Vec<_> = row.cells.iter().map(|cell| plain_text(cell)).collect();
            cells.join(" | ")
        }
        Block::Bookmark(link) => link.url.clone(),
        Block::Equation(equation) => equation.expression.clone(),
        _ => plain_text(block.rich_text()),
    }
}

/// Whether an update can turn one block into the other. Notion changes neither types nor the width
/// of tables, nor what a synced block refers to; a toggle heading with children stays one. (Notion
/// API reference: "Update a block".)
pub(super) fn can_become(block: &Block, wanted: &Block) -> bool {
    let is_stored =
        |media: &esl_core::block::Media| matches!(media.source, FileSource::FileUpload { .. });
    match (block, wanted) {
        (Block::Heading(block), Block::Heading(wanted)) => {
            block.level == wanted.level && block.is_toggleable == wanted.is_toggleable
        }
        (Block::Table(block), Block::Table(wanted)) => block.table_width == wanted.table_width,
        (Block::SyncedBlock(block), Block::SyncedBlock(wanted)) => {
            block.synced_from == wanted.synced_from
        }
        (Block::Image(block), Block::Image(wanted))
        | (Block::Video(block), Block::Video(wanted))
        | (Block::Audio(block), Block::Audio(wanted))
        | (Block::Pdf(block), Block::Pdf(wanted)) => is_stored(block) == is_stored(wanted),
        _ => block.type_name() == wanted.type_name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(runs: &[&str]) -> Block {
        Block::paragraph(runs.iter().map(|run| RichText::plain(*run)).collect())
    }

    #[test]
    fn how_text_is_cut_into_runs_does_not_matter() {
        let whole = digest(&paragraph(&["at the station"]));
        assert_eq!(digest(&paragraph(&["at ", "", "the station"])), whole);
        assert_ne!(digest(&paragraph(&["at the Station"])), whole);
    }

    #[test]
    fn looks_and_links_matter() {
        let linked = RichText::text("x", Some("https://example.com".into()), Default::default());
        let blocks = [
            Block::paragraph(vec![RichText::plain("x"), linked.clone()]),
            Block::paragraph(vec![RichText::plain("xx")]),
            Block::paragraph(vec![linked.clone(), linked]),
        ];
        let digests = blocks.each_ref().map(digest);
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    }
}
