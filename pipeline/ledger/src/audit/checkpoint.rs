//! Checkpoints: signed notes (C2SP signed-note, tlog-checkpoint) that say how many events there
//! are and what root they have. A note is kept under lock in the archive; here is its copy.
//!
//! Nothing is signed that contradicts what was signed before: a log that lost events, or has others
//! in their place, gets no more checkpoints until a person begins a new one.

use super::tree::root_of;
use crate::database::{Dialect, Row, Session, params};
use crate::sequence::SEQUENCER;
use crate::{Ledger, LedgerError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::Digest;

/// The kind of key that notes are signed with, as C2SP numbers it: Ed25519.
const ED25519_KIND: u8 = 1;
/// Before the name of a log in a checkpoint's first line.
const ORIGIN: &str = "kartoteka/";

/// Whoever signs checkpoints: holds an Ed25519 key.
pub trait Signer: Send + Sync {
    /// The public key (RFC 8032).
    fn public_key(&self) -> [u8; 32];
    /// The signature over a message: 64 bytes.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

/// A signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub log: String,
    /// How many events.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
    /// The signed note, as it lies in the archive.
    pub note: String,
    /// The key that signed it, as C2SP writes keys; empty where another ledger knew it.
    pub signer: String,
    /// When it was made.
    pub at: Timestamp,
}

/// What the next checkpoint is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Which log.
    pub log: String,
    /// How many events.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
    /// When.
    pub at: Timestamp,
    /// The checkpoint before it, which it agrees with.
    pub previous: Option<Checkpoint>,
}

/// The name of a log in checkpoints.
#[must_use]
pub fn origin_of(log: &str) -> String {
    format!("{ORIGIN}{log}")
}

fn text(log: &str, size: u64, root: Digest) -> String {
    format!(
        "{}\n{size}\n{}\n",
        origin_of(log),
        STANDARD.encode(root.as_bytes())
    )
}

/// The first four bytes that name a key in a note, and the key as C2SP writes it.
fn named(origin: &str, public: &[u8; 32]) -> ([u8; 4], String) {
    let typed = [&[ED25519_KIND], public.as_slice()].concat();
    let digest = Digest::of(&[origin.as_bytes(), b"\n", &typed].concat());
    let [a, b, c, d, ..] = *digest.as_bytes();
    let key = format!(
        "{origin}+{a:02x}{b:02x}{c:02x}{d:02x}+{}",
        STANDARD.encode(typed)
    );
    ([a, b, c, d], key)
}

impl Unsigned {
    /// Signs it.
    #[must_use]
    pub fn sign(&self, signer: &dyn Signer) -> Checkpoint {
        let text = text(&self.log, self.size, self.root);
        let origin = origin_of(&self.log);
        let (id, key) = named(&origin, &signer.public_key());
        let signature = [id.as_slice(), &signer.sign(text.as_bytes())].concat();
        let note = format!("{text}\n— {origin} {}\n", STANDARD.encode(signature));
        Checkpoint {
            log: self.log.clone(),
            size: self.size,
            root: self.root,
            note,
            signer: key,
            at: self.at,
        }
    }
}

impl Checkpoint {
    /// A note as this program writes it, whoever signed it: signatures are for the checker.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(note: &str, at: Timestamp) -> Result<Self, LedgerError> {
        let wrong = || LedgerError::damaged("checkpoint", "it is no note of a checkpoint");
        let mut lines = note.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(wrong());
        };
        let root = STANDARD.decode(root).map_err(|_| wrong())?;
        let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            log: origin.strip_prefix(ORIGIN).ok_or_else(wrong)?.to_owned(),
            size: size.parse().map_err(|_| wrong())?,
            root: Digest::parse(&hex).map_err(|_| wrong())?,
            note: note.to_owned(),
            signer: String::new(),
            at,
        })
    }

    pub(super) fn of(row: &Row) -> Result<Self, LedgerError> {
        let parsed = Self::parse(&row.text("note")?, row.moment("at")?)?;
        Ok(Self {
            signer: row.text("signer")?,
            ..parsed
        })
    }
}

/// The log that this ledger writes; none before the first checkpoint.
pub(super) async fn log_of(session: &mut Session) -> Result<Option<String>, LedgerError> {
    let row = session
        .row(
            "SELECT log FROM audit_logs ORDER BY id DESC LIMIT 1",
            params![],
        )
        .await?;
    row.map(|row| row.text("log")).transpose()
}

pub(super) async fn newest(
    session: &mut Session,
    log: &str,
) -> Result<Option<Checkpoint>, LedgerError> {
    let row = session
        .row(
            "SELECT note, signer, at FROM audit_checkpoints WHERE log = $1 ORDER BY size DESC LIMIT 1",
            params![log],
        )
        .await?;
    row.as_ref().map(Checkpoint::of).transpose()
}

impl Ledger {
    /// The name of the log; drawn where there is none.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn audit_log(&self) -> Result<String, LedgerError> {
        if let Some(log) = log_of(&mut self.read().await?).await? {
            return Ok(log);
        }
        let mut tx = self.database.write().await?;
        if tx.dialect() == Dialect::Postgres {
            tx.run("SELECT pg_advisory_xact_lock($1)", params![SEQUENCER])
                .await?;
        }
        if let Some(log) = log_of(&mut tx).await? {
            return Ok(log);
        }
        let log = begin(&mut tx, "first").await?;
        tx.commit().await?;
        Ok(log)
    }

    /// Begins a new log over the same events: for when the old one cannot go on, because events
    /// were lost with a ledger that was restored from an older copy. It is an event of its own, and
    /// whoever holds a checkpoint of the old log is told.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin_audit_log(
        &self,
        why: &str,
        actor: &crate::Actor,
    ) -> Result<String, LedgerError> {
        let old = log_of(&mut self.read().await?).await?;
        let mut writing = self.begin(actor).await?;
        let log = begin(&mut writing.tx, why).await?;
        let detail = format!("{} ends, {log} begins", old.as_deref().unwrap_or("none"));
        writing
            .event("audit log begun anew", "audit", detail)
            .await?;
        writing.commit().await?;
        Ok(log)
    }

    /// What the next checkpoint would be of. Fills the tree first: no read of the whole of it.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when the events contradict the newest checkpoint; when the ledger
    /// cannot be written.
    pub async fn next_checkpoint(&self) -> Result<Unsigned, LedgerError> {
        let log = self.audit_log().await?;
        let size = self.grow().await?;
        let mut session = self.read().await?;
        let at = session.now().await?;
        let previous = newest(&mut session, &log).await?;
        if let Some(previous) = &previous {
            agree(&mut session, previous, size).await?;
        }
        Ok(Unsigned {
            root: root_of(&mut session, (0, size)).await?,
            log,
            size,
            at: Timestamp::from_millisecond(at)
                .map_err(|why| LedgerError::damaged("clock", why))?,
            previous,
        })
    }

    /// Refuses a checkpoint that the events do not lead to.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] when they do not; when the ledger cannot be asked.
    pub async fn agrees_with(&self, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        let size = self.grow().await?;
        agree(&mut self.read().await?, checkpoint, size).await
    }

    /// Keeps a copy of a checkpoint that lies in the archive.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn keep_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        tx.run(
            "INSERT INTO audit_checkpoints (log, size, note, signer, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (log, size) DO NOTHING",
            params![
                &checkpoint.log,
                checkpoint.size.cast_signed(),
                &checkpoint.note,
                &checkpoint.signer,
                checkpoint.at.as_millisecond()
            ],
        )
        .await?;
        tx.commit().await
    }

    /// The newest checkpoint of the log that this ledger writes.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn newest_checkpoint(&self) -> Result<Option<Checkpoint>, LedgerError> {
        let mut session = self.read().await?;
        match log_of(&mut session).await? {
            Some(log) => newest(&mut session, &log).await,
            None => Ok(None),
        }
    }

    /// Every checkpoint that this ledger has a copy of, of this log and of earlier ones, by size.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, LedgerError> {
        let mut session = self.read().await?;
        let rows = session
            .rows(
                "SELECT note, signer, at FROM audit_checkpoints ORDER BY log, size",
                params![],
            )
            .await?;
        rows.iter().map(Checkpoint::of).collect()
    }
}

async fn begin(tx: &mut Session, why: &str) -> Result<String, LedgerError> {
    let mut log = super::leaf::draw_salt()?;
    log.truncate(16);
    let now = tx.now().await?;
    tx.run(
        "INSERT INTO audit_logs (log, begun_at, why) VALUES ($1, $2, $3)",
        params![&log, now, why],
    )
    .await?;
    Ok(log)
}

async fn agree(
    session: &mut Session,
    checkpoint: &Checkpoint,
    size: u64,
) -> Result<(), LedgerError> {
    let of = checkpoint.size;
    if of > size {
        return Err(LedgerError::damaged(
            "audit log",
            format!(
                "there was a checkpoint of {of} events, and there are only {size}: rolled back"
            ),
        ));
    }
    if root_of(session, (0, of)).await? == checkpoint.root {
        return Ok(());
    }
    Err(LedgerError::damaged(
        "audit log",
        format!("its first {of} events are not those of the checkpoint of that size: forked"),
    ))
}
