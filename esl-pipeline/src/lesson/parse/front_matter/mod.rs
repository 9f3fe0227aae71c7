//! The settings at the top: found, read as YAML, checked field by field.

mod fields;
mod page;
mod speakers;
mod syntax;
mod yaml;

use super::Line;
use crate::lesson::{Code, Diagnostic, FrontMatter, Span, Text};

const SKELETON: &str =
    "begin the lesson with `---`, then title, student, level, topic and input_type, then `---`";

/// Reads the front matter; returns it and how many lines it takes.
pub(super) fn parse<'a>(
    source: &'a str,
    lines: &[Line<'a>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (FrontMatter<'a>, usize) {
    let open = lines.iter().position(|line| !line.is_blank());
    let Some(open) = open.filter(|at| is_opening(lines[*at].text.raw)) else {
        diagnostics.push(missing(lines, open.unwrap_or(0)));
        return (FrontMatter::default(), 0);
    };
    let content = &lines[open + 1..];
    let close = content
        .iter()
        .position(|line| line.raw.raw.trim_end() == "---");
    let end = close.unwrap_or_else(|| recovery(content));
    let length = open + 1 + close.map_or(end, |close| close + 1);
    let raw = text(source, &lines[open], &content[..end]);
    let language = lines[open]
        .text
        .slice(3, lines[open].text.raw.len())
        .trimmed();
    if !matches!(
        language.raw.to_ascii_lowercase().as_str(),
        "" | "yaml" | "yml"
    ) {
        diagnostics.push(refused(language));
        return (unread(raw), length);
    }
    if close.is_none() {
        diagnostics.push(unclosed(&lines[open]));
    }
    let front_matter = match yaml::read(raw) {
        Ok(settings) => fields::check(raw, settings, diagnostics),
        Err(_) if close.is_none() => unread(raw),
        Err(error) => {
            diagnostics.push(syntax::report(raw, &error));
            unread(raw)
        }
    };
    (front_matter, length)
}

/// `---`, followed at most by a word that names a language.
fn is_opening(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| !rest.starts_with('-'))
}

/// Where unclosed front matter ends: before the first line that can only be body.
fn recovery(content: &[Line<'_>]) -> usize {
    let is_body = |line: &Line<'_>| line.is_section_heading() || line.text.raw.starts_with(":::");
    content.iter().position(is_body).unwrap_or(content.len())
}

/// The lines between the two `---` as one text.
fn text<'a>(source: &'a str, open: &Line<'a>, content: &[Line<'a>]) -> Text<'a> {
    let after_open = open.raw.span().end;
    let start = content.first().map_or(after_open, |line| line.raw.start);
    let end = content.last().map_or(start, |line| line.raw.span().end);
    Text::new(&source[start..end], start)
}

fn unread(raw: Text<'_>) -> FrontMatter<'_> {
    FrontMatter {
        raw: Some(raw),
        ..FrontMatter::default()
    }
}

fn missing(lines: &[Line<'_>], at: usize) -> Diagnostic {
    let span = lines.get(at).map_or(Span::default(), Line::span);
    let message = "the lesson does not begin with front matter";
    Diagnostic::new(Code::FrontMatterMissing, span, message).hint(SKELETON)
}

fn unclosed(open: &Line<'_>) -> Diagnostic {
    let message = "the front matter is never closed";
    Diagnostic::new(Code::FrontMatterUnclosed, open.span(), message)
        .hint("put a line `---` after the last setting")
}

fn refused(language: Text<'_>) -> Diagnostic {
    let name: String = language.raw.chars().take(40).collect();
    let message = format!("front matter must be YAML, not {name}");
    Diagnostic::new(Code::FrontMatterLanguage, language.span(), message)
        .hint("write `---` alone on the line")
        .fix(language.span(), "")
}

#[cfg(test)]
mod tests {
    use crate::lesson::parse::sketch::{body, codes};
    use crate::lesson::{Diagnostic, Lesson};

    const FIELDS: &str = "title: T\nstudent: S\nlevel: A2\ntopic: X\ninput_type: generate";

    fn source(settings: &str) -> String {
        format!(
            "```\n---\n{}\n---\nbody\n```\n",
            settings.replace("FIELDS", FIELDS)
        )
    }

    fn found(settings: &str) -> Vec<String> {
        codes(&Lesson::parse(&source(settings)))
    }

    fn only(source: &str) -> Diagnostic {
        let lesson = Lesson::parse(source);
        assert_eq!(lesson.diagnostics.len(), 1, "{:?}", codes(&lesson));
        lesson.diagnostics[0].clone()
    }

    /// The source with the fix of its only diagnostic applied.
    fn fixed(source: &str) -> String {
        let fix = only(source).fix.unwrap();
        let mut text = source.to_owned();
        text.replace_range(fix.span.start..fix.span.end, &fix.replacement);
        text
    }

    #[test]
    fn text_fields_take_scalars_as_they_are_written() {
        let source = source(
            "title: 010\nstudent: \" 2024-05-01 \"\nlevel: 5\ntopic: [a , \"b\", 1.50, null]\ninput_type: Authentic\nicon: 🧭",
        );
        let lesson = Lesson::parse(&source);
        assert_eq!(codes(&lesson), ["level-unknown: 5"]);
        let front_matter = &lesson.front_matter;
        let text = |field: &Option<crate::lesson::Field<String>>| field.clone().unwrap().value;
        assert_eq!(text(&front_matter.title), "010");
        assert_eq!(text(&front_matter.student), "2024-05-01");
        assert_eq!(text(&front_matter.topic), "a, b, 1.50");
        let topic = front_matter.topic.as_ref().unwrap().span;
        assert_eq!(&source[topic.start..topic.end], "[a , \"b\", 1.50, null]");
    }

    #[test]
    fn missing_empty_and_misspelt_fields_are_told_apart() {
        assert_eq!(
            found("title: \" \"\nstudnet: S\nlevel:\ntopic: []\nflavour: x\ninput_type: [a]"),
            [
                "field-empty: \" \"",
                "field-missing: studnet",
                "field-missing: level",
                "field-empty: [",
                "field-unknown: flavour",
                "field-type: [a]",
            ]
        );
        assert_eq!(found("# nothing").len(), 5);
        assert_eq!(
            fixed(&source("FIELDS").replace("student", "studnet")),
            source("FIELDS")
        );
    }

    #[test]
    fn a_key_given_twice_keeps_its_first_value() {
        let source = source("FIELDS\ntitle: U");
        let found = only(&source);
        assert_eq!(found.code.as_str(), "front-matter-duplicate-key");
        assert_eq!(&source[found.span.start..], "title: U\n---\nbody\n```\n");
        assert_eq!(found.related[0].span.start, source.find("title").unwrap());
        assert_eq!(
            Lesson::parse(&source).front_matter.title.unwrap().value,
            "T"
        );
    }

    #[test]
    fn a_value_with_a_colon_must_be_quoted() {
        let source = source("FIELDS").replace("title: T", "title: Lé \"4\": Food # note");
        let found = only(&source);
        assert_eq!(found.hint.as_deref(), Some("quote the value"));
        assert_eq!(&source[found.span.start..found.span.end], ":");
        assert_eq!(found.span.start, source.find(": Food").unwrap());
        let lesson = fixed(&source);
        let lesson = Lesson::parse(&lesson);
        assert_eq!(codes(&lesson), [""; 0]);
        assert_eq!(lesson.front_matter.title.unwrap().value, "Lé \"4\": Food");
    }

    #[test]
    fn other_yaml_errors_point_into_the_file() {
        assert_eq!(found("title: *Food*"), ["front-matter-syntax: *"]);
        assert_eq!(
            found("FIELDS\nicon: [é, b\ncover: x"),
            ["front-matter-syntax: :"]
        );
        assert_eq!(found("- a\n- b"), ["front-matter-syntax: - a\n- b"]);
        let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]";
        assert_eq!(found(bomb).len(), 1);
        assert_eq!(found(&format!("a: {}", "[".repeat(3000))).len(), 1);
    }

    #[test]
    fn only_yaml_is_read() {
        let refused = "```\n---js\nmodule.exports = {}\n---\nbody\n```";
        let lesson = Lesson::parse(refused);
        assert_eq!(codes(&lesson), ["front-matter-language: js"]);
        assert_eq!(body(&lesson), "p body\n");
        let lesson = source("FIELDS").replacen("---", "--- yaml", 1);
        assert_eq!(codes(&Lesson::parse(&lesson)), [""; 0]);
    }

    #[test]
    fn unclosed_front_matter_ends_before_the_body() {
        let source = format!("```\n---\n{FIELDS}\n\n## 1. A\n```");
        let lesson = Lesson::parse(&source);
        assert_eq!(codes(&lesson), ["front-matter-unclosed: ---"]);
        assert_eq!(body(&lesson), "h2 1. A\n");
        assert_eq!(lesson.front_matter.title.unwrap().value, "T");
    }

    #[test]
    fn icon_cover_and_properties_are_checked() {
        assert_eq!(
            found("FIELDS\nicon: 🧭🧭\ncover: mailto:x\nproperties: [a]"),
            [
                "icon-invalid: 🧭🧭",
                "cover-invalid: mailto:x",
                "properties-invalid: [a]"
            ]
        );
        let long = format!("FIELDS\ncover: https://x/{}", "a".repeat(2000));
        assert_eq!(found(&long).len(), 1);
        let source = source(
            "FIELDS\nproperties:\n  Due: {start: 2024-05-01, end: ~}\n  Tags: [a, 1]\n  N: 1.5\n  Done: true\n  None:\n  Bad: [[a]]",
        );
        let lesson = Lesson::parse(&source);
        assert_eq!(codes(&lesson), ["field-type: [a]"]);
        let values = lesson
            .front_matter
            .properties
            .iter()
            .map(|property| format!("{}={:?}", property.name.value, property.value.value));
        assert_eq!(
            values.collect::<Vec<_>>(),
            [
                "Due=Map([(\"start\", \"2024-05-01\")])",
                "Tags=List([\"a\", \"1\"])",
                "N=Number(1.5)",
                "Done=Bool(true)",
                "None=Null",
            ]
        );
    }

    #[test]
    fn speaker_labels_are_a_list_of_different_names() {
        let source = source("FIELDS\nspeaker_labels: Ann, Bob");
        let lesson = Lesson::parse(&source);
        assert_eq!(lesson.front_matter.speaker_labels.len(), 2);
        assert!(fixed(&source).contains("speaker_labels: [Ann, Bob]\n"));
        assert_eq!(
            found("FIELDS\nspeaker_labels: [Ann, \" ann \", ~, [x]]"),
            [
                "speaker-label-duplicate: \" ann \"",
                "speaker-labels-invalid: ~",
                "speaker-labels-invalid: [x]",
            ]
        );
        assert_eq!(found("FIELDS\nspeaker_labels:"), [""; 0]);
    }

    #[test]
    fn speaker_profiles_are_typed() {
        let settings = "FIELDS\nspeaker_profiles:\n  - {id: ann, gender: Female, voice: v1, mood: [x]}\n  - {age: old}\n  - {gender: femal}\n  - x";
        assert_eq!(
            found(settings),
            [
                "speaker-profile-invalid: old",
                "speaker-profile-invalid: femal",
                "speaker-profile-invalid: x",
            ]
        );
        let source = source(settings);
        let ann = &Lesson::parse(&source).front_matter.speaker_profiles[0].value;
        assert_eq!(ann.gender, Some(esl_core::Gender::Female));
        assert_eq!(ann.voice.as_ref().unwrap().as_str(), "v1");
    }

    #[test]
    fn levels_and_input_types_are_recognised() {
        for level in ["A2", "a1+", "A2-B1", "Pre-A1", "B1.2", "B1 – B2", "A2/B1"] {
            assert_eq!(found(&FIELDS.replace("A2", level)), [""; 0]);
        }
        assert_eq!(
            found(&FIELDS.replace("A2", "beginner")),
            ["level-unknown: beginner"]
        );
        let dialogue = source(&FIELDS.replace("generate", "dialogue"));
        assert_eq!(
            only(&dialogue).hint.as_deref(),
            Some("did you mean `generate`?")
        );
    }
}
