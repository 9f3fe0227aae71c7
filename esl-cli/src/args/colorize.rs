//! The flags of `esl colorize`.

use clap::Args;
use esl_core::PageId;

use super::SettingArgs;

/// Which page to colour, and how.
#[derive(Debug, Args)]
pub(crate) struct ColorizeArgs {
    /// The page: its address or its id
    #[arg(value_name = "PAGE", value_parser = PageId::parse)]
    pub(crate) page: PageId,
    /// Heading colours by name
    #[arg(long, value_name = "NAME", default_value = "b1-default")]
    pub(crate) preset: String,
    /// Only tell what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Colour also the words of titles that have a colour already
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}
