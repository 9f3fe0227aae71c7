-- Who may sign in. A password is kept as whatever hash it was stored with last.
CREATE TABLE users (
    id            uuid        NOT NULL PRIMARY KEY,
    email         text        NOT NULL UNIQUE,
    password_hash text        NOT NULL,
    role          text        NOT NULL CHECK (role IN ('admin', 'user', 'viewer')),
    is_active     boolean     NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    last_login_at timestamptz
);

-- What they chose, and the credentials that they gave, encrypted.
CREATE TABLE user_settings (
    id                       uuid        NOT NULL PRIMARY KEY,
    user_id                  uuid        NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    elevenlabs_key_encrypted text,
    notion_token_encrypted   text,
    tts_provider             text        NOT NULL,
    default_preset           text        NOT NULL,
    default_voice_accent     text        NOT NULL,
    default_tts_mode         text        NOT NULL,
    enable_notifications     boolean     NOT NULL,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL
);
