//! A lesson that changes while people write on its page.

use std::path::Path;
use std::sync::Arc;

use esl_core::block::{Block, RichText, plain_text};
use esl_core::ports::{ChildBlock, Notion, Position};
use esl_core::{BlockId, PageId};
use esl_pipeline::blocks::diff::ConflictOutcome;
use esl_pipeline::pipeline::{Pipeline, PipelineBuilder, RunReport};
use esl_pipeline::providers::fs::FsManifestStore;
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty};
use esl_testkit::{MemoryNotion, NotionCall};

use crate::world::{LESSON, LINE, World, run};

const HINT: &str = "Read this twice.";

fn reworded() -> String {
    LESSON.replace(LINE, "It is behind the park.")
}

fn with_hint(lesson: &str) -> String {
    lesson.replace("## 7. ", &format!("{HINT}\n\n## 7. "))
}

/// All blocks inside a page or block, with their ids.
async fn blocks(notion: &dyn Notion, page: impl Into<BlockId>) -> Vec<ChildBlock> {
    let (mut found, mut parents) = (Vec::new(), vec![page.into()]);
    while let Some(parent) = parents.pop() {
        let mut cursor = None;
        loop {
            let listed = notion.children(parent, cursor).await.unwrap();
            parents.extend(listed.blocks.iter().map(|child| child.id));
            found.extend(listed.blocks);
            cursor = listed.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    found
}

/// The first block that contains `text`.
async fn find(notion: &dyn Notion, page: PageId, text: &str) -> BlockId {
    let blocks = blocks(notion, page).await;
    let says = |child: &&ChildBlock| plain_text(child.block.rich_text()).contains(text);
    blocks.iter().find(says).expect(text).id
}

fn paragraph(text: &str) -> Block {
    Block::paragraph(vec![RichText::plain(text)])
}

fn counts(report: &RunReport) -> [usize; 3] {
    let page = report.page.as_ref().unwrap();
    [page.inserted, page.updated, page.deleted]
}

impl World {
    async fn page(&self) -> PageId {
        self.manifest().await.unwrap().page_id.unwrap()
    }

    async fn blocks(&self) -> Vec<Block> {
        self.notion.page_blocks(self.page().await)
    }

    /// The effects on the workspace since there were `before` of them.
    fn effects_since(&self, before: usize) -> Vec<NotionCall> {
        self.notion.calls().split_off(before)
    }
}

/// What the page of a lesson shows that has never had another version.
async fn page_of(lesson: &str) -> Vec<Block> {
    let world = World::new();
    run(world.silent(), lesson).await.unwrap();
    world.blocks().await
}

#[tokio::test]
async fn one_line_takes_one_update() {
    let world = World::new();
    let first = run(world.silent(), LESSON).await.unwrap();
    let all = world.blocks().await.iter().map(Block::count).sum();
    assert_eq!(counts(&first), [all, 0, 0]);
    let before = world.notion.calls().len();
    let second = run(world.silent(), &reworded()).await.unwrap();
    assert_eq!(
        world.effects_since(before),
        [NotionCall::UpdatePage, NotionCall::UpdateBlock]
    );
    assert_eq!(counts(&second), [0, 1, 0]);
    assert_eq!(second.page.unwrap().kept, all - 1);
    assert_eq!(world.blocks().await, page_of(&reworded()).await);
}

#[tokio::test]
async fn one_paragraph_takes_one_insert_and_goes_by_one_delete() {
    let world = World::new();
    run(world.silent(), LESSON).await.unwrap();
    for (lesson, counted) in [
        (with_hint(LESSON), [1, 0, 0]),
        (LESSON.to_owned(), [0, 0, 1]),
    ] {
        let report = run(world.silent(), &lesson).await.unwrap();
        assert_eq!(counts(&report), counted);
        assert_eq!(world.blocks().await, page_of(&lesson).await);
    }
}

#[tokio::test]
async fn what_people_do_to_the_page_survives_or_is_told() {
    let world = World::new();
    let page = run(world.silent(), LESSON).await.unwrap().page_id.unwrap();
    let line = find(&*world.notion, page, LINE).await;
    let note = vec![paragraph("My answer")];
    let notes = world.notion.append_children(line, Position::End, note);
    let note = notes.await.unwrap()[0];
    let by_hand = world.notion.update_block(line, paragraph("It is near."));
    by_hand.await.unwrap();

    let kept = run(world.silent(), &with_hint(LESSON)).await.unwrap();
    assert_eq!(kept.page.unwrap().conflicts, []);
    find(&*world.notion, page, "It is near.").await;

    let report = run(world.silent(), &with_hint(&reworded())).await.unwrap();
    assert_eq!(
        report.warnings,
        [
            "blocks on the page changed by hand and in the lesson: the page says what the lesson says (1)"
        ]
    );
    let conflicts = report.page.unwrap().conflicts;
    let [conflict] = &*conflicts else {
        panic!("{conflicts:?}");
    };
    assert_eq!(conflict.block, line);
    assert_eq!(conflict.outcome, ConflictOutcome::Overwritten);
    assert_eq!(conflict.text, "It is near.");
    assert_eq!(find(&*world.notion, page, "behind the park").await, line);
    assert_eq!(find(&*world.notion, page, "My answer").await, note);
}

#[tokio::test]
async fn the_player_stays_where_it_is() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let player = world.manifest().await.unwrap().audio.unwrap().block_id;
    let before = world.page_texts().await;
    run(world.speaking(), &with_hint(LESSON)).await.unwrap();
    assert_eq!(
        world.manifest().await.unwrap().audio.unwrap().block_id,
        player
    );
    let mut after = world.page_texts().await;
    after.retain(|text| text != HINT);
    assert_eq!(after, before);
}

/// The lesson with three paragraphs, above or below its study text.
fn with_notes(are_above: bool) -> String {
    let notes = "Look at the map.\n\nFind the bank.\n\nFind the park.\n\n";
    let place = if are_above { ":::study-text" } else { "## 4. " };
    LESSON.replacen(place, &format!("{notes}{place}"), 1)
}

#[tokio::test]
async fn a_player_moves_with_the_study_text() {
    let world = World::new();
    for are_above in [false, true, false] {
        run(world.speaking(), &with_notes(are_above)).await.unwrap();
        let texts = world.page_texts().await;
        let players: Vec<_> = (0..texts.len())
            .filter(|at| texts[*at] == "<audio>")
            .collect();
        let [player] = players[..] else {
            panic!("{texts:?}");
        };
        assert_eq!(texts[player + 1], "study-text", "{texts:?}");
    }
}

#[tokio::test]
async fn a_player_stays_above_what_people_put_between() {
    let world = World::new();
    run(world.speaking(), LESSON).await.unwrap();
    let page = world.page().await;
    let player = world.manifest().await.unwrap().audio.unwrap().block_id;
    let position = Position::After(player.unwrap());
    let note = vec![paragraph("Listen twice!")];
    let written = world.notion.append_children(page.into(), position, note);
    written.await.unwrap();
    run(world.speaking(), &with_hint(LESSON)).await.unwrap();
    let audio = world.manifest().await.unwrap().audio.unwrap();
    assert_eq!(audio.block_id, player);
    let texts = world.page_texts().await;
    let at = texts.iter().position(|text| text == "<audio>").unwrap();
    assert_eq!(texts[at + 1..at + 3], ["Listen twice!", "study-text"]);
}

#[tokio::test]
async fn a_page_that_nobody_recorded_is_taken_over() {
    let world = World::new();
    run(world.silent(), LESSON).await.unwrap();
    let mut manifest = world.manifest().await.unwrap();
    manifest.page_blocks = None;
    world
        .manifests
        .tamper(&crate::world::lesson_id(), manifest.to_json());
    let report = run(world.silent(), &with_hint(LESSON)).await.unwrap();
    assert_eq!(counts(&report), [1, 0, 0]);
    assert!(world.manifest().await.unwrap().page_blocks.is_some());
}

/// A pipeline whose process dies at call number `call`.
fn dying(world: &World, faults: &Arc<Faults>) -> PipelineBuilder {
    let notion = Faulty::new(world.notion.clone(), faults.clone());
    let manifests = Faulty::new(world.manifests.clone(), faults.clone());
    Pipeline::builder()
        .notion(Arc::new(notion), MemoryNotion::source())
        .manifest_store(Arc::new(manifests))
        .clock(world.clock.clone())
}

#[tokio::test]
async fn an_update_that_was_killed_is_brought_to_its_end_whatever_the_lesson_says_by_then() {
    let (first, second) = (
        with_hint(LESSON),
        reworded().replace("## 8. ", "New.\n\n## 8. "),
    );
    let thirds = [second.clone(), first.clone(), LESSON.to_owned()];
    for third in &thirds {
        let wanted = page_of(third).await;
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            let mut deaths = 0;
            loop {
                let world = World::new();
                run(world.silent(), &first).await.unwrap();
                let faults = Arc::new(Faults::new(FaultPlan::none().at(deaths + 1, fault)));
                let killed = run(dying(&world, &faults), &second);
                if let Some(report) = faults.until_death(killed).await {
                    report.unwrap();
                    break;
                }
                deaths += 1;
                run(world.silent(), third).await.unwrap();
                assert_eq!(world.blocks().await, wanted, "{fault:?} at call {deaths}");
            }
            assert!(deaths > 10, "{deaths}");
        }
    }
}

#[tokio::test]
async fn a_first_run_that_was_killed_is_brought_to_its_end() {
    let wanted = page_of(&reworded()).await;
    for call in 1.. {
        let world = World {
            notion: Arc::new(MemoryNotion::default()),
            ..World::new()
        };
        let faults = Arc::new(Faults::new(FaultPlan::none().at(call, Fault::KillAfter)));
        let killed = run(dying(&world, &faults), LESSON);
        if faults.until_death(killed).await.is_some() {
            break;
        }
        let is_named = world
            .manifest()
            .await
            .is_some_and(|found| found.page_id.is_some());
        world.clock.advance(std::time::Duration::from_secs(61));
        // A page that no manifest names is found by what it says, so the lesson must say the same.
        let lesson = if is_named {
            reworded()
        } else {
            LESSON.to_owned()
        };
        run(world.silent(), &lesson).await.unwrap();
        assert_eq!(world.notion.page_count(), 1, "at call {call}");
        run(world.silent(), &reworded()).await.unwrap();
        assert_eq!(world.blocks().await, wanted, "at call {call}");
    }
}

fn in_folder(folder: &Path) -> (Arc<LocalWorkspace>, PipelineBuilder) {
    let options = LocalWorkspaceOptions::default();
    let workspace = Arc::new(LocalWorkspace::open(folder.join("pages"), options));
    let pipeline = Pipeline::builder()
        .notion(workspace.clone(), LocalWorkspace::SOURCE)
        .manifest_store(Arc::new(FsManifestStore::new(folder)));
    (workspace, pipeline)
}

#[tokio::test]
async fn a_page_in_a_folder_keeps_what_was_written_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let (workspace, pipeline) = in_folder(folder.path());
    let page = run(pipeline, LESSON).await.unwrap().page_id.unwrap();
    let line = find(&*workspace, page, LINE).await;
    let note = vec![paragraph("My answer")];
    let notes = workspace.append_children(line, Position::End, note);
    notes.await.unwrap();
    let before = blocks(&*workspace, page).await;

    let (_, pipeline) = in_folder(folder.path());
    let report = run(pipeline, &with_hint(&reworded())).await.unwrap();
    assert_eq!(counts(&report), [1, 1, 0]);
    let after = blocks(&*workspace, page).await;
    let is_there = |id: BlockId| after.iter().any(|child| child.id == id);
    assert!(before.iter().all(|child| is_there(child.id)));
    assert_eq!(after.len(), before.len() + 1);
    find(&*workspace, page, "My answer").await;
}
