//! What mails say: which lesson, how it ended, where it is, what to do.

use std::fmt::Write as _;

use esl_core::job::payload::LessonRerunAudio;
use esl_core::job::{BatchId, FailureCode, JobState, JobView, Payload};

/// How many members of a batch are listed.
const LISTED: usize = 100;

/// A mail without its envelope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
}

/// Writes mails.
#[derive(Debug)]
pub(super) struct Writer {
    /// What links to this service begin with.
    base: Option<String>,
}

impl Writer {
    pub(super) fn new(public_url: Option<&str>) -> Self {
        let base = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Self { base }
    }

    pub(super) fn about_job(&self, job: &JobView) -> Letter {
        let what = what(job);
        let (verb, mut text) = match job.state {
            JobState::Succeeded => ("is ready", format!("The {what} is ready.\n")),
            JobState::Cancelled => ("was cancelled", format!("The {what} was cancelled.\n")),
            _ => ("failed", format!("The {what} could not be made.\n")),
        };
        if let Some(reason) = reason(job) {
            text += &format!("\nReason: {reason}\n");
        }
        text += &self.links(job);
        text += &format!("\n{}\n\nJob {}\n", advice(job), job.job_id);
        let subject = format!("The {what} {verb}");
        Letter { subject, text }
    }

    pub(super) fn about_batch(&self, batch: BatchId, members: &[JobView]) -> Letter {
        let is_good = |job: &&JobView| job.state == JobState::Succeeded;
        let good = members.iter().filter(is_good).count();
        let subject = format!("{good} of {} succeeded", members.len());
        let mut text = format!(
            "Of the {} jobs that you submitted together, {good} succeeded.\n\n",
            members.len()
        );
        for job in members.iter().take(LISTED) {
            text += &self.line(job);
        }
        if let Some(more) = members.len().checked_sub(LISTED).filter(|more| *more > 0) {
            text += &format!("- and {more} more\n");
        }
        if good < members.len() {
            text += "\nCorrect what has to be corrected and submit the others again.\n";
        }
        text += &format!("\nBatch {batch}\n");
        Letter { subject, text }
    }

    fn line(&self, job: &JobView) -> String {
        let mut line = format!("- {}: {}", what(job), job.state);
        if let Some(reason) = reason(job) {
            line += &format!(" ({reason})");
        }
        if let Some(page) = self.link(job.notion_url.as_deref()) {
            line += &format!(", {page}");
        }
        line + "\n"
    }

    fn links(&self, job: &JobView) -> String {
        let mut text = String::new();
        for (name, address) in [("Page", &job.notion_url), ("Recording", &job.audio_url)] {
            if let Some(link) = self.link(address.as_deref()) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\n{name}: {link}");
            }
        }
        if text.is_empty() { text } else { text + "\n" }
    }

    /// An address that can be followed from a mail.
    fn link(&self, address: Option<&str>) -> Option<String> {
        let address = address?;
        if address.starts_with('/') {
            return self.base.as_ref().map(|base| format!("{base}{address}"));
        }
        Some(address.to_owned())
    }
}

/// The job in words of its owner.
fn what(job: &JobView) -> String {
    if !job.kind.is_lesson() {
        return format!("job {}", job.kind);
    }
    let name = job.file_name.as_deref().or(job.md.as_deref());
    let name = name.map(|name| name.strip_prefix("lesson:").unwrap_or(name));
    let name = one_line(name.unwrap_or_default());
    if job.kind == LessonRerunAudio::KIND {
        format!("recording of \"{name}\"")
    } else {
        format!("lesson \"{name}\"")
    }
}

fn reason(job: &JobView) -> Option<String> {
    let is_bad = job.state != JobState::Succeeded;
    job.error.as_deref().filter(|_| is_bad).map(one_line)
}

/// Text without line breaks and other characters that steer.
fn one_line(text: &str) -> String {
    let printable = |one: char| if one.is_control() { ' ' } else { one };
    text.chars().map(printable).collect()
}

/// What the owner can do now.
fn advice(job: &JobView) -> &'static str {
    match job.state {
        JobState::Succeeded => return "There is nothing left to do.",
        JobState::Cancelled => return "Submit it again if you want it after all.",
        _ => {}
    }
    let Some(code) = &job.error_code else {
        return ASK;
    };
    let is_one_of = |codes: &[FailureCode]| codes.contains(code);
    if is_one_of(CORRECT) {
        "Correct this and submit it again."
    } else if is_one_of(KEYS) {
        "Check the keys of the services in the settings, then submit it again."
    } else if *code == FailureCode::QUOTA_EXHAUSTED {
        "Top up the account of the service, then submit it again: what is finished is not made twice."
    } else if is_one_of(LATER) {
        "Submit it again later: what is finished is not made twice."
    } else {
        ASK
    }
}

const ASK: &str = "Ask whoever runs this service, and name the job below.";

const CORRECT: &[FailureCode] = &[
    FailureCode::LESSON_INVALID,
    FailureCode::MD_NOT_FOUND,
    FailureCode::INVALID_PRESET,
    FailureCode::INVALID_VOICE_ID,
    FailureCode::INVALID_NOTION_DATABASE,
];

const KEYS: &[FailureCode] = &[
    FailureCode::CREDENTIALS_MISSING,
    FailureCode::CREDENTIALS_REJECTED,
];

const LATER: &[FailureCode] = &[
    FailureCode::RATE_LIMITED,
    FailureCode::PROVIDER_UNAVAILABLE,
    FailureCode::NETWORK,
    FailureCode::TIMEOUT,
    FailureCode::STORAGE_UNAVAILABLE,
    FailureCode::LESSON_LOCKED,
    FailureCode::WORKER_LOST,
];

#[cfg(test)]
mod tests;
