-- What schedules a job: narrow, rewritten with every change of state. Room is left on each page, and
-- dead rows are cleared away early, because nearly every row is rewritten three times.
CREATE TABLE jobs (
    id               uuid        NOT NULL PRIMARY KEY,
    namespace        text        NOT NULL,
    kind             text        NOT NULL,
    owner            uuid,
    parent           uuid,
    batch            uuid,
    priority         smallint    NOT NULL,
    created_at       timestamptz NOT NULL,
    state            text        NOT NULL
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt          integer     NOT NULL,
    max_attempts     integer     NOT NULL,
    stalls           integer     NOT NULL,
    rank             bigint      NOT NULL,
    next_attempt_at  timestamptz,
    lease_owner      uuid,
    lease_expires_at timestamptz,
    started_at       timestamptz,
    finished_at      timestamptz,
    updated_at       timestamptz NOT NULL,
    stage            text,
    error_code       text,
    error            text,
    cancel_reason    text,
    dedupe_key       text,
    announced_at     timestamptz,
    CHECK ((state = 'running') = (lease_owner IS NOT NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

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

-- What a job is to do and what came of it: wide, rarely rewritten. No foreign key: it would lock the
-- row of `jobs` once more for each insertion, and whoever deletes a job deletes both.
CREATE TABLE job_bodies (
    id              uuid    NOT NULL PRIMARY KEY,
    payload_version integer NOT NULL,
    payload         jsonb   NOT NULL,
    output          jsonb   NOT NULL
);

-- What happened.
CREATE TABLE job_events (
    seq       bigint      GENERATED ALWAYS AS IDENTITY,
    namespace text        NOT NULL,
    job       uuid        NOT NULL,
    owner     uuid,
    kind      text        NOT NULL,
    state     text        NOT NULL,
    actor     text        NOT NULL,
    at        timestamptz NOT NULL,
    data      jsonb       NOT NULL,
    PRIMARY KEY (namespace, seq)
);

CREATE INDEX job_events_of_job ON job_events (job, seq);

-- Numbers of a sequence are given before transactions commit, so a reader could see number 7 while
-- number 6 is yet to come, and go on from 7 for ever. Whoever appends therefore waits, before its
-- numbers are given, until everybody before has committed: each writer appends as its last statement
-- but one, so that this takes as long as a commit.
CREATE FUNCTION job_events_take_turns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(TG_RELID::integer, 1);
    RETURN NULL;
END
$$;

CREATE TRIGGER job_events_take_turns BEFORE INSERT ON job_events
    FOR EACH STATEMENT EXECUTE FUNCTION job_events_take_turns();
