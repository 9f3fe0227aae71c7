//! What a page shows above its blocks: cover, icon, title, properties.

use std::io::{self, Write};

use super::escape::{escaped, link_target, write_text};
use crate::providers::local_workspace::head::{Head, Property};

/// Shown for a page without a title.
pub(super) const UNTITLED: &str = "Untitled";

/// Writes the page's header.
pub(super) fn write(out: &mut dyn Write, head: &Head) -> io::Result<()> {
    let cover = head.cover.as_deref().and_then(link_target);
    if let Some(cover) = cover {
        let cover = escaped(cover);
        writeln!(
            out,
            "<div class=\"cover\"><a href=\"{cover}\" rel=\"noopener noreferrer\" target=\"_blank\">View cover picture</a></div>"
        )?;
    }
    let class = if cover.is_some() {
        "page-head has-cover"
    } else {
        "page-head"
    };
    writeln!(out, "<header class=\"{class}\">")?;
    if let Some(icon) = &head.icon {
        writeln!(
            out,
            "<div class=\"page-icon\" aria-hidden=\"true\">{}</div>",
            escaped(icon)
        )?;
    }
    writeln!(out, "<h1>{}</h1>", escaped(title(head)))?;
    write_properties(out, head)?;
    writeln!(out, "</header>")
}

/// The title to show.
pub(super) fn title(head: &Head) -> &str {
    match head.title.trim() {
        "" => UNTITLED,
        title => title,
    }
}

fn write_properties(out: &mut dyn Write, head: &Head) -> io::Result<()> {
    if head.properties.is_empty() {
        return Ok(());
    }
    writeln!(out, "<dl class=\"properties\">")?;
    for (name, value) in &head.properties {
        write!(out, "<div><dt>{}</dt><dd>", escaped(name))?;
        write_value(out, value)?;
        writeln!(out, "</dd></div>")?;
    }
    writeln!(out, "</dl>")
}

fn write_value(out: &mut dyn Write, value: &Property) -> io::Result<()> {
    match value {
        Property::RichText(text) => write_text(out, text),
        Property::Number(number) => write!(out, "{number}"),
        Property::Select(option) => write_tag(out, option),
        Property::MultiSelect(options) => {
            options.iter().try_for_each(|option| write_tag(out, option))
        }
        Property::Status(option) => {
            write!(out, "<span class=\"status\">{}</span>", escaped(option))
        }
        Property::Date { start, end: None } => write_text(out, start),
        Property::Date {
            start,
            end: Some(end),
        } => write_text(out, &format!("{start} → {end}")),
        Property::Checkbox(true) => out.write_all("☑ Yes".as_bytes()),
        Property::Checkbox(false) => out.write_all("☐ No".as_bytes()),
        Property::Url(url) => write_link(out, url, url),
        Property::Email(address) => write_link(out, &format!("mailto:{address}"), address),
        Property::PhoneNumber(number) => write_text(out, number),
        Property::Relation(pages) => {
            let pages: Vec<_> = pages.iter().map(ToString::to_string).collect();
            write_text(out, &pages.join(", "))
        }
    }
}

/// Writes an option in a colour that its name decides, so that it is the same on every page.
fn write_tag(out: &mut dyn Write, option: &str) -> io::Result<()> {
    let color = option
        .bytes()
        .fold(0_usize, |sum, byte| sum + usize::from(byte))
        % 9
        + 1;
    write!(
        out,
        "<span class=\"tag tag-{color}\">{}</span> ",
        escaped(option)
    )
}

fn write_link(out: &mut dyn Write, url: &str, text: &str) -> io::Result<()> {
    match link_target(url) {
        Some(target) => write!(
            out,
            "<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">{}</a>",
            escaped(target),
            escaped(text)
        ),
        None => write_text(out, text),
    }
}
