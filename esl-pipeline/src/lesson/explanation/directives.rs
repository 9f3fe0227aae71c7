//! What the rules about `:::` blocks mean.

use super::explanations;

explanations! {
    "Directives";

    CALLOUT_UNCLOSED {
        meaning: "Nothing ends the callout, so it is not known what belongs to it.",
        example: ":::callout 💡\nListen twice.",
        mend: "Add a line `:::` after its text.",
    }

    CALLOUT_ICON_MISSING {
        meaning: "Notion shows an emoji beside the text of a callout.",
        example: ":::callout\nListen twice.\n:::",
        mend: "Write one emoji: `:::callout 💡`.",
    }

    CALLOUT_ICON_INVALID {
        meaning: "What follows `:::callout` has to begin with an emoji.",
        example: ":::callout Tip\nListen twice.\n:::",
        mend: "Write one emoji: `:::callout 💡`.",
    }

    CALLOUT_ICON_TEXT {
        meaning: "Words after the icon are kept and become the first line.",
        example: ":::callout 💡 Tip\nListen twice.\n:::",
        mend: "Put the words on a line of their own.",
    }

    CALLOUT_EMPTY {
        meaning: "The callout has nothing to say.",
        example: ":::callout 💡\n:::",
        mend: "Write its text, or remove it.",
    }

    COLUMN_LIST_UNCLOSED {
        meaning: "Nothing ends the column list, so it is not known what belongs to it.",
        example: ":::column-list\n:::column\nleft\n:::\n:::column\nright\n:::",
        mend: "Add one more `:::`: each column has its own, and so has the list.",
    }

    COLUMN_LIST_NO_COLUMN {
        meaning: "A column list holds columns and nothing else.",
        example: ":::column-list\nleft\n:::",
        mend: "Put `:::column` … `:::` around each column.",
    }

    COLUMN_LIST_SINGLE {
        meaning: "Notion refuses a column list with one column.",
        example: ":::column-list\n:::column\nleft\n:::\n:::",
        mend: "Add a second column, or remove the list.",
    }

    COLUMN_EMPTY {
        meaning: "Notion refuses a column without content.",
        example: ":::column\n:::",
        mend: "Write its content, or remove it.",
    }

    COLUMN_ORPHAN {
        meaning: "A column stands only in a column list.",
        example: ":::column\nleft\n:::",
        mend: "Put `:::column-list` … `:::` around the columns.",
    }

    COLUMN_NESTED {
        meaning: "Notion refuses a column list inside a column.",
        example: ":::column-list\n:::column\n:::column-list",
        mend: "Close the outer list before the inner one.",
    }

    COLUMN_STRAY_CONTENT {
        meaning: "Content directly in a column list has no column to stand in.",
        example: ":::column-list\nHow to compare:\n:::column",
        mend: "Move it above the list or into a column.",
    }

    SYNCED_UNCLOSED {
        meaning: "Nothing ends the synced block, so it is not known what belongs to it.",
        example: ":::synced-block\nRemember your notebook.",
        mend: "Add a line `:::`. Only a synced block with an id needs none.",
    }

    SYNCED_EMPTY {
        meaning: "A synced block either has content or shows another block.",
        example: ":::synced-block\n:::",
        mend: "Write its content, or the id of the block it shows.",
    }

    SYNCED_ID_INVALID {
        meaning: "The id names the block that is shown.",
        example: ":::synced-block my-notes",
        mend: "Copy the link to the block in Notion and use it, or the 32 digits at its end.",
    }

    SYNCED_REFERENCE_WITH_CONTENT {
        meaning: "With an id, the block shows the content of another one, so its own would be lost.",
        example: ":::synced-block 0123456789abcdef0123456789abcdef\nRemember your notebook.\n:::",
        mend: "Remove the id or the content.",
    }

    MEDIA_URL_MISSING {
        meaning: "The directive has nothing to play.",
        example: ":::audio",
        mend: "Write the address on the same line.",
    }

    MEDIA_URL_INVALID {
        meaning: "Notion plays only what has an http or https address without spaces.",
        example: ":::video clips/market.mp4",
        mend: "Upload the file and write its whole address.",
    }

    TOGGLE_TITLE_MISSING {
        meaning: "The title is what one clicks on.",
        example: ":::toggle-heading\nhidden\n:::",
        mend: "Write the title on the same line.",
    }

    DIRECTIVE_UNKNOWN {
        meaning: "There is no directive of this name.",
        example: ":::calloutt 💡\nListen twice.\n:::",
        mend: "Correct the name. Known are `toc`, `audio`, `video`, `callout`, `column-list`, \
             `column`, `synced-block`, `study-text`, `toggle-heading`, `toggle-h1`, `toggle-h2` and \
             `toggle-h3`.",
    }

    DIRECTIVE_UNCLOSED {
        meaning: "Nothing ends the directive, so it is not known what belongs to it.",
        example: ":::toggle-heading Answer Key\n1. some",
        mend: "Add a line `:::` after its content.",
    }

    DIRECTIVE_STRAY_CLOSE {
        meaning: "This `:::` ends nothing; perhaps an opening line is missing or misspelt.",
        example: "1. some\n:::",
        mend: "Remove it, or open what it should end.",
    }

    DIRECTIVE_INDENTED {
        meaning: "Directives begin at the left margin. It is understood here, but not by every tool.",
        example: "  :::toc",
        mend: "Remove the spaces before it.",
    }

    NESTING_TOO_DEEP {
        meaning: "No page needs so many levels, and programs have to stop somewhere.",
        example: "(33 toggles in each other)",
        mend: "Close some of the outer levels first.",
    }
}
