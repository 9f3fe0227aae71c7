//! Changes of the sound lesson that break one rule each.

use esl_pipeline::lesson::Code;

use crate::lessons::sound_but;

/// One change of the sound lesson and what it breaks.
#[derive(Debug)]
pub(crate) struct Slip {
    /// The rule.
    pub(crate) code: Code,
    /// What is changed.
    pub(crate) from: &'static str,
    /// Into what.
    pub(crate) to: &'static str,
    /// What the finding covers.
    pub(crate) at: &'static str,
    /// Other rules that the same change breaks.
    pub(crate) also: &'static [Code],
}

const fn slip(code: Code, from: &'static str, to: &'static str, at: &'static str) -> Slip {
    Slip {
        code,
        from,
        to,
        at,
        also: &[],
    }
}

const fn slip_also(
    code: Code,
    from: &'static str,
    to: &'static str,
    at: &'static str,
    also: &'static [Code],
) -> Slip {
    Slip {
        code,
        from,
        to,
        at,
        also,
    }
}

impl Slip {
    /// The sound lesson with this slip.
    pub(crate) fn source(&self) -> String {
        sound_but(self.from, self.to)
    }
}

/// A line that may be anything.
pub(crate) const LINE: &str = "Short polite questions work in every shop.";
const SPEECH: &str = "They came in an hour ago.";
const ROW: &str = "| any | questions and negatives |";

/// At least one for every rule that a small change can break.
#[rustfmt::skip]
pub(crate) const SLIPS: &[Slip] = &[
    slip(Code::WrapperMultiple, "```markdown\n---", "```text\nnotes\n```\n```markdown\n---", "```text"),
    slip(Code::FrontMatterSyntax, "\"Counting Apples: A Market Morning\"", "Counting Apples: A Market Morning", ":"),
    slip(Code::FrontMatterDuplicateKey, "level: A2", "level: A2\nlevel: B1", "level"),
    slip(Code::FrontMatterLanguage, "```markdown\n---", "```markdown\n---js", "js"),
    slip(Code::FieldMissing, "student: \"Sample Student\"\n", "", ""),
    slip(Code::FieldType, "\"Sample Student\"", "{ name: Ada }", "{ name: Ada }"),
    slip(Code::FieldEmpty, "\"Sample Student\"", "\" \"", "\" \""),
    slip(Code::FieldUnknown, "level: A2", "level: A2\nlevl: A2", "levl"),
    slip(Code::LevelUnknown, "level: A2", "level: middling", "middling"),
    slip(Code::IconInvalid, "🍎", "🍎🍐", "🍎🍐"),
    slip(Code::CoverInvalid, "https://example.com/covers/market.jpg", "covers/market.jpg", "covers/market.jpg"),
    slip(Code::PropertiesInvalid, "properties:\n  Status: Not started", "properties: [Status]", "[Status]"),
    slip(Code::SpeakerLabelsInvalid, "[Mira, Jonas]\nspeaker_profiles:\n  - id: Jonas\n    gender: male", "Mira, Jonas", "Mira, Jonas"),
    slip(Code::SpeakerLabelDuplicate, "[Mira, Jonas]", "[Mira, Jonas, mira]", "mira"),
    slip(Code::SpeakerProfileInvalid, "gender: male", "gender: lady", "lady"),
    slip(Code::SpeakerProfileOrphan, "id: Jonas", "id: Ada", "id: Ada\n    gender: male"),
    slip(Code::InputTypeUnknown, "generate", "dialogue", "dialogue"),
    slip(Code::SectionMissing, "## 7. 🧠 Why This Mission Helps You\n", "", ""),
    slip(Code::SectionExtra, LINE, "## Bonus Words", "Bonus Words"),
    slip(Code::H2Title, "Your Homework Roadmap", "Homework Road Map", "2. 🗺️ Homework Road Map"),
    slip(Code::H2Title, "## 7. 🧠 Why", "## 🧠 Why", "🧠 Why This Mission Helps You"),
    slip(Code::H2Title, "## 7. 🧠 Why This Mission Helps You", "## Looking Back", "Looking Back"),
    slip(Code::H2TitleStyle, "Practice & Pronunciation", "Practice and Pronunciation", "5. ✍️ Practice and Pronunciation"),
    slip(Code::H2TitleStyle, "This Week's", "This Week’s", "1. 🎯 This Week’s Mission Briefing"),
    slip(Code::H2TitleStyle, "## 2. 🗺️", "## 2️⃣", "2️⃣ Your Homework Roadmap"),
    slip(Code::H2TitleStyle, "Your Homework Roadmap", "Your Homework Roadmap (25 min)", "2. 🗺️ Your Homework Roadmap (25 min)"),
    slip(Code::H2InputMaterial, "Input Material:", "Input Materials:", "3. 🎧 Input Materials: A Market Morning"),
    slip(Code::H2InsideContainer, "1. some\n2. any", "## Part one\n1. some", "Part one"),
    slip(Code::HeadingTooDeep, "### Asking", "#### Asking", "####"),
    slip(Code::AnswerKeyMissing, ":::toggle-heading Answer Key", ":::toggle-heading Solutions", "8. 🔑 Answer Key & Sample Mission"),
    slip(Code::AnswerKeyMissing, ":::toggle-heading Answer Key", ":::toggle-heading Answers Key", "Answers Key"),
    slip(Code::TeacherPlanMissing, ":::toggle-h3 Teacher's Follow-up Plan", ":::toggle-h3 Notes", "9. 👩‍🏫 Teacher's Follow-up Plan"),
    slip(Code::MarkerLevel, ":::toggle-heading Answer Key", ":::toggle-h1 Answer Key", ":::toggle-h1"),
    slip(Code::MarkerLevel, ":::toggle-heading Answer Key", ":::toggle-h3 Answer Key", ":::toggle-h3"),
    slip(Code::MarkerSection, "## 8. 🔑 Answer Key & Sample Mission\n:::toggle-heading Answer Key\n1. some\n2. any\n:::", ":::toggle-heading Answer Key\n1. some\n:::\n\n## 8. 🔑 Answer Key & Sample Mission", "Answer Key"),
    slip(Code::MarkerTitle, ":::toggle-h3 Teacher's Follow-up Plan", ":::toggle-h3 Teachers Follow up Plan", "Teachers Follow up Plan"),
    slip(Code::StudyTextMissing, ":::study-text Dialogue", ":::toggle-heading Dialogue", "3. 🎧 Input Material: A Market Morning"),
    slip(Code::StudyTextIndented, ":::study-text Dialogue", "  :::study-text Dialogue", ":::study-text Dialogue"),
    slip(Code::StudyTextCloseIndented, "apples, please.\n:::", "apples, please.\n  :::", ":::"),
    slip(Code::StudyTextMalformed, ":::study-text Dialogue", ":::study-texts Dialogue", ":::study-texts Dialogue"),
    slip(Code::StudyTextUnclosed, "apples, please.\n:::", "apples, please.", ":::study-text Dialogue"),
    slip(Code::StudyTextEmpty, ":::study-text Dialogue\nMira: Good morning! Do you have any pears?\n**Jonas:** Not today, but I have some apples.\nThey came in an hour ago.\n[Mira]: Then a kilo of apples, please.\n", ":::study-text Dialogue\n", ":::study-text Dialogue"),
    slip(Code::StudyTextMultiple, LINE, ":::study-text\nMira: Hi!\n:::", ":::study-text"),
    slip(Code::StudyTextNestedDirective, SPEECH, ":::callout 🎧\nListen twice.\n:::", ":::callout 🎧"),
    slip(Code::StudyTextShort, "speaker_labels: [Mira, Jonas]\nspeaker_profiles:\n  - id: Jonas\n    gender: male\n", "", ":::study-text Dialogue"),
    slip(Code::StudyTextType, "**Jonas:** Not today, but I have some apples.\nThey came in an hour ago.\n[Mira]: Then a kilo", "Not today. A kilo", ":::study-text Dialogue"),
    slip(Code::SpeakerUnknown, "[Mira]: Then", "[Ada]: Then", "Ada"),
    slip(Code::SpeakerUnknown, "Mira: Good morning!", "Myra: Good morning!", "Myra"),
    slip(Code::SpeakerMissing, "Mira: Good morning!", "Good morning!", "Good morning! Do you have any pears?"),
    slip(Code::SpeakerBlank, "[Mira]: Then", "[ ]: Then", "[ ]"),
    slip(Code::SpeakerUnused, "[Mira, Jonas]", "[Mira, Jonas, Ada]", "Ada"),
    slip(Code::ControlledPracticeMissing, "### A. Controlled Practice", "### A. Warm-up", "5. ✍️ Practice & Pronunciation"),
    slip(Code::ControlledPracticeCount, "8. Would you like ____ tea? (some/any)\n", "", "A. Controlled Practice"),
    slip(Code::ControlledPracticeCount, "8. Would you like ____ tea? (some/any)\n", "8. a\n9. b\n10. c\n11. d\n12. e\n13. f\n", "A. Controlled Practice"),
    slip(Code::ComprehensionMissing, "### B. Comprehension Check", "### C. Think", "5. ✍️ Practice & Pronunciation"),
    slip(Code::ComprehensionCount, "2. What does she buy?\n", "", "B. Comprehension Check"),
    slip(Code::ComprehensionCount, "1. What does Mira want first?\n2. What does she buy?\n", "", "B. Comprehension Check"),
    slip(Code::NestedCode, LINE, "~~~\ncode\n~~~", "~~~"),
    slip(Code::CodeUnclosed, LINE, "~~~\ncode", "~~~"),
    slip_also(Code::CodeLanguageUnknown, LINE, "~~~klingon\ncode\n~~~", "klingon", &[Code::NestedCode]),
    slip(Code::CalloutUnclosed, "every request.\n:::", "every request.", ":::callout 🎯"),
    slip(Code::CalloutIconMissing, ":::callout 🎯", ":::callout", ":::callout"),
    slip(Code::CalloutIconInvalid, ":::callout 🎯", ":::callout Goal", "Goal"),
    slip(Code::CalloutIconText, ":::callout 🎯", ":::callout 🎯 Goal", "Goal"),
    slip(Code::CalloutEmpty, LINE, ":::callout 💡\n:::", ":::callout 💡"),
    slip(Code::ColumnListUnclosed, "fruit).\n:::\n:::", "fruit).\n:::", ":::column-list"),
    slip(Code::ColumnListNoColumn, LINE, ":::column-list\n:::", ":::column-list"),
    slip(Code::ColumnListNoColumn, LINE, ":::column-list\ntext\n:::", ":::column-list"),
    slip(Code::ColumnListSingle, LINE, ":::column-list\n:::column\ntext\n:::\n:::", ":::column-list"),
    slip(Code::ColumnEmpty, LINE, ":::column-list\n:::column\ntext\n:::\n:::column\n:::\n:::", ":::column"),
    slip(Code::ColumnOrphan, LINE, ":::column\ntext\n:::", ":::column"),
    slip(Code::ColumnNested, "- Do you have **any** pears?", ":::column-list\n:::column\na\n:::\n:::column\nb\n:::\n:::", ":::column-list"),
    slip(Code::ColumnStrayContent, ":::column-list\n:::column", ":::column-list\nCompare:\n:::column", "Compare:"),
    slip(Code::SyncedUnclosed, LINE, ":::synced-block\ntext", ":::synced-block"),
    slip(Code::SyncedEmpty, LINE, ":::synced-block\n:::", ":::synced-block"),
    slip(Code::SyncedIdInvalid, LINE, ":::synced-block notes", "notes"),
    slip(Code::SyncedReferenceWithContent, LINE, ":::synced-block 0123456789abcdef0123456789abcdef\ntext\n:::", "0123456789abcdef0123456789abcdef"),
    slip(Code::MediaUrlMissing, LINE, ":::audio", ":::audio"),
    slip(Code::MediaUrlInvalid, LINE, ":::video clips/a b.mp4", "clips/a b.mp4"),
    slip(Code::MediaUrlInvalid, LINE, ":::audio www.example.com/a.mp3", "www.example.com/a.mp3"),
    slip(Code::TableNoColumn, ROW, "|", "|"),
    slip(Code::TableRagged, ROW, "| any |", "| any |"),
    slip(Code::TableRagged, "| --- | --- |", "| --- |", "| --- |"),
    slip(Code::TableNoData, LINE, "| a | b |\n| - | - |", "| a | b |"),
    slip(Code::ToggleTitleMissing, LINE, ":::toggle-heading\ntext\n:::", ":::toggle-heading"),
    slip(Code::DirectiveUnknown, LINE, ":::calloutt 💡\ntext\n:::", ":::calloutt 💡"),
    slip(Code::DirectiveUnclosed, "2. any\n:::", "2. any", ":::toggle-heading Answer Key"),
    slip(Code::DirectiveStrayClose, LINE, ":::", ":::"),
    slip(Code::DirectiveIndented, ":::toc", "  :::toc", ":::toc"),
    slip(Code::CommentUnclosed, LINE, "<!-- later", "<!-- later"),
    slip(Code::EquationUnclosed, LINE, "$$\nx", "$$"),
    slip(Code::LinkInvalid, "https://example.com/fruit", "lists/fruit.html", "lists/fruit.html"),
    slip(Code::LinkInvalid, "https://example.com/fruit", "www.example.com/fruit", "www.example.com/fruit"),
    slip(Code::ImageUrlInvalid, LINE, "![a stall](stall.png)", "stall.png"),
    slip(Code::ImageUrlInvalid, LINE, "See ![a stall](stall.png) there.", "stall.png"),
];
