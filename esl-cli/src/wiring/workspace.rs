//! Where pages are kept: in Notion if there is a token, else in a local folder.

use std::sync::Arc;

use esl_core::ports::{Notion, Permits};
use esl_core::{Classify as _, DataSourceId, ErrorKind, StudentProfile};
use esl_pipeline::patience::patiently;
use esl_pipeline::providers::local_workspace::{LocalWorkspace, LocalWorkspaceOptions};
use esl_pipeline::providers::notion::{NotionConfig, NotionWorkspace, SourceKind};

use crate::config::{NotionSettings, Settings, Target};
use crate::exit::{Exit, Failure};

/// Where pages are kept.
#[derive(Debug, Clone)]
pub(crate) enum Workspace {
    /// In a folder.
    Local(Arc<LocalWorkspace>),
    /// In Notion.
    Notion {
        workspace: Arc<NotionWorkspace>,
        /// Where new pages are made unless a student's profile says otherwise.
        target: Target,
    },
}

impl Workspace {
    /// The workspace of these settings. Nothing is asked of it yet.
    pub(crate) fn open(
        settings: &Settings,
        students_see_answers: bool,
        permits: Option<Arc<dyn Permits>>,
    ) -> Result<Self, Failure> {
        if let Some(workspace) = notion(&settings.notion, permits)?.filter(|_| !settings.is_local) {
            let target = settings.notion.target.clone();
            return Ok(Self::Notion { workspace, target });
        }
        let mut options = LocalWorkspaceOptions::default();
        options.students_see_answers = students_see_answers;
        let workspace = LocalWorkspace::open(&settings.pages, options);
        Ok(Self::Local(Arc::new(workspace)))
    }

    pub(crate) const fn is_local(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    /// It, as the pipeline wants it.
    pub(crate) fn port(&self) -> Arc<dyn Notion> {
        match self {
            Self::Local(workspace) => workspace.clone(),
            Self::Notion { workspace, .. } => workspace.clone(),
        }
    }

    /// Where the pages of a student are made: as typed, as the student's profile says, or as it is
    /// set up.
    pub(crate) async fn source(&self, profile: &StudentProfile) -> Result<DataSourceId, Failure> {
        let Self::Notion { workspace, target } = self else {
            return Ok(LocalWorkspace::SOURCE);
        };
        let of_profile = Target {
            database: profile.db_id.clone(),
            data_source: profile.data_source_id.clone(),
            ..Target::default()
        };
        let target = match of_profile.asked() {
            Some(_) if !target.is_typed => &of_profile,
            _ => target,
        };
        let (asked, kind) = target.asked().ok_or_else(no_target)?;
        let name = target.data_source_name.as_deref();
        let found = patiently("Notion", || workspace.find_source(asked, kind, name)).await;
        found.map_err(|error| Failure::of(&error))
    }

    /// The data source of the students' pages that `asked` leads to; none where it is not needed,
    /// since pages of `source` have a property for the student or are local.
    pub(crate) async fn students(
        &self,
        asked: Option<&str>,
        source: DataSourceId,
    ) -> Result<Option<DataSourceId>, Failure> {
        let (Self::Notion { workspace, .. }, Some(asked)) = (self, asked) else {
            return Ok(None);
        };
        // Asked for once: the run takes it from the same cache. If it fails, the run tells.
        let Ok(schema) = workspace.schema(source).await else {
            return Ok(None);
        };
        let mut names = schema.properties.keys();
        if names.any(|name| name.trim().eq_ignore_ascii_case("student")) {
            return Ok(None);
        }
        let found = patiently("Notion", || {
            workspace.find_source(asked, SourceKind::Database, None)
        })
        .await;
        found.map(Some).map_err(|error| Failure {
            hint: Some("check STUDENTS_DB_ID".to_owned()),
            ..Failure::of(&error)
        })
    }
}

/// Notion with the token of the settings, if there is one.
fn notion(
    settings: &NotionSettings,
    permits: Option<Arc<dyn Permits>>,
) -> Result<Option<Arc<NotionWorkspace>>, Failure> {
    let Some(token) = settings.token.clone() else {
        return Ok(None);
    };
    let mut config = NotionConfig::new(token);
    if let Some(base_url) = settings.base_url.clone() {
        config.base_url = base_url;
    }
    config.timeout = settings.timeout;
    config.permits = permits;
    let workspace = NotionWorkspace::new(&config).map_err(|error| Failure {
        exit: Exit::Configuration,
        hint: error
            .hint()
            .or_else(|| Some("check NOTION_TOKEN".to_owned())),
        ..Failure::of(&error)
    })?;
    Ok(Some(Arc::new(workspace)))
}

fn no_target() -> Failure {
    let message = "nothing says in which Notion database the page belongs";
    Failure::new(Exit::Configuration, ErrorKind::Configuration, message)
        .hint("set NOTION_DB_ID, or give --db-id or --db; --workspace makes local pages instead")
}
