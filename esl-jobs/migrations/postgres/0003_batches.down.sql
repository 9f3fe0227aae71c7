DROP TABLE job_batches;
DROP INDEX jobs_of_batch;
DROP INDEX jobs_ready;
DROP INDEX jobs_delayed;
CREATE INDEX jobs_ready ON jobs (namespace, rank, id)
    WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (namespace, next_attempt_at)
    WHERE state = 'queued' AND next_attempt_at IS NOT NULL;
ALTER TABLE job_bodies DROP COLUMN traceparent;
ALTER TABLE jobs DROP COLUMN eligible_at;
ALTER TABLE jobs DROP COLUMN notify;
