-- Who is told when a job ends (JSON); since when it may start, or from when on.
ALTER TABLE jobs ADD COLUMN notify TEXT;
ALTER TABLE jobs ADD COLUMN eligible_at INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET eligible_at = coalesce(next_attempt_at, created_at);

-- Where a submission stands in the traces of whoever made it.
ALTER TABLE job_bodies ADD COLUMN traceparent TEXT;

-- What waits is counted, by kind and priority, from these alone.
DROP INDEX jobs_ready;
DROP INDEX jobs_delayed;
CREATE INDEX jobs_ready ON jobs (namespace, rank, id, kind, priority, eligible_at)
    WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (namespace, next_attempt_at, kind, priority)
    WHERE state = 'queued' AND next_attempt_at IS NOT NULL;

CREATE INDEX jobs_of_batch ON jobs (namespace, batch, id) WHERE batch IS NOT NULL;

-- How many members of a batch have not ended; gone when none is left.
CREATE TABLE job_batches (
    namespace TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    open      INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    PRIMARY KEY (namespace, id)
) STRICT, WITHOUT ROWID;
