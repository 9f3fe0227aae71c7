//! What the rules about the wrapper and the front matter mean.

use super::explanations;

explanations! {
    "Wrapper and settings";

    LESSON_TOO_LARGE {
        meaning: "The limit keeps one file from occupying a service; a lesson has a few dozen kilobytes.",
        example: "(a file of several megabytes)",
        mend: "Split the lesson, remove pasted data, or raise the limit where the program is \
             configured.",
    }

    WRAPPER_MISSING {
        meaning: "A lesson stands in one fenced block, so that text around it (a chat's greeting, notes) \
             is not published. Without a fence the whole file is taken as the lesson if it begins \
             with `---`.",
        example: "---\ntitle: At the Market\n---",
        mend: "Put a line ```` ```markdown ```` before the lesson and ```` ``` ```` after it.",
    }

    WRAPPER_UNCLOSED {
        meaning: "The opening fence has no closing one, so it is not known where the lesson ends. \
             Everything to the end of the file is taken.",
        example: "```markdown\n---\ntitle: At the Market\n---",
        mend: "Add a line ```` ``` ```` after the lesson.",
    }

    WRAPPER_INNER_FENCE {
        meaning: "A fence of the same kind stands inside the lesson. The last fence of the file is taken \
             as the end of the wrapper, which is usually what was meant.",
        example: "```markdown\n## 4. Language Toolkit: Useful Language\n```\nI have been\n```\n```",
        mend: "Open and close the wrapper with four backticks, or use `~~~` inside.",
    }

    WRAPPER_MULTIPLE {
        meaning: "Only one fenced block is the lesson: the first that begins with `---`, or else the \
             first.",
        example: "```text\nnotes\n```\n```markdown\n---",
        mend: "Keep one fenced block in a lesson file.",
    }

    FRONT_MATTER_MISSING {
        meaning: "Title, student and the other settings stand between two `---` lines at the very top of \
             the lesson.",
        example: "```markdown\n## 1. This Week's Mission Briefing",
        mend: "Begin the lesson with `---`, the settings, and `---`.",
    }

    FRONT_MATTER_UNCLOSED {
        meaning: "Without the second `---` it is not known where the settings end and the lesson begins.",
        example: "---\ntitle: At the Market\n\n## 1. This Week's Mission Briefing",
        mend: "Add a line `---` after the last setting.",
    }

    FRONT_MATTER_SYNTAX {
        meaning: "The settings are YAML. By far the most common slip is a colon and a space in a value \
             without quotes.",
        example: "title: Lesson 4: Food",
        mend: "Quote the value: `title: \"Lesson 4: Food\"`.",
    }

    FRONT_MATTER_LANGUAGE {
        meaning: "Settings are YAML and nothing else. Other languages are refused, since a lesson must \
             never run code.",
        example: "---js\ntitle: \"At the Market\"\n---",
        mend: "Write only `---` and give the settings as YAML.",
    }

    FRONT_MATTER_DUPLICATE_KEY {
        meaning: "The same setting has two values, and it is not known which one is meant.",
        example: "level: A2\nlevel: B1",
        mend: "Remove one of them.",
    }

    FIELD_MISSING {
        meaning: "`title`, `student`, `level`, `topic` and `input_type` must be set.",
        example: "studnet: Mira",
        mend: "Add the setting, or correct its name.",
    }

    FIELD_TYPE {
        meaning: "The value has another shape than the setting takes, such as a map where text is \
             expected.",
        example: "title:\n  en: At the Market",
        mend: "Give text for text settings, a list for lists.",
    }

    FIELD_EMPTY {
        meaning: "The setting is there but has no value.",
        example: "student: \"\"",
        mend: "Write the value.",
    }

    FIELD_UNKNOWN {
        meaning: "The setting is not known and is ignored; perhaps it is misspelt.",
        example: "tpoic: Food",
        mend: "Correct the name. Values for the page's own properties belong under `properties`.",
    }

    LEVEL_UNKNOWN {
        meaning: "Levels are free text, but most readers expect the scale from A1 to C2.",
        example: "level: middling",
        mend: "Write a level such as `A2`, `B1+` or `A2-B1`.",
    }

    ICON_INVALID {
        meaning: "The page has one emoji as its icon. Joined emoji, flags and keycaps count as one.",
        example: "icon: 🍎🍐",
        mend: "Keep one emoji.",
    }

    COVER_INVALID {
        meaning: "The cover is fetched by Notion from a public address.",
        example: "cover: pictures/market.jpg",
        mend: "Write an `https://` address of at most 2000 characters.",
    }

    PROPERTIES_INVALID {
        meaning: "`properties` gives values to the page's properties by name.",
        example: "properties: [Status, Draft]",
        mend: "Write one `Name: value` per line, indented, below `properties:`.",
    }

    SPEAKER_LABELS_INVALID {
        meaning: "The labels are a list of the names that stand before the colons of the study text.",
        example: "speaker_labels: Mira, Jonas",
        mend: "Write a list: `speaker_labels: [Mira, Jonas]`.",
    }

    SPEAKER_LABEL_DUPLICATE {
        meaning: "Labels are compared without regard to case, so the second one adds nothing.",
        example: "speaker_labels: [Mira, mira]",
        mend: "Remove one of them.",
    }

    SPEAKER_PROFILE_INVALID {
        meaning: "A field of a profile has a value that the profile does not take.",
        example: "speaker_profiles:\n  - id: Mira\n    gender: lady",
        mend: "Use the known values, such as `gender: female`.",
    }

    SPEAKER_PROFILE_ORPHAN {
        meaning: "A profile says how a speaker sounds. This one belongs to nobody in `speaker_labels`.",
        example: "speaker_labels: [Mira]\nspeaker_profiles:\n  - id: Jonas",
        mend: "Set `id` to a label, or add the label.",
    }

    INPUT_TYPE_UNKNOWN {
        meaning: "The input is either written for the lesson (`generate`) or taken from the world \
             (`authentic`).",
        example: "input_type: dialogue",
        mend: "Write `generate` or `authentic`.",
    }
}
