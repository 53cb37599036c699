-- The ledger's first form. Times are milliseconds since 1970, UTC; truth values are 0 and 1;
-- what is JSON is text, so that it comes back byte for byte.

CREATE TABLE submissions (
    id          TEXT PRIMARY KEY NOT NULL,
    station     TEXT NOT NULL,
    name        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    bytes       BIGINT NOT NULL,
    source      TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    repeat_of   TEXT REFERENCES submissions (id),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'parked', 'done')),
    media_type  TEXT,
    pages       BIGINT,
    settled_at  BIGINT
);
-- One submission a content; its repeats point to it.
CREATE UNIQUE INDEX submissions_first ON submissions (sha256) WHERE repeat_of IS NULL;
CREATE INDEX submissions_by_station ON submissions (station, id);
CREATE INDEX submissions_unsettled ON submissions (state, id) WHERE state <> 'done';

CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    subject      TEXT NOT NULL,
    submission   TEXT NOT NULL REFERENCES submissions (id),
    station      TEXT NOT NULL,
    stage        TEXT NOT NULL,
    input        TEXT NOT NULL,
    priority     BIGINT NOT NULL,
    turn         BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'delayed', 'leased', 'parked', 'done', 'skipped')),
    generation   BIGINT NOT NULL DEFAULT 0,
    attempts     BIGINT NOT NULL DEFAULT 0,
    losses       BIGINT NOT NULL DEFAULT 0,
    node         TEXT,
    leased_until BIGINT,
    ready_at     BIGINT,
    trouble      TEXT,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    UNIQUE (subject, stage, input)
);
-- Each state that is searched for has its own index, so that a claim costs the same with a
-- thousand jobs waiting and with a million, and finished jobs cost nothing.
CREATE INDEX jobs_waiting ON jobs (stage, priority, turn, id) WHERE state = 'waiting';
CREATE INDEX jobs_waiting_of_station ON jobs (stage, station, priority, turn) WHERE state = 'waiting';
CREATE INDEX jobs_delayed ON jobs (ready_at) WHERE state = 'delayed';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state = 'leased';
CREATE INDEX jobs_parked ON jobs (id) WHERE state = 'parked';
CREATE INDEX jobs_of_submission ON jobs (submission, state);

CREATE TABLE pages (
    submission TEXT NOT NULL REFERENCES submissions (id),
    number     BIGINT NOT NULL,
    document   TEXT,
    kind       TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    summary    TEXT NOT NULL,
    failure    TEXT,
    PRIMARY KEY (submission, number)
) WITHOUT ROWID;
CREATE INDEX pages_of_document ON pages (document, number) WHERE document IS NOT NULL;

CREATE TABLE customers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    identifier TEXT
);
CREATE UNIQUE INDEX customers_by_identifier ON customers (kind, identifier) WHERE identifier IS NOT NULL;

CREATE TABLE credit_files (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    client_number    TEXT,
    agreement_number TEXT,
    product          TEXT,
    branch           TEXT
);
CREATE UNIQUE INDEX credit_files_by_number
    ON credit_files (coalesce(client_number, ''), coalesce(agreement_number, ''));

CREATE INDEX credit_files_by_agreement ON credit_files (agreement_number, id);

CREATE TABLE credit_file_customers (
    credit_file BIGINT NOT NULL REFERENCES credit_files (id),
    customer    BIGINT NOT NULL REFERENCES customers (id),
    PRIMARY KEY (credit_file, customer)
) WITHOUT ROWID;
CREATE INDEX credit_files_of_customer ON credit_file_customers (customer, credit_file);

CREATE TABLE documents (
    id              TEXT PRIMARY KEY NOT NULL,
    submission      TEXT NOT NULL REFERENCES submissions (id),
    station         TEXT NOT NULL,
    version         BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    confidence      DOUBLE PRECISION NOT NULL,
    language        TEXT NOT NULL,
    pages           BIGINT NOT NULL,
    to_review       BIGINT NOT NULL,
    credit_file     BIGINT REFERENCES credit_files (id),
    retention_class TEXT NOT NULL,
    retain_until    TEXT,
    written_at      BIGINT NOT NULL
);
CREATE INDEX documents_of_submission ON documents (submission, id);
CREATE INDEX documents_by_station ON documents (station, id);
CREATE INDEX documents_by_kind ON documents (kind, id);
CREATE INDEX documents_to_review ON documents (id) WHERE to_review = 1;
CREATE INDEX documents_of_credit_file ON documents (credit_file, id) WHERE credit_file IS NOT NULL;
CREATE INDEX documents_without_file ON documents (id) WHERE credit_file IS NULL;

CREATE TABLE records (
    document   TEXT NOT NULL REFERENCES documents (id),
    version    BIGINT NOT NULL,
    record     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (document, version)
);

CREATE TABLE fields (
    document TEXT NOT NULL REFERENCES documents (id),
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    status   TEXT NOT NULL,
    person   TEXT,
    version  BIGINT NOT NULL,
    PRIMARY KEY (document, name)
) WITHOUT ROWID;

CREATE TABLE field_changes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    document  TEXT NOT NULL REFERENCES documents (id),
    version   BIGINT NOT NULL,
    name      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    why       TEXT NOT NULL
);
CREATE INDEX field_changes_of_document ON field_changes (document, id);

CREATE TABLE objects (
    key        TEXT PRIMARY KEY NOT NULL,
    version_id TEXT,
    kind       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    bytes      BIGINT NOT NULL,
    subject    TEXT NOT NULL,
    stored_at  BIGINT NOT NULL
);
CREATE INDEX objects_of_subject ON objects (subject, kind);

CREATE TABLE holds (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    matter       TEXT NOT NULL,
    authority    TEXT NOT NULL,
    confidential BIGINT NOT NULL,
    review_on    TEXT,
    placed_at    BIGINT NOT NULL,
    placed_by    TEXT NOT NULL,
    released_at  BIGINT,
    released_by  TEXT,
    release_why  TEXT
);
CREATE TABLE hold_items (
    hold        BIGINT NOT NULL REFERENCES holds (id),
    document    TEXT REFERENCES documents (id),
    credit_file BIGINT REFERENCES credit_files (id),
    CHECK ((document IS NULL) <> (credit_file IS NULL))
);
CREATE UNIQUE INDEX hold_items_once
    ON hold_items (hold, coalesce(document, ''), coalesce(credit_file, 0));
CREATE INDEX hold_items_of_document ON hold_items (document) WHERE document IS NOT NULL;
CREATE INDEX hold_items_of_file ON hold_items (credit_file) WHERE credit_file IS NOT NULL;

CREATE TABLE retention_decisions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    document     TEXT NOT NULL REFERENCES documents (id),
    version      BIGINT NOT NULL,
    class        TEXT NOT NULL,
    retain_until TEXT,
    at           BIGINT NOT NULL,
    actor        TEXT NOT NULL
);
CREATE INDEX retention_decisions_of_document ON retention_decisions (document, id);

-- Appended in the transaction of what happened, numbered by the sequencer, never changed after.
CREATE TABLE events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    seq     BIGINT UNIQUE,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE INDEX events_unnumbered ON events (id) WHERE seq IS NULL;
CREATE INDEX events_of_subject ON events (subject, id);

CREATE TABLE changes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    seq     BIGINT UNIQUE,
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX changes_unnumbered ON changes (id) WHERE seq IS NULL;

CREATE TABLE followers (
    name TEXT PRIMARY KEY NOT NULL,
    seq  BIGINT NOT NULL,
    at   BIGINT NOT NULL
);

-- Sums that would be slow to count: one row a name here, several until folded in PostgreSQL.
CREATE TABLE tallies (
    name   TEXT PRIMARY KEY NOT NULL,
    amount BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE nodes (
    name         TEXT PRIMARY KEY NOT NULL,
    roles        TEXT NOT NULL,
    version      TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('working', 'draining', 'stopped')),
    started_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);

CREATE TABLE users (
    name       TEXT PRIMARY KEY NOT NULL,
    full_name  TEXT NOT NULL,
    roles      TEXT NOT NULL,
    secret     TEXT,
    state      TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What the program notes about this ledger itself: where it was moved to, what it is a copy of.
CREATE TABLE properties (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
