//! Who may see which blocks. A teacher's page is not a student's page.

use serde::{Deserialize, Serialize};

use super::{Block, plain_text};

/// Whom a copy of a page is for. In JSON `teacher`, `student` or `student-with-answers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everything.
    #[default]
    Teacher,
    /// No answer key and no follow-up plan.
    Student,
    /// No follow-up plan, but the answer key.
    StudentWithAnswers,
}

/// What of `blocks` the audience may see.
///
/// The answer key and the follow-up plan are recognised by their titles, whatever holds them: a
/// heading takes everything with it up to the next heading of its level or above, a toggle takes
/// its children. They are looked for at every depth.
#[must_use]
pub fn visible_to(audience: Audience, blocks: &[Block]) -> Vec<Block> {
    let mut visible = Vec::with_capacity(blocks.len());
    let mut hidden_below = None;
    for block in blocks {
        if let Block::Heading(heading) = block
            && hidden_below.is_none_or(|level| heading.level <= level)
        {
            hidden_below = is_hidden(audience, block).then_some(heading.level);
        }
        if hidden_below.is_some() || is_hidden(audience, block) {
            continue;
        }
        let mut copy = block.clone();
        if let Some(children) = copy.children_mut() {
            *children = visible_to(audience, children);
        }
        visible.push(copy);
    }
    visible
}

fn is_hidden(audience: Audience, block: &Block) -> bool {
    if !matches!(block, Block::Heading(_) | Block::Toggle(_)) {
        return false;
    }
    let title = folded(&plain_text(block.rich_text()));
    let is_answer_key = title.starts_with("answerkey");
    let is_plan = title.starts_with("teachersfollowupplan");
    match audience {
        Audience::Teacher => false,
        Audience::Student => is_answer_key || is_plan,
        Audience::StudentWithAnswers => is_plan,
    }
}

/// The letters of a title, lower-case, without its leading number and emoji.
fn folded(title: &str) -> String {
    title
        .chars()
        .filter(|character| character.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::block::{ColumnBlock, HeadingLevel, RichText};

    fn heading(level: HeadingLevel, title: &str) -> Block {
        Block::heading(level, vec![RichText::plain(title)])
    }

    fn toggle(title: &str, children: Vec<Block>) -> Block {
        Block::toggle(vec![RichText::plain(title)], children)
    }

    fn text(words: &str) -> Block {
        Block::paragraph(vec![RichText::plain(words)])
    }

    fn lesson() -> Vec<Block> {
        use HeadingLevel::{Three, Two};
        vec![
            heading(Two, "7. Why"),
            text("kept"),
            Block::Column(ColumnBlock {
                children: vec![
                    toggle("**Answer key** (B)", vec![text("SECRET")]),
                    text("kept"),
                ],
            }),
            heading(Two, "8. 🔑 Answer Key & Sample Mission"),
            heading(Three, "Sample"),
            text("ANSWER"),
            toggle("Answer Key", vec![text("ANSWER")]),
            heading(Two, "9. 👩‍🏫 Teacher’s Follow-up Plan"),
            text("PLAN"),
            heading(Two, "Afterword"),
            text("kept"),
        ]
    }

    fn json(audience: Audience) -> String {
        serde_json::to_string(&visible_to(audience, &lesson())).unwrap()
    }

    #[test]
    fn a_student_sees_neither_answers_nor_plan() {
        let page = json(Audience::Student);
        assert!(
            ["SECRET", "ANSWER", "PLAN"]
                .iter()
                .all(|word| !page.contains(word)),
            "{page}"
        );
        assert_eq!(page.matches("kept").count(), 3);
        assert!(page.contains("Afterword"));
    }

    #[test]
    fn answers_can_be_shown_without_the_plan() {
        let page = json(Audience::StudentWithAnswers);
        assert!(page.contains("ANSWER") && page.contains("SECRET") && !page.contains("PLAN"));
    }

    #[test]
    fn a_teacher_sees_everything() {
        assert_eq!(visible_to(Audience::Teacher, &lesson()), lesson());
    }
}
