//! What happened to credit files and customers, by which terms of retention begin: settled,
//! relationship ended … Rows are appended; a reversal is a row of its own, and what it reverses
//! stays to be seen. What a kind means, and which terms it starts, is not known here.

use crate::database::{Row, Session, Statement, params};
use crate::writing::Writing;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use jiff::civil::Date;
use model::DocumentId;

/// The ledger's number for such an event.
pub type TermEventId = i64;

/// Whom or what something happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOf {
    /// A credit file, with every document of it.
    CreditFile(i64),
    /// A customer, with every credit file of theirs.
    Customer(i64),
}

/// Whether one person's word is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// It is in force at once.
    Enough,
    /// It waits for another person's confirmation.
    SecondNeeded,
}

/// Something that happened, as it is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTermEvent {
    /// To whom or what.
    pub of: EventOf,
    /// What, as the schedule names it.
    pub kind: String,
    /// On which day.
    pub day: Date,
    /// Who says so: a person's words, or the name of a feed.
    pub source: String,
    /// What proves it there: a posting's number.
    pub evidence: String,
    /// Whether that is enough.
    pub witness: Witness,
}

/// Something that happened, as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermEvent {
    /// Its number.
    pub id: TermEventId,
    /// To whom or what.
    pub of: EventOf,
    /// What.
    pub kind: String,
    /// On which day.
    pub day: Date,
    /// Who says so; of a reversal, why.
    pub source: String,
    /// What proves it there.
    pub evidence: String,
    /// When it was stated.
    pub stated_at: Timestamp,
    /// By whom.
    pub stated_by: String,
    /// By whom it was confirmed: by the same where one person is enough; none while it waits.
    pub confirmed_by: Option<String>,
    /// The event that it reverses.
    pub reverses: Option<TermEventId>,
    /// The event that reverses it, confirmed or not.
    pub reversed_by: Option<TermEventId>,
}

/// What became of a line of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fed {
    /// It is an event now.
    Added(TermEventId),
    /// It was there before, in force or reversed since.
    Known(TermEventId),
    /// No credit file has that agreement number.
    NoFile,
    /// So many have it: it is not guessed which.
    SeveralFiles(usize),
}

/// A line of a feed: an event of whatever credit file has that agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// The agreement's number, as credit files have it.
    pub agreement_number: String,
    /// What happened.
    pub kind: String,
    /// On which day.
    pub day: Date,
    /// What proves it there.
    pub evidence: String,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, credit_file, customer, kind, day, source, evidence, stated_at, stated_by,
                    confirmed_by, reverses,
                    (SELECT reversal.id FROM term_events AS reversal
                     WHERE reversal.reverses = term_events.id) AS reversed_by
             FROM term_events ",
            $where
        )
    };
}

/// Those of a credit file and its customers that are confirmed and not reversed.
const IN_FORCE: &str = select!(
    "WHERE (credit_file = $1 OR customer IN
            (SELECT customer FROM credit_file_customers WHERE credit_file_customers.credit_file = $1))
        AND reverses IS NULL AND confirmed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM term_events AS reversal
            WHERE reversal.reverses = term_events.id AND reversal.confirmed_at IS NOT NULL)
     ORDER BY id"
);

impl Ledger {
    /// States that something happened. Documents it touches get their follow-up work.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such credit file or customer,
    /// [`LedgerError::Refused`] when the same stands already, and when the ledger cannot be
    /// written.
    pub async fn state_term_event(
        &self,
        new: &NewTermEvent,
        actor: &Actor,
    ) -> Result<TermEventId, LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing.lock_party(new.of).await?;
        let (file, customer) = new.of.columns();
        let standing = writing
            .tx
            .row(
                "SELECT id FROM term_events WHERE (credit_file = $1 OR customer = $2) AND kind = $3
                    AND day = $4 AND reverses IS NULL
                    AND NOT EXISTS (SELECT 1 FROM term_events AS r WHERE r.reverses = term_events.id)",
                params![file, customer, &new.kind, new.day],
            )
            .await?;
        if let Some(row) = standing {
            let id = row.integer("id")?;
            return Err(LedgerError::Refused(format!(
                "event {id} says so already: {} on {}",
                new.kind, new.day
            )));
        }
        let id = writing.insert_term_event(new, None).await?;
        writing.commit().await?;
        Ok(id)
    }

    /// Reverses an event: a row of its own, with who and why.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such event, [`LedgerError::Refused`] when it is a
    /// reversal itself or reversed already, and when the ledger cannot be written.
    pub async fn reverse_term_event(
        &self,
        id: TermEventId,
        why: &str,
        witness: Witness,
        actor: &Actor,
    ) -> Result<TermEventId, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let event = writing.term_event(id).await?;
        writing.lock_party(event.of).await?;
        // Again, now that nobody else can reverse it.
        let event = writing.term_event(id).await?;
        if event.reverses.is_some() || event.reversed_by.is_some() {
            let what = event.reversed_by.map_or_else(
                || format!("event {id} is a reversal itself: state what happened anew"),
                |by| format!("event {id} is reversed already, by event {by}"),
            );
            return Err(LedgerError::Refused(what));
        }
        let reversal = NewTermEvent {
            of: event.of,
            kind: event.kind,
            day: event.day,
            source: why.to_owned(),
            evidence: String::new(),
            witness,
        };
        let reversal = writing.insert_term_event(&reversal, Some(id)).await?;
        writing.commit().await?;
        Ok(reversal)
    }

    /// Confirms an event, or a reversal, that waits for a second person.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is no such event, [`LedgerError::Refused`] when it waits
    /// for nobody or the same person stated it, and when the ledger cannot be written.
    pub async fn confirm_term_event(
        &self,
        id: TermEventId,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let event = writing.term_event(id).await?;
        writing.lock_party(event.of).await?;
        let person = actor.to_string();
        if event.stated_by == person {
            return Err(LedgerError::Refused(format!(
                "{person} stated event {id} and cannot confirm it: another person does"
            )));
        }
        let now = writing.now().await?;
        let confirmed = writing
            .tx
            .run(
                "UPDATE term_events SET confirmed_at = $2, confirmed_by = $3
                 WHERE id = $1 AND confirmed_at IS NULL",
                params![id, now, person],
            )
            .await?;
        if confirmed == 0 {
            return Err(LedgerError::Refused(format!(
                "event {id} is confirmed already"
            )));
        }
        let detail = format!("event {id}");
        writing
            .event("term event confirmed", event.of.subject(), detail)
            .await?;
        writing.follow_party(event.of, id).await?;
        writing.commit().await
    }

    /// Takes lines of a feed, all in one transaction: what each came to. A line whose agreement is
    /// that of no credit file, or of several, is not taken; one that was taken before, though it
    /// was reversed since, changes nothing.
    ///
    /// # Errors
    /// When the ledger cannot be written; then none was taken.
    pub async fn feed_term_events(
        &self,
        lines: &[FeedLine],
        source: &str,
        witness: Witness,
        actor: &Actor,
    ) -> Result<Vec<Fed>, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let mut fed = Vec::with_capacity(lines.len());
        for line in lines {
            fed.push(writing.feed(line, source, witness).await?);
        }
        writing.commit().await?;
        Ok(fed)
    }

    /// The events of a credit file and its customers, reversals and what waits included.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn term_events_of(&self, credit_file: i64) -> Result<Vec<TermEvent>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                select!(
                    "WHERE credit_file = $1 OR customer IN (SELECT customer FROM credit_file_customers
                        WHERE credit_file_customers.credit_file = $1) ORDER BY id"
                ),
                params![credit_file],
            )
            .await?;
        rows.iter().map(event_of).collect()
    }

    /// The events that wait for a second person, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn unconfirmed_term_events(
        &self,
        after: TermEventId,
        limit: u32,
    ) -> Result<Vec<TermEvent>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                select!("WHERE confirmed_at IS NULL AND id > $1 ORDER BY id LIMIT $2"),
                params![after, limit],
            )
            .await?;
        rows.iter().map(event_of).collect()
    }
}

/// The events in force of a credit file and its customers.
pub(crate) async fn in_force(
    session: &mut Session,
    credit_file: i64,
) -> Result<Vec<TermEvent>, LedgerError> {
    let rows = session.rows(IN_FORCE, params![credit_file]).await?;
    rows.iter().map(event_of).collect()
}

fn event_of(row: &Row) -> Result<TermEvent, LedgerError> {
    let of = match (
        row.maybe_integer("credit_file")?,
        row.maybe_integer("customer")?,
    ) {
        (Some(file), None) => EventOf::CreditFile(file),
        (None, Some(customer)) => EventOf::Customer(customer),
        _ => return Err(LedgerError::damaged("term event", "it is of nobody")),
    };
    Ok(TermEvent {
        id: row.integer("id")?,
        of,
        kind: row.text("kind")?,
        day: row.parsed("day", str::parse)?,
        source: row.text("source")?,
        evidence: row.text("evidence")?,
        stated_at: row.moment("stated_at")?,
        stated_by: row.text("stated_by")?,
        confirmed_by: row.maybe_text("confirmed_by")?,
        reverses: row.maybe_integer("reverses")?,
        reversed_by: row.maybe_integer("reversed_by")?,
    })
}

impl EventOf {
    const fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::CreditFile(file) => (Some(file), None),
            Self::Customer(customer) => (None, Some(customer)),
        }
    }

    /// What an audit event about it is about.
    fn subject(self) -> String {
        match self {
            Self::CreditFile(file) => format!("credit_file:{file}"),
            Self::Customer(customer) => format!("customer:{customer}"),
        }
    }
}

impl Writing {
    /// Locks a credit file or a customer, so that events of it come one after the other, and no
    /// document joins it unseen meanwhile.
    pub(crate) async fn lock_party(&mut self, of: EventOf) -> Result<(), LedgerError> {
        const FILE: Statement = Statement {
            sqlite: "SELECT id FROM credit_files WHERE id = $1",
            postgres: "SELECT id FROM credit_files WHERE id = $1 FOR UPDATE",
        };
        const CUSTOMER: Statement = Statement {
            sqlite: "SELECT id FROM customers WHERE id = $1",
            postgres: "SELECT id FROM customers WHERE id = $1 FOR UPDATE",
        };
        let (sql, what, id) = match of {
            EventOf::CreditFile(id) => (FILE, "credit file", id),
            EventOf::Customer(id) => (CUSTOMER, "customer", id),
        };
        let row = self.tx.row(self.tx.pick(sql), params![id]).await?;
        row.map(drop).ok_or_else(|| LedgerError::unknown(what, id))
    }

    async fn term_event(&mut self, id: TermEventId) -> Result<TermEvent, LedgerError> {
        let row = self.tx.row(select!("WHERE id = $1"), params![id]).await?;
        row.as_ref()
            .map(event_of)
            .ok_or_else(|| LedgerError::unknown("event", id))?
    }

    async fn insert_term_event(
        &mut self,
        new: &NewTermEvent,
        reverses: Option<TermEventId>,
    ) -> Result<TermEventId, LedgerError> {
        let (now, person) = (self.now().await?, self.actor().to_string());
        let confirmed = match new.witness {
            Witness::Enough => Some((now, person.clone())),
            Witness::SecondNeeded => None,
        };
        let (file, customer) = new.of.columns();
        let id = self
            .tx
            .only(
                "INSERT INTO term_events (credit_file, customer, kind, day, source, evidence, stated_at,
                                          stated_by, confirmed_at, confirmed_by, reverses)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
                params![
                    file,
                    customer,
                    &new.kind,
                    new.day,
                    &new.source,
                    &new.evidence,
                    now,
                    person,
                    confirmed.as_ref().map(|(at, _)| *at),
                    confirmed.map(|(_, by)| by),
                    reverses
                ],
            )
            .await?
            .integer("id")?;
        let (action, detail) = match reverses {
            None => ("term event stated", format!("event {id}: {}", new.kind)),
            Some(reversed) => (
                "term event reversed",
                format!("event {id} reverses {reversed}"),
            ),
        };
        self.event(action, new.of.subject(), detail).await?;
        if new.witness == Witness::Enough {
            self.follow_party(new.of, id).await?;
        }
        Ok(id)
    }

    async fn feed(
        &mut self,
        line: &FeedLine,
        source: &str,
        witness: Witness,
    ) -> Result<Fed, LedgerError> {
        let files = self
            .tx
            .rows(
                "SELECT id FROM credit_files WHERE agreement_number = $1 ORDER BY id",
                params![&line.agreement_number],
            )
            .await?;
        let [file] = files.as_slice() else {
            return Ok(match files.len() {
                0 => Fed::NoFile,
                several => Fed::SeveralFiles(several),
            });
        };
        let of = EventOf::CreditFile(file.integer("id")?);
        self.lock_party(of).await?;
        let known = self
            .tx
            .row(
                "SELECT id FROM term_events WHERE credit_file = $1 AND kind = $2 AND day = $3
                    AND reverses IS NULL ORDER BY id DESC LIMIT 1",
                params![of.columns().0, &line.kind, line.day],
            )
            .await?;
        if let Some(row) = known {
            return Ok(Fed::Known(row.integer("id")?));
        }
        let new = NewTermEvent {
            of,
            kind: line.kind.clone(),
            day: line.day,
            source: source.to_owned(),
            evidence: line.evidence.clone(),
            witness,
        };
        Ok(Fed::Added(self.insert_term_event(&new, None).await?))
    }

    /// Follow-up work for every document that an event touches.
    async fn follow_party(&mut self, of: EventOf, id: TermEventId) -> Result<(), LedgerError> {
        let (file, customer) = of.columns();
        let rows = self
            .tx
            .rows(
                "SELECT id FROM documents WHERE credit_file = $1 OR credit_file IN
                    (SELECT credit_file FROM credit_file_customers WHERE customer = $2) ORDER BY id",
                params![file, customer],
            )
            .await?;
        let documents: Vec<DocumentId> = rows
            .iter()
            .map(|row| row.parsed("id", DocumentId::parse))
            .collect::<Result<_, _>>()?;
        self.follow_up(&documents, &format!("event {id}")).await
    }
}
