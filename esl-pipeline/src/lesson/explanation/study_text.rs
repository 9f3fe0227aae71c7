//! What the rules about the spoken text mean.

use super::explanations;

explanations! {
    "Study text and speakers";

    STUDY_TEXT_MISSING {
        meaning: "The study text is what is read aloud; without it there is no recording.",
        example: "## 3. Input Material: A Market Morning\nMira: Good morning!",
        mend: "Put `:::study-text` before the text and `:::` after it.",
    }

    STUDY_TEXT_INDENTED {
        meaning: "Directives begin at the left margin. The marker is understood here, but not by every \
             tool.",
        example: "  :::study-text",
        mend: "Remove the spaces before it.",
    }

    STUDY_TEXT_CLOSE_INDENTED {
        meaning: "The end is understood here, but not by every tool.",
        example: ":::study-text\nMira: Good morning!\n  :::",
        mend: "Remove the spaces before it.",
    }

    STUDY_TEXT_MALFORMED {
        meaning: "The line begins like the marker, but goes on without a space.",
        example: ":::study-texts",
        mend: "Write `:::study-text`, and a label only after a space.",
    }

    STUDY_TEXT_UNCLOSED {
        meaning: "Nothing ends the study text, so the rest of the section would be read aloud.",
        example: ":::study-text\nMira: Good morning!\n\n## 4. Language Toolkit: Useful Language",
        mend: "Add a line `:::` after the last line that is spoken.",
    }

    STUDY_TEXT_EMPTY {
        meaning: "There is nothing to read aloud.",
        example: ":::study-text\n:::",
        mend: "Write the text between the two lines.",
    }

    STUDY_TEXT_MULTIPLE {
        meaning: "A lesson has one recording, of the first study text.",
        example: ":::study-text\nMira: Hi!\n:::\n:::study-text\nJonas: Hi!\n:::",
        mend: "Join them, or use a toggle for the other one.",
    }

    STUDY_TEXT_NESTED_DIRECTIVE {
        meaning: "Everything in the study text is speech, except `:::audio` and `:::video`.",
        example: ":::study-text\n:::callout 💡\nListen twice.\n:::\n:::",
        mend: "Move the directive above or below the study text.",
    }

    STUDY_TEXT_SHORT {
        meaning: "A text without speakers has at least 3 paragraphs or 10 lines, or there is little to \
             listen to.",
        example: ":::study-text\nIt was early. The market was quiet.\n:::",
        mend: "Write more. If it is a dialogue, list its speakers in `speaker_labels`.",
    }

    STUDY_TEXT_TYPE {
        meaning: "The labels say one thing about the number of speakers, the text another; voices are \
             given by what the text shows.",
        example: "speaker_labels: [Mira, Jonas]\n\nMira: Good morning! (nobody answers)",
        mend: "Begin each turn with its speaker, or correct the labels.",
    }

    SPEAKER_UNKNOWN {
        meaning: "In a dialogue every speaker has a label, which decides the voice.",
        example: "speaker_labels: [Mira]\n\nMyra: Good morning!",
        mend: "Correct the name, or add it to `speaker_labels`.",
    }

    SPEAKER_MISSING {
        meaning: "In a dialogue somebody has to say the first line.",
        example: ":::study-text\nGood morning!\nMira: Good morning!",
        mend: "Begin the line with its speaker, or add `Narrator` to the labels.",
    }

    SPEAKER_BLANK {
        meaning: "There are brackets for a name and nothing in them.",
        example: "[ ]: Good morning!",
        mend: "Write the name: `[Mira]: Good morning!`.",
    }

    SPEAKER_UNUSED {
        meaning: "A label that never speaks is perhaps spelt differently in the text.",
        example: "speaker_labels: [Mira, Jonas, Ada]",
        mend: "Remove it, or give it a line.",
    }

    SPEAKER_NARRATED {
        meaning: "Lines before the first speaker belong to the narrator, who is in the labels.",
        example: "speaker_labels: [Narrator, Mira]\n\nIt is early.\nMira: Good morning!",
        mend: "Nothing has to be done; `Narrator: It is early.` says it openly.",
    }
}
