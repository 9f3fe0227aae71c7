//! The database of the service before is taken over without loss.
#![cfg(feature = "postgres")]

use std::sync::Arc;

use esl_core::job::payload::{LessonRun, UploadTarget};
use esl_core::job::{Cursor, FailureCode, Job, JobId, JobState};
use esl_core::ports::{EventLog, EventPage, JobFilter, JobStore, SystemClock};
use esl_core::{Classify, ErrorKind};
use esl_jobs::postgres::{Counted, PostgresJobs};
use esl_testkit::services::postgres::PostgresDatabase;
use tokio_postgres::{Client, NoTls};

const OLD_TABLES: &str = "
    CREATE TABLE users (
        id uuid PRIMARY KEY, email text NOT NULL UNIQUE, password_hash text NOT NULL,
        role text NOT NULL, is_active boolean NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL, last_login_at timestamptz);
    CREATE TABLE user_settings (
        id uuid PRIMARY KEY, user_id uuid NOT NULL UNIQUE REFERENCES users (id),
        elevenlabs_key_encrypted text, notion_token_encrypted text, tts_provider text NOT NULL,
        default_preset text NOT NULL, default_voice_accent text NOT NULL,
        default_tts_mode text NOT NULL, enable_notifications boolean NOT NULL,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
    CREATE TABLE uploaded_files (id uuid PRIMARY KEY);
    CREATE TABLE jobs (
        id uuid PRIMARY KEY, md text NOT NULL, preset text, with_tts boolean, upload text,
        voice_id text, voice_accent text, force_tts boolean, notion_database text, mode text,
        notion_url text, manifest_path text, state text NOT NULL, error text,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        started_at timestamptz, finished_at timestamptz, user_id uuid);";

const OLD_ROWS: &str = "
    INSERT INTO users VALUES
        ('00000000-0000-4000-8000-000000000001', 'tutor@example.com', '$2b$12$hash', 'admin', true,
         '2025-01-01 10:00:00.123456+00', '2025-01-02+00', NULL),
        ('00000000-0000-4000-8000-000000000002', 'other@example.com', '$2b$12$other', 'user', false,
         '2025-01-01+00', '2025-01-02+00', '2025-01-03+00');
    INSERT INTO user_settings VALUES
        ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001',
         'AAECAwQFBgcICQoL+cipher/text==', NULL, 'elevenlabs', 'b1-default', 'american', 'auto',
         true, '2025-01-01+00', '2025-01-02+00');
    INSERT INTO uploaded_files VALUES ('00000000-0000-4000-8000-000000000004');
    INSERT INTO jobs SELECT
        ('00000000-0000-4000-8000-00000000001' || number)::uuid, 'lessons/' || state || '.md',
        'b1-default', true, upload, 'voice', 'british_male', NULL, 'database', 'dialogue', page,
        manifest, state, error, '2025-01-01 10:00:00+00', '2025-01-01 10:05:00+00',
        begun::timestamptz, ended::timestamptz, '00000000-0000-4000-8000-000000000001'
    FROM (VALUES
        (1, 'queued', 's3', NULL, NULL, NULL, NULL, NULL),
        (2, 'running', 'auto', NULL, NULL, NULL, '2025-01-01 10:01:00+00', NULL),
        (3, 'succeeded', 'auto', 'https://example.com/page', 'm/1.json', NULL,
         '2025-01-01 10:01:00+00', '2025-01-01 10:05:00+00'),
        (4, 'failed', 'ftp', NULL, NULL, 'no such preset', '2025-01-01 10:01:00+00',
         '2025-01-01 10:05:00+00'))
    AS old (number, state, upload, page, manifest, error, begun, ended)";

struct Place {
    old: PostgresDatabase,
    new: PostgresDatabase,
    jobs: PostgresJobs,
}

impl Place {
    async fn with(old_tables: &str) -> Option<Self> {
        let making = || Some((PostgresDatabase::create()?, PostgresDatabase::create()?));
        let (old, new) = tokio::task::spawn_blocking(making).await.unwrap()?;
        client(&old).await.batch_execute(old_tables).await.unwrap();
        let jobs = PostgresJobs::connect(&new.url(), "esl-jobs", 2, Arc::new(SystemClock)).await;
        Some(Self {
            old,
            new,
            jobs: jobs.unwrap(),
        })
    }

    async fn job(&self, number: u32) -> Job {
        let id: JobId = format!("00000000-0000-4000-8000-00000000001{number}")
            .parse()
            .unwrap();
        self.jobs.jobs(&[id]).await.unwrap().remove(0)
    }
}

async fn client(database: &PostgresDatabase) -> Client {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

/// Every row of a table as text, so that nothing can differ unseen.
async fn rows(database: &PostgresDatabase, table: &str) -> Vec<String> {
    let rows = format!("SELECT to_jsonb(t)::text FROM {table} AS t ORDER BY id");
    let rows = client(database).await.query(&rows, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn counted(found: u64, new: u64) -> Counted {
    Counted { found, new }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_taken_over_once() {
    let Some(place) = Place::with(&format!("{OLD_TABLES} {OLD_ROWS}")).await else {
        return;
    };
    let taken = place.jobs.take_over(&place.old.url()).await.unwrap();
    assert_eq!(taken.jobs, counted(4, 4));
    assert_eq!(
        (taken.users, taken.user_settings),
        (counted(2, 2), counted(1, 1))
    );
    assert_eq!(taken.uploads_left, 1);
    for table in ["users", "user_settings"] {
        assert_eq!(rows(&place.new, table).await, rows(&place.old, table).await);
    }
    let after = rows(&place.new, "jobs").await;
    let all = EventPage::after(Cursor::START, 100);
    let events = place.jobs.read(all).await.unwrap();
    // Each job was accepted, and three have ended.
    assert_eq!(events.len(), 7);

    let again = place.jobs.take_over(&place.old.url()).await.unwrap();
    assert_eq!(again.jobs, counted(4, 0));
    assert_eq!(
        (again.users, again.user_settings),
        (counted(2, 0), counted(1, 0))
    );
    assert_eq!(rows(&place.new, "jobs").await, after);
    assert_eq!(place.jobs.read(all).await.unwrap(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_what_they_were() {
    let Some(place) = Place::with(&format!("{OLD_TABLES} {OLD_ROWS}")).await else {
        return;
    };
    place.jobs.take_over(&place.old.url()).await.unwrap();

    let queued = place.job(1).await;
    assert_eq!(
        (queued.head.state, queued.head.attempt),
        (JobState::Queued, 0)
    );
    let payload: LessonRun = queued.payload().unwrap();
    assert_eq!(payload.md, "lessons/queued.md");
    assert_eq!(payload.upload, Some(UploadTarget::S3));
    assert_eq!(payload.voice_accent.as_deref(), Some("british_male"));
    assert_eq!(payload.force_tts, None);

    let lost = place.job(2).await.head;
    assert_eq!(lost.state, JobState::Failed);
    assert_eq!(lost.failure.unwrap().code, FailureCode::WORKER_LOST);

    let done = place.job(3).await;
    assert_eq!(
        (done.head.state, done.head.attempt),
        (JobState::Succeeded, 1)
    );
    assert_eq!(done.output["notionUrl"], "https://example.com/page");
    assert_eq!(done.output["manifestPath"], "m/1.json");
    assert_eq!(done.head.created_at.to_string(), "2025-01-01T10:00:00.000Z");
    assert_eq!(
        done.head.started_at.unwrap().to_string(),
        "2025-01-01T10:01:00.000Z"
    );
    assert_eq!(
        done.head.finished_at.unwrap().to_string(),
        "2025-01-01T10:05:00.000Z"
    );

    let failed = place.job(4).await;
    assert_eq!(
        failed.head.failure.as_ref().unwrap().message,
        "no such preset"
    );
    // A word that nobody knows any more is kept, and read as none.
    assert_eq!(failed.payload.fields["upload"], "ftp");
    assert_eq!(failed.payload::<LessonRun>().unwrap().upload, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_the_first_version_are_taken_over() {
    let old = "
        CREATE TABLE jobs (
            id uuid PRIMARY KEY, state text NOT NULL, md text NOT NULL, preset text,
            with_tts boolean, upload text, created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL);
        INSERT INTO jobs VALUES ('00000000-0000-4000-8000-000000000011', 'succeeded', 'unit1.md',
            NULL, false, 'auto', '2025-01-01+00', '2025-01-02+00')";
    let Some(place) = Place::with(old).await else {
        return;
    };
    let taken = place.jobs.take_over(&place.old.url()).await.unwrap();
    assert_eq!((taken.jobs, taken.users), (counted(1, 1), counted(0, 0)));
    let job = place.job(1).await;
    assert_eq!(job.payload::<LessonRun>().unwrap().with_tts, Some(false));
    assert_eq!(
        job.head.finished_at.unwrap().to_string(),
        "2025-01-02T00:00:00.000Z"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_of_others_are_refused() {
    let Some(place) = Place::with("").await else {
        return;
    };
    for nobodys_or_ours in [place.old.url(), place.new.url()] {
        let refused = place.jobs.take_over(&nobodys_or_ours).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_makes_no_sense_stops_everything() {
    let bad = "UPDATE jobs SET state = 'paused' WHERE state = 'failed'";
    let Some(place) = Place::with(&format!("{OLD_TABLES} {OLD_ROWS}; {bad}")).await else {
        return;
    };
    let refused = place.jobs.take_over(&place.old.url()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert!(refused.to_string().contains("000000000014"), "{refused}");
    assert!(rows(&place.new, "users").await.is_empty());
    assert!(
        place
            .jobs
            .list(&JobFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}
