//! Rows of disposals, and the words they are written with.

use super::{
    Act, Disposal, DisposalAct, DisposalId, DisposalItem, DisposalState, ItemState, Verdict,
};
use crate::LedgerError;
use crate::database::{Row, Session, params};
use model::{Digest, DocumentId};

/// A disposal with its acts and documents.
pub(super) async fn load(
    session: &mut Session,
    id: DisposalId,
) -> Result<Option<Disposal>, LedgerError> {
    let row = session
        .row("SELECT * FROM disposals WHERE id = $1", params![id])
        .await?;
    let Some(row) = row else { return Ok(None) };
    let acts = session
        .rows(
            "SELECT * FROM disposal_acts WHERE disposal = $1 ORDER BY id",
            params![id],
        )
        .await?;
    let items = session
        .rows(
            "SELECT * FROM disposal_items WHERE disposal = $1 ORDER BY document",
            params![id],
        )
        .await?;
    Ok(Some(Disposal {
        id,
        title: row.text("title")?,
        state: row.parsed("state", DisposalState::parse)?,
        prepared_at: row.moment("prepared_at")?,
        prepared_by: row.text("prepared_by")?,
        ended_at: row.maybe_moment("ended_at")?,
        protocol: row.maybe_text("protocol")?,
        acts: acts.iter().map(act_of).collect::<Result<_, _>>()?,
        items: items.iter().map(item_of).collect::<Result<_, _>>()?,
    }))
}

fn act_of(row: &Row) -> Result<DisposalAct, LedgerError> {
    Ok(DisposalAct {
        act: row.parsed("act", Act::parse)?,
        role: row.text("role")?,
        verdict: row.parsed("verdict", Verdict::parse)?,
        words: row.text("words")?,
        at: row.moment("at")?,
        person: row.text("person")?,
    })
}

pub(super) fn item_of(row: &Row) -> Result<DisposalItem, LedgerError> {
    Ok(DisposalItem {
        document: row.parsed("document", DocumentId::parse)?,
        kind: row.text("kind")?,
        class: row.text("class")?,
        received_at: row.moment("received_at")?,
        pages: row.count("pages")?,
        sha256: row.parsed("sha256", Digest::parse)?,
        retain_until: row.parsed("retain_until", str::parse)?,
        basis: row.text("basis")?,
        state: row.parsed("state", ItemState::parse)?,
        proof: row.text("proof")?,
    })
}

/// Words of a closed set, as the ledger writes them.
macro_rules! words {
    ($name:ident: $($variant:ident $word:literal),*) => {
        impl $name {
            /// The word it is written as.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub(super) fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    other => Err(format!("`{other}` is none of {}", [$($word),*].join(", "))),
                }
            }
        }
    };
}

words!(DisposalState: Prepared "prepared", Approved "approved", Collected "collected",
    Abandoned "abandoned");
words!(ItemState: Planned "planned", Collecting "collecting", Disposed "disposed", Stays "stays");
words!(Act: Opinion "opinion", Approval "approval");
words!(Verdict: For "for", Against "against");
