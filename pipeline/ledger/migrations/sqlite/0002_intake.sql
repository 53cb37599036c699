-- How pages look, in 64 bits cut into four, so that pages alike in one of the four are found.
CREATE TABLE page_prints (
    submission TEXT NOT NULL REFERENCES submissions (id),
    number     BIGINT NOT NULL,
    print      TEXT NOT NULL,
    first      BIGINT NOT NULL,
    second     BIGINT NOT NULL,
    third      BIGINT NOT NULL,
    fourth     BIGINT NOT NULL,
    PRIMARY KEY (submission, number)
) WITHOUT ROWID;
CREATE INDEX page_prints_first ON page_prints (first, submission);
CREATE INDEX page_prints_second ON page_prints (second, submission);
CREATE INDEX page_prints_third ON page_prints (third, submission);
CREATE INDEX page_prints_fourth ON page_prints (fourth, submission);

-- A page that is to be scanned again, and the page that was.
CREATE TABLE rescans (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    document    TEXT NOT NULL,
    page        BIGINT NOT NULL,
    why         TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    asked_by    TEXT NOT NULL,
    submission  TEXT,
    number      BIGINT,
    answered_at BIGINT
);
CREATE INDEX rescans_of_document ON rescans (document, page);
CREATE INDEX rescans_of_submission ON rescans (submission, number) WHERE submission IS NOT NULL;

-- What was taken from shares that cannot be written, so that nothing there is taken twice.
CREATE TABLE shared_files (
    station  TEXT NOT NULL,
    path     TEXT NOT NULL,
    bytes    BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    sha256   TEXT NOT NULL,
    PRIMARY KEY (station, path)
) WITHOUT ROWID;
