DROP TABLE job_events_horizon;
DROP TABLE permits;
DROP TABLE settings;
