//! The criteria of casting and their points, as data.

use super::Role;

/// What holds of a voice and the speaker.
#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    Gender(Likeness),
    Age(Likeness),
    Accent(Likeness),
    Language(Likeness),
    /// The speaker has the role, and the voice's use names one of the words.
    Use(Role, &'static [&'static str]),
    /// The speaker has the role, and the voice's category names the word.
    Category(Role, &'static str),
    HasAccent,
    StyleSame,
    StyleWithin,
    StyleHinted,
    /// The speaker's gender is open, and the voice has the one that fewer voices cast so far have.
    RarerGender,
    /// Voices of this gender are cast already, but none with this accent.
    NewAccent,
}

/// How a voice's label compares with what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    Other,
    Unlabelled,
}

/// What must hold, the points it is worth, and the reason in words.
pub(super) struct Criterion(pub(super) Test, pub(super) i32, pub(super) &'static str);

/// Criteria of which the first that holds counts.
pub(super) type Group = &'static [Criterion];

const GENDER: Group = &[
    Criterion(Test::Gender(Likeness::Same), 40, "gender"),
    Criterion(Test::Gender(Likeness::Other), -15, "another gender"),
    Criterion(Test::Gender(Likeness::Unlabelled), 5, "gender not said"),
];
const AGE: Group = &[
    Criterion(Test::Age(Likeness::Same), 20, "age"),
    Criterion(Test::Age(Likeness::Other), -5, "another age"),
];
const ACCENT: Group = &[
    Criterion(Test::Accent(Likeness::Same), 20, "accent"),
    Criterion(Test::Accent(Likeness::Other), -5, "another accent"),
];
const NARRATION: Group = &[
    Criterion(Test::Use(Role::Narrator, &["narration"]), 30, "narrates"),
    Criterion(Test::Category(Role::Narrator, "narration"), 30, "narrates"),
];
const NEWS: Group = &[Criterion(
    Test::Use(Role::Narrator, &["news"]),
    10,
    "reads news",
)];
const TEACHING: Group = &[Criterion(
    Test::Use(Role::Teacher, &["narration", "news", "conversation"]),
    20,
    "explains",
)];
const CONVERSATION: Group = &[Criterion(
    Test::Use(Role::Student, &["conversation"]),
    10,
    "converses",
)];
const SOCIAL: Group = &[Criterion(
    Test::Use(Role::Student, &["social"]),
    5,
    "social",
)];
const HAS_ACCENT: Group = &[Criterion(Test::HasAccent, 3, "accent said")];
const ROLE_HINTS: Group = &[
    Criterion(
        Test::Use(
            Role::Narrator,
            &["narration", "narrative", "audiobook", "news"],
        ),
        10,
        "suits a narrator",
    ),
    Criterion(
        Test::Use(
            Role::Teacher,
            &["narration", "news", "conversational", "audiobook"],
        ),
        10,
        "suits a teacher",
    ),
    Criterion(
        Test::Use(
            Role::Student,
            &[
                "conversational",
                "social",
                "social_media",
                "characters",
                "dialogue",
            ],
        ),
        10,
        "suits a dialogue",
    ),
    Criterion(
        Test::Use(Role::System, &["narration", "news", "conversational"]),
        10,
        "suits announcements",
    ),
];
const STYLE: Group = &[
    Criterion(Test::StyleSame, 15, "style"),
    Criterion(Test::StyleWithin, 10, "style among others"),
    Criterion(Test::StyleHinted, 8, "style by its kind"),
];
const LANGUAGE: Group = &[Criterion(
    Test::Language(Likeness::Other),
    -30,
    "another language",
)];
const CONTRAST: Group = &[
    Criterion(Test::RarerGender, 15, "differs in gender from the others"),
    Criterion(Test::NewAccent, 5, "differs in accent from the others"),
];

/// The table of [`Scoring::Legacy`](super::Scoring::Legacy).
pub(super) const LEGACY: &[Group] = &[
    GENDER,
    AGE,
    ACCENT,
    NARRATION,
    NEWS,
    TEACHING,
    CONVERSATION,
    SOCIAL,
    HAS_ACCENT,
    ROLE_HINTS,
    STYLE,
];
/// The table of [`Scoring::Standard`](super::Scoring::Standard).
pub(super) const STANDARD: &[Group] = &[
    GENDER,
    AGE,
    ACCENT,
    NARRATION,
    NEWS,
    TEACHING,
    CONVERSATION,
    SOCIAL,
    HAS_ACCENT,
    ROLE_HINTS,
    STYLE,
    LANGUAGE,
    CONTRAST,
];

/// Words of descriptions and uses that suit a style.
pub(super) const STYLE_HINTS: &[(&str, &[&str])] = &[
    ("professional", &["professional", "narration", "news"]),
    ("social", &["social", "conversational", "casual"]),
    ("calm", &["calm", "relaxed", "soothing"]),
    ("energetic", &["energetic", "hyped", "excited"]),
    ("creative", &["creative", "expressive"]),
    ("practical", &["practical", "clear", "confident"]),
    ("thoughtful", &["thoughtful", "calm", "narration"]),
];
