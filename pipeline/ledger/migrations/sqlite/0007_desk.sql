-- What people at the desk do: reviews and whose turn a document is, notes, searches they keep.

-- Who has a document that waits for review before them, and until when. With nobody named it is
-- postponed until then.
CREATE TABLE review_turns (
    document TEXT PRIMARY KEY NOT NULL REFERENCES documents (id),
    person   TEXT,
    until    BIGINT NOT NULL,
    why      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX review_turns_of_person ON review_turns (person, until) WHERE person IS NOT NULL;

-- What a person found of a version, and what it took them.
CREATE TABLE reviews (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    document   TEXT NOT NULL REFERENCES documents (id),
    version    BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    person     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    verdict    TEXT NOT NULL CHECK (verdict IN ('confirmed', 'rejected')),
    words      TEXT NOT NULL,
    fields     BIGINT NOT NULL,
    corrected  BIGINT NOT NULL,
    seconds    BIGINT NOT NULL,
    keystrokes BIGINT NOT NULL
);
CREATE INDEX reviews_of_document ON reviews (document, id);
CREATE INDEX reviews_by_time ON reviews (at);

CREATE TABLE notes (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL REFERENCES documents (id),
    at       BIGINT NOT NULL,
    person   TEXT NOT NULL,
    words    TEXT NOT NULL
);
CREATE INDEX notes_of_document ON notes (document, id);

CREATE TABLE searches (
    person  TEXT NOT NULL REFERENCES users (name),
    name    TEXT NOT NULL,
    query   TEXT NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (person, name)
) WITHOUT ROWID;

-- The type that a person said a document is: no later reading changes it.
CREATE TABLE kinds_said (
    document TEXT PRIMARY KEY NOT NULL REFERENCES documents (id),
    kind     TEXT NOT NULL,
    person   TEXT NOT NULL,
    at       BIGINT NOT NULL
) WITHOUT ROWID;
