//! Follow-up work: whatever changes how long a document is kept (an event, a class, a hold) asks,
//! in its own transaction, for the job that brings decision and locks after it. A kill between the
//! two loses neither.

use crate::writing::Writing;
use crate::{LedgerError, NewJob};
use model::DocumentId;

/// The stage of that work: the one that the ledger asks for by itself.
pub const FOLLOW_UP: &str = "retain";

impl Writing {
    /// Asks for the follow-up of documents; `cause` tells it from that of other changes.
    pub(crate) async fn follow_up(
        &mut self,
        documents: &[DocumentId],
        cause: &str,
    ) -> Result<(), LedgerError> {
        // Submissions are locked in their order, as everywhere.
        let mut documents = documents.to_vec();
        documents.sort_unstable();
        for of_one in documents.chunk_by(|a, b| a.submission() == b.submission()) {
            let locked = self.lock(of_one[0].submission()).await?;
            for document in of_one {
                let job = NewJob::new(*document, FOLLOW_UP, cause);
                self.enqueue(&job, &locked).await?;
            }
            self.settle(&locked).await?;
        }
        Ok(())
    }
}
