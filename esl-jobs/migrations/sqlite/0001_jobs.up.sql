-- Times are milliseconds since 1970, ids 16 bytes, JSON is text.

-- What schedules a job: narrow, rewritten with every change of state.
CREATE TABLE jobs (
    id               BLOB    NOT NULL PRIMARY KEY,
    namespace        TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    owner            BLOB,
    parent           BLOB,
    batch            BLOB,
    priority         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    state            TEXT    NOT NULL
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt          INTEGER NOT NULL,
    max_attempts     INTEGER NOT NULL,
    stalls           INTEGER NOT NULL,
    rank             INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    lease_owner      BLOB,
    lease_expires_at INTEGER,
    started_at       INTEGER,
    finished_at      INTEGER,
    updated_at       INTEGER NOT NULL,
    stage            TEXT,
    error_code       TEXT,
    error            TEXT,
    cancel_reason    TEXT,
    dedupe_key       TEXT,
    announced_at     INTEGER,
    CHECK ((state = 'running') = (lease_owner IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Who is next; who waits for a time; who is under a lease. Finished jobs are in none of them, so they
-- slow nothing down.
CREATE INDEX jobs_ready ON jobs (namespace, rank, id)
    WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (namespace, next_attempt_at)
    WHERE state = 'queued' AND next_attempt_at IS NOT NULL;
CREATE INDEX jobs_running ON jobs (namespace, lease_expires_at)
    WHERE state = 'running';
CREATE INDEX jobs_backlog ON jobs (namespace, owner)
    WHERE state = 'queued' AND owner IS NOT NULL;
CREATE UNIQUE INDEX jobs_active_key ON jobs (namespace, dedupe_key)
    WHERE state IN ('queued', 'running') AND dedupe_key IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (namespace, state, id)
    WHERE state IN ('succeeded', 'failed', 'cancelled');
CREATE INDEX jobs_of_owner ON jobs (namespace, owner, id) WHERE owner IS NOT NULL;
CREATE INDEX jobs_of_parent ON jobs (parent, id) WHERE parent IS NOT NULL;

-- What a job is to do and what came of it: wide, rarely rewritten.
CREATE TABLE job_bodies (
    id              BLOB    NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    payload_version INTEGER NOT NULL,
    payload         TEXT    NOT NULL,
    output          TEXT    NOT NULL
) STRICT;

-- What happened. AUTOINCREMENT: no cursor is ever given twice, whatever is deleted.
CREATE TABLE job_events (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT    NOT NULL,
    job       BLOB    NOT NULL,
    owner     BLOB,
    kind      TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    data      TEXT    NOT NULL
) STRICT;

CREATE INDEX job_events_of_job ON job_events (job, seq);
