//! A page as one self-contained HTML file.
//!
//! The file is written as a stream, recordings included. It carries a policy that lets it run its
//! own style and script and nothing else, and fetch nothing: not even from its own folder. All text
//! of a lesson passes through [`escape`]. Nothing here decides who may see what: it is given what
//! is to be seen.

mod blocks;
mod card;
#[cfg(test)]
mod contrast;
mod escape;
mod head;
mod math;
mod outline;
mod player;
mod policy;
mod table;
mod text;

use std::io::{self, Write};

use esl_core::block::Block;

use super::files::Files;
use super::head::Head;
use blocks::BlockWriter;

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/player.js");

/// What one copy of a page shows.
pub(super) struct PageCopy<'a> {
    pub(super) head: &'a Head,
    pub(super) blocks: Vec<Block>,
    pub(super) files: &'a Files,
}

/// Writes the copy as an HTML document.
pub(super) fn write_page(out: &mut dyn Write, copy: &PageCopy<'_>) -> io::Result<()> {
    let policy = policy::content_security_policy();
    let title = escape::escaped(head::title(copy.head));
    write!(
        out,
        r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the lesson</a>
<main>
"##
    )?;
    head::write(out, copy.head)?;
    writeln!(out, "<article id=\"content\" tabindex=\"-1\">")?;
    BlockWriter::new(out, copy.files, &copy.blocks).write_all(&copy.blocks)?;
    write!(
        out,
        "</article>\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}
