//! One workspace for each token, however many jobs use it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use esl_core::Digest;
use esl_core::ports::NotionError;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{NotionConfig, NotionWorkspace};

/// Workspaces that are kept though nobody uses them, at most.
const MAX_IDLE: usize = 100;

/// Gives each token its workspace, so that all jobs of a token share its pace and what it knows.
#[derive(Debug)]
pub struct NotionAccounts {
    config: NotionConfig,
    /// Makes the fingerprints of tokens worthless to others.
    salt: Uuid,
    workspaces: Mutex<HashMap<Digest, Arc<NotionWorkspace>>>,
}

impl NotionAccounts {
    /// All workspaces are reached as `config` says, each with its own token.
    #[must_use]
    pub fn new(config: NotionConfig) -> Self {
        Self {
            config,
            salt: Uuid::new_v4(),
            workspaces: Mutex::default(),
        }
    }

    /// The workspace of `token`.
    ///
    /// # Errors
    /// As [`NotionWorkspace::new`].
    pub fn workspace(&self, token: SecretString) -> Result<Arc<NotionWorkspace>, NotionError> {
        let fingerprint = Digest::of(format!("{}{}", self.salt, token.expose_secret()));
        let mut workspaces = self
            .workspaces
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(workspace) = workspaces.get(&fingerprint) {
            return Ok(Arc::clone(workspace));
        }
        if workspaces.len() >= MAX_IDLE {
            workspaces.retain(|_, workspace| Arc::strong_count(workspace) > 1);
        }
        let config = NotionConfig {
            token,
            ..self.config.clone()
        };
        let workspace = Arc::new(NotionWorkspace::new(&config)?);
        workspaces.insert(fingerprint, Arc::clone(&workspace));
        Ok(workspace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_workspace_and_shows_in_none() {
        let accounts = NotionAccounts::new(NotionConfig::new("ntn_default".into()));
        let one = accounts.workspace("ntn_one".into()).unwrap();
        assert!(Arc::ptr_eq(
            &one,
            &accounts.workspace("ntn_one".into()).unwrap()
        ));
        assert!(!Arc::ptr_eq(
            &one,
            &accounts.workspace("ntn_two".into()).unwrap()
        ));
        assert!(!format!("{accounts:?}").contains("ntn_"));
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_refused_without_repeating_it() {
        let accounts = NotionAccounts::new(NotionConfig::new("ntn_default".into()));
        let error = accounts.workspace("ntn_a\nb".into()).unwrap_err();
        assert!(!error.to_string().contains("ntn_"), "{error}");
    }

    #[tokio::test]
    async fn workspaces_that_nobody_uses_make_room() {
        let accounts = NotionAccounts::new(NotionConfig::new("ntn_default".into()));
        let used = accounts.workspace("ntn_used".into()).unwrap();
        for number in 0..2 * MAX_IDLE {
            accounts.workspace(format!("ntn_{number}").into()).unwrap();
        }
        assert!(accounts.workspaces.lock().unwrap().len() <= MAX_IDLE + 1);
        assert!(Arc::ptr_eq(
            &used,
            &accounts.workspace("ntn_used".into()).unwrap()
        ));
    }
}
