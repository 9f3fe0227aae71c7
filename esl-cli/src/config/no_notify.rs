//! What stands for the settings of notifications in a program that was built without jobs.

use super::resolver::Resolver;

#[derive(Debug, Clone)]
pub(crate) struct NotifySettings;

pub(super) fn resolve(_: &mut Resolver<'_>) -> NotifySettings {
    NotifySettings
}
