//! What stands for taking a database over in a program that was built without Postgres.

use esl_core::ErrorKind;

use crate::config::JobSettings;
use crate::exit::{Exit, Failure};
use crate::output::Outcome;

pub(super) async fn take_over(settings: &JobSettings) -> Outcome {
    let reference = settings.reference.as_ref().map(ToString::to_string);
    let reference = reference.unwrap_or_else(|| "a database".to_owned());
    let message = format!("cannot take {reference} over: this esl was built without Postgres");
    let failure = Failure::new(Exit::Configuration, ErrorKind::Configuration, message);
    Err(failure.hint("build it with the cargo feature `servers`"))
}
