//! Reviewing: whose turn a document is, what people found of it, and what that took them. A document
//! is before one person at a time; where two have to agree, they agree on the same version.

use crate::database::{Row, Session, Statement, params};
use crate::writing::{Writing, json};
use crate::{Actor, ChangeKind, Ledger, LedgerError};
use jiff::Timestamp;
use model::{DocumentId, DocumentType};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a document stays before a person who does nothing about it.
pub const REVIEW_TURN: Duration = Duration::from_secs(15 * 60);
/// Documents that are tried before a reviewer is told that there is none: so many others may take the
/// same ones in the same moment.
const TRIED: u32 = 16;

/// Who looks for a document to review, and among which.
#[derive(Clone, Copy, Debug)]
pub struct Reviewer<'a> {
    /// The person.
    pub person: &'a str,
    /// The branches whose documents the person sees; all of them when there is none.
    pub branches: &'a BTreeSet<String>,
    /// The types that the person sees; all of them when there is none.
    pub kinds: &'a BTreeSet<DocumentType>,
}

/// Whose turn a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The one's who asked.
    Yours,
    /// Another person's.
    Anothers(String),
}

/// What a person found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// All that was read is right, or was put right.
    Confirmed,
    /// It is not acceptable as it is; the branch has to do something.
    Rejected,
}

impl ReviewVerdict {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        [Self::Confirmed, Self::Rejected]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no verdict of a review"))
    }
}

/// A review, to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    /// The document.
    pub document: DocumentId,
    /// The version that was looked at.
    pub version: u32,
    /// What was found.
    pub verdict: ReviewVerdict,
    /// Why, in the person's words.
    pub words: String,
    /// Whether it takes two people to confirm it.
    pub needs_two: bool,
    /// What it took.
    pub effort: Effort,
}

/// What a review took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Fields that were looked at.
    pub fields: u32,
    /// Fields that were put right.
    pub corrected: u32,
    /// Seconds from the first sight to the verdict.
    pub seconds: u32,
    /// Keys that were pressed.
    pub keystrokes: u32,
}

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterReview {
    /// The document waits for nobody any more.
    Settled,
    /// Another person has to confirm the same version.
    SecondNeeded,
}

/// A review that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// The document.
    pub document: DocumentId,
    /// The version that was looked at.
    pub version: u32,
    /// The document's type, as it was then.
    pub kind: String,
    /// Who looked.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub verdict: ReviewVerdict,
    /// Why.
    pub words: String,
    /// What it took.
    pub effort: Effort,
}

/// The oldest documents that wait, are before nobody, and were not judged by this person at their
/// present version. `$1` the person, `$2` and `$3` JSON lists of branches and types, `$4` now, `$5` a
/// document that is left out, `$6` how many.
const FREE: Statement = Statement {
    sqlite: "SELECT id FROM documents WHERE to_review = 1 AND id <> $5
        AND ($2 = '[]' OR branch IN (SELECT value FROM json_each($2)))
        AND ($3 = '[]' OR kind IN (SELECT value FROM json_each($3)))
        AND NOT EXISTS (SELECT 1 FROM review_turns WHERE document = documents.id AND until > $4)
        AND NOT EXISTS (SELECT 1 FROM reviews WHERE document = documents.id
            AND version = documents.version AND person = $1)
        ORDER BY id LIMIT $6",
    postgres: "SELECT id FROM documents WHERE to_review = 1 AND id <> $5
        AND ($2 = '[]' OR branch IN (SELECT jsonb_array_elements_text(CAST($2 AS jsonb))))
        AND ($3 = '[]' OR kind IN (SELECT jsonb_array_elements_text(CAST($3 AS jsonb))))
        AND NOT EXISTS (SELECT 1 FROM review_turns WHERE document = documents.id AND until > $4)
        AND NOT EXISTS (SELECT 1 FROM reviews WHERE document = documents.id
            AND version = documents.version AND person = $1)
        ORDER BY id LIMIT $6",
};

impl Ledger {
    /// The next document for a reviewer, which is before that person from now on: the one that was
    /// begun, or else the oldest that waits. `beside` is left out: the one that comes after it is
    /// asked for.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn next_review(
        &self,
        reviewer: Reviewer<'_>,
        beside: Option<DocumentId>,
    ) -> Result<Option<DocumentId>, LedgerError> {
        let mut writing = self.begin(&Actor::person(reviewer.person)).await?;
        let beside = beside.map_or_else(String::new, |id| id.to_string());
        let now = writing.now().await?;
        let begun = writing
            .tx
            .row(
                "SELECT document FROM review_turns JOIN documents ON documents.id = document
                 WHERE person = $1 AND until > $2 AND document <> $3 AND to_review = 1
                   AND NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.document = documents.id
                     AND reviews.version = documents.version AND reviews.person = $1)
                 ORDER BY document LIMIT 1",
                params![reviewer.person, now, &beside],
            )
            .await?;
        let waiting = match begun {
            Some(row) => vec![row.parsed("document", DocumentId::parse)?],
            None => {
                let (branches, kinds) = (json(reviewer.branches)?, json(reviewer.kinds)?);
                let sql = writing.tx.pick(FREE);
                let rows = writing
                    .tx
                    .rows(
                        sql,
                        params![reviewer.person, branches, kinds, now, &beside, TRIED],
                    )
                    .await?;
                rows.iter()
                    .map(|row| row.parsed("id", DocumentId::parse))
                    .collect::<Result<_, _>>()?
            }
        };
        for document in waiting {
            if writing.take_turn(document, reviewer.person, now).await? {
                writing.commit().await?;
                return Ok(Some(document));
            }
        }
        writing.forget().await?;
        Ok(None)
    }

    /// Puts a document before a person, unless another has it.
    ///
    /// # Errors
    /// When there is no such document, or the ledger cannot be written.
    pub async fn take_review(
        &self,
        document: DocumentId,
        person: &str,
    ) -> Result<Turn, LedgerError> {
        let mut writing = self.begin(&Actor::person(person)).await?;
        let now = writing.now().await?;
        if writing.take_turn(document, person, now).await? {
            writing.commit().await?;
            return Ok(Turn::Yours);
        }
        let row = writing
            .tx
            .only(
                "SELECT person FROM review_turns WHERE document = $1",
                params![document],
            )
            .await?;
        let other = row.maybe_text("person")?.unwrap_or_default();
        writing.forget().await?;
        Ok(Turn::Anothers(other))
    }

    /// Puts a document aside until a moment: it is before nobody, and no queue has it until then.
    ///
    /// # Errors
    /// When there is no such document, or the ledger cannot be written.
    pub async fn postpone_review(
        &self,
        document: DocumentId,
        until: Timestamp,
        why: &str,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing.known_document(document).await?;
        writing
            .tx
            .run(
                "INSERT INTO review_turns (document, person, until, why) VALUES ($1, NULL, $2, $3)
                 ON CONFLICT (document) DO UPDATE SET person = NULL, until = excluded.until, why = excluded.why",
                params![document, until.as_millisecond(), why],
            )
            .await?;
        writing.event("review postponed", document, "").await?;
        writing.commit().await
    }

    /// Gives a document back that is before that person: others may have it at once.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn leave_review(
        &self,
        document: DocumentId,
        person: &str,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(&Actor::person(person)).await?;
        writing
            .tx
            .run(
                "DELETE FROM review_turns WHERE document = $1 AND person = $2",
                params![document, person],
            )
            .await?;
        writing.commit().await
    }

    /// Notes what a person found of a document. Confirmed, by two where two are needed, or rejected,
    /// it waits for nobody any more.
    ///
    /// # Errors
    /// [`LedgerError::VersionConflict`] when the document has another version by now,
    /// [`LedgerError::Refused`] when it does not wait for review or the person judged this version
    /// before, and when the ledger cannot be written.
    pub async fn review(
        &self,
        review: &NewReview,
        actor: &Actor,
    ) -> Result<AfterReview, LedgerError> {
        let person = actor
            .name()
            .ok_or_else(|| LedgerError::Refused("only a person reviews a document".into()))?;
        let id = review.document;
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(id.submission()).await?;
        let row = writing
            .tx
            .row(
                "SELECT version, kind, to_review FROM documents WHERE id = $1",
                params![id],
            )
            .await?
            .ok_or_else(|| LedgerError::unknown("document", id))?;
        let version = row.count("version")?;
        if version != review.version {
            return Err(LedgerError::VersionConflict {
                document: id,
                current: version,
                offered: review.version,
            });
        }
        if !row.flag("to_review")? {
            return Err(LedgerError::Refused(format!(
                "{id} does not wait for review"
            )));
        }
        let before = verdicts_on(&mut writing.tx, id, version).await?;
        if before.iter().any(|(by, _)| by == person) {
            return Err(LedgerError::Refused(
                "you judged this version before: another person has to".into(),
            ));
        }
        let kind = row.text("kind")?;
        writing.insert_review(review, &kind, person).await?;
        let first = !before
            .iter()
            .any(|(_, verdict)| *verdict == ReviewVerdict::Confirmed);
        let waits = review.needs_two && first && review.verdict == ReviewVerdict::Confirmed;
        if waits {
            writing.event("reviewed first of two", id, "").await?;
            writing.commit().await?;
            return Ok(AfterReview::SecondNeeded);
        }
        writing
            .tx
            .run(
                "UPDATE documents SET to_review = 0 WHERE id = $1",
                params![id],
            )
            .await?;
        writing.tally("to_review", -1);
        let action = match review.verdict {
            ReviewVerdict::Confirmed => "reviewed",
            ReviewVerdict::Rejected => "rejected",
        };
        writing
            .event(action, id, format!("version {version}"))
            .await?;
        writing.changed(ChangeKind::Document, id, version).await?;
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(AfterReview::Settled)
    }

    /// Takes back what a person found of a document last, as long as nothing was changed since: it waits
    /// again, before that person.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when the last review is another's, or of an earlier version, and when the
    /// ledger cannot be written.
    pub async fn undo_review(
        &self,
        document: DocumentId,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(document.submission()).await?;
        let last = writing
            .tx
            .row(
                "SELECT reviews.id, person, reviews.version, to_review,
                    CAST(CASE WHEN reviews.version = documents.version THEN 1 ELSE 0 END AS BIGINT) AS current
                 FROM reviews JOIN documents ON documents.id = document WHERE document = $1
                 ORDER BY reviews.id DESC LIMIT 1",
                params![document],
            )
            .await?;
        let refused =
            || LedgerError::Refused("there is no review of yours to be taken back".into());
        let last = last.ok_or_else(refused)?;
        let person = actor.name().ok_or_else(refused)?;
        if last.text("person")? != person || !last.flag("current")? {
            return Err(refused());
        }
        for sql in [
            "DELETE FROM reviews WHERE document = $1 AND id = $2",
            "UPDATE documents SET to_review = 1 WHERE id = $1 AND $2 > 0",
        ] {
            writing
                .tx
                .run(sql, params![document, last.integer("id")?])
                .await?;
        }
        if !last.flag("to_review")? {
            writing.tally("to_review", 1);
        }
        let now = writing.now().await?;
        writing.take_turn(document, person, now).await?;
        writing.event("review taken back", document, "").await?;
        writing
            .changed(ChangeKind::Document, document, last.count("version")?)
            .await?;
        writing.settle(&locked).await?;
        writing.commit().await
    }

    /// What was found of a document, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn reviews_of(&self, document: DocumentId) -> Result<Vec<Reviewed>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT * FROM reviews WHERE document = $1 ORDER BY id",
                params![document],
            )
            .await?;
        rows.iter().map(reviewed_of).collect()
    }

    /// How many documents went through without a person: they wait for nobody, and nobody judged or
    /// changed them.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn straight_through(&self) -> Result<u64, LedgerError> {
        let row = self
            .read()
            .await?
            .only(
                "SELECT count(*) AS untouched FROM documents WHERE to_review = 0
                   AND NOT EXISTS (SELECT 1 FROM reviews WHERE document = documents.id)
                   AND NOT EXISTS (SELECT 1 FROM fields WHERE document = documents.id AND person IS NOT NULL)",
                params![],
            )
            .await?;
        row.count("untouched")
    }

    /// What was found from one moment until another, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn reviews_between(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Reviewed>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT * FROM reviews WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3",
                params![from.as_millisecond(), until.as_millisecond(), limit],
            )
            .await?;
        rows.iter().map(reviewed_of).collect()
    }
}

impl Writing {
    /// Puts a document before a person unless it is before another; whether it is now.
    async fn take_turn(
        &mut self,
        document: DocumentId,
        person: &str,
        now: i64,
    ) -> Result<bool, LedgerError> {
        self.known_document(document).await?;
        let length = i64::try_from(REVIEW_TURN.as_millis()).unwrap_or(i64::MAX);
        let taken = self
            .tx
            .run(
                "INSERT INTO review_turns (document, person, until, why) VALUES ($1, $2, $3, '')
                 ON CONFLICT (document) DO UPDATE SET person = excluded.person, until = excluded.until, why = ''
                 WHERE review_turns.until <= $4 OR review_turns.person = $2 OR review_turns.person IS NULL",
                params![document, person, now + length, now],
            )
            .await?;
        Ok(taken > 0)
    }

    pub(crate) async fn known_document(&mut self, id: DocumentId) -> Result<(), LedgerError> {
        let known = self
            .tx
            .row("SELECT id FROM documents WHERE id = $1", params![id])
            .await?;
        known
            .map(|_| ())
            .ok_or_else(|| LedgerError::unknown("document", id))
    }

    async fn insert_review(
        &mut self,
        review: &NewReview,
        kind: &str,
        person: &str,
    ) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let Effort {
            fields,
            corrected,
            seconds,
            keystrokes,
        } = review.effort;
        self.tx
            .run(
                "INSERT INTO reviews (document, version, kind, person, at, verdict, words, fields, corrected,
                                      seconds, keystrokes)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                params![
                    review.document,
                    review.version,
                    kind,
                    person,
                    now,
                    review.verdict.as_str(),
                    &review.words,
                    fields,
                    corrected,
                    seconds,
                    keystrokes
                ],
            )
            .await?;
        self.tx
            .run(
                "DELETE FROM review_turns WHERE document = $1",
                params![review.document],
            )
            .await?;
        Ok(())
    }
}

async fn verdicts_on(
    session: &mut Session,
    id: DocumentId,
    version: u32,
) -> Result<Vec<(String, ReviewVerdict)>, LedgerError> {
    let rows = session
        .rows(
            "SELECT person, verdict FROM reviews WHERE document = $1 AND version = $2 ORDER BY id",
            params![id, version],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.text("person")?,
                row.parsed("verdict", ReviewVerdict::parse)?,
            ))
        })
        .collect()
}

fn reviewed_of(row: &Row) -> Result<Reviewed, LedgerError> {
    Ok(Reviewed {
        document: row.parsed("document", DocumentId::parse)?,
        version: row.count("version")?,
        kind: row.text("kind")?,
        person: row.text("person")?,
        at: row.moment("at")?,
        verdict: row.parsed("verdict", ReviewVerdict::parse)?,
        words: row.text("words")?,
        effort: Effort {
            fields: row.count("fields")?,
            corrected: row.count("corrected")?,
            seconds: row.count("seconds")?,
            keystrokes: row.count("keystrokes")?,
        },
    })
}
