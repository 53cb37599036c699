//! The register of disclosures: what was given to whom, on which basis; and what the audit log has
//! of a document, for those to whom it is given. The list of documents is frozen when it is asked
//! for; the same request of the same state is the same row.

use crate::audit::logged_of;
use crate::database::{Row, params};
use crate::{Actor, Ledger, LedgerError, LoggedEvent};
use jiff::Timestamp;
use model::{Digest, DocumentId, SubmissionId};

/// The ledger's number for a disclosure.
pub type DisclosureId = i64;

/// Something that is to be given away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDisclosure {
    /// SHA-256 of all that the package is made of but the time.
    pub request: Digest,
    /// The package's name.
    pub package: String,
    /// The recipient's code.
    pub recipient: String,
    /// The legal basis's code.
    pub basis: String,
    /// What it is for.
    pub purpose: String,
    /// The package's profile.
    pub profile: String,
    /// What was looked for.
    pub query: String,
    /// How many documents were found or asked for.
    pub found: u64,
    /// The documents that are given, each with the version of its record.
    pub documents: Vec<(DocumentId, u32)>,
}

/// Something that was given away, or was to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Its number.
    pub id: DisclosureId,
    /// The package's name.
    pub package: String,
    /// When it was first asked for.
    pub requested_at: Timestamp,
    /// By whom.
    pub requested_by: String,
    /// The recipient's code.
    pub recipient: String,
    /// The legal basis's code.
    pub basis: String,
    /// What it is for.
    pub purpose: String,
    /// The package's profile.
    pub profile: String,
    /// What was looked for.
    pub query: String,
    /// How many documents were found or asked for.
    pub found: u64,
    /// How many were given.
    pub given: u64,
    /// When its package was last made; none while it was not.
    pub made_at: Option<Timestamp>,
    /// SHA-256 of the package's signed tag manifest.
    pub sha256: Option<Digest>,
}

impl Ledger {
    /// Notes what is to be given away, before anything of it is written. The same request again is
    /// the disclosure that it was first.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn disclose(
        &self,
        new: &NewDisclosure,
        actor: &Actor,
    ) -> Result<Disclosure, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let given = i64::try_from(new.documents.len()).unwrap_or(i64::MAX);
        let found = new.found.cast_signed();
        let inserted = writing
            .tx
            .row(
                "INSERT INTO disclosures (request, package, requested_at, requested_by, recipient, basis,
                    purpose, profile, query, found, given)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 ON CONFLICT (request) DO NOTHING RETURNING id",
                params![
                    new.request,
                    &new.package,
                    now,
                    actor.to_string(),
                    &new.recipient,
                    &new.basis,
                    &new.purpose,
                    &new.profile,
                    &new.query,
                    found,
                    given
                ],
            )
            .await?;
        let is_new = inserted.is_some();
        let row = writing
            .tx
            .only(
                "SELECT * FROM disclosures WHERE request = $1",
                params![new.request],
            )
            .await?;
        let disclosure = disclosure_of(&row)?;
        if is_new {
            for (document, version) in &new.documents {
                writing
                    .tx
                    .run(
                        "INSERT INTO disclosure_items (disclosure, document, version) VALUES ($1, $2, $3)",
                        params![disclosure.id, *document, *version],
                    )
                    .await?;
            }
        }
        // To whom and why is in the register alone: that some ask is known to named roles only.
        let detail = format!("{}: {given} of {found} documents", new.package);
        let action = if is_new {
            "export asked"
        } else {
            "export asked again"
        };
        let subject = format!("disclosure:{}", disclosure.id);
        writing.event(action, subject, detail).await?;
        writing.commit().await?;
        Ok(disclosure)
    }

    /// Notes that a disclosure's package was made, with the SHA-256 of its signed tag manifest.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn disclosed(
        &self,
        id: DisclosureId,
        sha256: Digest,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "UPDATE disclosures SET made_at = $2, sha256 = $3 WHERE id = $1",
                params![id, now, sha256],
            )
            .await?;
        let subject = format!("disclosure:{id}");
        writing
            .event("exported", subject, format!("sha256 {sha256}"))
            .await?;
        writing.commit().await
    }

    /// The register, newest first, at most `limit`; of one document, or of all.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn disclosures(
        &self,
        document: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<Disclosure>, LedgerError> {
        let mut session = self.read().await?;
        let rows = match document {
            None => {
                let sql = "SELECT * FROM disclosures ORDER BY id DESC LIMIT $1";
                session.rows(sql, params![limit]).await?
            }
            Some(document) => {
                session
                    .rows(
                        "SELECT * FROM disclosures WHERE id IN
                            (SELECT disclosure FROM disclosure_items WHERE document = $2)
                         ORDER BY id DESC LIMIT $1",
                        params![limit, document],
                    )
                    .await?
            }
        };
        rows.iter().map(disclosure_of).collect()
    }

    /// Submissions that no search finds: their reading is not done, or is parked; oldest first, at
    /// most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn unread(&self, limit: u32) -> Result<Vec<SubmissionId>, LedgerError> {
        let mut session = self.read().await?;
        let sql = "SELECT id FROM submissions WHERE state <> 'done' ORDER BY id LIMIT $1";
        let rows = session.rows(sql, params![limit]).await?;
        rows.iter()
            .map(|row| row.parsed("id", SubmissionId::parse))
            .collect()
    }

    /// What the audit log has of a document and of its submission, oldest first. Events of holds
    /// are left out: some are known to named roles only.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn events_to_give(
        &self,
        document: DocumentId,
    ) -> Result<Vec<LoggedEvent>, LedgerError> {
        self.sequence().await?;
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT seq, at, actor, action, subject, detail FROM events
                 WHERE subject IN ($1, $2) AND action NOT LIKE 'hold %' AND seq IS NOT NULL ORDER BY seq",
                params![document, document.submission()],
            )
            .await?;
        rows.iter().map(logged_of).collect()
    }
}

fn disclosure_of(row: &Row) -> Result<Disclosure, LedgerError> {
    Ok(Disclosure {
        id: row.integer("id")?,
        package: row.text("package")?,
        requested_at: row.moment("requested_at")?,
        requested_by: row.text("requested_by")?,
        recipient: row.text("recipient")?,
        basis: row.text("basis")?,
        purpose: row.text("purpose")?,
        profile: row.text("profile")?,
        query: row.text("query")?,
        found: row.count("found")?,
        given: row.count("given")?,
        made_at: row.maybe_moment("made_at")?,
        sha256: row.maybe_parsed("sha256", Digest::parse)?,
    })
}
