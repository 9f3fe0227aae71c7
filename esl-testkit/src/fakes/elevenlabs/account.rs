//! The account behind the key: its plan, its credits, what it may do.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The account of the fake ElevenLabs. Every field can be changed while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElevenLabsAccount {
    /// The only key that is taken.
    pub api_key: String,
    /// What the key may do (`text_to_speech`, `voices_read`, `models_read`, `user_read`); all if
    /// absent.
    pub permissions: Option<Vec<String>>,
    /// The plan.
    pub tier: Tier,
    /// Credits used.
    pub character_count: u64,
    /// Credits there are; more of them is a top-up.
    pub character_limit: u64,
    /// Requests at once; those of the plan if absent.
    pub max_concurrent: Option<usize>,
    /// Models that the account may not use.
    pub denied_models: Vec<String>,
    /// Whether the account has dialogues, and what is said if not.
    pub dialogue: DialogueAccess,
    /// The most characters of one dialogue.
    pub dialogue_characters: usize,
    /// How long a character is spoken at normal speed, in seconds.
    pub seconds_per_character: f64,
    /// Errors in the form of before 2026: no `type` and `code`, and 401 `quota_exceeded`.
    pub legacy_errors: bool,
}

impl Default for ElevenLabsAccount {
    fn default() -> Self {
        Self {
            api_key: "fake-elevenlabs-key".to_owned(),
            permissions: None,
            tier: Tier::Creator,
            character_count: 0,
            character_limit: 100_000,
            max_concurrent: None,
            denied_models: Vec::new(),
            dialogue: DialogueAccess::Granted,
            dialogue_characters: 2000,
            seconds_per_character: 0.06,
            legacy_errors: false,
        }
    }
}

impl ElevenLabsAccount {
    /// Credits left.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.character_limit.saturating_sub(self.character_count)
    }

    /// The most requests at once, for the quick models or for the others.
    pub(super) fn concurrency(&self, is_quick: bool) -> usize {
        self.max_concurrent.unwrap_or_else(|| {
            let standard = self.tier.concurrency();
            if is_quick { 2 * standard } else { standard }
        })
    }

    /// The answer to `GET /v1/user/subscription`, with every key that the official clients ask for.
    pub(super) fn subscription(&self) -> Value {
        let is_free = self.tier == Tier::Free;
        json!({
            "tier": self.tier,
            "character_count": self.character_count,
            "character_limit": self.character_limit,
            "max_character_limit_extension": null,
            "max_credit_limit_extension": 0,
            "can_extend_character_limit": !is_free,
            "allowed_to_extend_character_limit": !is_free,
            "next_character_count_reset_unix": 1_798_761_600,
            "voice_slots_used": 1,
            "professional_voice_slots_used": 0,
            "professional_voice_slots_used_in_workspace": 0,
            "voice_limit": 30,
            "max_voice_add_edits": 95,
            "voice_add_edit_counter": 0,
            "professional_voice_limit": i32::from(!is_free),
            "can_extend_voice_limit": false,
            "can_use_instant_voice_cloning": !is_free,
            "can_use_professional_voice_cloning": !is_free,
            "currency": "usd",
            "current_overage": { "amount": "0", "currency": "usd" },
            "status": if is_free { "free" } else { "active" },
            "billing_period": "monthly_period",
            "character_refresh_period": "monthly_period",
            "next_invoice": null,
            "open_invoices": [],
            "has_open_invoices": false,
            "pending_change": null,
        })
    }

    /// The answer to `GET /v1/user`.
    pub(super) fn user(&self) -> Value {
        json!({
            "user_id": "fake-user",
            "workspace_id": "fake-workspace",
            "subscription": self.subscription(),
            "is_new_user": false,
            "xi_api_key": null,
            "can_use_delayed_payment_methods": false,
            "is_onboarding_completed": true,
            "is_onboarding_checklist_completed": true,
            "first_name": "Fake",
            "is_api_key_hashed": true,
            "created_at": 1_767_225_600,
            "seat_type": "workspace_admin",
        })
    }
}

/// A plan, from the smallest to the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the plans")]
pub enum Tier {
    Free,
    Starter,
    Creator,
    Pro,
    Scale,
    Business,
}

impl Tier {
    /// Requests at once with the larger models; the quick ones may have twice as many.
    const fn concurrency(self) -> usize {
        match self {
            Self::Free => 2,
            Self::Starter => 3,
            Self::Creator => 5,
            Self::Pro => 10,
            Self::Scale | Self::Business => 15,
        }
    }
}

/// Whether an account has dialogues, and which of the known refusals it meets with if not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogueAccess {
    /// It has them.
    Granted,
    /// 403 `feature_not_available`.
    FeatureNotAvailable,
    /// 403 `subscription_required`.
    SubscriptionRequired,
    /// 403 `model_access_denied`.
    ModelAccessDenied,
    /// 400 `model_not_found`.
    ModelNotFound,
    /// 400 `unsupported_model`.
    UnsupportedModel,
    /// 404: the whole route is missing.
    NoRoute,
}
