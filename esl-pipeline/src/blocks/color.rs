//! Colours of headings, put into the blocks before they are sent.
//!
//! A heading takes its level's colour as a whole. What folds its children takes it on the words of
//! its title only, since the colour of a block tints what is inside it, too.

use std::ops::AddAssign;

use esl_core::block::{Block, HeadingLevel, RichText};
use esl_core::{Color, Preset};

/// How many blocks a preset coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColorCounts {
    /// Level-1 headings.
    pub h1: usize,
    /// Level-2 headings.
    pub h2: usize,
    /// Level-3 headings.
    pub h3: usize,
    /// Titles of toggles that directly follow a heading.
    pub toggles: usize,
}

impl AddAssign for ColorCounts {
    fn add_assign(&mut self, other: Self) {
        self.h1 += other.h1;
        self.h2 += other.h2;
        self.h3 += other.h3;
        self.toggles += other.toggles;
    }
}

/// Colours the headings at every depth, and the toggles that directly follow one.
///
/// Words of a title that have a colour keep it. Colouring again changes nothing.
pub fn colorize(blocks: &mut [Block], preset: &Preset) -> ColorCounts {
    let mut counts = ColorCounts::default();
    color_siblings(blocks, preset, &mut counts);
    counts
}

fn color_siblings(blocks: &mut [Block], preset: &Preset, counts: &mut ColorCounts) {
    let mut heading_before = None;
    for block in blocks {
        color_one(block, heading_before, preset, counts);
        heading_before = match block {
            Block::Heading(heading) => Some(heading.level),
            _ => None,
        };
        if let Some(children) = block.children_mut() {
            color_siblings(children, preset, counts);
        }
    }
}

fn color_one(
    block: &mut Block,
    heading_before: Option<HeadingLevel>,
    preset: &Preset,
    counts: &mut ColorCounts,
) {
    match block {
        Block::Heading(heading) => {
            let Some(color) = heading_color(preset, heading.level) else {
                return;
            };
            if heading.is_toggleable {
                color_words(&mut heading.rich_text, color);
            } else {
                heading.color = color;
            }
            *counts.of(heading.level) += 1;
        }
        Block::Toggle(toggle) => {
            let color = heading_before.and_then(|level| toggle_color(preset, level));
            if let Some(color) = color {
                color_words(&mut toggle.rich_text, color);
                counts.toggles += 1;
            }
        }
        _ => {}
    }
}

fn color_words(title: &mut [RichText], color: Color) {
    for run in title {
        if run.annotations.color.is_default() {
            run.annotations.color = color;
        }
    }
}

const fn heading_color(preset: &Preset, level: HeadingLevel) -> Option<Color> {
    match level {
        HeadingLevel::One => preset.h1,
        HeadingLevel::Two => preset.h2,
        HeadingLevel::Three => preset.h3,
    }
}

const fn toggle_color(preset: &Preset, level: HeadingLevel) -> Option<Color> {
    match level {
        HeadingLevel::One => preset.toggle_map.h1,
        HeadingLevel::Two => preset.toggle_map.h2,
        HeadingLevel::Three => preset.toggle_map.h3,
    }
}

impl ColorCounts {
    const fn of(&mut self, level: HeadingLevel) -> &mut usize {
        match level {
            HeadingLevel::One => &mut self.h1,
            HeadingLevel::Two => &mut self.h2,
            HeadingLevel::Three => &mut self.h3,
        }
    }
}

#[cfg(test)]
mod tests {
    use esl_core::block::{Annotations, ColumnBlock, Heading};
    use esl_core::{Presets, ToggleMap};

    use super::*;

    fn heading(level: HeadingLevel) -> Heading {
        Heading {
            level,
            rich_text: vec![RichText::plain("title")],
            color: Color::Default,
            is_toggleable: false,
            children: vec![],
        }
    }

    fn toggle(children: Vec<Block>) -> Block {
        Block::toggle(vec![RichText::plain("title")], children)
    }

    fn plain(level: HeadingLevel) -> Block {
        Block::Heading(heading(level))
    }

    fn built_in() -> Preset {
        *Presets::default().find(Presets::DEFAULT).unwrap()
    }

    fn title_color(block: &Block) -> Color {
        block.rich_text()[0].annotations.color
    }

    #[test]
    fn the_built_in_preset_colours_levels_two_and_three_and_the_toggle_between() {
        let inside = vec![plain(HeadingLevel::Three), Block::paragraph(vec![])];
        let mut page = vec![plain(HeadingLevel::Two), toggle(inside)];
        let counts = colorize(&mut page, &built_in());
        let expected = ColorCounts {
            h1: 0,
            h2: 1,
            h3: 1,
            toggles: 1,
        };
        assert_eq!(counts, expected);
        let colored = |level, color| {
            Block::Heading(Heading {
                color,
                ..heading(level)
            })
        };
        assert_eq!(page[0], colored(HeadingLevel::Two, Color::YellowBackground));
        assert_eq!(title_color(&page[1]), Color::YellowBackground);
        assert!(matches!(&page[1], Block::Toggle(toggle) if toggle.color.is_default()));
        let inner = colored(HeadingLevel::Three, Color::PurpleBackground);
        assert_eq!(page[1].children()[0], inner);
    }

    #[test]
    fn only_the_very_next_toggle_belongs_to_a_heading() {
        let mut page = vec![
            plain(HeadingLevel::Two),
            Block::paragraph(vec![]),
            toggle(vec![]),
            plain(HeadingLevel::Three),
            toggle(vec![]),
        ];
        let counts = colorize(&mut page, &built_in());
        assert_eq!(counts.toggles, 0);
        assert!(title_color(&page[2]).is_default() && title_color(&page[4]).is_default());
    }

    #[test]
    fn a_toggleable_heading_does_not_tint_its_children() {
        let mut page = vec![Block::Heading(Heading {
            is_toggleable: true,
            children: vec![plain(HeadingLevel::Three)],
            ..heading(HeadingLevel::Two)
        })];
        let counts = colorize(&mut page, &built_in());
        assert_eq!((counts.h2, counts.h3), (1, 1));
        assert!(matches!(&page[0], Block::Heading(heading) if heading.color.is_default()));
        assert_eq!(title_color(&page[0]), Color::YellowBackground);
    }

    #[test]
    fn words_with_a_colour_of_their_own_keep_it() {
        let red = Annotations {
            color: Color::Red,
            ..Annotations::default()
        };
        let title = vec![RichText::text("code", None, red), RichText::plain(" rest")];
        let mut page = vec![plain(HeadingLevel::Two), toggle(vec![])];
        if let Block::Toggle(toggle) = &mut page[1] {
            toggle.rich_text = title;
        }
        colorize(&mut page, &built_in());
        let colors = |block: &Block| [0, 1].map(|at| block.rich_text()[at].annotations.color);
        assert_eq!(colors(&page[1]), [Color::Red, Color::YellowBackground]);
        let colored = page.clone();
        colorize(&mut page, &built_in());
        assert_eq!(page, colored);
    }

    #[test]
    fn every_level_can_have_a_colour_and_no_heading_colour_is_needed_for_toggles() {
        let preset = Preset {
            h1: Some(Color::Blue),
            toggle_map: ToggleMap {
                h1: Some(Color::Red),
                h3: Some(Color::Green),
                ..ToggleMap::default()
            },
            ..Preset::default()
        };
        let column = vec![plain(HeadingLevel::Three), toggle(vec![])];
        let mut page = vec![
            plain(HeadingLevel::One),
            toggle(vec![]),
            Block::Column(ColumnBlock { children: column }),
        ];
        let counts = colorize(&mut page, &preset);
        assert_eq!((counts.h1, counts.h3, counts.toggles), (1, 0, 2));
        assert_eq!(title_color(&page[1]), Color::Red);
        assert_eq!(title_color(&page[2].children()[1]), Color::Green);
    }
}
