//! The people who sign in: names, roles, and the hash of what they sign in with. It checks no
//! password and decides nobody's rights.

use crate::database::{Row, params};
use crate::writing::json;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;

/// A person who may sign in, or might once.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The name the person signs in with; events carry it, so it is never given to another.
    pub name: String,
    /// The name as people say it.
    pub full_name: String,
    /// What the person may do, in words of the program's own.
    pub roles: Vec<String>,
    /// The branches whose documents the person sees; all of them when there is none.
    pub branches: Vec<String>,
    /// The document types the person sees; all of them when there is none.
    pub kinds: Vec<String>,
    /// The last day on which the person may sign in; none is without end.
    pub until: Option<jiff::civil::Date>,
    /// A password's hash in PHC form; none for those who sign in elsewhere.
    pub secret: Option<String>,
    /// Whether the password was given by somebody else, and lets in only to be changed.
    pub change_secret: bool,
    /// The key of the person's second factor (RFC 6238), in base 32; none where there is none.
    pub second_factor: Option<String>,
    /// Whether the person may sign in.
    pub state: UserState,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("name", &self.name)
            .field("roles", &self.roles)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Yes.
    Active,
    /// No longer; what the person did keeps the name.
    Disabled,
}

impl UserState {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            other => Err(format!("`{other}` is no state of a user")),
        }
    }
}

macro_rules! user_columns {
    () => {
        "SELECT name, full_name, roles, branches, kinds, until, secret, change_secret, second_factor, state
         FROM users"
    };
}

impl Ledger {
    /// Adds a person or changes one; an event says which, and the new roles. The sessions of one who
    /// is disabled are over.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn put_user(&self, user: &User, actor: &Actor) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let known = writing
            .tx
            .row(
                "SELECT name FROM users WHERE name = $1",
                params![&user.name],
            )
            .await?;
        let roles = user.roles.join(",");
        let until = user.until.map(|day| day.to_string());
        writing
            .tx
            .run(
                "INSERT INTO users (name, full_name, roles, branches, kinds, until, secret, change_secret,
                                    second_factor, state, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
                 ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, roles = excluded.roles,
                    branches = excluded.branches, kinds = excluded.kinds, until = excluded.until,
                    secret = excluded.secret, change_secret = excluded.change_secret,
                    second_factor = excluded.second_factor, state = excluded.state,
                    changed_at = excluded.changed_at",
                params![
                    &user.name,
                    &user.full_name,
                    &roles,
                    json(&user.branches)?,
                    json(&user.kinds)?,
                    until,
                    user.secret.clone(),
                    user.change_secret,
                    user.second_factor.clone(),
                    user.state.as_str(),
                    now
                ],
            )
            .await?;
        if user.state == UserState::Disabled {
            writing
                .tx
                .run(
                    "DELETE FROM sessions WHERE person = $1",
                    params![&user.name],
                )
                .await?;
        }
        let action = if known.is_some() {
            "user changed"
        } else {
            "user added"
        };
        let detail = format!("{}: {roles}", user.state.as_str());
        writing
            .event(action, format!("user:{}", user.name), detail)
            .await?;
        writing.commit().await
    }

    /// Adds a person if there is nobody yet. Whether there was nobody.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn put_first_user(&self, user: &User, actor: &Actor) -> Result<bool, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let added = writing
            .tx
            .run(
                "INSERT INTO users (name, full_name, roles, secret, change_secret, state, created_at, changed_at)
                 SELECT $1, $2, $3, $4, $5, $6, CAST($7 AS BIGINT), CAST($7 AS BIGINT)
                 WHERE NOT EXISTS (SELECT 1 FROM users)",
                params![
                    &user.name,
                    &user.full_name,
                    user.roles.join(","),
                    user.secret.clone(),
                    user.change_secret,
                    user.state.as_str(),
                    now
                ],
            )
            .await?;
        if added > 0 {
            let detail = format!("{}: {}", user.state.as_str(), user.roles.join(","));
            writing
                .event("user added", format!("user:{}", user.name), detail)
                .await?;
        }
        writing.commit().await?;
        Ok(added > 0)
    }

    /// A person by the name of signing in.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn user(&self, name: &str) -> Result<Option<User>, LedgerError> {
        let row = self
            .read()
            .await?
            .row(concat!(user_columns!(), " WHERE name = $1"), params![name])
            .await?;
        row.as_ref().map(user_of).transpose()
    }

    /// All people, by name.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn users(&self) -> Result<Vec<User>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(concat!(user_columns!(), " ORDER BY name"), params![])
            .await?;
        rows.iter().map(user_of).collect()
    }

    /// What was decided about how long a document is kept, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn retention_decisions(
        &self,
        document: model::DocumentId,
    ) -> Result<Vec<RetentionDecision>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT version, class, retain_until, at, actor FROM retention_decisions
                 WHERE document = $1 ORDER BY id",
                params![document],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(RetentionDecision {
                    version: row.count("version")?,
                    class: row.text("class")?,
                    retain_until: row.maybe_parsed("retain_until", str::parse)?,
                    at: row.moment("at")?,
                    actor: row.text("actor")?,
                })
            })
            .collect()
    }
}

/// How long a document is to be kept, as somebody decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionDecision {
    /// The record's version that says so.
    pub version: u32,
    /// The retention class.
    pub class: String,
    /// The earliest day of disposal; none while the term has not begun.
    pub retain_until: Option<jiff::civil::Date>,
    /// When it was decided.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
}

fn user_of(row: &Row) -> Result<User, LedgerError> {
    let roles = row.text("roles")?;
    Ok(User {
        name: row.text("name")?,
        full_name: row.text("full_name")?,
        roles: roles
            .split(',')
            .filter(|role| !role.is_empty())
            .map(str::to_owned)
            .collect(),
        branches: row.json("branches")?,
        kinds: row.json("kinds")?,
        until: row.maybe_parsed("until", str::parse)?,
        secret: row.maybe_text("secret")?,
        change_secret: row.flag("change_secret")?,
        second_factor: row.maybe_text("second_factor")?,
        state: row.parsed("state", UserState::parse)?,
    })
}
