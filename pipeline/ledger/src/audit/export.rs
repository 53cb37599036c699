//! The log as lines that a stranger can check: docs/audit.md. The same events and the same
//! checkpoint give the same bytes.

use super::checkpoint::{Checkpoint, log_of, newest, origin_of};
use super::leaf::{AuditedEvent, audited};
use super::tree::{peaks, prove_consistency, prove_inclusion, root_of};
use crate::database::{Session, params};
use crate::writing::json;
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use model::Digest;
use serde::Serialize;
use std::collections::BTreeSet;

/// The version of the form of exports.
pub const AUDIT_EXPORT_FORMAT: u32 = 1;

/// Events read at a time: those of a tile.
const PAGE: u64 = 256;

/// What an export holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportScope {
    /// The number of the first event; 0 and 1 are the beginning.
    pub since: u64,
    /// Whether events after the newest checkpoint are in it, and the stored hashes of tiles: for a
    /// check of the ledger itself.
    pub whole: bool,
    /// Whether names of people are left out; commitments stand in their place.
    pub without_names: bool,
    /// Sizes of old checkpoints that somebody holds: with proofs that this log goes on from them.
    pub held: Vec<u64>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'l> {
    Header {
        format: u32,
        origin: String,
        first: u64,
        size: u64,
        slice: bool,
        before: Vec<Digest>,
        keys: BTreeSet<String>,
    },
    Checkpoint {
        size: u64,
        note: &'l str,
    },
    Consistency {
        from: u64,
        to: u64,
        proof: Vec<Digest>,
    },
    Event {
        #[serde(flatten)]
        event: &'l AuditedEvent,
        #[serde(skip_serializing_if = "Option::is_none")]
        proof: Option<Vec<Digest>>,
    },
    Tile {
        level: u32,
        number: u64,
        hash: String,
    },
    End {
        events: u64,
    },
}

/// An export being read, as the log was at one moment.
pub struct AuditExport {
    session: Session,
    head: Option<Vec<String>>,
    scope: ExportScope,
    /// The last event that was given.
    at: u64,
    size: u64,
    events: u64,
    is_over: bool,
}

impl Ledger {
    /// Begins an export: up to the newest checkpoint, or everything.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when there is no checkpoint yet; when the ledger cannot be asked.
    pub async fn audit_export(&self, scope: ExportScope) -> Result<AuditExport, LedgerError> {
        let log = self.audit_log().await?;
        let all = match self.grow().await {
            Ok(size) => size,
            // What is missing is the checker's to say.
            Err(LedgerError::Damaged { .. }) => self.newest_event().await?,
            Err(error) => return Err(error),
        };
        let mut session = self.read().await?.without_haste();
        let newest = newest(&mut session, &log).await?;
        let size = match &newest {
            _ if scope.whole => all,
            Some(checkpoint) => checkpoint.size,
            None => {
                return Err(LedgerError::Refused(
                    "there is no checkpoint yet: make one with `kartoteka audit checkpoint`".into(),
                ));
            }
        };
        let first = scope.since.max(1);
        if first > size + 1 {
            return Err(LedgerError::Refused(format!(
                "the newest checkpoint is of {size} events: there is no event {first} in it"
            )));
        }
        let mut export = AuditExport {
            session,
            head: None,
            scope,
            at: first - 1,
            size,
            events: 0,
            is_over: false,
        };
        export.head = Some(export.begin(&log, newest).await?);
        Ok(export)
    }

    /// The number of the newest event; 0 before the first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn newest_event(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT coalesce(max(seq), 0) AS seq FROM events";
        self.read().await?.only(sql, params![]).await?.count("seq")
    }

    /// The number of the first event at or after a moment; one more than the newest where there is
    /// none.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn first_event_since(&self, moment: Timestamp) -> Result<u64, LedgerError> {
        self.sequence().await?;
        let sql = "SELECT coalesce((SELECT min(seq) FROM events WHERE at >= $1),
                                   (SELECT coalesce(max(seq), 0) + 1 FROM events)) AS seq";
        let mut session = self.read().await?;
        let row = session.only(sql, params![moment.as_millisecond()]).await?;
        row.count("seq")
    }

    /// The events about any of some subjects, oldest first, up to number `size`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn events_about(
        &self,
        subjects: &[String],
        size: u64,
    ) -> Result<Vec<AuditedEvent>, LedgerError> {
        self.grow().await?;
        about(&mut self.read().await?, subjects, size).await
    }

    /// The lines of a slice: the events about some subjects, each with the proof that it is in the
    /// newest checkpoint, and that checkpoint. For an evidence package.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when there is no checkpoint yet; when the ledger cannot be asked.
    pub async fn audit_slice(
        &self,
        subjects: &[String],
        without_names: bool,
    ) -> Result<Vec<String>, LedgerError> {
        self.grow().await?;
        let mut session = self.read().await?.without_haste();
        let newest = match log_of(&mut session).await? {
            Some(log) => newest(&mut session, &log).await?,
            None => None,
        };
        let Some(checkpoint) = newest else {
            return Err(LedgerError::Refused(
                "there is no checkpoint yet: make one with `kartoteka audit checkpoint`".into(),
            ));
        };
        let Checkpoint {
            size, note, log, ..
        } = &checkpoint;
        let mut lines = vec![
            json(&Line::Header {
                format: AUDIT_EXPORT_FORMAT,
                origin: origin_of(log),
                first: 1,
                size: *size,
                slice: true,
                before: Vec::new(),
                keys: BTreeSet::from([checkpoint.signer.clone()]),
            })?,
            json(&Line::Checkpoint { size: *size, note })?,
        ];
        let events = about(&mut session, subjects, *size).await?;
        let count = events.len() as u64;
        for event in events {
            let proof = prove_inclusion(&mut session, event.seq, *size).await?;
            let event = shown(event, without_names);
            lines.push(json(&Line::Event {
                event: &event,
                proof: Some(proof),
            })?);
        }
        lines.push(json(&Line::End { events: count })?);
        Ok(lines)
    }
}

fn shown(event: AuditedEvent, without_names: bool) -> AuditedEvent {
    if without_names {
        event.without_names()
    } else {
        event
    }
}

async fn about(
    session: &mut Session,
    subjects: &[String],
    size: u64,
) -> Result<Vec<AuditedEvent>, LedgerError> {
    let mut events = Vec::new();
    for subject in subjects.iter().collect::<BTreeSet<_>>() {
        let rows = session
            .rows(
                audited!("WHERE subject = $1 AND seq <= $2 ORDER BY id"),
                params![subject, size.cast_signed()],
            )
            .await?;
        for row in &rows {
            events.push(AuditedEvent::of(row)?);
        }
    }
    events.sort_by_key(|event| event.seq);
    Ok(events)
}

impl AuditExport {
    /// How many events were given.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The next lines; none at the end.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn next(&mut self) -> Result<Option<Vec<String>>, LedgerError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.at >= self.size {
            let end = json(&Line::End {
                events: self.events,
            })?;
            let was_over = std::mem::replace(&mut self.is_over, true);
            return Ok((!was_over).then(|| vec![end]));
        }
        let to = self.size.min((self.at / PAGE + 1) * PAGE);
        let rows = self
            .session
            .rows(
                audited!("WHERE seq > $1 AND seq <= $2 ORDER BY seq"),
                params![self.at.cast_signed(), to.cast_signed()],
            )
            .await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = shown(AuditedEvent::of(row)?, self.scope.without_names);
            lines.push(json(&Line::Event {
                event: &event,
                proof: None,
            })?);
        }
        self.events += rows.len() as u64;
        self.at = to;
        if self.scope.whole {
            self.tiles(&mut lines).await?;
        }
        Ok(Some(lines))
    }

    /// The stored hashes of the tiles that end with the last event given.
    async fn tiles(&mut self, lines: &mut Vec<String>) -> Result<(), LedgerError> {
        let (mut level, mut number) = (1, self.at);
        while number > 0 && number.is_multiple_of(PAGE) {
            number /= PAGE;
            let row = self
                .session
                .row(
                    "SELECT hash FROM audit_tiles WHERE level = $1 AND number = $2",
                    params![level, number.cast_signed() - 1],
                )
                .await?;
            lines.push(json(&Line::Tile {
                level,
                number: number - 1,
                hash: row.map_or(Ok(String::new()), |row| row.text("hash"))?,
            })?);
            level += 1;
        }
        Ok(())
    }

    /// Header, checkpoints, proofs.
    async fn begin(
        &mut self,
        log: &str,
        newest: Option<Checkpoint>,
    ) -> Result<Vec<String>, LedgerError> {
        let (before, session) = (self.at, &mut self.session);
        let rows = session
            .rows(
                "SELECT note, signer, at FROM audit_checkpoints WHERE log = $1 AND size >=
                    coalesce((SELECT max(size) FROM audit_checkpoints WHERE log = $1 AND size <= $2), 0)
                 ORDER BY size",
                params![log, before.cast_signed()],
            )
            .await?;
        let checkpoints = rows
            .iter()
            .map(Checkpoint::of)
            .collect::<Result<Vec<_>, _>>()?;
        let signers = checkpoints.iter().map(|checkpoint| &checkpoint.signer);
        let mut peaks_before = Vec::new();
        for (start, height) in peaks((0, before)) {
            peaks_before.push(root_of(session, (start, start + (1 << height))).await?);
        }
        let mut lines = vec![json(&Line::Header {
            format: AUDIT_EXPORT_FORMAT,
            origin: origin_of(log),
            first: before + 1,
            size: self.size,
            slice: false,
            before: peaks_before,
            keys: signers.filter(|key| !key.is_empty()).cloned().collect(),
        })?];
        let mut old: BTreeSet<u64> = self.scope.held.iter().copied().collect();
        for checkpoint in &checkpoints {
            let size = checkpoint.size;
            lines.push(json(&Line::Checkpoint {
                size,
                note: &checkpoint.note,
            })?);
            old.extend((size <= before).then_some(size));
        }
        let to = newest.map_or(0, |checkpoint| checkpoint.size);
        for from in old.into_iter().filter(|from| (1..to).contains(from)) {
            match prove_consistency(session, from, to).await {
                Ok(proof) => lines.push(json(&Line::Consistency { from, to, proof })?),
                // What is missing is the checker's to say.
                Err(LedgerError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(lines)
    }
}
