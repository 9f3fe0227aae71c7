//! Telling people and programs how jobs and batches ended: handlers of the jobs that
//! `esl_core::job::notify` has accepted together with the end.
//!
//! Each handler is one feature. What it tells of is read when it runs, from the store and the log; the
//! job itself names it only. Nobody is told a lesson's text, and no message names a secret.

#[cfg(feature = "email")]
pub mod email;
mod subject;
#[cfg(feature = "webhook")]
pub mod webhook;
