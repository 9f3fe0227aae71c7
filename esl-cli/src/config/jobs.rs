//! The settings of jobs: where they are kept, and how a worker goes about them.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use esl_core::job::DEFAULT_MAX_ATTEMPTS;
use esl_jobs::{DEFAULT_NAMESPACE, DEFAULT_POOL_SIZE};
use serde::Serialize;

use super::address::Address;
use super::keys::Key;
use super::notify::{self, NotifySettings};
use super::problem::Problem;
use super::resolver::Resolver;
use super::sources::{Environment, Found};
use super::{Setting, Typed, keys, parse, servers};

/// Where jobs are kept, and what they may take.
#[derive(Debug)]
pub(crate) struct JobSettings {
    pub(crate) database: Address,
    /// Who hears first of jobs; the database unless set.
    pub(crate) queue: Option<Address>,
    /// The database of the service before, which can be taken over.
    #[cfg_attr(
        not(feature = "jobs"),
        expect(dead_code, reason = "nothing takes it over")
    )]
    pub(crate) reference: Option<Address>,
    pub(crate) namespace: String,
    /// Connections to a database server.
    pub(crate) pool_size: usize,
    /// How often a job is started at most.
    pub(crate) max_attempts: u32,
    /// How long jobs that ended are kept; for ever unless set.
    pub(crate) retention: Option<Duration>,
    /// The folder that `lesson:PATH` is meant from.
    pub(crate) lessons: Option<PathBuf>,
    pub(crate) worker: WorkerSettings,
    pub(crate) notify: NotifySettings,
}

/// How a worker goes about jobs.
#[derive(Debug)]
pub(crate) struct WorkerSettings {
    /// Jobs at the same time.
    pub(crate) concurrency: usize,
    /// Pieces of sound that are worked on at the same time.
    pub(crate) encoders: usize,
    /// How long an attempt may take.
    pub(crate) timeout: Duration,
    /// How long running jobs may go on when the worker is told to end.
    pub(crate) grace: Duration,
    /// How long a worker may be silent before others take its jobs over.
    pub(crate) lease: Duration,
    /// The host and port at which its figures can be read; nowhere unless set.
    pub(crate) metrics: Option<String>,
}

pub(super) fn resolve(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> JobSettings {
    let lessons = resolver.path(&keys::LESSONS_FOLDER, None, None);
    let (database, queue) = places(resolver);
    let reference = reference(resolver, typed);
    let namespace = resolver.or(
        &keys::JOBS_NAMESPACE,
        None,
        parse::text,
        DEFAULT_NAMESPACE.to_owned(),
    );
    let pool_size = resolver.or(
        &keys::JOBS_POOL_SIZE,
        None,
        parse::number(1..=1000),
        DEFAULT_POOL_SIZE,
    );
    let max_attempts = resolver.or(
        &keys::JOBS_ATTEMPTS,
        None,
        parse::number(1..=20),
        DEFAULT_MAX_ATTEMPTS,
    );
    let days = resolver.or(&keys::JOBS_RETENTION, None, parse::number(0..=36_500), 0);
    let worker = worker(resolver, typed, database.is_sqlite());
    JobSettings {
        database,
        queue,
        reference,
        namespace: namespace.value,
        pool_size: pool_size.value,
        max_attempts: max_attempts.value,
        retention: (days.value > 0).then(|| Duration::from_secs(days.value * 24 * 3600)),
        lessons: lessons.map(|set| set.value),
        worker,
        notify: notify::resolve(resolver),
    }
}

/// What the programs at work here are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Deployment {
    Development,
    Test,
    Production,
}

/// The password that a database for development has.
const DEFAULT_PASSWORD: &str = "esl";

/// The database and the queue.
fn places(resolver: &mut Resolver<'_>) -> (Address, Option<Address>) {
    let named = named(resolver, &keys::JOBS_DATABASE, servers::postgres);
    let read = Address::of_database;
    let built_in = Address::default();
    let database = resolver.choose(&keys::JOBS_DATABASE, None, named, read, Some(built_in));
    check_password(resolver, database.as_ref());
    let named = self::named(resolver, &keys::JOBS_QUEUE, servers::redis);
    let queue = resolver.choose(&keys::JOBS_QUEUE, None, named, Address::of_queue, None);
    // A problem is told at the end; until then anything will do.
    let database = database.map(|set| set.value).unwrap_or_default();
    if let Some(queue) = queue.as_ref().filter(|_| database.is_sqlite()) {
        let message = "a Redis queue goes with a Postgres database only; set DATABASE_URL, or \
                       leave the queue out";
        resolver.refuse(queue.origin.to_string(), message);
    }
    (database, queue.map(|set| set.value))
}

/// Refuses the default password where it would matter.
fn check_password(resolver: &mut Resolver<'_>, database: Option<&Setting<Address>>) {
    let built_in = Deployment::Development;
    let deployment = resolver.or(&keys::DEPLOYMENT, None, parse::choice, built_in);
    let Some(database) = database.filter(|set| set.value.has_password(DEFAULT_PASSWORD)) else {
        return;
    };
    if deployment.value == Deployment::Production {
        let message = format!(
            "the password of the database is the default one, which everybody knows; give it \
             another one for production ({})",
            deployment.origin
        );
        resolver.refuse(database.origin.to_string(), message);
    }
}

fn reference(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> Option<Address> {
    let key = &keys::JOBS_REFERENCE;
    let found = match typed.reference.filter(|text| !text.is_empty()) {
        Some(text) => Some(Found::typed(text, "--from-reference")),
        None => resolver.found(key),
    };
    let reference = resolver.choose(key, None, found, Address::of_postgres, None);
    reference.map(|set| set.value)
}

/// What sets an address: its variable, else the variables of its parts, else the settings file.
fn named(
    resolver: &mut Resolver<'_>,
    key: &'static Key,
    of_parts: fn(&Environment) -> Result<Option<Found>, Problem>,
) -> Option<Found> {
    let environment = resolver.environment;
    let whole = key
        .variables
        .iter()
        .any(|name| environment.origin(name).is_some());
    if whole {
        return resolver.found(key);
    }
    match of_parts(environment) {
        Ok(Some(found)) => Some(found),
        Ok(None) => resolver.found(key),
        Err(problem) => {
            resolver.problems.push(problem);
            None
        }
    }
}

fn worker(resolver: &mut Resolver<'_>, typed: &Typed<'_>, is_sqlite: bool) -> WorkerSettings {
    let concurrency = resolver.or(
        &keys::WORKER_CONCURRENCY,
        typed.slots,
        parse::number(1..=64),
        if is_sqlite { 3 } else { 5 },
    );
    let concurrency = usize::from(concurrency.value);
    let encoders = encoders(resolver, concurrency);
    let metrics = metrics(resolver, typed);
    let mut seconds = |key, range, built_in| {
        let seconds = resolver.or(key, None, parse::number::<u64>(range), built_in);
        Duration::from_secs(seconds.value)
    };
    WorkerSettings {
        concurrency,
        encoders,
        timeout: seconds(&keys::WORKER_TIMEOUT, 1..=86_400, 1800),
        grace: seconds(&keys::WORKER_GRACE, 0..=3600, 20),
        // Shorter, and a store that is slow once loses jobs that run; longer, and nobody notices a
        // worker that died.
        lease: seconds(&keys::WORKER_LEASE, 5..=600, 60),
        metrics,
    }
}

fn metrics(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> Option<String> {
    let key = &keys::WORKER_METRICS;
    let found = match typed.metrics {
        Some(text) => Some(Found::typed(text, "--metrics")),
        None => resolver.found(key),
    };
    let listen = resolver.choose(key, None, found, |found| parse::listen(&found.text), None);
    listen.map(|set| set.value)
}

/// How many pieces of sound are worked on at the same time: never more than jobs.
fn encoders(resolver: &mut Resolver<'_>, jobs: usize) -> usize {
    let key = &keys::WORKER_ENCODERS;
    let encoders = resolver.or(key, None, parse::number(1..=64), jobs.min(3));
    if encoders.value <= jobs {
        return encoders.value;
    }
    let warning = format!(
        "{} is more than there are jobs at once, so it is {jobs}",
        encoders.origin
    );
    resolver.warnings.push(warning);
    if let Some(shown) = resolver.shown.last_mut() {
        shown.value = jobs.into();
    }
    jobs
}
