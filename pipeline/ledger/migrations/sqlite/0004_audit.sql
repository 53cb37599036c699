-- The audit log is a Merkle tree (RFC 6962; docs/audit.md). An event gets its salt and its leaf with
-- its number; events that were numbered before get theirs before the next checkpoint. The salt goes
-- when a part of the event is erased: what is in its place then is JSON.
ALTER TABLE events ADD COLUMN salt TEXT;
ALTER TABLE events ADD COLUMN leaf TEXT;
ALTER TABLE events ADD COLUMN erased TEXT;
CREATE INDEX events_without_leaf ON events (seq) WHERE leaf IS NULL AND seq IS NOT NULL;

-- Roots of full tiles: 256 leaves are a tile of level 0 and have a hash of level 1, 256 of those one
-- of level 2, and so on (C2SP tlog-tiles). They can be made again from the leaves.
CREATE TABLE audit_tiles (
    level  BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash   TEXT NOT NULL,
    PRIMARY KEY (level, number)
) WITHOUT ROWID;

-- Which log this is. The newest row counts; a second one says why the first could not go on.
CREATE TABLE audit_logs (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    log      TEXT NOT NULL UNIQUE,
    begun_at BIGINT NOT NULL,
    why      TEXT NOT NULL
);

-- Copies of the signed checkpoints that are locked in the archive, and the keys that signed them.
CREATE TABLE audit_checkpoints (
    log    TEXT NOT NULL,
    size   BIGINT NOT NULL,
    note   TEXT NOT NULL,
    signer TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (log, size)
) WITHOUT ROWID;
