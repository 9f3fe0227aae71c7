DROP TABLE job_events;
DROP TABLE job_bodies;
DROP TABLE jobs;
