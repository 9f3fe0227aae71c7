use serde_json::json;

use super::*;
use crate::{Classify, ErrorKind};

fn parse(kind: ActionKind, payload: &Value) -> Result<JobAction, ActionError> {
    JobAction::parse(kind, payload.as_object().unwrap())
}

#[test]
fn actions_have_one_name_everywhere() {
    for kind in ActionKind::ALL {
        assert_eq!(kind.as_str().parse::<ActionKind>().unwrap(), kind);
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(kind.capability().kind, kind);
    }
    let unknown = "delete".parse::<ActionKind>().unwrap_err();
    assert_eq!(unknown.code(), "invalid_action_type");
}

#[test]
fn a_capability_says_all_that_a_form_needs() {
    let capability = serde_json::to_value(ActionKind::Cancel.capability()).unwrap();
    assert_eq!(
        capability,
        json!({
            "type": "cancel",
            "label": "Cancel Job",
            "description": "Stop a job that waits or runs",
            "requiresFields": [],
            "implemented": true,
            "allowedStates": ["queued", "running"],
            "payloadSchema": {
                "type": "object",
                "properties": {"reason": {"type": "string", "maxLength": 500}},
            },
        })
    );
}

#[test]
fn each_state_allows_its_actions() {
    let available = |state| ActionKind::available_in(state).collect::<Vec<_>>();
    use ActionKind::{Cancel, EditMetadata, RerunAudio};
    assert_eq!(available(JobState::Queued), [Cancel, EditMetadata]);
    assert_eq!(available(JobState::Running), [Cancel]);
    assert_eq!(available(JobState::Succeeded), [RerunAudio, EditMetadata]);
    assert_eq!(available(JobState::Failed), [EditMetadata]);
    assert_eq!(available(JobState::Cancelled), [EditMetadata]);
}

#[test]
fn a_wrong_field_is_named() {
    let wrong = [
        (
            ActionKind::Cancel,
            json!({"reason": "x".repeat(501)}),
            "invalid_action_payload",
        ),
        (
            ActionKind::Cancel,
            json!({"reason": 7}),
            "invalid_action_payload",
        ),
        (
            ActionKind::RerunAudio,
            json!({"voiceId": " "}),
            "invalid_voice_id",
        ),
        (
            ActionKind::RerunAudio,
            json!({"forceTts": "yes"}),
            "invalid_force_tts",
        ),
        (
            ActionKind::EditMetadata,
            json!({"preset": ""}),
            "invalid_preset",
        ),
        (
            ActionKind::EditMetadata,
            json!({"mode": "duet"}),
            "invalid_mode",
        ),
        (ActionKind::EditMetadata, json!({"md": "x"}), "no_changes"),
    ];
    for (kind, payload, code) in wrong {
        let error = parse(kind, &payload).unwrap_err();
        assert_eq!(error.code(), code, "{payload}");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_blank_reason_is_none() {
    for payload in [json!({}), json!({"reason": null}), json!({"reason": " \n"})] {
        let reason = None;
        let action = JobAction::Cancel(Cancel { reason });
        assert_eq!(parse(ActionKind::Cancel, &payload).unwrap(), action);
    }
}

#[test]
fn speech_is_made_again_unless_told_otherwise() {
    let forced = |payload| match parse(ActionKind::RerunAudio, &payload).unwrap() {
        JobAction::RerunAudio(rerun) => rerun.force_tts,
        other => panic!("{other:?}"),
    };
    assert!(forced(json!({})));
    assert!(!forced(json!({"forceTts": false})));
}
