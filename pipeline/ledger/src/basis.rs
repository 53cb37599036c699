//! All that decides how long a document is kept, read in one moment: its class and who confirmed
//! it, what happened to its credit file and customers, the holds on it. What follows from that is
//! reckoned elsewhere, and handed back as a [`Decided`].

use crate::database::{Session, params};
use crate::holds;
use crate::term_events::{self, TermEvent};
use crate::writing::Writing;
use crate::{Actor, ChangeKind, HoldId, Ledger, LedgerError};
use jiff::civil::Date;
use model::{DocumentId, DocumentType, SubmissionId};

/// What is known of a document that decides how long it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionBasis {
    /// The document.
    pub document: DocumentId,
    /// Its type.
    pub kind: DocumentType,
    /// Its class: the one that a person confirmed, or else that of its type as read.
    pub class: String,
    /// The number of the confirmation; none where the class comes from reading.
    pub confirmed: Option<i64>,
    /// The credit file it belongs to.
    pub credit_file: Option<i64>,
    /// The customers whose file that is.
    pub customers: Vec<i64>,
    /// What happened to file and customers, in force.
    pub events: Vec<TermEvent>,
    /// The holds on it.
    pub holds: Vec<HoldId>,
    /// The first day of disposal, as last decided.
    pub retain_until: Option<Date>,
    /// The disposal that is at work on it.
    pub disposal: Option<i64>,
}

/// A decision to be noted: the class it was reckoned by and the first day of disposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The document.
    pub document: DocumentId,
    /// The class.
    pub class: String,
    /// The first day of disposal; none while nobody can say.
    pub retain_until: Option<Date>,
}

impl Ledger {
    /// What decides how long a document is kept; none where there is no such document.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn retention_basis(
        &self,
        document: DocumentId,
    ) -> Result<Option<RetentionBasis>, LedgerError> {
        basis(&mut self.read().await?, document).await
    }

    /// Notes that a person confirmed a document's class, which a later reading does not change.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such document, [`LedgerError::Refused`] when the
    /// actor is no person, and when the ledger cannot be written.
    pub async fn confirm_class(
        &self,
        document: DocumentId,
        class: &str,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        if actor.name().is_none() {
            return Err(LedgerError::Refused(
                "only a person confirms a class".into(),
            ));
        }
        let mut writing = self.begin(actor).await?;
        writing.lock(document.submission()).await?;
        let row = writing
            .tx
            .row(
                "SELECT version FROM documents WHERE id = $1",
                params![document],
            )
            .await?
            .ok_or_else(|| LedgerError::unknown("document", document))?;
        let now = writing.now().await?;
        let id = writing
            .tx
            .only(
                "INSERT INTO classifications (document, class, at, actor)
                 VALUES ($1, $2, $3, $4) RETURNING id",
                params![document, class, now, actor.to_string()],
            )
            .await?
            .integer("id")?;
        writing
            .tx
            .run(
                "UPDATE documents SET retention_class = $2 WHERE id = $1",
                params![document, class],
            )
            .await?;
        writing.event("class confirmed", document, class).await?;
        writing
            .changed(ChangeKind::Document, document, row.count("version")?)
            .await?;
        writing
            .follow_up(&[document], &format!("class {id}"))
            .await?;
        writing.commit().await
    }

    /// Asks for the follow-up of documents once more, without a change: after the schedule was
    /// changed, or a store was mended.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when a submission is not there, and when the ledger cannot be
    /// written.
    pub async fn follow_up_again(
        &self,
        documents: &[DocumentId],
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        writing
            .follow_up(documents, &format!("asked for at {now}"))
            .await?;
        writing.commit().await
    }

    /// The documents whose words come from a submission's file: its own, and those of which a page
    /// was scanned again in it.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn users_of(&self, submission: SubmissionId) -> Result<Vec<DocumentId>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id FROM documents WHERE submission = $1
                 UNION
                 SELECT documents.id FROM rescans JOIN documents ON documents.id = rescans.document
                 WHERE rescans.submission = $1 ORDER BY id",
                params![submission],
            )
            .await?;
        rows.iter()
            .map(|row| row.parsed("id", DocumentId::parse))
            .collect()
    }

    /// The submissions whose files a document's words come from, its own first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn used_by(&self, document: DocumentId) -> Result<Vec<SubmissionId>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT DISTINCT submission FROM rescans
                 WHERE document = $1 AND submission IS NOT NULL ORDER BY submission",
                params![document],
            )
            .await?;
        let mut used = vec![document.submission()];
        for row in &rows {
            let submission = row.parsed("submission", SubmissionId::parse)?;
            if !used.contains(&submission) {
                used.push(submission);
            }
        }
        Ok(used)
    }
}

pub(crate) async fn basis(
    session: &mut Session,
    document: DocumentId,
) -> Result<Option<RetentionBasis>, LedgerError> {
    let row = session
        .row(
            "SELECT kind, retention_class, retain_until, credit_file,
                (SELECT max(id) FROM classifications WHERE document = documents.id) AS confirmed,
                (SELECT max(disposal) FROM disposal_items
                 WHERE document = documents.id AND state = 'collecting') AS disposal
             FROM documents WHERE id = $1",
            params![document],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let credit_file = row.maybe_integer("credit_file")?;
    let (mut customers, mut events) = (Vec::new(), Vec::new());
    if let Some(file) = credit_file {
        let rows = session
            .rows(
                "SELECT customer FROM credit_file_customers WHERE credit_file = $1 ORDER BY customer",
                params![file],
            )
            .await?;
        for row in &rows {
            customers.push(row.integer("customer")?);
        }
        events = term_events::in_force(session, file).await?;
    }
    Ok(Some(RetentionBasis {
        document,
        kind: row.parsed("kind", DocumentType::parse)?,
        class: row.text("retention_class")?,
        confirmed: row.maybe_integer("confirmed")?,
        credit_file,
        customers,
        events,
        holds: holds::ids_on(session, document).await?,
        retain_until: row.maybe_parsed("retain_until", str::parse)?,
        disposal: row.maybe_integer("disposal")?,
    }))
}

impl Writing {
    /// Notes a decision where it differs from the last one.
    pub(crate) async fn note_decided(&mut self, decided: &Decided) -> Result<(), LedgerError> {
        let row = self
            .tx
            .row(
                "SELECT version, retention_class, retain_until FROM documents WHERE id = $1",
                params![decided.document],
            )
            .await?;
        // Disposed of meanwhile: there is nothing left to decide about.
        let Some(row) = row else { return Ok(()) };
        let until = decided.retain_until.map(|day| day.to_string());
        if row.maybe_text("retain_until")? == until {
            return Ok(());
        }
        let version: u32 = row.count("version")?;
        let (now, actor) = (self.now().await?, self.actor().to_string());
        self.tx
            .run(
                "UPDATE documents SET retain_until = $2 WHERE id = $1",
                params![decided.document, until.clone()],
            )
            .await?;
        self.tx
            .run(
                "INSERT INTO retention_decisions (document, version, class, retain_until, at, actor)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                params![decided.document, version, &decided.class, until, now, actor],
            )
            .await?;
        self.changed(ChangeKind::Document, decided.document, version)
            .await
    }
}
