-- Who may sign in. A password is kept as whatever hash it was stored with last.
CREATE TABLE users (
    id            BLOB    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('admin', 'user', 'viewer')),
    is_active     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;

-- What they chose, and the credentials that they gave, encrypted.
CREATE TABLE user_settings (
    id                       BLOB    NOT NULL PRIMARY KEY,
    user_id                  BLOB    NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    elevenlabs_key_encrypted TEXT,
    notion_token_encrypted   TEXT,
    tts_provider             TEXT    NOT NULL,
    default_preset           TEXT    NOT NULL,
    default_voice_accent     TEXT    NOT NULL,
    default_tts_mode         TEXT    NOT NULL,
    enable_notifications     INTEGER NOT NULL,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL
) STRICT;
