//! What is in the two copies of a page, and what is not.

use esl_core::Color;
use esl_core::block::{
    Block, Callout, Code, Heading, HeadingLevel, Icon, Link, Media, RichText, TableOfContents,
};
use esl_core::ports::Notion;
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};

use crate::{Fixture, heading, new_page, paragraph, toggle};

fn lesson() -> Vec<Block> {
    use HeadingLevel::Two;
    vec![
        Block::TableOfContents(TableOfContents {}),
        heading(Two, "1. Mission"),
        paragraph("VISIBLE"),
        heading(Two, "8. 🔑 Answer Key & Sample"),
        paragraph("ANSWER-ONE"),
        Block::Heading(Heading {
            level: Two,
            rich_text: vec![RichText::plain("Answer Key")],
            color: Color::Default,
            is_toggleable: true,
            children: vec![paragraph("ANSWER-TWO")],
        }),
        heading(Two, "9. 👩‍🏫 Teacher's Follow-up Plan"),
        toggle("Teacher's Follow-up Plan", vec![paragraph("PLAN")]),
    ]
}

const HIDDEN: [&str; 6] = [
    "ANSWER",
    "nswer",
    "PLAN",
    "ollow-up",
    "eacher",
    "hidden from",
];

#[tokio::test]
async fn the_students_copy_neither_holds_nor_betrays_what_is_hidden() {
    let fixture = Fixture::new();
    let page = fixture.page("Lesson", lesson()).await;
    let teacher = fixture.html(&page, "teacher.html");
    assert!(
        ["VISIBLE", "ANSWER-ONE", "ANSWER-TWO", "PLAN"]
            .iter()
            .all(|word| teacher.contains(word))
    );
    let student = fixture.html(&page, "student.html");
    assert!(student.contains("VISIBLE"));
    for word in HIDDEN {
        assert!(!student.contains(word), "{word}");
    }
}

#[tokio::test]
async fn students_may_be_given_the_answers_but_not_the_plan() {
    let root = tempfile::tempdir().unwrap();
    let mut options = LocalWorkspaceOptions::default();
    options.students_see_answers = true;
    let workspace = LocalWorkspace::open(root.path(), options);
    let page = workspace
        .create_page(new_page("Lesson", lesson()))
        .await
        .unwrap();
    let path = root.path().join(page.id.to_string()).join("student.html");
    let student = std::fs::read_to_string(path).unwrap();
    assert!(student.contains("ANSWER-ONE") && student.contains("ANSWER-TWO"));
    assert!(!student.contains("PLAN") && !student.contains("ollow-up"));
}

#[tokio::test]
async fn hostile_content_stays_text() {
    const ATTACK: &str = "\"'></script></style></title></button><script>alert(1)</script><img src=x onerror=alert(1)>\u{202E}";
    let fixture = Fixture::new();
    let mut page = new_page(
        ATTACK,
        vec![
            paragraph(ATTACK),
            heading(HeadingLevel::One, ATTACK),
            toggle(ATTACK, vec![]),
            Block::paragraph(vec![RichText::text(
                "go",
                Some("javascript:alert(1)".into()),
                Default::default(),
            )]),
            Block::paragraph(vec![RichText::text(
                "go",
                Some(format!("https://a.example/{ATTACK}")),
                Default::default(),
            )]),
            Block::paragraph(vec![RichText::equation(
                format!(r"\text{{{ATTACK}}}"),
                Default::default(),
            )]),
            Block::Bookmark(Link {
                url: "javascript:alert(1)".into(),
            }),
            Block::Image(Media::external(format!("https://a.example/{ATTACK}"))),
            Block::Code(Code {
                rich_text: vec![RichText::plain(ATTACK)],
                language: ATTACK.into(),
            }),
            Block::Callout(Callout {
                rich_text: vec![RichText::plain(" ")],
                icon: Icon::Emoji {
                    emoji: ATTACK.into(),
                },
                color: Color::Red,
                children: vec![],
            }),
        ],
    );
    page.head.icon = Some(ATTACK.to_owned());
    page.head.cover = Some(format!("https://a.example/{ATTACK}"));
    let page = fixture.workspace.create_page(page).await.unwrap();
    let html = fixture.html(&page, "teacher.html");
    assert_eq!(html.matches("<script").count(), 1);
    assert_eq!(html.matches("</script").count(), 1);
    assert_eq!(html.matches("</style").count(), 1);
    assert!(!html.contains("<img") && !html.contains('\u{202E}'));
    assert!(!html.contains("href=\"javascript:"));
}

#[tokio::test]
async fn a_page_fetches_nothing() {
    let fixture = Fixture::new();
    let remote = |make: fn(Media) -> Block, name: &str| {
        make(Media::external(format!("https://remote.example/{name}")))
    };
    let page = fixture
        .page(
            "Remote",
            vec![
                remote(Block::Image, "a.png"),
                remote(Block::Video, "a.mp4"),
                remote(Block::Audio, "a.mp3"),
                remote(Block::Pdf, "a.pdf"),
            ],
        )
        .await;
    let html = fixture.html(&page, "teacher.html");
    assert!(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"));
    assert_eq!(
        html.matches("<a class=\"card\" href=\"https://remote.example/")
            .count(),
        4
    );
    for loading in [
        "src=\"http",
        "<link",
        "<iframe",
        "<object",
        "<embed",
        "@import",
        "url(",
    ] {
        assert!(!html.contains(loading), "{loading}");
    }
}
