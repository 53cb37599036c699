//! A document's locks follow what is known of it: its class, what happened to its credit file, the
//! holds on it. The reckoning is that of `records`; here it is a job like any other.

use crate::StageError;
use crate::recognise::unknown;
use crate::runner::Runner;
use ledger::{Change, Claim, Subject};
use records::Keeper;

impl Runner {
    /// Brings the store's locks on everything of a document after what the ledger knows.
    pub(crate) async fn retain(&self, claim: &Claim) -> Result<Change, StageError> {
        let Subject::Document(id) = claim.subject else {
            return Err(unknown("a document's job about a submission"));
        };
        let keeper = Keeper {
            ledger: &self.node.ledger,
            store: self.node.store.as_ref(),
            schedule: &self.node.schedule,
        };
        Ok(keeper.keep(id, (self.node.clock)()).await?)
    }
}
