//! The people who sign in: names, roles, and the hash of what they sign in with. It checks no
//! password and decides nobody's rights.

use crate::database::{Row, params};
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
    /// A password's hash in PHC form; none for those who sign in elsewhere.
    pub secret: Option<String>,
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

impl Ledger {
    /// Adds a person or changes one; an event says which, and the new roles.
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
        writing
            .tx
            .run(
                "INSERT INTO users (name, full_name, roles, secret, state, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6)
                 ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, roles = excluded.roles,
                    secret = excluded.secret, state = excluded.state, changed_at = excluded.changed_at",
                params![&user.name, &user.full_name, &roles, user.secret.clone(), user.state.as_str(), now],
            )
            .await?;
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

    /// A person by the name of signing in.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn user(&self, name: &str) -> Result<Option<User>, LedgerError> {
        let row = self
            .read()
            .await?
            .row(
                "SELECT name, full_name, roles, secret, state FROM users WHERE name = $1",
                params![name],
            )
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
            .rows(
                "SELECT name, full_name, roles, secret, state FROM users ORDER BY name",
                params![],
            )
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
        secret: row.maybe_text("secret")?,
        state: row.parsed("state", UserState::parse)?,
    })
}
