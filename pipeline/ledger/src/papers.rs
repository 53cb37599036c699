//! Which papers there are of which agreements, to be compared with what there should be.

use crate::database::params;
use crate::{Ledger, LedgerError};
use model::{DocumentId, DocumentType, Value};

/// Rows that are read at a time.
const AT_ONCE: u32 = 5_000;
/// Sorts before every identity.
const BEFORE_ALL: &str = "";

/// A document that names an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The document.
    pub document: DocumentId,
    /// What it is.
    pub kind: DocumentType,
    /// The agreement's number, as read or confirmed.
    pub agreement: String,
}

impl Ledger {
    /// Every document that names an agreement, its own or the one it belongs to, given to
    /// `with` one after the other.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn papers(&self, mut with: impl FnMut(Paper) + Send) -> Result<(), LedgerError> {
        let mut after = (BEFORE_ALL.to_owned(), BEFORE_ALL.to_owned());
        loop {
            let rows = self
                .read()
                .await?
                .rows(
                    "SELECT fields.document AS document, fields.name AS name, fields.value AS value,
                            documents.kind AS kind
                     FROM fields JOIN documents ON documents.id = fields.document
                     WHERE (fields.document, fields.name) > ($1, $2)
                       AND fields.name IN ('agreement_number', 'original_agreement_number')
                     ORDER BY fields.document, fields.name LIMIT $3",
                    params![&after.0, &after.1, AT_ONCE],
                )
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = (last.text("document")?, last.text("name")?);
            for row in &rows {
                let values: Vec<Value> = row.json("value")?;
                for value in values {
                    with(Paper {
                        document: row.parsed("document", DocumentId::parse)?,
                        kind: row.parsed("kind", DocumentType::parse)?,
                        agreement: value.to_string(),
                    });
                }
            }
        }
    }
}
