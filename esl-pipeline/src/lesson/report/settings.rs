//! The settings of a lesson as JSON.

use serde_json::{Map, Value, json};

use crate::lesson::{
    Code, Diagnostic, Field, FrontMatter, Lesson, PropertyData, Severity, SpeakerProfile,
};

/// The known settings, unless one of them has an error.
pub(super) fn meta(lesson: &Lesson<'_>) -> Option<Map<String, Value>> {
    let about_settings = Code::FrontMatterMissing..=Code::InputTypeUnknown;
    let is_failed = |found: &Diagnostic| {
        found.severity == Severity::Error && about_settings.contains(&found.code)
    };
    lesson.front_matter.raw?;
    (!lesson.diagnostics.iter().any(is_failed)).then(|| settings(&lesson.front_matter))
}

fn settings(front_matter: &FrontMatter<'_>) -> Map<String, Value> {
    let FrontMatter {
        title,
        student,
        level,
        topic,
        input_type,
        icon,
        cover,
        ..
    } = front_matter;
    let labels = &front_matter.speaker_labels;
    let profiles = &front_matter.speaker_profiles;
    let texts = [
        ("title", title),
        ("student", student),
        ("level", level),
        ("topic", topic),
        ("input_type", input_type),
        ("icon", icon),
        ("cover", cover),
    ];
    let mut settings = Map::new();
    for (name, field) in texts {
        insert(
            &mut settings,
            name,
            field.as_ref().map(|field| json!(field.value)),
        );
    }
    let labels = list(labels, |label| json!(label));
    insert(&mut settings, "speaker_labels", labels);
    insert(&mut settings, "speaker_profiles", list(profiles, profile));
    let properties = front_matter.properties.iter();
    let properties: Map<_, _> = properties
        .map(|found| (found.name.value.clone(), property(&found.value.value)))
        .collect();
    let properties = (!properties.is_empty()).then_some(Value::Object(properties));
    insert(&mut settings, "properties", properties);
    settings
}

fn insert(settings: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        settings.insert(name.to_owned(), value);
    }
}

fn list<T>(fields: &[Field<T>], to_json: impl Fn(&T) -> Value) -> Option<Value> {
    let values = fields.iter().map(|field| to_json(&field.value)).collect();
    (!fields.is_empty()).then_some(Value::Array(values))
}

fn profile(profile: &SpeakerProfile) -> Value {
    let SpeakerProfile {
        id,
        display_name,
        role,
        gender,
        age,
        accent,
        style,
        voice,
    } = profile;
    let fields = [
        ("id", json!(id)),
        ("display_name", json!(display_name)),
        ("role", json!(role)),
        ("gender", json!(gender)),
        ("age", json!(age)),
        ("accent", json!(accent)),
        ("style", json!(style)),
        ("voice", json!(voice)),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        given
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn property(value: &PropertyData) -> Value {
    match value {
        PropertyData::Null => Value::Null,
        PropertyData::Bool(value) => json!(value),
        PropertyData::Number(value) => json!(value),
        PropertyData::Text(value) => json!(value),
        PropertyData::List(values) => json!(values),
        PropertyData::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)));
            Value::Object(entries.collect())
        }
    }
}
