DROP TABLE job_events;
DROP FUNCTION job_events_take_turns();
DROP TABLE job_bodies;
DROP TABLE jobs;
