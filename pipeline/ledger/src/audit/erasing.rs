//! Erasing what names a person out of events. The leaf stays as it was: a commitment takes the
//! place of the value, and the salt that tied them goes.

use super::leaf::{AuditedEvent, PartName, audited};
use crate::database::{Row, params};
use crate::writing::Writing;
use crate::{Actor, Ledger, LedgerError};

/// Events erased in one transaction.
const AT_ONCE: u32 = 500;
/// Actions whose detail is a person's own words.
const WORDY: [&str; 1] = ["skipped"];

impl Ledger {
    /// Removes a person who may no longer be named: the account, and the name in every event. The
    /// events stay, and the log still verifies. How many events were touched.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn remove_user(&self, name: &str, actor: &Actor) -> Result<u64, LedgerError> {
        self.sequence().await?;
        self.fix_leaves().await?;
        let mut touched = 0;
        let account = format!("user:{name}");
        loop {
            let mut writing = self.begin(actor).await?;
            let rows = writing
                .tx
                .rows(
                    audited!("WHERE leaf IS NOT NULL AND (actor = $1 OR subject = $2) LIMIT $3"),
                    params![name, &account, AT_ONCE],
                )
                .await?;
            for row in &rows {
                let mut gone = Vec::new();
                gone.extend((row.text("actor")? == name).then_some(PartName::Actor));
                gone.extend((row.text("subject")? == account).then_some(PartName::Subject));
                writing.erase(row, &gone).await?;
            }
            touched += rows.len() as u64;
            if !rows.is_empty() {
                writing.commit().await?;
                continue;
            }
            writing
                .tx
                .run("DELETE FROM users WHERE name = $1", params![name])
                .await?;
            let detail = format!("{touched} events");
            writing.event("user removed", "users", detail).await?;
            writing.commit().await?;
            return Ok(touched);
        }
    }
}

impl Writing {
    /// Erases people's own words about a subject that is gone.
    pub(crate) async fn erase_words_about(
        &mut self,
        subject: impl ToString,
    ) -> Result<(), LedgerError> {
        let subject = subject.to_string();
        for action in WORDY {
            // What has no leaf yet was never committed to.
            self.tx
                .run(
                    "UPDATE events SET detail = '' WHERE subject = $1 AND action = $2 AND leaf IS NULL",
                    params![&subject, action],
                )
                .await?;
            let rows = self
                .tx
                .rows(
                    audited!("WHERE subject = $1 AND action = $2 AND detail <> ''"),
                    params![&subject, action],
                )
                .await?;
            for row in &rows {
                self.erase(row, &[PartName::Detail]).await?;
            }
        }
        Ok(())
    }

    async fn erase(&mut self, row: &Row, gone: &[PartName]) -> Result<(), LedgerError> {
        let kept = |part: PartName, name: &str| match gone.contains(&part) {
            true => Ok(String::new()),
            false => row.text(name),
        };
        let erased = AuditedEvent::of(row)?.erasing(gone)?;
        let actor = kept(PartName::Actor, "actor")?;
        let subject = kept(PartName::Subject, "subject")?;
        let detail = kept(PartName::Detail, "detail")?;
        self.tx
            .run(
                "UPDATE events SET actor = $2, subject = $3, detail = $4, salt = NULL, erased = $5
                 WHERE id = $1",
                params![row.integer("id")?, actor, subject, detail, erased],
            )
            .await?;
        Ok(())
    }
}
