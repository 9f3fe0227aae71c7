//! The critical path of a run: how long it has to take, by the requests that it made.
//!
//! Each request has a [`Step`], and the table in [`Step::needs`] says which steps it cannot do without.
//! Of the requests that it needs only those count that had ended when it began, as the log tells; what
//! was asked at the same time was not waited for. A piece of speech also needs the request whose place
//! it took: pieces are dealt in the order in which they began to as many places as may speak at once,
//! each to the place that was free first. The critical path is the longest chain of requests of
//! which each needed the one before: the sum of what they took by themselves.

use std::time::Duration;

use esl_testkit::fakes::{LoggedRequest, Service};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Finds the data source of the database.
    Database,
    /// Reads the properties of its pages.
    Schema,
    /// Looks for the student.
    Student,
    /// Looks at voices and bucket.
    Look,
    /// Creates the page.
    Create,
    /// Appends blocks to the page, or learns their ids.
    Fill,
    /// Speaks a piece.
    Speak,
    /// Brings the recording into the bucket.
    Upload,
    /// Puts the player on the page.
    Attach,
}

use Step::{Attach, Create, Database, Fill, Look, Schema, Speak, Student, Upload};

impl Step {
    /// The steps of which every request that ended before is needed. Nothing is done before all has
    /// been looked at.
    const fn needs(self) -> &'static [Self] {
        match self {
            Database | Look => &[],
            Schema => &[Database],
            Student => &[Schema],
            Create | Speak => &[Database, Schema, Student, Look],
            Fill => &[Create, Fill],
            Upload => &[Speak, Upload],
            Attach => &[Create, Fill, Upload],
        }
    }

    fn of(request: &LoggedRequest, is_last_of_notion: bool) -> Self {
        let path = request.path.as_str();
        match (request.service, &*request.method) {
            (Service::ElevenLabs | Service::OpenAi, "GET") => Look,
            (Service::ElevenLabs | Service::OpenAi, _) => Speak,
            (Service::S3, "GET") => Look,
            (Service::S3, _) => Upload,
            (Service::Notion, "GET") if path.starts_with("/v1/databases/") => Database,
            (Service::Notion, "GET") if path.starts_with("/v1/data_sources/") => Schema,
            (Service::Notion, "POST") if path.ends_with("/query") => Student,
            (Service::Notion, "POST") if path == "/v1/pages" => Create,
            (Service::Notion, "PATCH") if is_last_of_notion => Attach,
            _ => Fill,
        }
    }
}

/// A request that has ended, and what it is for.
struct Task<'a> {
    step: Step,
    request: &'a LoggedRequest,
    took: Duration,
    /// The longest chain that ends with it.
    chain: Duration,
}

impl Task<'_> {
    fn had_ended_before(&self, other: &LoggedRequest) -> bool {
        self.request.started + self.took <= other.started
    }
}

/// The critical path of a first run whose pieces of speech were spoken in `places` at once.
#[must_use]
pub fn critical_path(requests: &[LoggedRequest], places: usize) -> Duration {
    let mut requests: Vec<_> = requests.iter().collect();
    requests.sort_by_key(|request| request.started);
    let of_notion = |request: &&&LoggedRequest| request.service == Service::Notion;
    let last_of_notion = requests.iter().rfind(of_notion).map(|last| last.id);
    let mut tasks: Vec<Task<'_>> = Vec::new();
    let mut spoken_last: Vec<Option<usize>> = vec![None; places.max(1)];
    for request in requests {
        let step = Step::of(request, Some(request.id) == last_of_notion);
        let needed = tasks
            .iter()
            .filter(|task| step.needs().contains(&task.step) && task.had_ended_before(request));
        let mut before = needed.map(|task| task.chain).max().unwrap_or_default();
        if step == Speak {
            let end_of = |place: &Option<usize>| {
                place.map(|at: usize| tasks[at].request.started + tasks[at].took)
            };
            let free_first = (0..spoken_last.len()).min_by_key(|at| end_of(&spoken_last[*at]));
            let place = &mut spoken_last[free_first.unwrap_or_default()];
            before = before.max(place.map_or(Duration::ZERO, |at| tasks[at].chain));
            *place = Some(tasks.len());
        }
        let ended = request.ended.unwrap_or(request.started);
        let took = ended - request.started;
        tasks.push(Task {
            step,
            request,
            took,
            chain: before + took,
        });
    }
    tasks
        .iter()
        .map(|task| task.chain)
        .max()
        .unwrap_or_default()
}
