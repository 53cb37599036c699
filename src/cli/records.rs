//! What the commands on records share: ledger, store and schedule opened together, the follow-up
//! done before a command ends, and who may see what is confidential.

use super::print;
use crate::clock;
use crate::config::Config;
use crate::node;
use archive::Store;
use jiff::civil::Date;
use ledger::{Actor, Hold, Ledger, UserState};
use model::{CreditFile, DocumentId};
use records::explain::Held;
use records::{Keeper, RecordsError, Schedule, day_of};
use std::sync::Arc;

/// What is opened for a command on records.
pub(super) struct Desk<'c> {
    config: &'c Config,
    pub(super) ledger: Ledger,
    pub(super) store: Arc<dyn Store>,
    pub(super) schedule: Schedule,
}

impl<'c> Desk<'c> {
    /// Opens what there is.
    pub(super) async fn open(config: &'c Config) -> anyhow::Result<Self> {
        node::ensure_exists(config)?;
        Ok(Self {
            config,
            schedule: node::load_schedule(config)?,
            ledger: node::open_ledger(config).await?,
            store: node::open_archive(config).await?,
        })
    }

    pub(super) fn keeper(&self) -> Keeper<'_> {
        Keeper {
            ledger: &self.ledger,
            store: self.store.as_ref(),
            schedule: &self.schedule,
        }
    }

    /// The bank's day.
    pub(super) fn today(&self) -> Date {
        day_of(clock::now(), &self.schedule)
    }

    /// Brings the store's locks after what the command changed. Killed before, or where the store
    /// is away, a node does it.
    pub(super) async fn follow_up(&self) -> anyhow::Result<()> {
        let bar = print::spinner();
        let node = format!("command {}", std::process::id());
        let done = self
            .keeper()
            .follow_up(&node, clock::now, &mut |done| {
                bar.set_message(format!("{done} documents followed"));
                bar.tick();
            })
            .await;
        bar.finish_and_clear();
        match done {
            Ok(_) => Ok(()),
            Err(error @ RecordsError::Store(_)) => {
                print::note(&format!(
                    "it stands in the ledger; the archive's locks follow when `kartoteka run` can: \
                     {error}"
                ));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The credit file of an agreement; none, said to the person, when it is that of no file or of
    /// several: nothing is guessed.
    pub(super) async fn file_of(&self, agreement: &str) -> anyhow::Result<Option<CreditFile>> {
        let mut found = self.ledger.credit_files_of_agreement(agreement).await?;
        if found.len() == 1 {
            return Ok(found.pop());
        }
        let numbers: Vec<String> = found.iter().map(|file| file.id.to_string()).collect();
        print::note(&match numbers.as_slice() {
            [] => format!(
                "no credit file has agreement {agreement}: `kartoteka file ID --agreement …` puts \
                 documents into one"
            ),
            _ => format!(
                "agreement {agreement} is that of credit files {}: name one with --credit-file",
                numbers.join(", ")
            ),
        });
        Ok(None)
    }

    /// The holds as that person may see them: the matter of a confidential one is for named roles.
    pub(super) async fn shown(
        &self,
        holds: Vec<Hold>,
        actor: &str,
        neutral: &str,
    ) -> anyhow::Result<Vec<Hold>> {
        let sees = self.sees_confidential(actor).await?;
        Ok(holds
            .into_iter()
            .map(|hold| match hold.confidential && !sees {
                false => hold,
                true => hold.neutral(neutral),
            })
            .collect())
    }

    pub(super) async fn sees_confidential(&self, actor: &str) -> anyhow::Result<bool> {
        let Some(user) = self.ledger.user(actor).await? else {
            return Ok(false);
        };
        let roles = &self.config.records.confidential_roles;
        Ok(user.state == UserState::Active && user.roles.iter().any(|role| roles.contains(role)))
    }
}

/// A hold as a sentence needs it.
pub(super) fn held(hold: Hold) -> Held {
    Held {
        id: hold.id,
        matter: hold.matter,
    }
}

/// A person who acts.
pub(super) fn person(actor: &str) -> Actor {
    Actor::person(actor)
}

/// Documents by their identities, as they were typed.
pub(super) fn parsed(ids: &[String]) -> anyhow::Result<Vec<DocumentId>> {
    Ok(ids
        .iter()
        .map(|id| DocumentId::parse(id))
        .collect::<Result<_, _>>()?)
}
