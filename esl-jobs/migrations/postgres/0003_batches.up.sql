-- Who is told when a job ends; since when it may start, or from when on.
ALTER TABLE jobs ADD COLUMN notify jsonb;
ALTER TABLE jobs ADD COLUMN eligible_at timestamptz;
UPDATE jobs SET eligible_at = coalesce(next_attempt_at, created_at);
ALTER TABLE jobs ALTER COLUMN eligible_at SET NOT NULL;

-- Where a submission stands in the traces of whoever made it.
ALTER TABLE job_bodies ADD COLUMN traceparent text;

-- What waits is counted, by kind and priority, from these alone.
DROP INDEX jobs_ready;
DROP INDEX jobs_delayed;
CREATE INDEX jobs_ready ON jobs (namespace, rank, id) INCLUDE (kind, priority, eligible_at)
    WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (namespace, next_attempt_at) INCLUDE (kind, priority)
    WHERE state = 'queued' AND next_attempt_at IS NOT NULL;

CREATE INDEX jobs_of_batch ON jobs (namespace, batch, id) WHERE batch IS NOT NULL;

-- How many members of a batch have not ended; gone when none is left.
CREATE TABLE job_batches (
    namespace text   NOT NULL,
    id        uuid   NOT NULL,
    open      bigint NOT NULL,
    failed    bigint NOT NULL,
    cancelled bigint NOT NULL,
    PRIMARY KEY (namespace, id)
);
