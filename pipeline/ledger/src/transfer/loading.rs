//! Writing a whole ledger into another: all of it or nothing, and only onto what may be replaced.

use super::tables::TABLES;
use super::{Batch, Inventory, Reading, TRANSFER_FORMAT};
use crate::database::{Dialect, Param, Session, params};
use crate::sequence::{NUMBER_CHANGES, NUMBER_EVENTS, SEQUENCER};
use crate::{Ledger, LedgerError};

/// The property that says with which event the copy ended.
const COPIED_UP_TO: &str = "copied up to event";

/// What a ledger may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onto {
    /// An empty ledger.
    Empty,
    /// An empty ledger, or an earlier copy on which nobody has worked.
    EarlierCopy,
}

/// A ledger being written; dropped before [`Loading::commit`] it leaves no trace.
pub struct Loading {
    session: Session,
}

impl Ledger {
    /// Begins to write a whole ledger.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when there is something here that may not be replaced, and when
    /// the ledger cannot be written.
    pub async fn loading(&self, onto: Onto) -> Result<Loading, LedgerError> {
        let mut session = self.database.write().await?.without_haste();
        let held = session
            .only(
                "SELECT (SELECT count(*) FROM submissions) + (SELECT count(*) FROM events)
                      + (SELECT count(*) FROM nodes) + (SELECT count(*) FROM users) AS held,
                        (SELECT coalesce(max(id), 0) FROM events) AS newest",
                params![],
            )
            .await?;
        if held.integer("held")? > 0 {
            let copied = property(&mut session, COPIED_UP_TO).await?;
            let untouched = copied == Some(held.integer("newest")?.to_string());
            if onto == Onto::Empty || !untouched {
                return Err(LedgerError::Refused(
                    "there is work in that ledger already, which would be lost: name an empty one"
                        .into(),
                ));
            }
        }
        for table in TABLES.iter().rev() {
            session.run(table.delete, params![]).await?;
        }
        for sql in [
            "DELETE FROM tallies",
            "DELETE FROM nodes",
            "DELETE FROM properties",
        ] {
            session.run(sql, params![]).await?;
        }
        Ok(Loading { session })
    }

    /// A note that the program keeps about this ledger.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn property(&self, name: &str) -> Result<Option<String>, LedgerError> {
        property(&mut self.read().await?, name).await
    }

    /// Keeps a note about this ledger.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_property(&self, name: &str, value: &str) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        set_property(&mut tx, name, value).await?;
        tx.commit().await
    }
}

impl Loading {
    /// Writes rows of the next table; tables come in the order in which they were read.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] for a table that is none, and when the ledger cannot be written.
    pub async fn add(&mut self, table: &str, rows: &[String]) -> Result<(), LedgerError> {
        let table = TABLES
            .iter()
            .find(|known| known.name == table)
            .ok_or_else(|| LedgerError::Refused(format!("a ledger has no table `{table}`")))?;
        let sql = self.session.pick(table.insert);
        let array = format!("[{}]", rows.join(","));
        let written = self.session.run(sql, params![array]).await?;
        if written == rows.len() as u64 {
            Ok(())
        } else {
            Err(LedgerError::damaged(table.name, "rows that were not taken"))
        }
    }

    /// Writes a batch as it was read.
    ///
    /// # Errors
    /// As [`Loading::add`].
    pub async fn add_batch(&mut self, batch: &Batch) -> Result<(), LedgerError> {
        self.add(batch.table, &batch.rows).await
    }

    /// Reads back what was written, compares it with what it should be, and lets it count. Jobs
    /// that were in work wait again: no node of this ledger holds them.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when it is not the same, and when the ledger cannot be written.
    pub async fn commit(self, expected: &Inventory) -> Result<(), LedgerError> {
        if expected.format != TRANSFER_FORMAT {
            return Err(LedgerError::Refused(format!(
                "the copy has format {}, this program knows {TRANSFER_FORMAT}",
                expected.format
            )));
        }
        if expected.ledger_form != crate::migration::newest() {
            return Err(LedgerError::Refused(format!(
                "the copy is of a ledger of form {}, this program makes form {}: take the program \
                 that wrote it, then upgrade",
                expected.ledger_form,
                crate::migration::newest()
            )));
        }
        let (mut session, found) = Reading::new(self.session).sum().await?;
        for (table, sum) in &expected.tables {
            if found.tables.get(table) != Some(sum) {
                return Err(LedgerError::damaged(
                    format!("copy of table {table}"),
                    "what was written is not what was read; nothing of it was kept",
                ));
            }
        }
        settle_in(&mut session).await?;
        session.commit().await
    }
}

/// Brings what depends on where a ledger lives to this one.
async fn settle_in(session: &mut Session) -> Result<(), LedgerError> {
    session
        .run(
            "UPDATE jobs SET state = 'waiting', generation = generation + 1, node = NULL, leased_until = NULL
             WHERE state = 'leased'",
            params![],
        )
        .await?;
    if session.dialect() == Dialect::Postgres {
        session
            .run("SELECT pg_advisory_xact_lock($1)", params![SEQUENCER])
            .await?;
        for sql in TABLES.iter().filter_map(|table| table.renumber) {
            session.row(sql, params![]).await?;
        }
    }
    for sql in [NUMBER_EVENTS, NUMBER_CHANGES] {
        session
            .run(sql, vec![Param::Integer(Some(i64::MAX))])
            .await?;
    }
    session.run(COUNT_ANEW, params![]).await?;
    let newest = session
        .only("SELECT coalesce(max(id), 0) AS id FROM events", params![])
        .await?
        .integer("id")?;
    set_property(session, COPIED_UP_TO, &newest.to_string()).await
}

/// The sums that are kept, from the rows.
const COUNT_ANEW: &str = "INSERT INTO tallies (name, amount)
    SELECT 'submissions:received', count(*) FROM submissions
    UNION ALL SELECT 'submissions:' || state, count(*) FROM submissions GROUP BY state
    UNION ALL SELECT 'documents', count(*) FROM documents
    UNION ALL SELECT 'to_review', count(*) FROM documents WHERE to_review = 1
    UNION ALL SELECT 'pages', CAST(coalesce(sum(pages), 0) AS BIGINT) FROM submissions
    UNION ALL SELECT 'open:' || stage, count(*) FROM jobs
              WHERE state IN ('waiting', 'delayed', 'leased') GROUP BY stage";

async fn property(session: &mut Session, name: &str) -> Result<Option<String>, LedgerError> {
    let row = session
        .row(
            "SELECT value FROM properties WHERE name = $1",
            params![name],
        )
        .await?;
    row.map(|row| row.text("value")).transpose()
}

async fn set_property(session: &mut Session, name: &str, value: &str) -> Result<(), LedgerError> {
    session
        .run(
            "INSERT INTO properties (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )
        .await?;
    Ok(())
}
