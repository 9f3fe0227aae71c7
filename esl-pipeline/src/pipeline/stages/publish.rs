//! Brings blocks to a page, in the requests that a packing plan says.
//!
//! One request at a time: siblings arrive in order, and what a failure leaves is a beginning.

use std::collections::HashMap;
use std::iter::Enumerate;
use std::vec::IntoIter;

use esl_core::block::Block;
use esl_core::ports::{Notion, NotionError, Position};
use esl_core::{BlockId, CancellationToken};

use super::import::failed;
use super::in_flight;
use crate::blocks::pack::{ParentRef, Request, plan};
use crate::pipeline::PipelineError;
use crate::pipeline::journal::Journal;
use crate::pipeline::scope::unless_stopped;

/// Blocks on their way to a page or block.
#[derive(Debug)]
pub(super) struct Publication<'a> {
    notion: &'a dyn Notion,
    journal: Option<&'a Journal<'a>>,
    requests: Enumerate<IntoIter<Request>>,
    made: Made,
}

/// The ids of siblings, by the request that made them and the path to their parent.
type Made = HashMap<(usize, Vec<usize>), Vec<BlockId>>;

impl<'a> Publication<'a> {
    /// Plans the requests. The texts have to be within the limits.
    pub(super) fn of(notion: &'a dyn Notion, blocks: &[Block]) -> Self {
        let plan = plan(blocks.to_vec(), notion.limits());
        Self {
            notion,
            journal: None,
            requests: plan.requests.into_iter().enumerate(),
            made: Made::new(),
        }
    }

    /// Announces the requests in the journal, so that a later run waits for the last of them.
    pub(super) fn announced_in(self, journal: &'a Journal<'a>) -> Self {
        let journal = Some(journal);
        Self { journal, ..self }
    }

    /// Takes the blocks that a page is to be created with.
    pub(super) fn first(&mut self) -> Vec<Block> {
        let first = self.requests.next();
        first.map_or_else(Vec::new, |(_, request)| request.blocks)
    }

    /// Whether there is nothing left to send.
    pub(super) fn is_complete(&self) -> bool {
        self.requests.len() == 0
    }

    /// Appends what is left to `root`. Returns the ids of the blocks appended directly to it.
    pub(super) async fn append_to(
        mut self,
        root: BlockId,
        mut position: Position,
        stop: &CancellationToken,
    ) -> Result<Vec<BlockId>, PipelineError> {
        let mut topmost = Vec::new();
        while let Some((at, request)) = self.requests.next() {
            unless_stopped(stop)?;
            let parent = self.parent(root, &request.parent).await.map_err(failed)?;
            let is_topmost = request.parent == ParentRef::Root;
            let place = if is_topmost { position } else { Position::End };
            if let Some(journal) = self.journal {
                in_flight::announce_append(self.notion, journal).await?;
            }
            let appended = self.notion.append_children(parent, place, request.blocks);
            let ids = appended.await.map_err(failed)?;
            if is_topmost {
                topmost.extend(&ids);
                position = ids.last().map_or(position, |last| Position::After(*last));
            }
            self.made.insert((at, Vec::new()), ids);
        }
        Ok(topmost)
    }

    /// The id of a parent, found from the top of its request downwards.
    async fn parent(&mut self, root: BlockId, parent: &ParentRef) -> Result<BlockId, NotionError> {
        let ParentRef::Block { request, path } = parent else {
            return Ok(root);
        };
        let mut id = root;
        for (depth, index) in path.iter().enumerate() {
            let above = (*request, path[..depth].to_vec());
            if !self.made.contains_key(&above) {
                let listed = self.children(id).await?;
                self.made.insert(above.clone(), listed);
            }
            let siblings = &self.made[&above];
            id = *siblings.get(*index).ok_or(NotionError::Conflict {
                operation: "append blocks",
            })?;
        }
        Ok(id)
    }

    /// The first children of a block: as many as one request can have brought.
    async fn children(&self, parent: BlockId) -> Result<Vec<BlockId>, NotionError> {
        let mut ids = Vec::new();
        let mut cursor = None;
        loop {
            let listed = self.notion.children(parent, cursor).await?;
            ids.extend(listed.blocks.into_iter().map(|child| child.id));
            cursor = listed.next;
            if cursor.is_none() || ids.len() >= self.notion.limits().children_per_array {
                return Ok(ids);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use esl_core::ports::{NewPage, NotionLimits, PageHead};
    use esl_testkit::{MemoryNotion, NotionCall};
    use proptest::prelude::*;

    use super::*;
    use crate::blocks::pack::split_texts;
    use crate::blocks::pack::tests::trees::{
        chain, column_list, item, paragraph, table, toggle, trees,
    };

    async fn publish(notion: &MemoryNotion, blocks: &[Block]) -> Vec<Block> {
        let mut publication = Publication::of(notion, blocks);
        let page = NewPage {
            source: MemoryNotion::source(),
            head: PageHead::default(),
            children: publication.first(),
        };
        let page = notion.create_page(page).await.unwrap().id;
        let stop = CancellationToken::new();
        let rest = publication.append_to(page.into(), Position::End, &stop);
        rest.await.unwrap();
        notion.page_blocks(page)
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(work)
    }

    #[tokio::test]
    async fn what_is_too_large_for_a_request_arrives_whole() {
        let sentence = "It is opposite the park, next to the bank. ";
        let blocks = vec![
            toggle("150 items", vec![item("item", vec![]); 150]),
            table(120),
            chain(6),
            paragraph(sentence.repeat(210)),
            column_list(vec![vec![chain(7)], vec![paragraph("a"); 130]]),
            toggle("deep", vec![chain(2), column_list(vec![vec![table(2)]; 2])]),
        ];
        let notion = MemoryNotion::default();
        let blocks = split_texts(blocks, notion.limits());
        assert_eq!(publish(&notion, &blocks).await, blocks);
    }

    #[tokio::test]
    async fn a_lesson_of_600_kilobytes_arrives_whole() {
        let line = "A long sentence makes a large lesson. ".repeat(40);
        let blocks: Vec<_> = (0..400)
            .map(|at| paragraph(format!("{at} {line}")))
            .collect();
        let blocks = vec![toggle("study-text", blocks)];
        let notion = MemoryNotion::default();
        assert_eq!(publish(&notion, &blocks).await, blocks);
        assert_eq!(notion.calls().len(), 4);
    }

    #[tokio::test]
    async fn blocks_go_where_they_are_sent() {
        let notion = MemoryNotion::default();
        let page = NewPage {
            source: MemoryNotion::source(),
            head: PageHead::default(),
            children: vec![paragraph("first"), paragraph("last")],
        };
        let page = notion.create_page(page).await.unwrap().id;
        let first = notion.children(page.into(), None).await.unwrap().blocks[0].id;
        let between: Vec<_> = (0..230)
            .map(|at| item(at.to_string(), vec![chain(4)]))
            .collect();
        let publication = Publication::of(&notion, &between);
        let stop = CancellationToken::new();
        let position = Position::After(first);
        let ids = publication.append_to(page.into(), position, &stop).await;
        assert_eq!(ids.unwrap().len(), 230);
        let mut found = notion.page_blocks(page);
        assert_eq!(found.remove(0), paragraph("first"));
        assert_eq!(found.pop(), Some(paragraph("last")));
        assert_eq!(found, between);
    }

    #[tokio::test]
    async fn a_stopped_publication_makes_no_further_request() {
        let notion = MemoryNotion::default();
        let publication = Publication::of(&notion, &[paragraph("a")]);
        let stop = CancellationToken::new();
        stop.cancel();
        let nowhere = BlockId::from_uuid(uuid::Uuid::nil());
        let stopped = publication.append_to(nowhere, Position::End, &stop).await;
        assert!(matches!(stopped, Err(PipelineError::Cancelled)));
        assert_eq!(notion.calls(), <[NotionCall; 0]>::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn every_tree_arrives_whole_within_any_limits(
            blocks in trees(),
            children_per_array in 3_usize..6,
            depth in 2_usize..4,
            blocks_per_request in 12_usize..60,
            bytes_per_request in prop_oneof![4_000_usize..12_000, Just(usize::MAX)],
        ) {
            let notion = MemoryNotion::limited(NotionLimits {
                children_per_array,
                depth,
                nested_column_lists: false,
                blocks_per_request,
                bytes_per_request,
                ..NotionLimits::NONE
            });
            let shown = block_on(publish(&notion, &blocks));
            prop_assert_eq!(shown, blocks);
        }
    }
}
