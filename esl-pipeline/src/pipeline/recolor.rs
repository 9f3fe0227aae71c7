//! Colours the headings of a page that exists, whoever made it.

use std::collections::VecDeque;
use std::time::Duration;

use esl_core::block::{Block, RichText};
use esl_core::ports::{ChildBlock, Notion, NotionError};
use esl_core::{BlockId, Classify, Color, ErrorKind, PageId, Preset};
use serde::Serialize;

use super::stages::import::children;
use crate::blocks::{ColorCounts, colorize};

/// Blocks whose children are looked at, at most.
const MAX_CONTAINERS: usize = 2000;

/// How to colour a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RecolorOptions {
    /// Only tells what would be done.
    pub dry_run: bool,
    /// Colours also the words of titles that have a colour already.
    pub force: bool,
    /// How long to wait after each request.
    pub pause: Duration,
}

/// What became of the headings of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecolorReport {
    /// Headings and titles that the preset has a colour for.
    #[serde(skip)]
    pub counts: ColorCounts,
    /// Blocks that changed colour, or would.
    pub updated: Vec<BlockId>,
    /// Blocks that had the right colour.
    pub skipped: usize,
    /// Blocks that the workspace refused to colour.
    pub failed: Vec<BlockId>,
}

/// Colours the headings of `page` at every depth, except in what stands elsewhere in truth.
///
/// # Errors
/// Any [`NotionError`] but refusals of single blocks. What was coloured before stays so; colouring
/// again goes on.
pub async fn recolor(
    notion: &dyn Notion,
    page: PageId,
    preset: &Preset,
    options: RecolorOptions,
) -> Result<RecolorReport, NotionError> {
    let mut report = RecolorReport::default();
    let mut containers = VecDeque::from([BlockId::from(page)]);
    for _ in 0..MAX_CONTAINERS {
        let Some(parent) = containers.pop_front() else {
            break;
        };
        let siblings = children(notion, parent).await?;
        tokio::time::sleep(options.pause).await;
        let inside = siblings.iter().filter(|child| is_looked_into(child));
        containers.extend(inside.map(|child| child.id));
        for (id, block) in report.changes(&siblings, preset, options) {
            if options.dry_run {
                report.updated.push(id);
                continue;
            }
            let updated = notion.update_block(id, block).await;
            match is_refused(updated)? {
                true => report.failed.push(id),
                false => report.updated.push(id),
            }
            tokio::time::sleep(options.pause).await;
        }
    }
    Ok(report)
}

impl RecolorReport {
    /// The blocks that have another colour than the preset's, as they should be.
    fn changes(
        &mut self,
        siblings: &[ChildBlock],
        preset: &Preset,
        options: RecolorOptions,
    ) -> Vec<(BlockId, Block)> {
        let mut colored: Vec<_> = siblings.iter().map(|child| child.block.clone()).collect();
        if options.force {
            colored.iter_mut().for_each(drop_colors_of_title);
        }
        let counts = colorize(&mut colored, preset);
        let changed = siblings.iter().zip(colored);
        let changed = changed.filter(|(child, block)| child.block != *block);
        let changed: Vec<_> = changed.map(|(child, block)| (child.id, block)).collect();
        let ColorCounts {
            h1,
            h2,
            h3,
            toggles,
        } = counts;
        self.skipped += (h1 + h2 + h3 + toggles).saturating_sub(changed.len());
        self.counts += counts;
        changed
    }
}

fn is_looked_into(child: &ChildBlock) -> bool {
    let is_elsewhere = match &child.block {
        Block::SyncedBlock(synced) => synced.synced_from.is_some(),
        Block::Other(_) => true,
        _ => false,
    };
    child.has_children && !is_elsewhere
}

/// Takes the colours off the words of what folds its children.
fn drop_colors_of_title(block: &mut Block) {
    let folds = match block {
        Block::Toggle(_) => true,
        Block::Heading(heading) => heading.is_toggleable,
        _ => false,
    };
    let title = block.rich_text_mut().filter(|_| folds);
    for run in title.into_iter().flatten() {
        let RichText { annotations, .. } = run;
        annotations.color = Color::Default;
    }
}

/// Whether the workspace takes no such block; other failures are errors.
fn is_refused(updated: Result<(), NotionError>) -> Result<bool, NotionError> {
    match updated {
        Ok(()) => Ok(false),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use esl_core::Presets;
    use esl_core::block::{Annotations, Heading, HeadingLevel};
    use esl_core::ports::{NewPage, PageHead};
    use esl_testkit::{MemoryNotion, NotionCall};

    use super::*;

    fn heading(level: HeadingLevel, is_toggleable: bool, children: Vec<Block>) -> Block {
        Block::Heading(Heading {
            level,
            rich_text: vec![RichText::plain("title")],
            color: Color::Default,
            is_toggleable,
            children,
        })
    }

    fn toggle(color: Color, children: Vec<Block>) -> Block {
        let annotations = Annotations {
            color,
            ..Annotations::default()
        };
        Block::toggle(vec![RichText::text("title", None, annotations)], children)
    }

    async fn page(notion: &MemoryNotion, children: Vec<Block>) -> PageId {
        let page = NewPage {
            source: MemoryNotion::source(),
            head: PageHead::default(),
            children,
        };
        notion.create_page(page).await.unwrap().id
    }

    fn built_in() -> Preset {
        *Presets::default().find(Presets::DEFAULT).unwrap()
    }

    #[tokio::test]
    async fn headings_at_every_depth_are_coloured_once() {
        use HeadingLevel::{Three, Two};
        let notion = MemoryNotion::default();
        let inner = heading(Two, true, vec![heading(Three, false, vec![])]);
        let blocks = vec![
            heading(Two, false, vec![]),
            toggle(Color::Default, vec![inner]),
        ];
        let page = page(&notion, blocks.clone()).await;
        let options = RecolorOptions::default();
        let dry = RecolorOptions {
            dry_run: true,
            ..options
        };
        let planned = recolor(&notion, page, &built_in(), dry).await.unwrap();
        assert_eq!(
            (planned.updated.len(), notion.page_blocks(page)),
            (4, blocks.clone())
        );
        let done = recolor(&notion, page, &built_in(), options).await.unwrap();
        assert_eq!(done, planned);
        let mut expected = blocks;
        assert_eq!(done.counts, colorize(&mut expected, &built_in()));
        assert_eq!(notion.page_blocks(page), expected);
        let calls = notion.calls().len();
        let again = recolor(&notion, page, &built_in(), options).await.unwrap();
        assert_eq!((again.updated, again.skipped), (vec![], 4));
        assert_eq!(notion.calls().len(), calls);
    }

    #[tokio::test]
    async fn words_with_a_colour_keep_it_unless_forced() {
        let notion = MemoryNotion::default();
        let blocks = vec![
            heading(HeadingLevel::Two, false, vec![]),
            toggle(Color::Red, vec![]),
        ];
        let page = page(&notion, blocks).await;
        let mut options = RecolorOptions::default();
        recolor(&notion, page, &built_in(), options).await.unwrap();
        assert_eq!(notion.page_blocks(page)[1], toggle(Color::Red, vec![]));
        options.force = true;
        recolor(&notion, page, &built_in(), options).await.unwrap();
        assert_eq!(
            notion.page_blocks(page)[1],
            toggle(Color::YellowBackground, vec![])
        );
    }

    #[tokio::test]
    async fn a_block_that_cannot_be_coloured_holds_up_no_other() {
        let notion = MemoryNotion::default();
        let blocks = vec![heading(HeadingLevel::Two, false, vec![]); 2];
        let page = page(&notion, blocks).await;
        let refused = NotionError::Refused {
            operation: "update the block",
            message: "no".to_owned(),
        };
        notion.fail_next(NotionCall::UpdateBlock, refused);
        let report = recolor(&notion, page, &built_in(), RecolorOptions::default()).await;
        let report = report.unwrap();
        assert_eq!((report.updated.len(), report.failed.len()), (1, 1));
    }
}
