//! What is left of a document that is gone from the store: a tombstone. Everything else that the
//! ledger knows of it goes in one transaction, and what only it was about goes with it: its
//! submission's name, its credit file, its customers.

use super::DisposalId;
use crate::database::{Dialect, params};
use crate::queue::open_tally;
use crate::writing::Writing;
use crate::{Actor, ChangeKind, Ledger, LedgerError, NewObject};
use model::{DocumentId, SubmissionId};

/// What was taken out of the store with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purge {
    /// The document.
    pub document: DocumentId,
    /// The keys that are gone.
    pub keys: Vec<String>,
    /// What took the place of some: pages of a batch without this document's.
    pub objects: Vec<NewObject>,
    /// Submissions of which nothing is left.
    pub submissions: Vec<SubmissionId>,
    /// What was done, as JSON.
    pub proof: String,
}

/// Tables that may hold words of a document, or names.
const WORDY: [&str; 15] = [
    "VACUUM (FULL) events",
    "VACUUM (FULL) records",
    "VACUUM (FULL) fields",
    "VACUUM (FULL) field_changes",
    "VACUUM (FULL) documents",
    "VACUUM (FULL) submissions",
    "VACUUM (FULL) pages",
    "VACUUM (FULL) jobs",
    "VACUUM (FULL) customers",
    "VACUUM (FULL) credit_files",
    "VACUUM (FULL) term_events",
    "VACUUM (FULL) data_rows",
    "VACUUM (FULL) notes",
    "VACUUM (FULL) reviews",
    "VACUUM (FULL) review_turns",
];

impl Ledger {
    /// Forgets a document that is gone from the store, all but its tombstone.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when no disposal is at work on it, and when the ledger cannot be
    /// written.
    pub async fn finish_disposing(
        &self,
        disposal: DisposalId,
        purge: &Purge,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let document = purge.document;
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(document.submission()).await?;
        let noted = writing
            .tx
            .run(
                "UPDATE disposal_items SET state = 'disposed', proof = $3
                 WHERE disposal = $1 AND document = $2 AND state = 'collecting'",
                params![disposal, document, &purge.proof],
            )
            .await?;
        if noted == 0 {
            return Err(LedgerError::Refused(format!(
                "disposal {disposal} is not at work on {document}"
            )));
        }
        for object in &purge.objects {
            writing.put_object(object).await?;
        }
        for key in &purge.keys {
            writing.forget_object(key).await?;
        }
        let file = writing.forget_document(document).await?;
        writing.erase_words_about(document).await?;
        for submission in &purge.submissions {
            writing.forget_submission(*submission).await?;
            writing.erase_words_about(*submission).await?;
        }
        if let Some(file) = file {
            writing.forget_file(file).await?;
        }
        let detail = format!("disposal {disposal}");
        writing.event("disposed of", document, detail).await?;
        writing.changed(ChangeKind::Document, document, 0).await?;
        writing.settle(&locked).await?;
        writing.commit().await
    }

    /// Takes what was deleted out of the database's files: rewrites them and empties SQLite's log.
    /// It waits for who reads meanwhile; in PostgreSQL it locks one table after the other.
    ///
    /// # Errors
    /// When the database is in use for too long, or its disk has no room for a copy.
    pub async fn scrub(&self) -> Result<(), LedgerError> {
        match self.database.dialect() {
            Dialect::Sqlite => {
                self.database.command("VACUUM").await?;
                self.database.empty_log().await
            }
            Dialect::Postgres => {
                for command in WORDY {
                    self.database.command(command).await?;
                }
                Ok(())
            }
        }
    }
}

impl Writing {
    async fn forget_object(&mut self, key: &str) -> Result<(), LedgerError> {
        for sql in [
            "DELETE FROM objects WHERE key = $1",
            "DELETE FROM fixity WHERE key = $1",
        ] {
            self.tx.run(sql, params![key]).await?;
        }
        Ok(())
    }

    /// Forgets a document; the credit file it was in.
    async fn forget_document(&mut self, id: DocumentId) -> Result<Option<i64>, LedgerError> {
        let row = self
            .tx
            .row(
                "SELECT to_review, credit_file FROM documents WHERE id = $1",
                params![id],
            )
            .await?
            .ok_or_else(|| LedgerError::unknown("document", id))?;
        self.tally("documents", -1);
        self.tally("to_review", -i64::from(row.flag("to_review")?));
        self.forget_jobs(
            "DELETE FROM jobs WHERE subject = $1 RETURNING stage, state",
            &id.to_string(),
        )
        .await?;
        // Pages are counted for ever; what they said goes.
        for sql in [
            "DELETE FROM page_prints WHERE (submission, number) IN
                (SELECT submission, number FROM pages WHERE document = $1)",
            "UPDATE pages SET failure = NULL WHERE document = $1",
            "DELETE FROM data_rows WHERE document = $1",
            "DELETE FROM field_changes WHERE document = $1",
            "DELETE FROM fields WHERE document = $1",
            "DELETE FROM records WHERE document = $1",
            "DELETE FROM retention_decisions WHERE document = $1",
            "DELETE FROM classifications WHERE document = $1",
            "DELETE FROM hold_items WHERE document = $1",
            "DELETE FROM rescans WHERE document = $1",
            "DELETE FROM notes WHERE document = $1",
            "DELETE FROM reviews WHERE document = $1",
            "DELETE FROM review_turns WHERE document = $1",
            "DELETE FROM kinds_said WHERE document = $1",
            "DELETE FROM documents WHERE id = $1",
        ] {
            self.tx.run(sql, params![id]).await?;
        }
        row.maybe_integer("credit_file")
    }

    /// Nothing of a submission is left but that it came: its name and what was said of it go, its
    /// repeats' too, and the same bytes may come again as new ones.
    async fn forget_submission(&mut self, id: SubmissionId) -> Result<(), LedgerError> {
        self.forget_jobs(
            "DELETE FROM jobs WHERE submission = $1 RETURNING stage, state",
            &id.to_string(),
        )
        .await?;
        let now = self.now().await?;
        self.tx
            .run(
                "UPDATE submissions SET disposed_at = $2, name = '', source = '{}'
                 WHERE id = $1 OR repeat_of = $1",
                params![id, now],
            )
            .await?;
        self.changed(ChangeKind::Submission, id, 0).await
    }

    async fn forget_jobs(&mut self, sql: &'static str, id: &str) -> Result<(), LedgerError> {
        for row in self.tx.rows(sql, params![id]).await? {
            if matches!(
                row.text("state")?.as_str(),
                "waiting" | "delayed" | "leased"
            ) {
                self.tally(open_tally(&row.text("stage")?), -1);
            }
        }
        Ok(())
    }

    /// A credit file without documents goes, unless a hold is on it, and with it the customers who
    /// have no other.
    async fn forget_file(&mut self, file: i64) -> Result<(), LedgerError> {
        let used = self
            .tx
            .only(
                "SELECT (SELECT count(*) FROM documents WHERE credit_file = $1)
                      + (SELECT count(*) FROM hold_items JOIN holds ON holds.id = hold
                         WHERE credit_file = $1 AND released_at IS NULL) AS used",
                params![file],
            )
            .await?;
        if used.integer("used")? > 0 {
            return Ok(());
        }
        let customers = self
            .tx
            .rows(
                "SELECT customer FROM credit_file_customers WHERE credit_file = $1 ORDER BY customer",
                params![file],
            )
            .await?;
        for sql in [
            "DELETE FROM hold_items WHERE credit_file = $1",
            "DELETE FROM term_events WHERE credit_file = $1 AND reverses IS NOT NULL",
            "DELETE FROM term_events WHERE credit_file = $1",
            "DELETE FROM credit_file_customers WHERE credit_file = $1",
            "DELETE FROM credit_files WHERE id = $1",
        ] {
            self.tx.run(sql, params![file]).await?;
        }
        for row in &customers {
            self.forget_customer(row.integer("customer")?).await?;
        }
        Ok(())
    }

    async fn forget_customer(&mut self, customer: i64) -> Result<(), LedgerError> {
        let used = self
            .tx
            .only(
                "SELECT (SELECT count(*) FROM credit_file_customers WHERE customer = $1)
                      + (SELECT count(*) FROM hold_scopes WHERE customer = $1) AS used",
                params![customer],
            )
            .await?;
        if used.integer("used")? > 0 {
            return Ok(());
        }
        for sql in [
            "DELETE FROM term_events WHERE customer = $1 AND reverses IS NOT NULL",
            "DELETE FROM term_events WHERE customer = $1",
            "DELETE FROM customers WHERE id = $1",
        ] {
            self.tx.run(sql, params![customer]).await?;
        }
        Ok(())
    }
}
