//! Which documents are asked for: by a search, a list, people, or a hold.

use super::What;
use crate::cli::records::Desk;
use crate::config::Config;
use crate::node::{self, DataDir};
use crate::packages;
use anyhow::Context as _;
use evidence::package::IndexState;
use model::{DocumentId, Pesel};
use search::{Access, Index, MAX_OFFSET, Query};
use std::fs;
use std::path::Path;

/// What was found, and what the recipient is told was looked for.
pub(super) struct Found {
    pub(super) query: String,
    pub(super) index: IndexState,
    pub(super) documents: Vec<DocumentId>,
}

/// The documents, or why they cannot be said.
pub(super) async fn found(
    config: &Config,
    desk: &Desk<'_>,
    what: &What,
    actor: &str,
) -> anyhow::Result<Result<Found, String>> {
    let newest = desk.ledger.newest_change().await?;
    let listed = |query: String, documents| Found {
        query,
        index: IndexState {
            ledger: newest,
            index: None,
        },
        documents,
    };
    if let Some(file) = &what.ids {
        let ids = lines(file)?;
        let parsed: Result<Vec<DocumentId>, _> =
            ids.iter().map(|id| DocumentId::parse(id)).collect();
        return Ok(parsed
            .map(|ids| listed(packages::as_listed(ids.len()), ids))
            .map_err(|error| error.to_string()));
    }
    if let Some(matter) = &what.hold {
        let held = held(desk, matter, actor).await?;
        return Ok(held.map(|(query, documents)| listed(query, documents)));
    }
    let index = Index::open_with(&DataDir::index(&config.data), node::load_words(config)?)
        .context("the index cannot be used: `kartoteka reindex` makes it anew")?;
    let followed = index.seq()?;
    let searched = |query: String, documents| Found {
        query,
        index: IndexState {
            ledger: newest,
            index: Some(followed),
        },
        documents,
    };
    if followed < newest {
        return Ok(Err(format!(
            "the index has followed {followed} of {newest} changes: what it does not know it does not \
             find; `kartoteka run --once` brings it up to date"
        )));
    }
    if let Some(file) = &what.person_file {
        let people = lines(file)?;
        let mut documents = Vec::new();
        for (number, person) in people.iter().enumerate() {
            let Ok(pesel) = Pesel::parse(person) else {
                return Ok(Err(format!("line {} of the file is no PESEL", number + 1)));
            };
            match every_hit(&index, &format!("pesel:{pesel}"))? {
                Ok((hits, _)) => documents.extend(hits),
                Err(why) => return Ok(Err(why)),
            }
        }
        let query = format!(
            "dokumenty osób wskazanych numerem PESEL, osób: {}",
            people.len()
        );
        return Ok(Ok(searched(query, documents)));
    }
    let typed = what.query.as_deref().unwrap_or_default();
    Ok(every_hit(&index, typed)?
        .map(|(documents, widened)| searched(packages::as_searched(typed, widened), documents)))
}

/// The lines of a file that say something.
fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the list {} cannot be read", file.display()))?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(said.map(str::to_owned).collect())
}

/// Every document that a query finds, and whether words near those typed were searched for.
fn every_hit(
    index: &Index,
    typed: &str,
) -> anyhow::Result<Result<(Vec<DocumentId>, bool), String>> {
    let query = match Query::parse(typed) {
        Ok(query) => query,
        Err(error) => return Ok(Err(format!("the query cannot be understood: {error}"))),
    };
    Ok(match packages::every_hit(index, &query, &Access::all())? {
        packages::Found::All(documents, widened) => Ok((documents, widened)),
        packages::Found::TooMany(total) => Err(format!(
            "it finds {total} documents, more than the {MAX_OFFSET} that can be listed: narrow the query"
        )),
    })
}

/// The documents that a hold is on. One that is confidential is there for named roles only, and
/// never named in a package.
async fn held(
    desk: &Desk<'_>,
    matter: &str,
    actor: &str,
) -> anyhow::Result<Result<(String, Vec<DocumentId>), String>> {
    let sees = desk.sees_confidential(actor).await?;
    let holds = desk.ledger.holds(None).await?;
    let fits = |hold: &&ledger::Hold| hold.matter == matter || hold.id.to_string() == matter;
    let visible = |hold: &&ledger::Hold| sees || !hold.confidential;
    let holds: Vec<&ledger::Hold> = holds.iter().filter(fits).filter(visible).collect();
    let [hold] = holds[..] else {
        let why = match holds.is_empty() {
            true => "there is no hold of that number or matter: `kartoteka holds` lists them",
            false => "several holds have that matter: name one by its number",
        };
        return Ok(Err(why.into()));
    };
    let documents = desk.ledger.documents_held_by(hold.id).await?;
    let query = match hold.confidential {
        true => packages::as_listed(documents.len()),
        false => format!("dokumenty wstrzymane w sprawie: {}", hold.matter),
    };
    Ok(Ok((query, documents)))
}
