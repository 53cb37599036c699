-- What happened to credit files and customers, by which terms of retention begin. Rows are never
-- changed but for who confirmed them, once; a reversal is a row of its own.
CREATE TABLE term_events (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    credit_file  BIGINT REFERENCES credit_files (id),
    customer     BIGINT REFERENCES customers (id),
    kind         TEXT NOT NULL,
    day          TEXT NOT NULL,
    source       TEXT NOT NULL,
    evidence     TEXT NOT NULL,
    stated_at    BIGINT NOT NULL,
    stated_by    TEXT NOT NULL,
    confirmed_at BIGINT,
    confirmed_by TEXT,
    reverses     BIGINT REFERENCES term_events (id),
    CHECK ((credit_file IS NULL) <> (customer IS NULL))
);
CREATE INDEX term_events_of_file ON term_events (credit_file, id) WHERE credit_file IS NOT NULL;
CREATE INDEX term_events_of_customer ON term_events (customer, id) WHERE customer IS NOT NULL;
CREATE UNIQUE INDEX term_events_reversed_once ON term_events (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX term_events_unconfirmed ON term_events (id) WHERE confirmed_at IS NULL;

-- Classes that people confirmed; the newest of a document counts.
CREATE TABLE classifications (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL REFERENCES documents (id),
    class    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL
);
CREATE INDEX classifications_of_document ON classifications (document, id);

-- What a hold is on beside its list: every document that fits, later ones too. What is NULL fits all.
CREATE TABLE hold_scopes (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    hold     BIGINT NOT NULL REFERENCES holds (id),
    customer BIGINT REFERENCES customers (id),
    kind     TEXT,
    station  TEXT
);
CREATE INDEX hold_scopes_of_hold ON hold_scopes (hold);

-- Disposal: a list that people agree to, then what was done about each of it.
CREATE TABLE disposals (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('prepared', 'approved', 'collected', 'abandoned')),
    prepared_at BIGINT NOT NULL,
    prepared_by TEXT NOT NULL,
    ended_at    BIGINT,
    protocol    TEXT
);
-- Names no person and holds no word of a document: what is left of one that was disposed of.
CREATE TABLE disposal_items (
    disposal     BIGINT NOT NULL REFERENCES disposals (id),
    document     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    class        TEXT NOT NULL,
    received_at  BIGINT NOT NULL,
    pages        BIGINT NOT NULL,
    sha256       TEXT NOT NULL,
    retain_until TEXT NOT NULL,
    basis        TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('planned', 'collecting', 'disposed', 'stays')),
    proof        TEXT NOT NULL,
    PRIMARY KEY (disposal, document)
) WITHOUT ROWID;
CREATE INDEX disposal_items_of_document ON disposal_items (document, disposal);
CREATE TABLE disposal_acts (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    disposal BIGINT NOT NULL REFERENCES disposals (id),
    act      TEXT NOT NULL CHECK (act IN ('opinion', 'approval')),
    role     TEXT NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('for', 'against')),
    words    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    person   TEXT NOT NULL
);
CREATE INDEX disposal_acts_of_disposal ON disposal_acts (disposal, id);

-- A submission of which nothing is left; the same bytes may come again as new ones.
ALTER TABLE submissions ADD COLUMN disposed_at BIGINT;
DROP INDEX submissions_first;
CREATE UNIQUE INDEX submissions_first ON submissions (sha256) WHERE repeat_of IS NULL AND disposed_at IS NULL;

-- When an object was last read whole, and what that showed.
CREATE TABLE fixity (
    key        TEXT PRIMARY KEY NOT NULL,
    checked_at BIGINT NOT NULL,
    outcome    TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX fixity_by_age ON fixity (checked_at, key);
