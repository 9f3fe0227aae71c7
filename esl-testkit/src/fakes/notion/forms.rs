//! The forms of texts, media, icons and parents. (Notion API reference: "Rich text", "File",
//! "Emoji", "Parent", "Request limits".)

use super::shape::{Field, Shape, may, needs};

/// Colours of text and blocks.
static COLORS: [&str; 20] = [
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
    "default_background",
    "gray_background",
    "brown_background",
    "orange_background",
    "yellow_background",
    "green_background",
    "blue_background",
    "purple_background",
    "pink_background",
    "red_background",
];

/// Characters of one text.
pub(super) const TEXT: usize = 2000;
/// Elements of one list.
pub(super) const LIST: usize = 100;

pub(super) static COLOR: Shape = Shape::Word(&COLORS);
pub(super) static URL: Shape = Shape::Text { most: 2000 };
pub(super) static WORDS: Shape = Shape::Text { most: TEXT };

static BY_ID: Shape = Shape::Object(&[needs("id", &Shape::Id)]);
static EXTERNAL: Shape = Shape::Object(&[needs("url", &URL)]);

// Some clients write the type of a link inside it, and the service lets them.
static LINK: Shape = Shape::Object(&[needs("url", &URL), may("type", &Shape::Word(&["url"]))]);

static DATE: Shape = Shape::Object(&DATE_FIELDS);
/// A date of a mention or a property.
pub(super) static DATE_FIELDS: [Field; 3] = [
    needs("start", &Shape::Date),
    may("end", &Shape::OrNull(&Shape::Date)),
    may("time_zone", &Shape::OrNull(&WORDS)),
];

static MENTION: Shape = Shape::OneOf {
    variants: &[
        needs("user", &USER),
        needs("date", &DATE),
        needs("page", &BY_ID),
        needs("database", &BY_ID),
        needs("template_mention", &Shape::Any),
        needs("custom_emoji", &Shape::Any),
    ],
    common: &[],
};

/// A person, by id.
pub(super) static USER: Shape = Shape::Object(&[
    needs("id", &Shape::Id),
    may("object", &Shape::Word(&["user"])),
]);

static ANNOTATIONS: Shape = Shape::Object(&[
    may("bold", &Shape::Bool),
    may("italic", &Shape::Bool),
    may("strikethrough", &Shape::Bool),
    may("underline", &Shape::Bool),
    may("code", &Shape::Bool),
    may("color", &COLOR),
]);

static RUN: Shape = Shape::OneOf {
    variants: &[
        needs(
            "text",
            &Shape::Object(&[needs("content", &WORDS), may("link", &Shape::OrNull(&LINK))]),
        ),
        needs(
            "equation",
            &Shape::Object(&[needs("expression", &Shape::Text { most: 1000 })]),
        ),
        needs("mention", &MENTION),
    ],
    common: &[may("annotations", &ANNOTATIONS)],
};

pub(super) static RICH_TEXT: Shape = Shape::List {
    of: &RUN,
    least: 0,
    most: LIST,
};

/// Where a medium comes from.
pub(super) static SOURCES: [Field; 2] =
    [needs("external", &EXTERNAL), needs("file_upload", &BY_ID)];

pub(super) static COVER: Shape = Shape::OneOf {
    variants: &SOURCES,
    common: &[],
};

pub(super) static ICON: Shape = Shape::OneOf {
    variants: &[
        needs("emoji", &Shape::Emoji),
        needs("external", &EXTERNAL),
        needs("file_upload", &BY_ID),
        needs("custom_emoji", &BY_ID),
        needs(
            "icon",
            &Shape::Object(&[needs("name", &WORDS), may("color", &WORDS)]),
        ),
    ],
    common: &[],
};

pub(super) static PAGE_PARENT: Shape = Shape::OneOf {
    variants: &[
        needs("page_id", &Shape::Id),
        needs("data_source_id", &Shape::Id),
        needs("database_id", &Shape::Id),
        needs("workspace", &Shape::True),
    ],
    common: &[],
};

/// Where blocks are appended.
pub(super) static POSITION: Shape = Shape::OneOf {
    variants: &[
        may("start", &Shape::Object(&[])),
        may("end", &Shape::Object(&[])),
        needs("after_block", &BY_ID),
    ],
    common: &[],
};

/// Where the blocks of a new page go.
pub(super) static PAGE_POSITION: Shape = Shape::OneOf {
    variants: &[
        may("page_start", &Shape::Object(&[])),
        may("page_end", &Shape::Object(&[])),
        needs("after_block", &BY_ID),
    ],
    common: &[],
};
