//! The flags of `esl forget`.

use std::path::PathBuf;

use clap::Args;

use crate::config::Typed;

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// Lesson files; with `--student` also folders
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Only lessons of this student
    #[arg(long, value_name = "NAME")]
    pub(crate) student: Option<String>,
    /// Folder of the pages; `homework` unless given
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Also what is elsewhere: pages in Notion go to its trash, recordings are deleted from the bucket
    #[arg(long)]
    pub(crate) remote: bool,
    /// Erase it; without, it is only listed
    #[arg(long)]
    pub(crate) yes: bool,
}

impl ForgetArgs {
    /// What was typed of the settings.
    pub(crate) fn settings(&self) -> Typed<'_> {
        Typed {
            workspace: self.workspace.as_deref(),
            ..Typed::default()
        }
    }
}
