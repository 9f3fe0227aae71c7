//! One thing that was looked at.

use serde::Serialize;

use crate::exit::{Exit, Failure};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Health {
    Ok,
    Warn,
    Fail,
}

/// What was looked at, how it stands and how to mend it.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) health: Health,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mend: Option<String>,
    /// How the process ends.
    #[serde(skip)]
    pub(super) exit: Exit,
}

impl Check {
    pub(super) fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Ok,
            message: message.into(),
            mend: None,
            exit: Exit::Success,
        }
    }

    pub(super) fn warn(
        name: &'static str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            health: Health::Warn,
            mend: Some(mend.into()),
            ..Self::ok(name, message)
        }
    }

    pub(super) fn fail(
        name: &'static str,
        message: impl Into<String>,
        mend: Option<String>,
    ) -> Self {
        Self {
            health: Health::Fail,
            mend,
            exit: Exit::Configuration,
            ..Self::ok(name, message)
        }
    }

    pub(super) fn failed(name: &'static str, failure: Failure) -> Self {
        let mut message = vec![failure.message];
        message.extend(failure.causes);
        Self {
            exit: failure.exit,
            ..Self::fail(name, message.join(": "), failure.hint)
        }
    }
}
