//! Tests that the page's colours can be read: WCAG 2.2, level AA, in light and in dark.

use std::collections::HashMap;

use esl_core::Color;

use super::STYLE;

/// Contrast of text (success criterion 1.4.3).
const TEXT: f64 = 4.5;
/// Contrast of controls (success criterion 1.4.11).
const CONTROL: f64 = 3.0;

type Palette<'a> = HashMap<&'a str, &'a str>;

#[test]
fn every_text_can_be_read_on_every_ground_it_stands_on() {
    for (theme, palette) in palettes() {
        let grounds: Vec<_> = Color::ALL
            .iter()
            .map(|color| color.as_str())
            .filter(|name| name.ends_with("_background") && *name != "default_background")
            .chain(["page", "field", "hover"])
            .collect();
        for ground in &grounds {
            assert_contrast(theme, &palette, "ink", ground, TEXT);
            assert_contrast(theme, &palette, "link", ground, TEXT);
        }
        let colors = Color::ALL.iter().map(|color| color.as_str());
        for text in colors.filter(|name| *name != "default" && !name.ends_with("_background")) {
            for ground in ["page", "field", "hover", &format!("{text}_background")] {
                assert_contrast(theme, &palette, text, ground, TEXT);
            }
        }
    }
}

#[test]
fn the_pages_own_parts_can_be_read() {
    for (theme, palette) in palettes() {
        for (text, ground) in [
            ("quiet", "page"),
            ("quiet", "field"),
            ("quiet", "hover"),
            ("quiet", "blue_background"),
            ("code", "gray_background"),
            ("on-accent", "accent"),
        ] {
            assert_contrast(theme, &palette, text, ground, TEXT);
        }
        for part in ["accent", "track"] {
            assert_contrast(theme, &palette, part, "page", CONTROL);
        }
    }
}

fn assert_contrast(theme: &str, palette: &Palette<'_>, text: &str, ground: &str, least: f64) {
    let found = contrast(luminance(palette[text]), luminance(palette[ground]));
    assert!(found >= least, "{theme}: {text} on {ground} has {found:.2}");
}

/// The custom properties of the light theme, and of the dark one laid over it.
fn palettes() -> [(&'static str, Palette<'static>); 2] {
    let (light, rest) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
    let (dark, _) = rest.split_once("}\n}").unwrap();
    let light = properties(light);
    let mut both = light.clone();
    both.extend(properties(dark));
    [("light", light), ("dark", both)]
}

fn properties(css: &'static str) -> Palette<'static> {
    css.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("--")?
                .strip_suffix(';')?
                .split_once(": ")
        })
        .collect()
}

/// Relative luminance. (WCAG 2.2, definition of "relative luminance".)
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
