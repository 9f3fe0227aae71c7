//! What the rules about the nine sections mean.

use super::explanations;

explanations! {
    "Sections and headings";

    SECTION_MISSING {
        meaning: "Every lesson has the same nine sections, so that students find their way.",
        example: "## 1. This Week's Mission Briefing\n## 3. Input Material: A Market Morning",
        mend: "Add the heading and its text at the place shown.",
    }

    SECTION_EXTRA {
        meaning: "A heading of level 2 begins a section, and this one is none of the nine or stands \
             there twice.",
        example: "## Bonus Vocabulary",
        mend: "Use `###` inside a section.",
    }

    SECTION_ORDER {
        meaning: "The section is there, but not between its neighbours.",
        example: "## 2. Your Homework Roadmap\n## 1. This Week's Mission Briefing",
        mend: "Move the section with everything under it.",
    }

    H2_TITLE {
        meaning: "The heading is meant to be one of the nine, but its number or its words differ.",
        example: "## 2. Homework Road",
        mend: "Write the title as the message shows it. Your emoji may stay.",
    }

    H2_TITLE_STYLE {
        meaning: "The heading is understood. Other tools may read headings more narrowly, so the \
             standard spelling is safer.",
        example: "## 5) Practice and Pronunciation",
        mend: "Write `## 5. Practice & Pronunciation`.",
    }

    H2_INPUT_MATERIAL {
        meaning: "The third heading begins with `3. Input Material`, a colon, and then the title of the \
             text.",
        example: "## 3. Input Materials: A Market Morning",
        mend: "Write `## 3. Input Material: A Market Morning`.",
    }

    H2_INSIDE_CONTAINER {
        meaning: "Only headings outside all directives begin sections.",
        example: ":::toggle-heading Words\n## Fruit\n:::",
        mend: "Use `###`, or close the directive above the heading.",
    }

    HEADING_TOO_DEEP {
        meaning: "Notion has three levels of headings; deeper ones become level 3.",
        example: "#### Irregular verbs",
        mend: "Use `###`.",
    }

    ANSWER_KEY_MISSING {
        meaning: "The answers stand in a toggle, so that students open them on purpose, and copies for \
             students can leave them out.",
        example: "### Answer Key",
        mend: "Write `:::toggle-heading Answer Key`, the answers, and `:::`.",
    }

    TEACHER_PLAN_MISSING {
        meaning: "The plan stands in a toggle, so that copies for students can leave it out.",
        example: "### Teacher's notes",
        mend: "Write `:::toggle-heading Teacher's Follow-up Plan`, the plan, and `:::`.",
    }

    MARKER_LEVEL {
        meaning: "The toggle is found, but other tools look only for the usual levels.",
        example: ":::toggle-h1 Answer Key",
        mend: "Use `:::toggle-heading` or `:::toggle-h2`.",
    }

    MARKER_SECTION {
        meaning: "The answer key belongs to section 8, the teacher's plan to section 9.",
        example: "## 5. Practice & Pronunciation\n:::toggle-heading Answer Key",
        mend: "Move the toggle under its section.",
    }

    MARKER_TITLE {
        meaning: "The title is understood. Other tools may read it more narrowly, so the standard \
             spelling is safer.",
        example: ":::toggle-heading Teachers Follow up Plan",
        mend: "Write `:::toggle-heading Teacher's Follow-up Plan`.",
    }

    CONTROLLED_PRACTICE_MISSING {
        meaning: "Section 5 begins with an exercise in which only one answer is right.",
        example: "## 5. Practice & Pronunciation\n1. ____ apples",
        mend: "Add `### A. Controlled Practice` above the exercise.",
    }

    CONTROLLED_PRACTICE_COUNT {
        meaning: "Fewer than 8 items do not train, more than 12 tire. From 8 to 10 is best.",
        example: "### A. Controlled Practice\n1. ____ apples (a/some)",
        mend: "Add or remove items.",
    }

    COMPREHENSION_MISSING {
        meaning: "A few questions show whether the input was understood.",
        example: "## 5. Practice & Pronunciation",
        mend: "Add `### B. Comprehension Check` with two or three questions.",
    }

    COMPREHENSION_COUNT {
        meaning: "One question does not tell whether the input was understood.",
        example: "### B. Comprehension Check\n1. Who buys pears?",
        mend: "Ask two or three questions.",
    }
}
