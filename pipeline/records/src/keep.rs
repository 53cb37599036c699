//! Locks follow knowledge: brings the store's locks on everything of a document after what the
//! ledger knows, and says what was decided.
//!
//! Only lengthening touches a dated lock. While an event is awaited, or a hold is on, the store has
//! its legal hold; the date is set and read back before a hold is lifted. It runs as a job that may
//! run twice, beside others, or be killed anywhere: whoever wrote last to the store looks once more
//! at the ledger, so that of two that race the one who knows more has the last word.

use crate::wants::{Use, Wants};
use crate::{Knowledge, RecordsError, Schedule, day_of, knowledge};
use archive::{Hold, Key, Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{Change, Claim, Decided, FOLLOW_UP, Failing, Ledger};
use model::{DocumentId, SubmissionId};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often the ledger may change its mind while a document's locks are set.
const ROUNDS: u32 = 8;
/// How long work waits for a store that is away.
const STORE_AWAY: Duration = Duration::from_secs(5);

/// An object of a document, with every document whose knowledge locks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The object.
    pub key: Key,
    /// The documents, and how they use it.
    pub users: Vec<(DocumentId, Use)>,
}

/// What keeps records: a ledger that knows, a store that locks, a schedule that says how long.
#[derive(Clone, Copy, Debug)]
pub struct Keeper<'k> {
    /// What is known.
    pub ledger: &'k Ledger,
    /// Where it is kept.
    pub store: &'k dyn Store,
    /// For how long.
    pub schedule: &'k Schedule,
}

impl Keeper<'_> {
    /// Brings a document's locks after what is known of it; what was decided, to be noted.
    ///
    /// # Errors
    /// When ledger or store cannot be used, or an object that should be there is not. Running it
    /// again goes on from there.
    pub async fn keep(&self, id: DocumentId, now: Timestamp) -> Result<Change, RecordsError> {
        let today = day_of(now, self.schedule);
        let mut round = 0;
        loop {
            let Some(basis) = self.ledger.retention_basis(id).await? else {
                // Disposed of meanwhile.
                return Ok(Change::default());
            };
            let targets = self.targets(id).await?;
            let before = self.wants(&targets, today).await?;
            for (key, wants) in &before {
                self.lock(key, wants, now).await?;
            }
            let after = self.wants(&self.targets(id).await?, today).await?;
            round += 1;
            if after != before && round < ROUNDS {
                continue;
            }
            let (_, decision) = Wants::of(self.schedule, &basis, Use::Whole, today)?;
            let retain_until = match knowledge(&basis) {
                Knowledge::Confirmed => decision.disposable_on(),
                Knowledge::Read => None,
            };
            let decided = Decided {
                document: id,
                class: basis.class,
                retain_until,
            };
            return Ok(Change {
                note: said(retain_until, &before),
                decided: vec![decided],
                ..Change::default()
            });
        }
    }

    /// Does the follow-up work that waits, whoever asked for it; how much there was. `tell` hears
    /// of every document. For commands, so that nobody has to wait for a node; a node that runs
    /// does the same.
    ///
    /// # Errors
    /// When ledger or store cannot be used; what was not done waits for a node, or for the next
    /// command.
    pub async fn follow_up(
        &self,
        node: &str,
        clock: fn() -> Timestamp,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64, RecordsError> {
        let mut done = 0;
        while let Some(claim) = self.ledger.claim(&[FOLLOW_UP], node).await? {
            match self.keep_claimed(&claim, clock()).await {
                // Another node took it over: it does the same.
                Ok(()) | Err(RecordsError::Ledger(ledger::LedgerError::LeaseLost { .. })) => {}
                Err(error) => {
                    let failing = Failing::of(error.disposition(), STORE_AWAY);
                    self.ledger.fail(&claim, &error.trouble(), failing).await?;
                    return Err(error);
                }
            }
            done += 1;
            tell(done);
        }
        Ok(done)
    }

    async fn keep_claimed(&self, claim: &Claim, now: Timestamp) -> Result<(), RecordsError> {
        let change = match claim.subject.document() {
            Some(id) => self.keep(id, now).await?,
            None => return Err(RecordsError::damaged("a job", "it is about no document")),
        };
        Ok(self.ledger.apply(claim, &change).await?)
    }

    /// What is wanted of each object.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn wants(
        &self,
        targets: &[Target],
        today: Date,
    ) -> Result<BTreeMap<Key, Wants>, RecordsError> {
        let mut wanted = BTreeMap::new();
        for target in targets {
            let sum = self.sum(&target.users, today).await?;
            wanted.insert(target.key.clone(), sum);
        }
        Ok(wanted)
    }

    /// What the documents that use an object want of it together.
    pub(crate) async fn sum(
        &self,
        users: &[(DocumentId, Use)],
        today: Date,
    ) -> Result<Wants, RecordsError> {
        let mut sum = Wants::default();
        for (document, how) in users {
            if let Some(basis) = self.ledger.retention_basis(*document).await? {
                sum = sum.join(Wants::of(self.schedule, &basis, *how, today)?.0);
            }
        }
        Ok(sum)
    }

    /// The documents that use the file of a submission, and how.
    pub(crate) async fn users(
        &self,
        submission: SubmissionId,
    ) -> Result<Vec<(DocumentId, Use)>, RecordsError> {
        let mut users = Vec::new();
        for user in self.ledger.users_of(submission).await? {
            let own = user.submission() == submission;
            let how = match own && !self.own_keys(user, "master").await?.is_empty() {
                true => Use::Batch,
                false => Use::Whole,
            };
            users.push((user, how));
        }
        Ok(users)
    }

    /// The objects that a document's knowledge locks: its own file or its original, the sidecar
    /// that tells where it came from, its records. Words and pages can be made again and are not
    /// locked.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn targets(&self, id: DocumentId) -> Result<Vec<Target>, RecordsError> {
        let mut targets = Vec::new();
        for submission in self.ledger.used_by(id).await? {
            let Some(received) = self.ledger.submission(submission).await? else {
                continue;
            };
            let users = self.users(submission).await?;
            let original = Key::original(received.sha256);
            // A batch goes with the first of its documents that is disposed of.
            let known = self.ledger.object(original.as_str()).await?;
            let original = known.map(|_| original);
            for key in original.into_iter().chain([Key::submission(submission)]) {
                let users = users.clone();
                targets.push(Target { key, users });
            }
        }
        for kind in ["master", "record"] {
            for key in self.own_keys(id, kind).await? {
                let users = vec![(id, Use::Whole)];
                targets.push(Target { key, users });
            }
        }
        Ok(targets)
    }

    async fn own_keys(&self, id: DocumentId, kind: &str) -> Result<Vec<Key>, RecordsError> {
        let objects = self.ledger.objects_of(id).await?;
        objects
            .iter()
            .filter(|stored| stored.object.kind == kind)
            .map(|stored| {
                Key::parse(&stored.object.key).map_err(|why| RecordsError::damaged("a key", why))
            })
            .collect()
    }

    async fn lock(&self, key: &Key, wants: &Wants, now: Timestamp) -> Result<(), RecordsError> {
        let Some(stored) = self.store.head(key).await? else {
            return Err(StoreError::Missing { key: key.clone() }.into());
        };
        let locked = async {
            let mut lock = stored.lock;
            if let Some(asked) = wants.retention(lock.retention, now) {
                lock = self.store.extend(key, asked).await?.lock;
            }
            if wants.hold != lock.hold {
                self.store.hold(key, wants.hold).await?;
            }
            Ok(())
        };
        match locked.await {
            // A bucket without locks: the ledger alone guards it, as `doctor` says.
            Err(StoreError::NoLocks { .. }) => Ok(()),
            done => Ok(done?),
        }
    }
}

fn said(retain_until: Option<Date>, wants: &BTreeMap<Key, Wants>) -> String {
    let held = wants.values().any(|wants| wants.hold == Hold::On);
    match (retain_until, held) {
        (None, false) => "no lock".into(),
        (None, true) => "held".into(),
        (Some(day), false) => format!("disposal from {day}"),
        (Some(day), true) => format!("disposal from {day}, held"),
    }
}
