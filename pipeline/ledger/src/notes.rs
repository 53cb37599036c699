//! What people write beside a document for each other. It goes with the document.

use crate::database::params;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::DocumentId;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub person: String,
    /// What it says.
    pub words: String,
}

impl Ledger {
    /// Writes a note beside a document. The event does not repeat its words.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such document, and when the ledger cannot be written.
    pub async fn add_note(
        &self,
        document: DocumentId,
        words: &str,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing.known_document(document).await?;
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "INSERT INTO notes (document, at, person, words) VALUES ($1, $2, $3, $4)",
                params![document, now, actor.to_string(), words],
            )
            .await?;
        writing.event("note written", document, "").await?;
        writing.commit().await
    }

    /// The notes beside a document, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn notes(&self, document: DocumentId) -> Result<Vec<Note>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT at, person, words FROM notes WHERE document = $1 ORDER BY id",
                params![document],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Note {
                    at: row.moment("at")?,
                    person: row.text("person")?,
                    words: row.text("words")?,
                })
            })
            .collect()
    }
}
