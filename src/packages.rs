//! Giving documents away: what is given is frozen and on record before anything of it is written, and no
//! package counts before it was read back. Command line and server do it alike.

use crate::node::NodeKey;
use archive::Store;
use evidence::bag::Source;
use evidence::export::{Frozen, Making, Order, freeze, make};
use evidence::package::{self, Statement, Writer};
use ledger::{Actor, Disclosure, Ledger};
use model::{Digest, DocumentId, Language, Record};
use search::{Access, Index, MAX_LIMIT, MAX_OFFSET, Query, Request, SearchError, Sort};
use std::path::Path;

/// What a search found, every document of it.
pub(crate) enum Found {
    /// The documents, and whether words near those typed were searched for.
    All(Vec<DocumentId>, bool),
    /// More than can be listed: so many.
    TooMany(usize),
}

/// Every document that a query finds, of those that may be found.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn every_hit(
    index: &Index,
    query: &Query,
    access: &Access,
) -> Result<Found, SearchError> {
    let (mut documents, mut widened) = (Vec::new(), false);
    loop {
        let results = index.find(&Request {
            query,
            typed: "",
            access: access.clone(),
            sort: Sort::Newest,
            limit: MAX_LIMIT,
            offset: documents.len(),
        })?;
        if results.relaxed {
            // None has all the words: what has some of them was not asked for.
            return Ok(Found::All(Vec::new(), false));
        }
        if results.total > MAX_OFFSET {
            return Ok(Found::TooMany(results.total));
        }
        widened |= results.widened;
        documents.extend(results.hits.iter().map(|hit| hit.id));
        if results.hits.is_empty() || documents.len() >= results.total {
            return Ok(Found::All(documents, widened));
        }
    }
}

/// A query, as the recipient is told that it was searched.
pub(crate) fn as_searched(typed: &str, widened: bool) -> String {
    let more = if widened {
        " (z poszerzeniem o słowa podobne)"
    } else {
        ""
    };
    format!("{typed}{more}")
}

/// A list of documents, as the recipient is told of it.
pub(crate) fn as_listed(documents: usize) -> String {
    format!("lista {documents} dokumentów")
}

/// Most letters of a purpose: a case and a sentence.
pub(crate) const MAX_PURPOSE: usize = 500;

/// What packages are made of.
pub(crate) struct Giving<'g> {
    pub(crate) ledger: &'g Ledger,
    pub(crate) store: &'g dyn Store,
    pub(crate) schemas: &'g extraction::Schemas,
    pub(crate) key: &'g NodeKey,
}

/// A request that is on record, and the list that was frozen for it.
pub(crate) struct Noted {
    pub(crate) disclosure: Disclosure,
    frozen: Frozen,
}

impl Noted {
    /// What is said of completeness.
    pub(crate) fn statement(&self) -> &Statement {
        self.frozen.statement()
    }
}

impl Giving<'_> {
    /// Freezes what is asked for and puts it into the register. `begin` is asked before that whether the
    /// package can be written.
    ///
    /// # Errors
    /// When the ledger cannot be used, or `begin` refuses.
    pub(crate) async fn note(
        &self,
        order: Order,
        actor: &Actor,
        begin: impl FnOnce(&Statement) -> anyhow::Result<()> + Send,
    ) -> anyhow::Result<Noted> {
        let title = |record: &Record| self.schemas.title(&record.kind, Language::Pl).to_owned();
        let frozen = freeze(self.ledger, order, &title).await?;
        begin(frozen.statement())?;
        let disclosure = self.ledger.disclose(&frozen.disclosure(), actor).await?;
        let frozen = frozen.at(disclosure.requested_at);
        Ok(Noted { disclosure, frozen })
    }

    /// Writes the package, or goes on with one that was broken off, reads it back, and notes that it
    /// was made; the SHA-256 of its signed manifest. `tell` hears of every document.
    ///
    /// # Errors
    /// When something cannot be read or written, or is not what was kept.
    pub(crate) async fn make(
        &self,
        noted: Noted,
        out: &Path,
        actor: &Actor,
        tell: &mut (dyn FnMut() + Send),
    ) -> anyhow::Result<Digest> {
        let Noted { disclosure, frozen } = noted;
        let seconds = u64::try_from(disclosure.requested_at.as_second()).unwrap_or_default();
        let writer = Writer::begin(out, &frozen.statement().package, seconds)?;
        let making = Making {
            ledger: self.ledger,
            store: self.store,
            signer: self.key,
            program: env!("CARGO_PKG_VERSION"),
        };
        let sha256 = make(&making, frozen, writer, tell).await?;
        read_back(out, self.key)?;
        self.ledger.disclosed(disclosure.id, sha256, actor).await?;
        Ok(sha256)
    }
}

fn read_back(out: &Path, key: &NodeKey) -> anyhow::Result<()> {
    let source = Source::open(out)?;
    let verified = package::verify(&source, Some(evidence::Signer::public(key)), &mut |_| {})?;
    if let Some(finding) = verified.report.findings.first() {
        anyhow::bail!("the package is not as it was written: {finding}");
    }
    Ok(())
}
