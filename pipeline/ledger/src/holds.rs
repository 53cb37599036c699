//! Holds: matters that forbid disposal of documents and credit files until they are released.
//! Whether disposal is otherwise due is not decided here.

use crate::database::{Row, Session, params};
use crate::term_events::EventOf;
use crate::writing::Writing;
use crate::{Actor, ChangeKind, Ledger, LedgerError};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{DocumentId, DocumentType, StationName};

/// The ledger's number for a hold.
pub type HoldId = i64;

/// What is shown of a confidential hold to those who may not know of it.
const NEUTRAL: &str = "hold";

/// A hold to be placed. What it is on is counted together: a document is held once any part fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewHold {
    /// The matter: a case, an order, an audit.
    pub matter: String,
    /// Who ordered it, and on what basis.
    pub authority: String,
    /// Whether its matter is shown to named roles only.
    pub confidential: bool,
    /// When somebody should ask whether it is still needed.
    pub review_on: Option<Date>,
    /// Documents it is on: a frozen list.
    pub documents: Vec<DocumentId>,
    /// Credit files it is on, with every document of theirs, later ones too.
    pub credit_files: Vec<i64>,
    /// Standing scopes: every document that fits one, later ones too.
    pub scopes: Vec<HoldScope>,
}

/// A standing scope: what is none fits every document; not all are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldScope {
    /// Documents of this customer's credit files.
    pub customer: Option<i64>,
    /// Documents of this type.
    pub kind: Option<DocumentType>,
    /// Documents that this station sent.
    pub station: Option<StationName>,
}

/// A hold as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its number.
    pub id: HoldId,
    /// The matter.
    pub matter: String,
    /// Who ordered it.
    pub authority: String,
    /// Whether its matter is shown to named roles only.
    pub confidential: bool,
    /// When somebody should ask whether it is still needed.
    pub review_on: Option<Date>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// By whom.
    pub placed_by: String,
    /// When it was released.
    pub released_at: Option<Timestamp>,
}

impl Hold {
    /// The hold as it is shown to those who may not know of its matter, in a neutral word.
    #[must_use]
    pub fn neutral(self, word: &str) -> Self {
        Self {
            matter: word.into(),
            authority: word.into(),
            placed_by: word.into(),
            confidential: false,
            ..self
        }
    }
}

impl Ledger {
    /// Places a hold.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when it is on nothing, [`LedgerError::Unknown`] for a document or
    /// credit file that is not there, and when the ledger cannot be written.
    pub async fn place_hold(&self, hold: &NewHold, actor: &Actor) -> Result<HoldId, LedgerError> {
        let is_on_nothing =
            hold.documents.is_empty() && hold.credit_files.is_empty() && hold.scopes.is_empty();
        if is_on_nothing || hold.scopes.contains(&HoldScope::default()) {
            return Err(LedgerError::Refused(
                "a hold is on at least one document, credit file or kind of document".into(),
            ));
        }
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let id = writing
            .tx
            .only(
                "INSERT INTO holds (matter, authority, confidential, review_on, placed_at, placed_by)
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                params![&hold.matter, &hold.authority, hold.confidential, hold.review_on, now, actor.to_string()],
            )
            .await?
            .integer("id")?;
        for document in &hold.documents {
            writing
                .must_have(
                    "SELECT id FROM documents WHERE id = $1",
                    "document",
                    *document,
                )
                .await?;
            writing.hold_item(id, Some(*document), None).await?;
        }
        for file in &hold.credit_files {
            writing.lock_party(EventOf::CreditFile(*file)).await?;
            writing.hold_item(id, None, Some(*file)).await?;
        }
        for scope in &hold.scopes {
            writing.hold_scope(id, scope).await?;
        }
        writing.touch_held(id, "hold placed").await?;
        // Only now are the documents' submissions locked, so that nobody begins to dispose of one.
        if let Some((document, disposal)) = writing.being_disposed_of(id).await? {
            return Err(LedgerError::Refused(format!(
                "{document} is being disposed of under disposal {disposal}: the hold comes too late for it"
            )));
        }
        writing
            .event("hold placed", format!("hold:{id}"), "")
            .await?;
        writing.commit().await?;
        Ok(id)
    }

    /// Releases a hold. What it was on may still be held by another.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such hold or it is released already, and when
    /// the ledger cannot be written.
    pub async fn release_hold(
        &self,
        id: HoldId,
        why: &str,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let released = writing
            .tx
            .run(
                "UPDATE holds SET released_at = $2, released_by = $3, release_why = $4
                 WHERE id = $1 AND released_at IS NULL",
                params![id, now, actor.to_string(), why],
            )
            .await?;
        if released == 0 {
            return Err(LedgerError::unknown("hold in force", id));
        }
        writing.touch_held(id, "hold released").await?;
        writing
            .event("hold released", format!("hold:{id}"), "")
            .await?;
        writing.commit().await
    }

    /// The documents that a hold is on now, whether it is released or not.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn documents_held_by(&self, hold: HoldId) -> Result<Vec<DocumentId>, LedgerError> {
        let rows = self.read().await?.rows(COVERED, params![hold]).await?;
        rows.iter()
            .map(|row| row.parsed("id", DocumentId::parse))
            .collect()
    }

    /// The holds in force, oldest first; with a day, those that somebody should look at by then.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn holds(&self, review_by: Option<Date>) -> Result<Vec<Hold>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id, matter, authority, confidential, review_on, placed_at, placed_by, released_at
                 FROM holds WHERE released_at IS NULL AND (CAST($1 AS TEXT) IS NULL OR review_on <= $1)
                 ORDER BY id",
                params![review_by],
            )
            .await?;
        rows.iter().map(hold_of).collect()
    }

    /// The holds in force on a document, itself, through its credit file or by a standing scope.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn holds_on(&self, document: DocumentId) -> Result<Vec<Hold>, LedgerError> {
        let rows = on(&mut self.read().await?, document).await?;
        rows.iter().map(hold_of).collect()
    }
}

async fn on(session: &mut Session, document: DocumentId) -> Result<Vec<Row>, LedgerError> {
    session
        .rows(
            "SELECT id, matter, authority, confidential, review_on, placed_at, placed_by, released_at FROM holds
             WHERE released_at IS NULL AND id IN (
                SELECT hold FROM hold_items WHERE document = $1
                UNION
                SELECT hold FROM hold_items JOIN documents ON documents.credit_file = hold_items.credit_file
                WHERE documents.id = $1
                UNION
                SELECT hold FROM hold_scopes, documents WHERE documents.id = $1
                    AND (hold_scopes.kind IS NULL OR hold_scopes.kind = documents.kind)
                    AND (hold_scopes.station IS NULL OR hold_scopes.station = documents.station)
                    AND (hold_scopes.customer IS NULL OR documents.credit_file IN
                        (SELECT credit_file FROM credit_file_customers WHERE customer = hold_scopes.customer)))
             ORDER BY id",
            params![document],
        )
        .await
}

/// The documents that a hold is on, with their records' versions.
const COVERED: &str = "SELECT id, version FROM documents
    WHERE id IN (SELECT document FROM hold_items WHERE hold = $1 AND document IS NOT NULL)
       OR credit_file IN (SELECT credit_file FROM hold_items WHERE hold = $1 AND credit_file IS NOT NULL)
       OR EXISTS (SELECT 1 FROM hold_scopes WHERE hold = $1
            AND (hold_scopes.kind IS NULL OR hold_scopes.kind = documents.kind)
            AND (hold_scopes.station IS NULL OR hold_scopes.station = documents.station)
            AND (hold_scopes.customer IS NULL OR documents.credit_file IN
                (SELECT credit_file FROM credit_file_customers WHERE customer = hold_scopes.customer)))
    ORDER BY id";

/// The numbers of the holds on a document.
pub(crate) async fn ids_on(
    session: &mut Session,
    document: DocumentId,
) -> Result<Vec<HoldId>, LedgerError> {
    let rows = on(session, document).await?;
    rows.iter().map(|row| row.integer("id")).collect()
}

/// The matters of the holds on a document, a confidential one in neutral words.
pub(crate) async fn names_on(
    session: &mut Session,
    document: DocumentId,
) -> Result<Vec<String>, LedgerError> {
    let rows = on(session, document).await?;
    rows.iter()
        .map(|row| {
            if row.flag("confidential")? {
                Ok(NEUTRAL.to_owned())
            } else {
                row.text("matter")
            }
        })
        .collect()
}

fn hold_of(row: &Row) -> Result<Hold, LedgerError> {
    Ok(Hold {
        id: row.integer("id")?,
        matter: row.text("matter")?,
        authority: row.text("authority")?,
        confidential: row.flag("confidential")?,
        review_on: row.maybe_parsed("review_on", str::parse)?,
        placed_at: row.moment("placed_at")?,
        placed_by: row.text("placed_by")?,
        released_at: row.maybe_moment("released_at")?,
    })
}

impl Writing {
    async fn must_have(
        &mut self,
        sql: &'static str,
        what: &'static str,
        id: DocumentId,
    ) -> Result<(), LedgerError> {
        let row = self.tx.row(sql, params![id]).await?;
        row.map(|_| ())
            .ok_or_else(|| LedgerError::unknown(what, id))
    }

    async fn hold_item(
        &mut self,
        hold: HoldId,
        document: Option<DocumentId>,
        credit_file: Option<i64>,
    ) -> Result<(), LedgerError> {
        self.tx
            .run(
                "INSERT INTO hold_items (hold, document, credit_file) VALUES ($1, $2, $3)
                 ON CONFLICT (hold, coalesce(document, ''), coalesce(credit_file, 0)) DO NOTHING",
                params![hold, document, credit_file],
            )
            .await?;
        Ok(())
    }

    async fn hold_scope(&mut self, hold: HoldId, scope: &HoldScope) -> Result<(), LedgerError> {
        if let Some(customer) = scope.customer {
            self.lock_party(EventOf::Customer(customer)).await?;
        }
        let kind = scope.kind.as_ref().map(ToString::to_string);
        let station = scope.station.as_ref().map(ToString::to_string);
        self.tx
            .run(
                "INSERT INTO hold_scopes (hold, customer, kind, station) VALUES ($1, $2, $3, $4)",
                params![hold, scope.customer, kind, station],
            )
            .await?;
        Ok(())
    }

    /// Tells followers and histories of every document that a hold is on, and asks for the
    /// follow-up. The event does not name the matter: some are confidential.
    async fn touch_held(&mut self, hold: HoldId, action: &str) -> Result<(), LedgerError> {
        let rows = self.tx.rows(COVERED, params![hold]).await?;
        let mut documents = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.parsed("id", DocumentId::parse)?;
            self.event(action, id, format!("hold:{hold}")).await?;
            self.changed(ChangeKind::Document, id, row.count("version")?)
                .await?;
            documents.push(id);
        }
        self.follow_up(&documents, &format!("{action} {hold}"))
            .await
    }

    /// A document of a hold that a disposal is at work on, and which.
    async fn being_disposed_of(
        &mut self,
        hold: HoldId,
    ) -> Result<Option<(String, i64)>, LedgerError> {
        let row = self
            .tx
            .row(
                "SELECT document, disposal FROM disposal_items WHERE state = 'collecting'
                    AND document IN (SELECT document FROM hold_items WHERE hold = $1) ORDER BY document LIMIT 1",
                params![hold],
            )
            .await?;
        row.map(|row| Ok((row.text("document")?, row.integer("disposal")?)))
            .transpose()
    }
}
