//! Tokens: what machines come in with, by its hash. A person answers for each; it can do no more
//! than that person, and less where its roles say so.

use crate::database::{Row, params};
use crate::writing::json;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::Digest;

/// A token that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// The hash of what is shown once.
    pub key: Digest,
    /// What it is for.
    pub title: String,
    /// Who answers for it.
    pub person: String,
    /// What it may do, of what the person may.
    pub roles: Vec<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A token as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub title: String,
    /// Who answers for it.
    pub person: String,
    /// What it may do, of what the person may.
    pub roles: Vec<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it lets in.
    pub expires_at: Timestamp,
    /// When it was withdrawn before that.
    pub revoked_at: Option<Timestamp>,
}

macro_rules! token_columns {
    () => {
        "SELECT id, title, person, roles, made_at, expires_at, revoked_at FROM tokens"
    };
}

impl Ledger {
    /// Makes a token. Its number.
    ///
    /// # Errors
    /// When the ledger cannot be written, or knows no such person.
    pub async fn put_token(&self, token: &NewToken, actor: &Actor) -> Result<i64, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let known = writing
            .tx
            .row(
                "SELECT name FROM users WHERE name = $1",
                params![&token.person],
            )
            .await?;
        if known.is_none() {
            return Err(LedgerError::unknown("person", &token.person));
        }
        let id = writing
            .tx
            .only(
                "INSERT INTO tokens (key, title, person, roles, made_at, made_by, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                params![
                    token.key.to_string(),
                    &token.title,
                    &token.person,
                    json(&token.roles)?,
                    now,
                    actor.to_string(),
                    token.expires_at.as_millisecond()
                ],
            )
            .await?
            .integer("id")?;
        let detail = token.roles.join(",");
        writing
            .event("token made", format!("token:{id}"), detail)
            .await?;
        writing.commit().await?;
        Ok(id)
    }

    /// The token of that hash, unless it is over or withdrawn.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn token(&self, key: Digest) -> Result<Option<Token>, LedgerError> {
        let mut session = self.read().await?;
        let now = session.now().await?;
        let row = session
            .row(
                concat!(
                    token_columns!(),
                    " WHERE key = $1 AND expires_at > $2 AND revoked_at IS NULL"
                ),
                params![key.to_string(), now],
            )
            .await?;
        row.as_ref().map(token_of).transpose()
    }

    /// All tokens, newest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn tokens(&self) -> Result<Vec<Token>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(concat!(token_columns!(), " ORDER BY id DESC"), params![])
            .await?;
        rows.iter().map(token_of).collect()
    }

    /// Withdraws a token. Whether it was still good.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn revoke_token(&self, id: i64, actor: &Actor) -> Result<bool, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let revoked = writing
            .tx
            .run(
                "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
                params![id, now],
            )
            .await?;
        if revoked > 0 {
            writing
                .event("token revoked", format!("token:{id}"), "")
                .await?;
        }
        writing.commit().await?;
        Ok(revoked > 0)
    }
}

fn token_of(row: &Row) -> Result<Token, LedgerError> {
    Ok(Token {
        id: row.integer("id")?,
        title: row.text("title")?,
        person: row.text("person")?,
        roles: row.json("roles")?,
        made_at: row.moment("made_at")?,
        expires_at: row.moment("expires_at")?,
        revoked_at: row.maybe_moment("revoked_at")?,
    })
}
