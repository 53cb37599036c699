//! Rows of data that leave for other systems. What a document says in a layout leaves once; the other
//! system answers each row, and what it has not answered it can ask for again.

use crate::database::{Row, params};
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::DocumentId;

/// A row that may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDataRow {
    /// The document.
    pub document: DocumentId,
    /// The record's version that says so.
    pub version: u32,
    /// What it says, in the layout's own form.
    pub body: String,
}

/// A row that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRow {
    /// Its number; the other system answers by it.
    pub id: i64,
    /// The document.
    pub document: DocumentId,
    /// The record's version that says so.
    pub version: u32,
    /// What it says.
    pub body: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What another system says to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataAnswer {
    /// It has it.
    Accepted,
    /// It does not take it.
    Refused,
}

impl DataAnswer {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// The follower's name of a layout.
fn follower(layout: &str) -> String {
    format!("data:{layout}")
}

impl Ledger {
    /// How far the change log was followed for a layout.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn data_watermark(&self, layout: &str) -> Result<u64, LedgerError> {
        self.watermark(&follower(layout)).await
    }

    /// Adds rows of a layout and notes how far the change log was followed for it, together. A row
    /// that says what the document's row before said is left out: nothing leaves twice. How many
    /// are new.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn add_data_rows(
        &self,
        layout: &str,
        rows: &[NewDataRow],
        seq: u64,
        actor: &Actor,
    ) -> Result<u64, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let mut added = 0;
        for row in rows {
            added += writing
                .tx
                .run(
                    "INSERT INTO data_rows (layout, document, version, body, made_at, why)
                     SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), ''
                     WHERE $4 <> coalesce((SELECT body FROM data_rows WHERE layout = $1 AND document = $2
                                           ORDER BY id DESC LIMIT 1), '')",
                    params![layout, row.document, row.version, &row.body, now],
                )
                .await?;
        }
        writing
            .tx
            .run(
                "INSERT INTO followers (name, seq, at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at",
                params![follower(layout), seq.cast_signed(), now],
            )
            .await?;
        if added > 0 {
            writing
                .event(
                    "data made",
                    format!("data:{layout}"),
                    format!("{added} rows"),
                )
                .await?;
        }
        writing.commit().await?;
        Ok(added)
    }

    /// Rows of a layout after number `after` that were not answered, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn open_data_rows(
        &self,
        layout: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<DataRow>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id, document, version, body, made_at FROM data_rows
                 WHERE layout = $1 AND answered_at IS NULL AND id > $2 ORDER BY id LIMIT $3",
                params![layout, after, limit],
            )
            .await?;
        rows.iter().map(row_of).collect()
    }

    /// Notes what the other system says to a row of a layout. Said again it stays as it is.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such row, [`LedgerError::Refused`] when the other
    /// was said before, and when the ledger cannot be written.
    pub async fn answer_data_row(
        &self,
        layout: &str,
        id: i64,
        (answer, why): (DataAnswer, &str),
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let answered = writing
            .tx
            .run(
                "UPDATE data_rows SET answered_at = $3, verdict = $4, why = $5
                 WHERE id = $1 AND layout = $2 AND answered_at IS NULL",
                params![id, layout, now, answer.as_str(), why],
            )
            .await?;
        let row = writing
            .tx
            .row(
                "SELECT document, verdict FROM data_rows WHERE id = $1 AND layout = $2",
                params![id, layout],
            )
            .await?
            .ok_or_else(|| LedgerError::unknown("row", id))?;
        let said = row.maybe_text("verdict")?.unwrap_or_default();
        if said != answer.as_str() {
            let refused = format!("row {id} was {said} before: an answer stays");
            return Err(LedgerError::Refused(refused));
        }
        if answered > 0 {
            let detail = format!("row {id} by {layout}");
            let action = format!("data {said}");
            writing
                .event(&action, row.text("document")?, detail)
                .await?;
        }
        writing.commit().await
    }
}

fn row_of(row: &Row) -> Result<DataRow, LedgerError> {
    Ok(DataRow {
        id: row.integer("id")?,
        document: row.parsed("document", DocumentId::parse)?,
        version: row.count("version")?,
        body: row.text("body")?,
        made_at: row.moment("made_at")?,
    })
}
