//! What stands for making tables in a program that was built without jobs.

use esl_core::ErrorKind;

use super::Session;
use crate::args::MigrateArgs;
use crate::exit::{Exit, Failure};
use crate::output::Outcome;

pub(super) async fn migrate(_: MigrateArgs, _: &Session) -> Outcome {
    let message = "this esl was built without jobs";
    let failure = Failure::new(Exit::Configuration, ErrorKind::Configuration, message);
    Err(failure.hint("build it with the cargo feature `jobs`"))
}
