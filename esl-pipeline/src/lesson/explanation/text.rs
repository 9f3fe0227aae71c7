//! What the rules about ordinary text mean.

use super::explanations;

explanations! {
    "Text, tables and limits";

    NESTED_CODE {
        meaning: "Lessons hardly ever show program code; a fence is usually a leftover of copying.",
        example: "```\nI have been waiting.\n```",
        mend: "Use a quote or a callout. If it is meant, allow this rule.",
    }

    CODE_UNCLOSED {
        meaning: "Nothing ends the code block, so the rest of the lesson may be taken as code.",
        example: "~~~\nI have been waiting.",
        mend: "Add a closing fence.",
    }

    CODE_LANGUAGE_UNKNOWN {
        meaning: "Notion colours code in a closed list of languages; anything else is published as plain \
             text.",
        example: "```klingon\nnuqneH\n```",
        mend: "Write a language Notion knows, or none.",
    }

    TABLE_NO_COLUMN {
        meaning: "The row has no cells.",
        example: "|",
        mend: "Write cells between bars: `| one | two |`.",
    }

    TABLE_RAGGED {
        meaning: "All rows of a table have as many cells as the first one. A bar inside a cell splits \
             it.",
        example: "| some | any |\n| --- | --- |\n| apples |",
        mend: "Add or remove cells; write `\\|` for a bar inside a cell.",
    }

    TABLE_NO_DATA {
        meaning: "There is a header, but no row below it.",
        example: "| some | any |\n| --- | --- |",
        mend: "Add a row, or remove the line of dashes.",
    }

    COMMENT_UNCLOSED {
        meaning: "Nothing ends the comment, so only the rest of its line is left out.",
        example: "<!-- for the next lesson",
        mend: "Add `-->`.",
    }

    EQUATION_UNCLOSED {
        meaning: "Nothing ends the equation, so the rest of the lesson may be taken as one.",
        example: "$$\nx + 1",
        mend: "Add a line `$$`.",
    }

    LINK_INVALID {
        meaning: "Notion refuses links without http, https or mailto; the text is published without the \
             link.",
        example: "[the map](maps/market.html)",
        mend: "Write the whole address.",
    }

    IMAGE_URL_INVALID {
        meaning: "Notion shows only images that have an http or https address.",
        example: "![a stall](stall.png)",
        mend: "Upload the image somewhere and write its whole address.",
    }

    NOTION_LIMIT_TEXT {
        meaning: "Notion takes 2000 characters and 100 changes of formatting in one text. The text is \
             split, which is seldom visible.",
        example: "(one line of 3000 characters)",
        mend: "Make paragraphs.",
    }

    NOTION_LIMIT_URL {
        meaning: "Notion takes addresses of at most 2000 characters; a longer one is left out.",
        example: "[the form](https://example.com/?answer=… 3000 characters)",
        mend: "Use a shorter address.",
    }

    NOTION_LIMIT_EQUATION {
        meaning: "Notion takes equations of at most 1000 characters.",
        example: "$$\nx + x + … 2000 characters\n$$",
        mend: "Split the equation.",
    }

    NOTION_LIMIT_PROPERTY {
        meaning: "Notion takes 2000 characters in a text property and 100 values in a list.",
        example: "properties:\n  Notes: (3000 characters)",
        mend: "Shorten the value, or put it into the lesson.",
    }
}
