//! Submissions: one row for every file that was ever received, repeats included.

use crate::database::{Row, params};
use crate::writing::{Writing, json};
use crate::{Actor, ChangeKind, Ledger, LedgerError, NewJob, NewObject};
use jiff::Timestamp;
use model::{Digest, DocumentId, StationName, SubmissionId};
use std::collections::BTreeMap;

/// A file that was stored and is to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubmission {
    /// Given when the file was claimed; receiving it twice is receiving it once.
    pub id: SubmissionId,
    /// The station that sent it.
    pub station: StationName,
    /// The file's name as dropped.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it came from: folder, batch, sender; names and values of the station's own.
    pub source: BTreeMap<String, String>,
    /// The object that its bytes were stored as.
    pub object: NewObject,
    /// The stage that takes it up, and what version of it.
    pub first: NewJob,
}

/// What became of a submission that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is new, its first job waits.
    New,
    /// The same bytes came before, as that submission; this one is recorded and done.
    Repeat(SubmissionId),
    /// It was received already, under this very identity.
    Already,
}

/// Where a submission stands. Each is in exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubmissionState {
    /// Something of it is still to be done.
    Waiting,
    /// Something of it needs a person.
    Parked,
    /// Nothing of it is left to do.
    Done,
}

impl SubmissionState {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Parked => "parked",
            Self::Done => "done",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "parked" => Ok(Self::Parked),
            "done" => Ok(Self::Done),
            other => Err(format!("`{other}` is no state of a submission")),
        }
    }

    pub(crate) const fn tally(self) -> &'static str {
        match self {
            Self::Waiting => "submissions:waiting",
            Self::Parked => "submissions:parked",
            Self::Done => "submissions:done",
        }
    }
}

/// A submission as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its identity.
    pub id: SubmissionId,
    /// The station that sent it.
    pub station: StationName,
    /// The file's name as dropped.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it came from.
    pub source: BTreeMap<String, String>,
    /// The submission that brought the same bytes before.
    pub repeat_of: Option<SubmissionId>,
    /// Where it stands.
    pub state: SubmissionState,
    /// What its bytes are, once known.
    pub media_type: Option<String>,
    /// How many pages it has, once known.
    pub pages: Option<u32>,
    /// When it came to rest, done or parked.
    pub settled_at: Option<Timestamp>,
    /// Its documents, once separated.
    pub documents: Vec<DocumentId>,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, station, name, sha256, bytes, source, received_at, repeat_of, state,
                    media_type, pages, settled_at FROM submissions ",
            $where
        )
    };
}

impl Ledger {
    /// Records a file that was stored, with its first job; or as a repeat, done at once, when the
    /// same bytes were received before.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when the identity belongs to other bytes, and when the ledger
    /// cannot be written.
    pub async fn receive(&self, new: &NewSubmission) -> Result<Received, LedgerError> {
        let actor = Actor::stage("receive", new.station.as_str());
        let mut writing = self.begin(&actor).await?;
        let known = writing
            .tx
            .row(
                "SELECT sha256 FROM submissions WHERE id = $1",
                params![new.id],
            )
            .await?;
        if let Some(row) = known {
            let held = row.parsed("sha256", Digest::parse)?;
            writing.forget().await?;
            return if held == new.sha256 {
                Ok(Received::Already)
            } else {
                Err(LedgerError::Refused(format!(
                    "submission {} holds other bytes ({held})",
                    new.id
                )))
            };
        }
        let received = writing.insert_submission(new).await?;
        writing.commit().await?;
        Ok(received)
    }

    /// A submission, with its documents.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn submission(&self, id: SubmissionId) -> Result<Option<Submission>, LedgerError> {
        let mut session = self.read().await?;
        let row = session.row(select!("WHERE id = $1"), params![id]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut submission = submission_of(&row)?;
        let documents = session
            .rows(
                "SELECT id FROM documents WHERE submission = $1",
                params![id],
            )
            .await?;
        submission.documents = documents
            .iter()
            .map(|row| row.parsed("id", DocumentId::parse))
            .collect::<Result<_, _>>()?;
        submission.documents.sort_unstable();
        Ok(Some(submission))
    }

    /// The submissions that brought the same bytes again, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn repeats_of(&self, id: SubmissionId) -> Result<Vec<SubmissionId>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id FROM submissions WHERE repeat_of = $1 ORDER BY id",
                params![id],
            )
            .await?;
        rows.iter()
            .map(|row| row.parsed("id", SubmissionId::parse))
            .collect()
    }

    /// The first submission that brought these bytes.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn submission_of_bytes(
        &self,
        sha256: Digest,
    ) -> Result<Option<SubmissionId>, LedgerError> {
        let mut session = self.read().await?;
        session
            .row(FIRST_OF_BYTES, params![sha256])
            .await?
            .map(|row| row.parsed("id", SubmissionId::parse))
            .transpose()
    }

    /// Submissions before `before` in time, newest first, at most `limit`; without their documents.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn submissions(
        &self,
        before: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Submission>, LedgerError> {
        let mut session = self.read().await?;
        let rows = match before {
            Some(before) => {
                session
                    .rows(
                        select!("WHERE id < $1 ORDER BY id DESC LIMIT $2"),
                        params![before, limit],
                    )
                    .await?
            }
            None => {
                session
                    .rows(select!("ORDER BY id DESC LIMIT $1"), params![limit])
                    .await?
            }
        };
        rows.iter().map(submission_of).collect()
    }
}

const FIRST_OF_BYTES: &str =
    "SELECT id FROM submissions WHERE sha256 = $1 AND repeat_of IS NULL AND disposed_at IS NULL";

fn submission_of(row: &Row) -> Result<Submission, LedgerError> {
    Ok(Submission {
        id: row.parsed("id", SubmissionId::parse)?,
        station: row.parsed("station", StationName::parse)?,
        name: row.text("name")?,
        sha256: row.parsed("sha256", Digest::parse)?,
        bytes: row.count("bytes")?,
        received_at: row.moment("received_at")?,
        source: row.json("source")?,
        repeat_of: row.maybe_parsed("repeat_of", SubmissionId::parse)?,
        state: row.parsed("state", SubmissionState::parse)?,
        media_type: row.maybe_text("media_type")?,
        pages: row
            .maybe_integer("pages")?
            .map(u32::try_from)
            .transpose()
            .map_err(|why| LedgerError::damaged("pages", why))?,
        settled_at: row.maybe_moment("settled_at")?,
        documents: Vec::new(),
    })
}

impl Writing {
    /// Inserts as the first of its bytes, or else as a repeat. The unique index decides when two
    /// nodes receive the same bytes at once: the second waits for the first and becomes a repeat.
    pub(crate) async fn insert_submission(
        &mut self,
        new: &NewSubmission,
    ) -> Result<Received, LedgerError> {
        self.tally("submissions:received", 1);
        if self.insert_row(new, None).await? {
            self.tally(SubmissionState::Waiting.tally(), 1);
            self.put_object(&new.object).await?;
            let locked = self.lock(new.id).await?;
            if !self.enqueue(&new.first, &locked).await? {
                return Err(LedgerError::Refused(format!(
                    "{} has a job already",
                    new.id
                )));
            }
            self.event("received", new.id, "").await?;
            self.changed(ChangeKind::Submission, new.id, 0).await?;
            return Ok(Received::New);
        }
        let first = self
            .tx
            .only(FIRST_OF_BYTES, params![new.sha256])
            .await?
            .parsed("id", SubmissionId::parse)?;
        self.insert_row(new, Some(first)).await?;
        self.tally(SubmissionState::Done.tally(), 1);
        self.event("received", new.id, format!("a repeat of {first}"))
            .await?;
        self.changed(ChangeKind::Submission, new.id, 0).await?;
        Ok(Received::Repeat(first))
    }

    /// Whether the row was inserted; it is not when the bytes have a first submission already.
    async fn insert_row(
        &mut self,
        new: &NewSubmission,
        repeat_of: Option<SubmissionId>,
    ) -> Result<bool, LedgerError> {
        let bytes = i64::try_from(new.bytes)
            .map_err(|_| LedgerError::Refused(format!("{} bytes are no file's size", new.bytes)))?;
        let received_at = new.received_at.as_millisecond();
        let state = repeat_of.map_or(SubmissionState::Waiting, |_| SubmissionState::Done);
        let inserted = self
            .tx
            .run(
                "INSERT INTO submissions (id, station, name, sha256, bytes, source, received_at, repeat_of, state, settled_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (sha256) WHERE repeat_of IS NULL AND disposed_at IS NULL DO NOTHING",
                params![
                    new.id,
                    &new.station,
                    &new.name,
                    new.sha256,
                    bytes,
                    json(&new.source)?,
                    received_at,
                    repeat_of,
                    state.as_str(),
                    repeat_of.map(|_| received_at)
                ],
            )
            .await?;
        Ok(inserted == 1)
    }
}
