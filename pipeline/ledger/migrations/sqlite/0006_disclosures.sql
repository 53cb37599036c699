-- What was given to whom, on which basis. A request that is made again of the same state is the same
-- row, and so the same package. The words of purpose and query stay here and are in no event.
CREATE TABLE disclosures (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    request      TEXT NOT NULL UNIQUE,
    package      TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    requested_by TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    basis        TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    profile      TEXT NOT NULL,
    query        TEXT NOT NULL,
    found        BIGINT NOT NULL,
    given        BIGINT NOT NULL,
    made_at      BIGINT,
    sha256       TEXT
);
-- Names no person: what is left of a disclosure when its documents were disposed of.
CREATE TABLE disclosure_items (
    disclosure BIGINT NOT NULL REFERENCES disclosures (id),
    document   TEXT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (disclosure, document)
) WITHOUT ROWID;
CREATE INDEX disclosure_items_of_document ON disclosure_items (document, disclosure);
