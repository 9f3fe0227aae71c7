//! What somebody says about a job.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Actor, Attempt, Failure, JobId, NewJob};

/// What somebody says about a job. Whoever it is, it goes through [`apply`](super::apply()).
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The job.
    pub job: JobId,
    /// The start on whose behalf a worker speaks. If the job is not running, or at another start,
    /// what it says does not count.
    pub attempt: Option<u32>,
    /// Who says it.
    pub actor: Actor,
    /// What is said.
    pub news: News,
    /// Jobs that follow from it, accepted together with it or not at all.
    pub chained: Vec<NewJob>,
}

/// What is said about a job.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The attempt got on.
    Progress {
        /// The stage that began, if one did.
        stage: Option<String>,
        /// What listeners are told.
        data: Map<String, Value>,
        /// What has come of the job so far; merged into what was known, field by field.
        output: Map<String, Value>,
    },
    /// The attempt reached its aim, and everything `output` mentions is durable.
    Succeeded {
        /// What came of the job; merged into what was known, field by field.
        output: Map<String, Value>,
    },
    /// The attempt failed.
    Failed {
        /// Why.
        failure: Failure,
        /// How long to wait before another attempt, or none if it cannot help.
        retry_in: Option<Duration>,
    },
    /// The worker shuts down; the attempt does not count.
    GivenBack,
    /// The lease ran out: the worker is dead or out of reach.
    LeaseLost,
    /// Somebody does not want it any more.
    Cancelled {
        /// Why, in their words.
        reason: Option<String>,
    },
    /// Somebody changed the payload of a job that is not running; merged field by field.
    Edited {
        /// The new values.
        fields: Map<String, Value>,
    },
}

impl Report {
    /// What the worker that holds `attempt` says.
    #[must_use]
    pub fn of_attempt(attempt: Attempt, actor: Actor, news: News) -> Self {
        Self {
            attempt: Some(attempt.number),
            ..Self::about(attempt.job, actor, news)
        }
    }

    /// What somebody says who does not run the job.
    #[must_use]
    pub fn about(job: JobId, actor: Actor, news: News) -> Self {
        Self {
            job,
            attempt: None,
            actor,
            news,
            chained: Vec::new(),
        }
    }

    /// The same, with jobs that follow from it.
    #[must_use]
    pub fn chaining(mut self, jobs: Vec<NewJob>) -> Self {
        self.chained = jobs;
        self
    }
}
