//! `esl jobs watch`: what happens to jobs, as it happens.

use std::io::{self, Write};

use esl_core::job::Job;
use serde_json::{Value, json};

use super::super::interrupt;
use super::follow::Follower;
use super::{Desk, end, view};
use crate::args::WatchJobsArgs;
use crate::exit::Exit;
use crate::output::{Answer, Outcome};

/// What was followed.
struct Watched {
    followed: Value,
    /// The jobs that were named.
    jobs: Vec<Job>,
    is_cancelled: bool,
}

pub(super) async fn watch(args: WatchJobsArgs, desk: &Desk<'_>) -> Outcome {
    let cancel = interrupt::token();
    let mut follower = Follower::new(desk, args.after, cancel.clone()).await?;
    let mut jobs = Vec::new();
    if args.ids.is_empty() {
        follower.follow_all().await?;
    } else {
        let mut ids = Vec::new();
        for prefix in &args.ids {
            ids.push(desk.find(prefix).await?.head.id);
        }
        jobs = follower.follow(&ids).await?;
    }
    Ok(Box::new(Watched {
        followed: follower.json(),
        jobs,
        is_cancelled: cancel.is_cancelled(),
    }))
}

impl Answer for Watched {
    fn exit(&self) -> Exit {
        match self.is_cancelled {
            true => Exit::Cancelled,
            false => end::exit(&self.jobs),
        }
    }

    fn json(&self) -> Value {
        let jobs: Vec<_> = self.jobs.iter().map(view::json).collect();
        let mut json = self.followed.clone();
        json["jobs"] = json!(jobs);
        json
    }

    /// Everything was told when it happened.
    fn write_text(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
