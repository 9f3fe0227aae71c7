//! A page that shows all there is: every block, every colour, a recording with two speakers.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use esl_core::block::{
    Annotations, Block, Callout, Code, ColumnBlock, ColumnList, Divider, Equation, Heading,
    HeadingLevel, Icon, Link, Media, RichText, SyncedBlock, Table, TableOfContents, TableRow,
    TextBlock, ToDo,
};
use esl_core::ports::{CreatedPage, FileUpload, NewPage, Notion, PageHead, PropertyValue};
use esl_core::{Color, Cue, Transcript, UploadId};
use esl_pipeline::providers::local_workspace::LocalWorkspace;

use crate::{Fixture, heading, toggle};

/// Length of each spoken line.
const LINE: Duration = Duration::from_millis(1500);

const LINES: [(&str, &str); 6] = [
    ("Visitor", "Excuse me, where is the museum?"),
    (
        "Guide",
        "Go straight on and turn left at the bank. It is opposite the park.",
    ),
    ("Visitor", "Is it far from here?"),
    (
        "Guide",
        "Not at all. It takes about ten minutes on foot, or two by tram.",
    ),
    ("Visitor", "Thank you very much!"),
    ("Guide", "You are welcome. Enjoy the exhibition!"),
];

/// Creates the page.
pub(crate) async fn page(fixture: &Fixture) -> CreatedPage {
    let recording = upload_recording(fixture).await;
    let page = NewPage {
        source: LocalWorkspace::SOURCE,
        head: head(),
        children: [
            mission(),
            input(recording),
            toolkit(),
            practice(),
            answers(),
        ]
        .concat(),
    };
    fixture.workspace.create_page(page).await.unwrap()
}

fn head() -> PageHead {
    let select = |option: &str| PropertyValue::Select(option.to_owned());
    PageHead {
        title: "Asking for Directions: Lost Near the Station".to_owned(),
        icon: Some("🧭".to_owned()),
        cover: Some("https://example.com/covers/station.jpg".to_owned()),
        properties: BTreeMap::from([
            ("Level".to_owned(), select("A2")),
            (
                "Student".to_owned(),
                PropertyValue::RichText("Sample Student".to_owned()),
            ),
            (
                "Status".to_owned(),
                PropertyValue::Status("Not started".to_owned()),
            ),
            (
                "Topics".to_owned(),
                PropertyValue::MultiSelect(vec![
                    "Prepositions of place".into(),
                    "Imperatives".into(),
                ]),
            ),
        ]),
    }
}

fn mission() -> Vec<Block> {
    vec![
        Block::TableOfContents(TableOfContents {}),
        heading(HeadingLevel::Two, "1. 🎯 This Week's Mission Briefing"),
        Block::Callout(Callout {
            rich_text: vec![
                styled("Goal:", |looks| looks.bold = true),
                RichText::plain(" explain a short walking route in five sentences."),
            ],
            icon: Icon::Emoji {
                emoji: "🎯".to_owned(),
            },
            color: Color::BlueBackground,
            children: vec![bullet("Keep every sentence under ten words.", vec![])],
        }),
        heading(HeadingLevel::Two, "2. 🗺️ Your Homework Roadmap"),
        bullet(
            "Quick plan (10 min): part 3, then part 6",
            vec![bullet("skip the optional table", vec![])],
        ),
        bullet("Full plan (25 min): everything in order", vec![]),
        to_do("Listen to the dialogue twice", true),
        to_do("Read it aloud with the recording at 0.75×", false),
    ]
}

fn input(recording: UploadId) -> Vec<Block> {
    let lines = LINES.map(|(speaker, line)| {
        Block::paragraph(vec![
            styled(&format!("{speaker}: "), |looks| looks.bold = true),
            RichText::plain(line),
        ])
    });
    vec![
        heading(
            HeadingLevel::Two,
            "3. 🎧 Input Material: A Walk to the Museum",
        ),
        Block::Audio(Media::upload(recording)),
        toggle("study-text", lines.to_vec()),
    ]
}

fn toolkit() -> Vec<Block> {
    let column = |title: &str, example: &str| {
        Block::Column(ColumnBlock {
            children: vec![heading(HeadingLevel::Three, title), bullet(example, vec![])],
        })
    };
    vec![
        heading(HeadingLevel::Two, "4. 🛠️ Language Toolkit: Useful Language"),
        Block::ColumnList(ColumnList {
            children: vec![
                column("Moving", "go straight on"),
                column("Places", "opposite the bank"),
            ],
        }),
        Block::Table(Table {
            table_width: 2,
            has_column_header: true,
            has_row_header: false,
            children: vec![
                row(["Phrase", "Meaning"]),
                row(["next to", "very close, at the side of"]),
                row(["opposite", "on the other side, face to face"]),
            ],
        }),
        Block::Paragraph(TextBlock {
            rich_text: every_look(),
            ..TextBlock::default()
        }),
        Block::Paragraph(TextBlock {
            rich_text: Color::ALL
                .iter()
                .flat_map(|color| {
                    let run = styled(color.as_str(), |looks| looks.color = *color);
                    [run, RichText::plain(" ")]
                })
                .collect(),
            ..TextBlock::default()
        }),
        Block::Quote(TextBlock::new(vec![RichText::plain(
            "A journey of a thousand miles begins with a single step.",
        )])),
        Block::Code(Code {
            rich_text: vec![RichText::plain(
                "route = [\"straight on\", \"left at the bank\"]\nfor step in route:\n    print(step)",
            )],
            language: "python".to_owned(),
        }),
        Block::Equation(Equation {
            expression: r"v = \frac{s}{t} = \frac{800\,\mathrm{m}}{10\,\mathrm{min}}".to_owned(),
        }),
        Block::Bookmark(Link {
            url: "https://example.com/maps/how-to-ask-for-directions".to_owned(),
        }),
        Block::Video(Media::external("https://example.com/watch?v=walk")),
        Block::Divider(Divider {}),
    ]
}

fn practice() -> Vec<Block> {
    vec![
        heading(HeadingLevel::Two, "5. ✍️ Practice & Pronunciation"),
        heading(HeadingLevel::Three, "A. 🔩 Controlled Practice"),
        numbered("The bank is ____ the park. (opposite)"),
        numbered("____ left at the corner. (turn)"),
        numbered("Go ____ on. (straight)"),
        Block::SyncedBlock(SyncedBlock {
            synced_from: None,
            children: vec![callout(
                "💡",
                "Say each sentence aloud before you write it.",
                Color::GreenBackground,
            )],
        }),
        callout(
            "⚠️",
            "Do not translate word by word.",
            Color::YellowBackground,
        ),
        callout(
            "🙋",
            "Ask your questions in the next lesson.",
            Color::Default,
        ),
    ]
}

fn answers() -> Vec<Block> {
    vec![
        heading(HeadingLevel::Two, "8. 🔑 Answer Key & Sample Mission"),
        Block::Heading(Heading {
            level: HeadingLevel::Two,
            rich_text: vec![RichText::plain("Answer Key")],
            color: Color::Default,
            is_toggleable: true,
            children: vec![numbered("opposite-secret"), numbered("Turn")],
        }),
        heading(HeadingLevel::Two, "9. 👩‍🏫 Teacher's Follow-up Plan"),
        toggle(
            "Teacher's Follow-up Plan",
            vec![bullet("Draw a map together and swap roles.", vec![])],
        ),
    ]
}

fn every_look() -> Vec<RichText> {
    vec![
        RichText::plain("Words can be "),
        styled("bold", |looks| looks.bold = true),
        RichText::plain(", "),
        styled("italic", |looks| looks.italic = true),
        RichText::plain(", "),
        styled("underlined", |looks| looks.underline = true),
        RichText::plain(", "),
        styled("struck", |looks| looks.strikethrough = true),
        RichText::plain(", "),
        styled("code", |looks| {
            looks.code = true;
            looks.color = Color::Red;
        }),
        RichText::plain(", a formula "),
        RichText::equation("a^2 + b^2 = c^2", Annotations::default()),
        RichText::plain(" or "),
        RichText::text(
            "a link",
            Some("https://example.com/".to_owned()),
            Annotations::default(),
        ),
        RichText::plain("."),
    ]
}

fn styled(text: &str, style: impl FnOnce(&mut Annotations)) -> RichText {
    let mut looks = Annotations::default();
    style(&mut looks);
    RichText::text(text, None, looks)
}

fn bullet(text: &str, children: Vec<Block>) -> Block {
    let mut item = TextBlock::new(vec![RichText::plain(text)]);
    item.children = children;
    Block::BulletedListItem(item)
}

fn numbered(text: &str) -> Block {
    Block::NumberedListItem(TextBlock::new(vec![RichText::plain(text)]))
}

fn to_do(text: &str, checked: bool) -> Block {
    Block::ToDo(ToDo {
        rich_text: vec![RichText::plain(text)],
        checked,
        children: vec![],
    })
}

fn callout(icon: &str, text: &str, color: Color) -> Block {
    Block::Callout(Callout {
        rich_text: vec![RichText::plain(text)],
        icon: Icon::Emoji {
            emoji: icon.to_owned(),
        },
        color,
        children: vec![],
    })
}

fn row(cells: [&str; 2]) -> Block {
    let cells = cells.map(|cell| vec![RichText::plain(cell)]);
    Block::TableRow(TableRow {
        cells: cells.to_vec(),
    })
}

async fn upload_recording(fixture: &Fixture) -> UploadId {
    let path = fixture.root.path().join("recording.wav");
    fs::write(&path, tone(LINE * 6)).unwrap();
    let cue = |(index, (speaker, text)): (u32, (&str, &str))| Cue {
        start: LINE * index,
        end: LINE * (index + 1) - Duration::from_millis(200),
        speaker: Some(speaker.to_owned()),
        text: text.to_owned(),
    };
    let upload = FileUpload {
        path,
        name: "lesson.wav".to_owned(),
        content_type: "audio/wav".to_owned(),
        transcript: Some(Transcript {
            cues: (0..).zip(LINES).map(cue).collect(),
        }),
    };
    fixture.workspace.upload_file(upload).await.unwrap()
}

/// A quiet tone as a WAV file: 8 kHz, mono, 16 bits.
fn tone(length: Duration) -> Vec<u8> {
    const RATE: u32 = 8000;
    let samples = u32::try_from(length.as_millis()).unwrap() * RATE / 1000;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + samples * 2).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1_u16, 1].map(u16::to_le_bytes).concat());
    wav.extend([RATE, RATE * 2].map(u32::to_le_bytes).concat());
    wav.extend([2_u16, 16].map(u16::to_le_bytes).concat());
    wav.extend(b"data");
    wav.extend((samples * 2).to_le_bytes());
    for sample in 0..samples {
        let level: i16 = if sample % 40 < 20 { 500 } else { -500 };
        wav.extend(level.to_le_bytes());
    }
    wav
}
