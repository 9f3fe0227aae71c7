//! What the service checks beyond the form of a request, in its order: plan and credits, voices,
//! what the model takes.

use std::collections::HashSet;

use super::account::{DialogueAccess, ElevenLabsAccount, Tier};
use super::catalog::{CatalogVoice, Model};
use super::format::OutputFormat;
use super::order::Order;
use super::refusal::{Detail, Refusal};

const MAX_DIALOGUE_VOICES: usize = 10;
const MAX_DIALOGUE_CONTEXT: usize = 100;
const MAX_SEED: i64 = 4_294_967_295;
const SPEEDS: std::ops::RangeInclusive<f64> = 0.7..=1.2;
/// The stabilities of v3: creative, natural, robust.
const V3_STABILITIES: [f64; 3] = [0.0, 0.5, 1.0];

/// An order that will be carried out.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) order: Order,
    pub(super) model: &'static Model,
    pub(super) format: OutputFormat,
    pub(super) cost: u64,
}

/// Checks `order` against the account and the rules of the service.
pub(super) fn check(
    order: Order,
    is_streamed: bool,
    account: &ElevenLabsAccount,
    is_known_request: impl Fn(&str) -> bool,
) -> Result<Accepted, Refusal> {
    let model = Model::find(&order.model_id);
    let format = OutputFormat::parse(&order.output_format);
    check_plan(&order, format, account)?;
    let cost = model.map_or(0, |model| model.cost(order.characters()));
    if cost > account.remaining() {
        let (quota, remaining) = (account.character_limit, account.remaining());
        return Err(Detail::out_of_credits(quota, remaining, cost).into());
    }
    check_voices(&order, account)?;
    let model = model.ok_or_else(|| unknown_model(&order.model_id))?;
    let format = format
        .filter(|format| !is_streamed || format.is_streamable())
        .ok_or_else(|| unknown_format(&order.output_format))?;
    check_text(&order, model, account)?;
    check_settings(&order, model)?;
    check_context(&order, model, is_known_request)?;
    Ok(Accepted {
        order,
        model,
        format,
        cost,
    })
}

fn check_plan(
    order: &Order,
    format: Option<OutputFormat>,
    account: &ElevenLabsAccount,
) -> Result<(), Detail> {
    if account.denied_models.contains(&order.model_id) {
        return Err(denied_model(&order.model_id));
    }
    if order.is_dialogue {
        check_dialogue_access(order, account.dialogue)?;
    }
    if !order.is_logged {
        let message = "Zero retention mode is only available to enterprise customers.";
        return Err(Detail::forbidden("feature_not_available", message));
    }
    match format {
        Some(format) if format.tier() > account.tier => {
            let message = format!(
                "The output format {} is not available on your plan.",
                order.output_format
            );
            Err(Detail::forbidden("subscription_required", message).param("output_format"))
        }
        _ => Ok(()),
    }
}

fn check_dialogue_access(order: &Order, access: DialogueAccess) -> Result<(), Detail> {
    const MESSAGE: &str = "Text to dialogue is not available for your account.";
    match access {
        DialogueAccess::FeatureNotAvailable => {
            Err(Detail::forbidden("feature_not_available", MESSAGE))
        }
        DialogueAccess::SubscriptionRequired => {
            Err(Detail::forbidden("subscription_required", MESSAGE))
        }
        DialogueAccess::ModelAccessDenied => Err(denied_model(&order.model_id)),
        DialogueAccess::ModelNotFound => Err(unknown_model(&order.model_id)),
        DialogueAccess::UnsupportedModel => Err(unsupported("text to dialogue", &order.model_id)),
        // A missing route is told before anything is read.
        DialogueAccess::Granted | DialogueAccess::NoRoute => Ok(()),
    }
}

fn check_voices(order: &Order, account: &ElevenLabsAccount) -> Result<(), Detail> {
    for line in &order.lines {
        let (_, voice) = CatalogVoice::find(&line.voice_id)
            .ok_or_else(|| Detail::unknown_voice(&line.voice_id))?;
        if voice.is_from_library() && account.tier == Tier::Free {
            return Err(Detail::paid_plan_required());
        }
    }
    if let Some(id) = order.dictionaries.first() {
        let message = format!("A pronunciation dictionary with id '{id}' was not found.");
        return Err(Detail::not_found(
            "pronunciation_dictionary_not_found",
            message,
        ));
    }
    Ok(())
}

fn check_text(order: &Order, model: &Model, account: &ElevenLabsAccount) -> Result<(), Detail> {
    if order.lines.iter().any(|line| line.text.trim().is_empty()) {
        return Err(Detail::invalid("empty_text", "The text must not be empty.").param("text"));
    }
    let maximum = if order.is_dialogue {
        account.dialogue_characters
    } else {
        model.maximum_text_length_per_request
    };
    let characters = order.characters();
    if characters > maximum {
        let param = if order.is_dialogue { "inputs" } else { "text" };
        return Err(too_long(characters, maximum).param(param));
    }
    if !order.is_dialogue {
        return Ok(());
    }
    if !model.speaks_dialogues() {
        return Err(unsupported("text to dialogue", &order.model_id));
    }
    let voices: HashSet<&str> = order
        .lines
        .iter()
        .map(|line| line.voice_id.as_str())
        .collect();
    if voices.len() > MAX_DIALOGUE_VOICES {
        let message = format!(
            "A dialogue may have at most {MAX_DIALOGUE_VOICES} unique voices, this one has {}.",
            voices.len()
        );
        return Err(Detail::invalid("validation_error", message).param("inputs"));
    }
    Ok(())
}

fn check_settings(order: &Order, model: &Model) -> Result<(), Detail> {
    if !SPEEDS.contains(&order.speed) {
        let message = format!(
            "Invalid setting for speed received, expected to be greater or equal to 0.7 and less \
             or equal to 1.2, received {}",
            order.speed
        );
        return Err(Detail::invalid("invalid_voice_settings", message).param("voice_settings"));
    }
    if let Some(stability) = order.stability
        && model.is_v3()
        && !V3_STABILITIES.contains(&stability)
    {
        let message = "Invalid TTD stability value. Must be one of: [0.0, 0.5, 1.0].";
        return Err(Detail::invalid("invalid_ttd_stability", message).param("stability"));
    }
    if let Some(seed) = order.seed
        && !(0..=MAX_SEED).contains(&seed)
    {
        let message = format!("The seed must be between 0 and {MAX_SEED}.");
        return Err(Detail::invalid("invalid_seed", message).param("seed"));
    }
    if let Some(language) = &order.language_code
        && model.heeds_language()
        && !model.speaks(language)
    {
        let message = format!(
            "Model '{}' does not support the language_code '{language}'.",
            order.model_id
        );
        return Err(Detail::invalid("unsupported_language", message).param("language_code"));
    }
    if order.normalization.as_deref() == Some("on") && model.is_quick() {
        return Err(unsupported("apply_text_normalization", &order.model_id));
    }
    Ok(())
}

fn check_context(
    order: &Order,
    model: &Model,
    is_known_request: impl Fn(&str) -> bool,
) -> Result<(), Detail> {
    if model.is_v3() && !(order.context.is_empty() && order.neighbours.is_empty()) {
        let message = format!(
            "Providing previous_text or next_text is not yet supported with the '{}' model.",
            order.model_id
        );
        return Err(Detail::invalid("unsupported_model", message));
    }
    for (param, text) in &order.context {
        let characters = text.chars().count();
        if order.is_dialogue && characters > MAX_DIALOGUE_CONTEXT {
            return Err(too_long(characters, MAX_DIALOGUE_CONTEXT).param(param));
        }
    }
    for (param, id) in &order.neighbours {
        if !is_known_request(id) {
            let message = format!("No request with id '{id}' was found.");
            return Err(Detail::invalid("invalid_request_id", message).param(param));
        }
    }
    Ok(())
}

fn unknown_model(id: &str) -> Detail {
    let message = format!("A model with model_id '{id}' was not found.");
    Detail::invalid("model_not_found", message).param("model_id")
}

fn denied_model(id: &str) -> Detail {
    let message = format!("You do not have access to the model '{id}'.");
    Detail::forbidden("model_access_denied", message).param("model_id")
}

fn unsupported(feature: &str, model: &str) -> Detail {
    let message = format!("The model '{model}' does not support {feature}.");
    Detail::invalid("unsupported_model", message).param("model_id")
}

fn unknown_format(name: &str) -> Detail {
    let message = format!("The output format '{name}' is not valid.");
    Detail::invalid("invalid_output_format", message).param("output_format")
}

fn too_long(characters: usize, maximum: usize) -> Detail {
    let message = format!(
        "Request text length ({characters}) exceeds the maximum text length of {maximum} \
         characters. For longer content, split it into several requests."
    );
    Detail::invalid("text_too_long", message)
}
