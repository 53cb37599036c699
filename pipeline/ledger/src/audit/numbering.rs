//! Events get their salt and their leaf together with their number: at once in SQLite, by the
//! sequencer in PostgreSQL, and those that were numbered by an older program afterwards.

use super::leaf::{AuditedEvent, draw_salt};
use crate::database::{Dialect, Session, Statement, params};
use crate::sequence::SEQUENCER;
use crate::writing::Writing;
use crate::{Ledger, LedgerError};
use serde::Serialize;

/// Appends a numbered event: seq, at, actor, action, subject, detail, salt, leaf.
const APPEND_NUMBERED: &str =
    "INSERT INTO events (seq, at, actor, action, subject, detail, salt, leaf)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Appends an event: at, actor, action, subject, detail.
const APPEND: &str =
    "INSERT INTO events (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)";

/// Most events numbered in one transaction.
pub(crate) const AT_ONCE: i64 = 2_000;

const UNNUMBERED: &str = "SELECT id, at, actor, action, subject, detail FROM events
    WHERE seq IS NULL ORDER BY id LIMIT $1 FOR UPDATE";
const WITHOUT_LEAF: &str = "SELECT id, seq, at, actor, action, subject, detail FROM events
    WHERE leaf IS NULL AND seq IS NOT NULL ORDER BY seq LIMIT $1";

/// Writes number, salt and leaf of the events in a JSON array.
const FIX: Statement = Statement {
    sqlite: "UPDATE events SET salt = json_extract(fixed.value, '$.salt'), leaf = json_extract(fixed.value, '$.leaf')
             FROM json_each($1) AS fixed WHERE events.id = json_extract(fixed.value, '$.id')",
    postgres: "UPDATE events SET seq = fixed.seq, salt = fixed.salt, leaf = fixed.leaf
               FROM json_to_recordset(CAST($1 AS json)) AS fixed (id BIGINT, seq BIGINT, salt TEXT, leaf TEXT)
               WHERE events.id = fixed.id",
};

#[derive(Serialize)]
struct Fixed {
    id: i64,
    seq: u64,
    salt: String,
    leaf: String,
}

impl Writing {
    /// Appends an audit event about `subject`.
    pub(crate) async fn event(
        &mut self,
        action: &str,
        subject: impl ToString,
        detail: impl Into<String>,
    ) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let (actor, subject) = (self.actor().to_string(), subject.to_string());
        let detail = detail.into();
        if self.tx.dialect() == Dialect::Postgres {
            let params = params![now, actor, action, subject, detail];
            self.tx.run(APPEND, params).await?;
            return Ok(());
        }
        let seq = self.next_seq().await?;
        let salt = draw_salt()?;
        let parts = [actor.as_str(), action, &subject, &detail];
        let leaf = AuditedEvent::new((seq, now), &salt, parts).leaf;
        let seq = seq.cast_signed();
        let params = params![seq, now, actor, action, subject, detail, salt, leaf];
        self.tx.run(APPEND_NUMBERED, params).await?;
        Ok(())
    }
}

/// Numbers committed events that have no number, in PostgreSQL, under the sequencer's lock; how
/// many.
pub(crate) async fn number_events(tx: &mut Session) -> Result<u64, LedgerError> {
    let rows = tx.rows(UNNUMBERED, params![AT_ONCE]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let newest: u64 = tx
        .only("SELECT coalesce(max(seq), 0) AS seq FROM events", params![])
        .await?
        .count("seq")?;
    let mut fixed = Vec::with_capacity(rows.len());
    for (row, seq) in rows.iter().zip(newest + 1..) {
        fixed.push(fix(row, seq)?);
    }
    tx.run(tx.pick(FIX), params![crate::writing::json(&fixed)?])
        .await
}

fn fix(row: &crate::database::Row, seq: u64) -> Result<Fixed, LedgerError> {
    let salt = draw_salt()?;
    let [actor, action] = [row.text("actor")?, row.text("action")?];
    let [subject, detail] = [row.text("subject")?, row.text("detail")?];
    let parts = [actor.as_str(), &action, &subject, &detail];
    let leaf = AuditedEvent::new((seq, row.integer("at")?), &salt, parts).leaf;
    Ok(Fixed {
        id: row.integer("id")?,
        seq,
        salt,
        leaf,
    })
}

impl Ledger {
    /// Gives leaves to events that were numbered without: by a program that knew of none, or in a
    /// copy.
    pub(crate) async fn fix_leaves(&self) -> Result<(), LedgerError> {
        loop {
            let mut tx = self.database.write().await?;
            if tx.dialect() == Dialect::Postgres {
                tx.run("SELECT pg_advisory_xact_lock($1)", params![SEQUENCER])
                    .await?;
            }
            let rows = tx.rows(WITHOUT_LEAF, params![AT_ONCE]).await?;
            if rows.is_empty() {
                return tx.rollback().await;
            }
            let fixed = rows
                .iter()
                .map(|row| fix(row, row.count("seq")?))
                .collect::<Result<Vec<_>, _>>()?;
            tx.run(tx.pick(FIX), params![crate::writing::json(&fixed)?])
                .await?;
            tx.commit().await?;
        }
    }
}
