-- Who may see what, and how people and machines come in. Secrets are kept as hashes only.
ALTER TABLE users ADD COLUMN branches TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN kinds TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN until TEXT;
ALTER TABLE users ADD COLUMN second_factor TEXT;
ALTER TABLE users ADD COLUMN change_secret BIGINT NOT NULL DEFAULT 0;

-- By the hash of what the browser keeps.
CREATE TABLE sessions (
    key        TEXT PRIMARY KEY NOT NULL,
    person     TEXT NOT NULL REFERENCES users (name),
    opened_at  BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- What machines come in with, by its hash; a person answers for each.
CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    person     TEXT NOT NULL REFERENCES users (name),
    roles      TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    made_by    TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- Failed and successful sign-ins of a person from one source (a hash of its address).
CREATE TABLE sign_ins (
    person       TEXT NOT NULL,
    source       TEXT NOT NULL,
    failures     BIGINT NOT NULL,
    failed_at    BIGINT,
    succeeded_at BIGINT,
    PRIMARY KEY (person, source)
) WITHOUT ROWID;
CREATE INDEX sign_ins_by_time ON sign_ins (failed_at);

-- The last step of a second factor that was used: none counts twice.
ALTER TABLE users ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;

-- Answers to requests that may be sent again, by the hash of who asked, what and under which key.
CREATE TABLE answers (
    key     TEXT PRIMARY KEY NOT NULL,
    request TEXT NOT NULL,
    status  BIGINT NOT NULL,
    body    TEXT NOT NULL,
    at      BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at);

-- The branch that a document says it belongs to, so that lists can keep to it.
ALTER TABLE documents ADD COLUMN branch TEXT;
UPDATE documents SET branch = (SELECT json_extract(fields.value, '$[0]') FROM fields
    WHERE fields.document = documents.id AND fields.name = 'branch' AND fields.value <> '[]');

-- A document is read far more often than changed: its history is found without its readings.
CREATE INDEX events_done_to_subject ON events (subject, id) WHERE action <> 'read';

-- Rows of data for other systems: what a document said in a layout, and what the other system said to
-- it. A row is never changed but for that answer, once.
CREATE TABLE data_rows (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    layout      TEXT NOT NULL,
    document    TEXT NOT NULL,
    version     BIGINT NOT NULL,
    body        TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    answered_at BIGINT,
    verdict     TEXT CHECK (verdict IN ('accepted', 'refused')),
    why         TEXT NOT NULL
);
CREATE INDEX data_rows_of_document ON data_rows (document, layout, id);
CREATE INDEX data_rows_open ON data_rows (layout, id) WHERE answered_at IS NULL;
