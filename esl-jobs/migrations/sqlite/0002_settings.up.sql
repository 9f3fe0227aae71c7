-- What people change while programs run.
CREATE TABLE settings (
    namespace  TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT    NOT NULL,
    PRIMARY KEY (namespace, key)
) STRICT, WITHOUT ROWID;

-- Who may have how many requests under way. Of no namespace: the service that counts them knows none.
CREATE TABLE permits (
    key        TEXT    NOT NULL,
    holder     BLOB    NOT NULL,
    wanted     INTEGER NOT NULL,
    held       INTEGER NOT NULL,
    turn       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (key, holder)
) STRICT, WITHOUT ROWID;

-- The last event of each namespace that was forgotten.
CREATE TABLE job_events_horizon (
    namespace TEXT    NOT NULL PRIMARY KEY,
    seq       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
