//! Blocks as HTML.

use std::io::{self, Write};

use esl_core::Color;
use esl_core::block::{
    Block, Callout, Code, FileSource, Heading, HeadingLevel, Icon, Media, RichText, SyncedBlock,
    TextBlock, ToDo, Toggle,
};
use math_core::MathDisplay;

use super::card::{self, Card};
use super::escape::{escaped, write_text};
use super::outline::Outline;
use super::text::write_runs;
use super::{math, player, table};
use crate::providers::local_workspace::files::Files;

/// Writes the blocks of one copy of a page.
pub(super) struct BlockWriter<'a> {
    out: &'a mut dyn Write,
    files: &'a Files,
    outline: Outline,
    headings: usize,
    players: usize,
}

impl<'a> BlockWriter<'a> {
    pub(super) fn new(out: &'a mut dyn Write, files: &'a Files, blocks: &[Block]) -> Self {
        Self {
            out,
            files,
            outline: Outline::of(blocks),
            headings: 0,
            players: 0,
        }
    }

    /// Writes siblings, gathering items that follow each other into lists.
    pub(super) fn write_all(&mut self, blocks: &[Block]) -> io::Result<()> {
        for siblings in blocks.chunk_by(is_same_list) {
            match siblings[0] {
                Block::BulletedListItem(_) => {
                    self.write_list("ul class=\"bullets\"", "ul", siblings)?;
                }
                Block::NumberedListItem(_) => {
                    self.write_list("ol class=\"numbers\"", "ol", siblings)?;
                }
                Block::ToDo(_) => self.write_list("ul class=\"todos\"", "ul", siblings)?,
                _ => siblings.iter().try_for_each(|block| self.write(block))?,
            }
        }
        Ok(())
    }

    fn write_list(&mut self, open: &str, close: &str, items: &[Block]) -> io::Result<()> {
        writeln!(self.out, "<{open}>")?;
        items.iter().try_for_each(|item| self.write(item))?;
        writeln!(self.out, "</{close}>")
    }

    fn write(&mut self, block: &Block) -> io::Result<()> {
        match block {
            Block::Paragraph(text) => self.write_paragraph(text),
            Block::Heading(heading) => self.write_heading(heading),
            Block::BulletedListItem(item) | Block::NumberedListItem(item) => self.write_item(item),
            Block::ToDo(to_do) => self.write_to_do(to_do),
            Block::Toggle(toggle) => self.write_toggle(toggle),
            Block::Quote(quote) => self.write_quote(quote),
            Block::Callout(callout) => self.write_callout(callout),
            Block::Code(code) => self.write_code(code),
            Block::Equation(equation) => {
                let formula = math::html(&equation.expression, MathDisplay::Block);
                writeln!(
                    self.out,
                    "<div class=\"equation\" tabindex=\"0\">{formula}</div>"
                )
            }
            Block::Divider(_) => writeln!(self.out, "<hr>"),
            Block::TableOfContents(_) => self.outline.write_contents(self.out),
            Block::Bookmark(link) => card::write(self.out, Card::Bookmark, &link.url, &[]),
            Block::Image(media) => self.write_media(Card::Image, media),
            Block::Video(media) => self.write_media(Card::Video, media),
            Block::Audio(media) => self.write_audio(media),
            Block::Pdf(media) => self.write_media(Card::Pdf, media),
            Block::ColumnList(columns) => self.write_within("columns", &columns.children),
            Block::Column(column) => self.write_within("column", &column.children),
            Block::SyncedBlock(synced) => self.write_synced(synced),
            Block::Table(table) => table::write(self.out, table),
            Block::TableRow(row) => row.cells.iter().try_for_each(|cell| self.write_line(cell)),
            Block::Other(_) => self.write_absent("This part cannot be shown here"),
        }
    }

    fn write_paragraph(&mut self, text: &TextBlock) -> io::Result<()> {
        write!(self.out, "<p{}>", color_class(text.color))?;
        write_runs(self.out, &text.rich_text)?;
        writeln!(self.out, "</p>")?;
        self.write_indented(&text.children)
    }

    fn write_line(&mut self, runs: &[RichText]) -> io::Result<()> {
        write!(self.out, "<p>")?;
        write_runs(self.out, runs)?;
        writeln!(self.out, "</p>")
    }

    fn write_heading(&mut self, heading: &Heading) -> io::Result<()> {
        let folds = heading.is_toggleable;
        if folds {
            let tint = color_class_of("toggle toggle-heading", heading.color);
            write!(self.out, "<details class=\"{tint}\"><summary>")?;
        }
        let (rank, id) = match self.outline.entry(self.headings) {
            Some(entry) => (entry.rank, entry.id.as_str()),
            None => (2, ""),
        };
        self.headings += 1;
        let look = match heading.level {
            HeadingLevel::One => "heading-1",
            HeadingLevel::Two => "heading-2",
            HeadingLevel::Three => "heading-3",
        };
        let color = if folds { Color::Default } else { heading.color };
        let class = color_class_of(look, color);
        write!(self.out, "<h{rank} class=\"{class}\" id=\"{id}\">")?;
        write_runs(self.out, &heading.rich_text)?;
        writeln!(self.out, "</h{rank}>")?;
        if folds {
            writeln!(self.out, "</summary>")?;
            self.write_within("toggle-body", &heading.children)?;
            return writeln!(self.out, "</details>");
        }
        self.write_all(&heading.children)
    }

    fn write_item(&mut self, item: &TextBlock) -> io::Result<()> {
        write!(self.out, "<li{}>", color_class(item.color))?;
        write_runs(self.out, &item.rich_text)?;
        self.write_all(&item.children)?;
        writeln!(self.out, "</li>")
    }

    fn write_to_do(&mut self, to_do: &ToDo) -> io::Result<()> {
        let checked = if to_do.checked { " checked" } else { "" };
        write!(
            self.out,
            "<li><label><input type=\"checkbox\"{checked}><span>"
        )?;
        write_runs(self.out, &to_do.rich_text)?;
        write!(self.out, "</span></label>")?;
        self.write_indented(&to_do.children)?;
        writeln!(self.out, "</li>")
    }

    fn write_toggle(&mut self, toggle: &Toggle) -> io::Result<()> {
        let class = color_class_of("toggle", toggle.color);
        write!(self.out, "<details class=\"{class}\"><summary><span>")?;
        write_runs(self.out, &toggle.rich_text)?;
        writeln!(self.out, "</span></summary>")?;
        self.write_within("toggle-body", &toggle.children)?;
        writeln!(self.out, "</details>")
    }

    fn write_quote(&mut self, quote: &TextBlock) -> io::Result<()> {
        write!(self.out, "<blockquote{}><p>", color_class(quote.color))?;
        write_runs(self.out, &quote.rich_text)?;
        writeln!(self.out, "</p>")?;
        self.write_all(&quote.children)?;
        writeln!(self.out, "</blockquote>")
    }

    fn write_callout(&mut self, callout: &Callout) -> io::Result<()> {
        let class = color_class_of("callout", callout.color);
        let Icon::Emoji { emoji } = &callout.icon;
        let icon = escaped(emoji);
        write!(
            self.out,
            "<div class=\"{class}\" role=\"note\"><span class=\"callout-icon\" aria-hidden=\"true\">{icon}</span><div class=\"callout-body\">"
        )?;
        // A single blank stands for "no text of its own".
        if callout
            .rich_text
            .iter()
            .any(|run| !run.as_str().trim().is_empty())
        {
            self.write_line(&callout.rich_text)?;
        }
        self.write_all(&callout.children)?;
        writeln!(self.out, "</div></div>")
    }

    fn write_code(&mut self, code: &Code) -> io::Result<()> {
        write!(self.out, "<figure class=\"code\"><figcaption>")?;
        write_text(self.out, &code.language)?;
        write!(self.out, "</figcaption><pre tabindex=\"0\"><code>")?;
        code.rich_text
            .iter()
            .try_for_each(|run| write_text(self.out, run.as_str()))?;
        writeln!(self.out, "</code></pre></figure>")
    }

    fn write_media(&mut self, kind: Card, media: &Media) -> io::Result<()> {
        match &media.source {
            FileSource::External { external } => {
                card::write(self.out, kind, &external.url, &media.caption)
            }
            FileSource::FileUpload { .. } => {
                self.write_absent("This file is not part of this copy")
            }
        }
    }

    fn write_audio(&mut self, media: &Media) -> io::Result<()> {
        let FileSource::FileUpload { file_upload } = &media.source else {
            return self.write_media(Card::Audio, media);
        };
        let recording = self.files.recording(&file_upload.id)?;
        let sound = match &recording {
            Some(recording) => self.files.open(recording)?,
            None => None,
        };
        let (Some(recording), Some(mut sound)) = (recording, sound) else {
            return self.write_absent("The recording is missing from the workspace");
        };
        self.players += 1;
        player::write(
            self.out,
            self.players,
            &recording,
            &media.caption,
            &mut sound,
        )
    }

    fn write_synced(&mut self, synced: &SyncedBlock) -> io::Result<()> {
        if synced.synced_from.is_some() {
            return self.write_absent("This part is shared from another page");
        }
        self.write_within("synced", &synced.children)
    }

    fn write_absent(&mut self, notice: &str) -> io::Result<()> {
        writeln!(self.out, "<p class=\"absent\">{notice}</p>")
    }

    fn write_indented(&mut self, blocks: &[Block]) -> io::Result<()> {
        if blocks.is_empty() {
            return Ok(());
        }
        self.write_within("indented", blocks)
    }

    fn write_within(&mut self, class: &str, blocks: &[Block]) -> io::Result<()> {
        writeln!(self.out, "<div class=\"{class}\">")?;
        self.write_all(blocks)?;
        writeln!(self.out, "</div>")
    }
}

fn is_same_list(one: &Block, next: &Block) -> bool {
    matches!(
        (one, next),
        (Block::BulletedListItem(_), Block::BulletedListItem(_))
            | (Block::NumberedListItem(_), Block::NumberedListItem(_))
            | (Block::ToDo(_), Block::ToDo(_))
    )
}

fn color_class(color: Color) -> String {
    if color.is_default() {
        return String::new();
    }
    format!(" class=\"c-{color}\"")
}

fn color_class_of(class: &str, color: Color) -> String {
    if color.is_default() {
        return class.to_owned();
    }
    format!("{class} c-{color}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use esl_core::block::{
        Annotations, ColumnBlock, ColumnList, Divider, SyncedFrom, Table, TableOfContents, TableRow,
    };

    use super::*;

    fn html(blocks: &[Block]) -> String {
        let files = Files::in_root(Path::new("/nowhere"));
        let mut out = Vec::new();
        BlockWriter::new(&mut out, &files, blocks)
            .write_all(blocks)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn words(text: &str) -> Vec<RichText> {
        vec![RichText::plain(text)]
    }

    fn item(text: &str, children: Vec<Block>) -> TextBlock {
        TextBlock {
            rich_text: words(text),
            children,
            ..TextBlock::default()
        }
    }

    fn heading(title: &str, is_toggleable: bool, children: Vec<Block>) -> Block {
        Block::Heading(Heading {
            level: HeadingLevel::Two,
            rich_text: words(title),
            color: Color::Default,
            is_toggleable,
            children,
        })
    }

    #[test]
    fn items_that_follow_each_other_are_one_list() {
        insta::assert_snapshot!(html(&[
            Block::NumberedListItem(item("one", vec![])),
            Block::NumberedListItem(item(
                "two",
                vec![Block::BulletedListItem(item("dot", vec![]))]
            )),
            Block::paragraph(words("between")),
            Block::NumberedListItem(item("one again", vec![])),
        ]));
    }

    #[test]
    fn headings_are_listed_and_toggle_headings_stay_headings() {
        insta::assert_snapshot!(html(&[
            Block::TableOfContents(TableOfContents {}),
            heading("Plain & simple", false, vec![]),
            heading("Folded", true, vec![Block::paragraph(words("inside"))]),
        ]));
    }

    #[test]
    fn a_header_row_and_a_header_column_say_what_they_head() {
        let row = |cells: [&str; 2]| {
            Block::TableRow(TableRow {
                cells: cells.map(words).to_vec(),
            })
        };
        insta::assert_snapshot!(html(&[Block::Table(Table {
            table_width: 2,
            has_column_header: true,
            has_row_header: true,
            children: vec![row(["Word", "Meaning"]), row(["left", "not right"])],
        })]));
    }

    #[test]
    fn text_carries_its_looks_and_links() {
        let looks = Annotations {
            bold: true,
            italic: true,
            strikethrough: true,
            underline: true,
            code: true,
            color: Color::PinkBackground,
        };
        insta::assert_snapshot!(html(&[Block::Paragraph(TextBlock {
            rich_text: vec![
                RichText::text("all", Some("https://a.example/?a=1&b=2".to_owned()), looks),
                RichText::plain("\nnext line"),
                RichText::text(
                    "no link",
                    Some("javascript:x".to_owned()),
                    Annotations::default()
                ),
            ],
            color: Color::Brown,
            children: vec![],
        })]));
    }

    #[test]
    fn containers_hold_their_blocks() {
        let column = |text: &str| {
            Block::Column(ColumnBlock {
                children: vec![Block::paragraph(words(text))],
            })
        };
        insta::assert_snapshot!(html(&[
            Block::ColumnList(ColumnList {
                children: vec![column("left"), column("right")],
            }),
            Block::Callout(Callout {
                rich_text: words(" "),
                icon: Icon::Emoji {
                    emoji: "💡".to_owned(),
                },
                color: Color::GreenBackground,
                children: vec![Block::Quote(item("quoted", vec![]))],
            }),
            Block::ToDo(ToDo {
                rich_text: words("done"),
                checked: true,
                children: vec![],
            }),
            Block::Divider(Divider {}),
        ]));
    }

    #[test]
    fn what_is_not_here_is_said_to_be_missing() {
        let block_id = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9".parse().unwrap();
        let upload = "../../etc/passwd".parse().unwrap();
        insta::assert_snapshot!(html(&[
            Block::SyncedBlock(SyncedBlock {
                synced_from: Some(SyncedFrom { block_id }),
                children: vec![],
            }),
            Block::Audio(Media::upload(upload)),
        ]));
    }
}
