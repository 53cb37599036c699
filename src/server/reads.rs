//! Reading is an event too. What was read is in the ledger before it goes out: many readings that wait
//! together are written in one transaction, so that each costs a part of a sync.

use super::problem::{Answer, Problem};
use ledger::{Actor, Event, Ledger};
use tokio::sync::{mpsc, oneshot};

/// Readings that may wait to be written; more, and callers are told to come again.
const WAITING: usize = 2_000;
/// Most readings of one transaction.
const AT_ONCE: usize = 256;

/// Where readings are told.
#[derive(Clone)]
pub(crate) struct Reads(mpsc::Sender<Told>);

struct Told {
    actor: Actor,
    event: Event,
    written: oneshot::Sender<bool>,
}

impl Reads {
    /// A place to tell readings, and the work that writes them into that ledger for as long as it is
    /// done.
    pub(crate) fn into(ledger: Ledger) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, mut told) = mpsc::channel::<Told>(WAITING);
        let writing = async move {
            let mut batch = Vec::with_capacity(AT_ONCE);
            while told.recv_many(&mut batch, AT_ONCE).await > 0 {
                let events: Vec<(Actor, Event)> = batch
                    .iter()
                    .map(|told| (told.actor.clone(), told.event.clone()))
                    .collect();
                let logged = ledger.log_all(&events).await;
                if let Err(error) = &logged {
                    tracing::warn!(%error, "readings cannot be logged, so nothing is read");
                }
                for told in batch.drain(..) {
                    // Whoever asked may have gone.
                    let _ = told.written.send(logged.is_ok());
                }
            }
        };
        (Self(sender), writing)
    }

    /// Returns once the reading is durable.
    pub(crate) async fn tell(&self, actor: Actor, event: Event) -> Answer<()> {
        let (written, done) = oneshot::channel();
        let told = Told {
            actor,
            event,
            written,
        };
        self.0.try_send(told).map_err(|_| Problem::busy())?;
        match done.await {
            Ok(true) => Ok(()),
            _ => Err(Problem::away(
                "what is read cannot be written into the audit log at the moment, so it is not read",
            )),
        }
    }
}
