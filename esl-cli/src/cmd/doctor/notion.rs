//! Notion: whether the token works and lessons fit into the database.

use esl_core::ports::{Notion, PropertyType, SourceSchema};
use esl_core::{Classify, StudentProfile};

use super::check::Check;
use crate::config::Settings;
use crate::exit::Failure;
use crate::wiring::Workspace;

/// Checks the token and the database, if pages go to Notion.
pub(super) async fn checks(settings: &Settings) -> Vec<Check> {
    let workspace = match Workspace::open(settings, false, None) {
        Ok(workspace) => workspace,
        Err(failure) => return vec![Check::failed("Notion", failure)],
    };
    let Workspace::Notion {
        workspace: notion, ..
    } = &workspace
    else {
        return Vec::new();
    };
    let nobody = StudentProfile::default();
    let (account, source) = tokio::join!(notion.account(), workspace.source(&nobody));
    let account = match account {
        Ok(account) => account,
        Err(error) => return vec![failed("Notion", &error)],
    };
    let owner = account.workspace.or(account.name);
    let owner = owner.unwrap_or_else(|| "a workspace without a name".to_owned());
    let token = Check::ok("Notion", format!("the token belongs to {owner}"));
    let source = match source {
        Ok(source) => source,
        Err(failure) => return vec![token, Check::failed("database", failure)],
    };
    let database = match notion.schema(source).await {
        Ok(schema) => fit(&schema),
        Err(error) => failed("database", &error),
    };
    vec![token, database]
}

fn failed(name: &'static str, error: &dyn Classify) -> Check {
    Check::failed(name, Failure::of(error))
}

/// Whether what every lesson says has a place.
fn fit(schema: &SourceSchema) -> Check {
    let find = |wanted: &str| {
        let mut properties = schema.properties.iter();
        let is_wanted = |name: &String| name.trim().eq_ignore_ascii_case(wanted);
        properties
            .find(|(name, _)| is_wanted(name))
            .map(|(_, property)| property.kind)
    };
    let mut missing = Vec::new();
    if find("topic").is_none() {
        missing.push("Topic");
    }
    if !matches!(
        find("student"),
        Some(PropertyType::Relation | PropertyType::RichText)
    ) {
        missing.push("Student (relation)");
    }
    let number = schema.properties.len() + 1;
    let message = format!(
        "reachable, {number} properties, titles in {:?}",
        schema.title
    );
    match missing.as_slice() {
        [] => Check::ok("database", message),
        missing => {
            let mend = format!(
                "pages are made without {0}; add {0} to the database",
                missing.join(" and ")
            );
            Check::warn("database", message, mend)
        }
    }
}
