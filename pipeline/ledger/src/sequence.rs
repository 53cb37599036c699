//! The sequencer: audit events and change rows are appended in the transaction of what happened
//! and get their number after it is committed, so a follower that reads `seq > last` misses none.
//!
//! SQLite has one writer, so there the number is given at once. PostgreSQL's sequences commit out
//! of order, and ordering inside every transaction would serialise all nodes: there whoever asks
//! for changes numbers what is committed and still unnumbered, one at a time under an advisory
//! lock. Nobody has to run in the background for it.

use crate::audit::{AT_ONCE as EVENTS_AT_ONCE, number_events};
use crate::database::{Dialect, Session, Statement, params};
use crate::{Ledger, LedgerError};
use jiff::Timestamp;

/// Appends a change: at, kind, subject, version.
pub(crate) const APPEND_CHANGE: Statement = Statement {
    sqlite: "INSERT INTO changes (seq, at, kind, subject, version)
             VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM changes), $1, $2, $3, $4)",
    postgres: "INSERT INTO changes (at, kind, subject, version) VALUES ($1, $2, $3, $4)",
};

/// Adds amounts, given as one JSON object, to the tallies of their names.
pub(crate) const ADD_TALLIES: Statement = Statement {
    sqlite: "INSERT INTO tallies (name, amount) SELECT key, value FROM json_each($1) WHERE true
             ON CONFLICT (name) DO UPDATE SET amount = amount + excluded.amount",
    postgres: "INSERT INTO tallies (name, amount)
               SELECT key, CAST(value AS BIGINT) FROM json_each_text(CAST($1 AS json))",
};

/// Key of the advisory lock that makes one sequencer of all nodes: "kartotek" in ASCII.
pub(crate) const SEQUENCER: i64 = 0x6b61_7274_6f74_656b;

/// Most rows numbered in one transaction, so that a long backlog does not hold the lock for long.
const AT_ONCE: i64 = 10_000;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A submission was received, or came to another state.
    Submission,
    /// A document got a record version, or something around it changed (credit file, hold).
    Document,
}

impl ChangeKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Document => "document",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "submission" => Ok(Self::Submission),
            "document" => Ok(Self::Document),
            other => Err(format!("`{other}` is no kind of change")),
        }
    }
}

/// One row of the change log: look at `subject` again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its number: without gaps, in the order of the log.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What changed.
    pub kind: ChangeKind,
    /// Identity of the submission or document.
    pub subject: String,
    /// The record's version after a document's change; 0 where there is none.
    pub version: u32,
}

impl Ledger {
    /// The changes after number `seq`, oldest first, at most `limit`.
    ///
    /// A follower that keeps the last number it has seen misses nothing and sees nothing twice.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn changes_since(&self, seq: u64, limit: u32) -> Result<Vec<ChangeRow>, LedgerError> {
        self.sequence().await?;
        let mut session = self.read().await?;
        let rows = session
            .rows(
                "SELECT seq, at, kind, subject, version FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2",
                params![seq.cast_signed(), limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ChangeRow {
                    seq: row.count("seq")?,
                    at: row.moment("at")?,
                    kind: row.parsed("kind", ChangeKind::parse)?,
                    subject: row.text("subject")?,
                    version: row.count("version")?,
                })
            })
            .collect()
    }

    /// The number of the newest change; 0 before the first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn newest_change(&self) -> Result<u64, LedgerError> {
        self.sequence().await?;
        let mut session = self.read().await?;
        session
            .only(
                "SELECT coalesce(max(seq), 0) AS seq FROM changes",
                params![],
            )
            .await?
            .count("seq")
    }

    /// How far a follower has come; 0 for one that never said.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn watermark(&self, follower: &str) -> Result<u64, LedgerError> {
        let mut session = self.read().await?;
        let row = session
            .row(
                "SELECT seq FROM followers WHERE name = $1",
                params![follower],
            )
            .await?;
        row.map_or(Ok(0), |row| row.count("seq"))
    }

    /// Notes how far a follower has come, after it made that durable on its own side.
    ///
    /// It may go back: an index that was rebuilt follows from the start.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_watermark(&self, follower: &str, seq: u64) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        tx.run(
            "INSERT INTO followers (name, seq, at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at",
            params![follower, seq.cast_signed(), now],
        )
        .await?;
        tx.commit().await
    }

    /// Numbers every committed event and change that has no number yet, and folds the tallies.
    /// In SQLite there is nothing to do.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn sequence(&self) -> Result<(), LedgerError> {
        if self.database.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        loop {
            let mut tx = self.database.write().await?;
            // A lock that is waited for, not tried: when it returns, whatever was committed
            // before the call has its number.
            tx.run("SELECT pg_advisory_xact_lock($1)", params![SEQUENCER])
                .await?;
            let events = number_events(&mut tx).await?;
            let changes = number(&mut tx, NUMBER_CHANGES).await?;
            fold_tallies(&mut tx).await?;
            tx.commit().await?;
            if events < EVENTS_AT_ONCE.cast_unsigned() && changes < AT_ONCE.cast_unsigned() {
                return Ok(());
            }
        }
    }
}

/// Numbers events alone; their leaves come before the next checkpoint.
pub(crate) const NUMBER_EVENTS: &str = "
    UPDATE events SET seq = numbered.seq FROM (
        SELECT id, (SELECT coalesce(max(seq), 0) FROM events) + row_number() OVER (ORDER BY id) AS seq
        FROM (SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT $1) AS pending
    ) AS numbered WHERE events.id = numbered.id";

pub(crate) const NUMBER_CHANGES: &str = "
    UPDATE changes SET seq = numbered.seq FROM (
        SELECT id, (SELECT coalesce(max(seq), 0) FROM changes) + row_number() OVER (ORDER BY id) AS seq
        FROM (SELECT id FROM changes WHERE seq IS NULL ORDER BY id LIMIT $1) AS pending
    ) AS numbered WHERE changes.id = numbered.id";

async fn number(tx: &mut Session, sql: &'static str) -> Result<u64, LedgerError> {
    tx.run(sql, params![AT_ONCE]).await
}

/// Several rows of a name become one. Readers see all of them before, or their sum after.
async fn fold_tallies(tx: &mut Session) -> Result<(), LedgerError> {
    let rows = tx
        .only(
            "SELECT count(*) AS rows, count(DISTINCT name) AS names FROM tallies",
            params![],
        )
        .await?;
    if rows.integer("rows")? > 2 * rows.integer("names")? + 64 {
        tx.run(
            "WITH taken AS (DELETE FROM tallies RETURNING name, amount)
             INSERT INTO tallies (name, amount) SELECT name, CAST(sum(amount) AS BIGINT) FROM taken GROUP BY name",
            params![],
        )
        .await?;
    }
    Ok(())
}
