//! Packages that the server makes: asked for by an answer, made beside it, kept in the data directory
//! until somebody takes them. One that was broken off goes on when it is asked for again.

use super::office::Office;
use super::problem::{Answer, Problem};
use crate::node::NodeKey;
use crate::packages::{Giving, Noted};
use evidence::export::Order;
use evidence::package::Statement;
use ledger::{Actor, Disclosure, DisclosureId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Packages that are made at once: each reads the store as fast as it can.
const AT_ONCE: usize = 1;

/// Packages under way, and those that failed since the node started.
pub(crate) struct Packages {
    turns: Semaphore,
    making: Mutex<BTreeMap<DisclosureId, Arc<Making>>>,
}

/// How far a package is.
pub(crate) struct Making {
    written: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Making {
    /// Documents that are written.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Why it was not made, once that is known.
    pub(crate) fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Packages {
    pub(crate) fn new() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            making: Mutex::default(),
        }
    }

    /// How far a package is that is under way, or why it failed.
    pub(crate) fn making(&self, id: DisclosureId) -> Option<Arc<Making>> {
        let making = self.making.lock();
        making
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }
}

impl Office {
    /// Where a disclosure's package lies once it is made.
    pub(crate) fn package_file(&self, disclosure: &Disclosure) -> PathBuf {
        let folder = self.parts.config.data.join("packages");
        folder.join(format!("{}.tar", disclosure.package))
    }

    /// Puts a request on record and begins to make its package. What is on record is what is given,
    /// whatever changes meanwhile.
    pub(crate) async fn give(
        self: &Arc<Self>,
        order: Order,
        actor: &Actor,
    ) -> Answer<(Disclosure, Statement)> {
        let folder = self.parts.config.data.join("packages");
        std::fs::create_dir_all(&folder).map_err(|why| Problem::fault(&why))?;
        let key = NodeKey::of(&self.parts.config.data).map_err(|why| Problem::fault(&why))?;
        let giving = self.giving(&key);
        let noted = giving.note(order, actor, |_| Ok(())).await;
        let noted = noted.map_err(|why| told(&why))?;
        let (disclosure, statement) = (noted.disclosure.clone(), noted.statement().clone());
        let making = Arc::new(Making {
            written: AtomicU64::new(0),
            trouble: Mutex::default(),
        });
        {
            let all = &self.packages.making;
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            let running = all
                .get(&disclosure.id)
                .is_some_and(|m| m.trouble().is_none());
            if running {
                return Ok((disclosure, statement));
            }
            all.insert(disclosure.id, Arc::clone(&making));
        }
        let (office, actor) = (Arc::clone(self), actor.clone());
        self.following_up.spawn(async move {
            office.make(noted, key, &actor, &making).await;
        });
        Ok((disclosure, statement))
    }

    fn giving<'g>(&'g self, key: &'g NodeKey) -> Giving<'g> {
        Giving {
            ledger: self.ledger(),
            store: self.store(),
            schemas: &self.parts.schemas,
            key,
        }
    }

    async fn make(&self, noted: Noted, key: NodeKey, actor: &Actor, making: &Making) {
        let Ok(_turn) = self.packages.turns.acquire().await else {
            return;
        };
        let id = noted.disclosure.id;
        let out = self.package_file(&noted.disclosure);
        let mut tell = || {
            making.written.fetch_add(1, Ordering::Relaxed);
        };
        let made = self.giving(&key).make(noted, &out, actor, &mut tell).await;
        if let Err(error) = made {
            tracing::warn!(%error, disclosure = id, "a package could not be made");
            let mut trouble = making
                .trouble
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *trouble = Some(error.to_string());
            return;
        }
        let all = &self.packages.making;
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}

/// What is not in order with a request is said; the rest is ours.
fn told(error: &anyhow::Error) -> Problem {
    match error.downcast_ref::<evidence::EvidenceError>() {
        Some(evidence::EvidenceError::Refused(why)) => {
            Problem::refused(why.clone(), "change the request and send it again")
        }
        _ => Problem::fault(error),
    }
}
