//! Properties that hold for any versions of a page.

use esl_core::block::{
    Callout, ColumnBlock, ColumnList, Divider, Icon, Table, TableRow, TextBlock,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// Few words, so that blocks often say the same.
fn words() -> impl Strategy<Value = Vec<RichText>> {
    let word = select(vec!["", "a", "b", "c", "the park", "the station"]);
    prop::collection::vec(word.prop_map(RichText::plain), 0..3)
}

fn leaf() -> impl Strategy<Value = Block> {
    let row = |cells: Vec<Vec<RichText>>| Block::TableRow(TableRow { cells });
    let rows = prop::collection::vec(words(), 1..4).prop_map(move |cells| {
        Block::Table(Table {
            table_width: 1,
            has_column_header: false,
            has_row_header: false,
            children: cells.into_iter().map(|cell| row(vec![cell])).collect(),
        })
    });
    prop_oneof![
        6 => words().prop_map(Block::paragraph),
        2 => words().prop_map(|text| Block::BulletedListItem(TextBlock::new(text))),
        1 => words().prop_map(|text| heading(&plain_text(&text))),
        1 => Just(Block::Divider(Divider {})),
        1 => rows,
    ]
}

fn block() -> impl Strategy<Value = Block> {
    leaf().prop_recursive(3, 40, 5, |inner| {
        let inside = prop::collection::vec(inner.clone(), 0..5);
        let column = prop::collection::vec(inner, 1..3)
            .prop_map(|children| Block::Column(ColumnBlock { children }));
        prop_oneof![
            2 => (words(), inside.clone()).prop_map(|(text, inside)| toggle(&plain_text(&text), inside)),
            1 => (words(), inside).prop_map(|(rich_text, children)| Block::Callout(Callout {
                rich_text,
                icon: Icon::Emoji { emoji: "💡".into() },
                color: Color::Default,
                children,
            })),
            1 => prop::collection::vec(column, 2..4)
                .prop_map(|children| Block::ColumnList(ColumnList { children })),
        ]
    })
}

pub(super) fn version() -> impl Strategy<Value = Vec<Block>> {
    prop::collection::vec(block(), 0..10)
}

/// A version and one that was made of it.
fn two_versions() -> impl Strategy<Value = (Vec<Block>, Vec<Block>)> {
    let change = (any::<Index>(), prop::option::of(block()), any::<bool>());
    let changes = prop::collection::vec(change, 0..4);
    let edited = (version(), changes).prop_map(|(version, changes)| {
        let mut edited = version.clone();
        for (at, block, replaces) in changes {
            let at = at.index(edited.len() + 1);
            let end = edited.len().min(at + usize::from(replaces));
            edited.splice(at..end, block);
        }
        (version, edited)
    });
    prop_oneof![3 => edited, 1 => (version(), version())]
}

/// Blocks of text of the lesson and of others, by their words.
fn without_others(blocks: Vec<Block>) -> Vec<Block> {
    let is_ours = |block: &Block| !plain_text(block.rich_text()).starts_with("other ");
    let strip = |mut block: Block| {
        if let Some(children) = block.children_mut() {
            *children = without_others(std::mem::take(children));
        }
        block
    };
    blocks.into_iter().filter(is_ours).map(strip).collect()
}

/// Digests, since how text is cut into runs does not matter.
fn said(blocks: &[Block]) -> Vec<BlockDigest> {
    digests(blocks)
}

impl Desk {
    /// Where people can write: above all else, below any block, and inside those that take text.
    fn places(&self) -> Vec<(BlockId, Position)> {
        let mut places = vec![(self.page.root(), Position::Start)];
        for parent in std::iter::once(self.page.root()).chain(self.ids()) {
            let block = self.page.get(parent).map(|parent| &parent.own);
            if block.is_none_or(|block| matches!(block, Block::Toggle(_) | Block::Column(_))) {
                places.push((parent, Position::Start));
                let children = self.page.children(parent).iter();
                places.extend(children.map(|child| (parent, Position::After(*child))));
            }
        }
        places
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_page_comes_to_say_what_the_second_version_says((first, second) in two_versions()) {
        let mut desk = Desk::showing(&first);
        desk.update(&second);
        prop_assert_eq!(said(&desk.blocks()), said(&second));
    }

    #[test]
    fn equal_versions_need_no_edits(version in version()) {
        let mut desk = Desk::showing(&version);
        let script = desk.update(&version);
        prop_assert_eq!(script.edits, []);
        prop_assert_eq!(script.kept, version.iter().map(Block::count).sum::<usize>());
    }

    #[test]
    fn what_others_wrote_survives(
        (first, second) in two_versions(),
        places in prop::collection::vec(any::<Index>(), 1..4),
    ) {
        let mut desk = Desk::showing(&first);
        let mut others = Vec::new();
        for (number, place) in places.into_iter().enumerate() {
            let line = paragraph(&format!("other {number}"));
            let places = desk.places();
            let (parent, position) = places[place.index(places.len())];
            others.extend(desk.insert(parent, position, &[line]));
        }
        let script = desk.update(&second);
        for id in others {
            prop_assert!(desk.page.get(id).is_some());
        }
        if script.conflicts.is_empty() {
            prop_assert_eq!(said(&without_others(desk.blocks())), said(&second));
        }
    }

    #[test]
    fn an_interrupted_update_goes_on_where_it_ended(
        (first, second) in two_versions(),
        third in prop::option::of(version()),
        (edits, blocks, inside) in any::<(Index, Index, Index)>(),
    ) {
        let mut desk = Desk::showing(&first);
        let mut script = desk.begin(&second);
        if !script.edits.is_empty() {
            script.edits.truncate(edits.index(script.edits.len()) + 1);
            if let Some(Edit::Insert { blocks: new, .. }) = script.edits.last_mut() {
                // The last request but one of a large insert.
                new.truncate(blocks.index(new.len()) + 1);
                let last = new.last_mut().and_then(Block::children_mut);
                if let Some(children) = last.filter(|children| !children.is_empty()) {
                    children.truncate(inside.index(children.len()));
                }
            }
            desk.apply(&script.edits);
        }
        let wanted = third.unwrap_or(second);
        let rest = desk.update(&wanted);
        prop_assert_eq!(said(&desk.blocks()), said(&wanted));
        prop_assert_eq!(rest.conflicts, []);
    }

    #[test]
    fn without_a_record_nothing_is_deleted((first, second) in two_versions()) {
        let mut desk = Desk { made: None, ..Desk::showing(&first) };
        let before = desk.ids();
        desk.update(&second);
        for id in before {
            prop_assert!(desk.page.get(id).is_some());
        }
    }
}
