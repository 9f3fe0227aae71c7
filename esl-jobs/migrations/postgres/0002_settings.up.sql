-- What people change while programs run.
CREATE TABLE settings (
    namespace  text        NOT NULL,
    key        text        NOT NULL,
    value      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text        NOT NULL,
    PRIMARY KEY (namespace, key)
);

-- Who may have how many requests under way. Of no namespace: the service that counts them knows none.
CREATE TABLE permits (
    key        text        NOT NULL,
    holder     uuid        NOT NULL,
    wanted     integer     NOT NULL,
    held       integer     NOT NULL,
    turn       bigint      NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (key, holder)
);

-- The last event of each namespace that was forgotten.
CREATE TABLE job_events_horizon (
    namespace text   NOT NULL PRIMARY KEY,
    seq       bigint NOT NULL
);
