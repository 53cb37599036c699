//! People and machines that may come in. Names of people are sent as bodies: addresses are logged.

use crate::clock;
use crate::server::asked::{At, Body};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use crate::server::secrets;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use ledger::{NewToken, User, UserState};
use model::DocumentType;
use records::access::{self, PersonRole, Unfit};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest life of a token.
const LONGEST_DAYS: i64 = 366;

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) roles: Vec<String>,
    pub(crate) branches: Vec<String>,
    pub(crate) kinds: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) until: Option<Date>,
    pub(crate) active: bool,
    pub(crate) second_factor: bool,
    /// Whether the password was given by somebody else and has to be changed.
    pub(crate) must_change_password: bool,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            full_name: user.full_name,
            roles: user.roles,
            branches: user.branches,
            kinds: user.kinds,
            until: user.until,
            active: user.state == UserState::Active,
            second_factor: user.second_factor.is_some(),
            must_change_password: user.change_secret,
        }
    }
}

/// List people
#[utoipa::path(get, path = "/people", tag = "people", responses((status = 200, body = [Person])))]
pub(crate) async fn list(State(office): State<Arc<Office>>) -> Answer<Json<Vec<Person>>> {
    let users = office.ledger().users().await?;
    Ok(Json(users.into_iter().map(Person::from).collect()))
}

/// A person to be added or changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonPut {
    /// The name of signing in; it is never given to another.
    #[schema(min_length = 2, max_length = 64)]
    pub(crate) name: String,
    /// The name as people say it.
    #[schema(max_length = 200)]
    pub(crate) full_name: String,
    /// What the person is: `station`, `archivist`, `reviewer`, `compliance`, `records_manager`,
    /// `auditor`, `administrator`.
    pub(crate) roles: Vec<String>,
    /// The branches whose documents the person sees; all of them when none is named.
    #[serde(default)]
    pub(crate) branches: Vec<String>,
    /// The types of document that the person sees; all of them when none is named.
    #[serde(default)]
    pub(crate) kinds: Vec<String>,
    /// The last day on which the person may sign in; an auditor has one.
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) until: Option<Date>,
    /// Whether the person may sign in.
    #[serde(default = "yes")]
    pub(crate) active: bool,
    /// Whether to give a new one-time password, and take the second factor away.
    #[serde(default)]
    pub(crate) reset: bool,
}

const fn yes() -> bool {
    true
}

/// A person as it is now.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonGiven {
    pub(crate) person: Person,
    /// The one-time password, said once: to be changed at the first sign-in.
    pub(crate) one_time_password: Option<String>,
}

/// Add a person, or change one
#[utoipa::path(
    put, path = "/people", tag = "people", request_body = PersonPut,
    responses((status = 200, body = PersonGiven), (status = 400, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn put(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(put): Body<PersonPut>,
) -> Answer<Json<PersonGiven>> {
    check(&put)?;
    let known = office.ledger().user(&put.name).await?;
    let itself = put.name == caller.name;
    let stays = put.active && put.roles.iter().any(|role| role == "administrator");
    if itself && !stays {
        return Err(Problem::refused(
            "you would lock yourself out",
            "have another administrator do it",
        ));
    }
    let mut one_time_password = None;
    let (mut secret, mut change_secret, mut second_factor) = match &known {
        Some(user) => (
            user.secret.clone(),
            user.change_secret,
            user.second_factor.clone(),
        ),
        None => (None, false, None),
    };
    if put.reset || known.is_none() {
        let password = secrets::one_time_password().map_err(|why| Problem::fault(&why))?;
        let _turn = office
            .hashing
            .acquire()
            .await
            .map_err(|_| Problem::busy())?;
        let hashed = password.clone();
        let hash = office
            .aside(move |_| secrets::hash(&hashed).map_err(|why| Problem::fault(&why)))
            .await?;
        (secret, change_secret, second_factor) = (Some(hash), true, None);
        one_time_password = Some(password);
    }
    let user = User {
        name: put.name,
        full_name: put.full_name,
        roles: put.roles,
        branches: put.branches,
        kinds: put.kinds,
        until: put.until,
        secret,
        change_secret,
        second_factor,
        state: if put.active {
            UserState::Active
        } else {
            UserState::Disabled
        },
    };
    office.ledger().put_user(&user, &caller.actor()).await?;
    if one_time_password.is_some() && !itself {
        office
            .ledger()
            .close_other_sessions(&user.name, None)
            .await?;
    }
    Ok(Json(PersonGiven {
        person: Person::from(user),
        one_time_password,
    }))
}

fn check(put: &PersonPut) -> Answer<()> {
    let refuse = |detail: &str, remedy: &str| Err(Problem::refused(detail, remedy));
    if !access::is_name(&put.name) {
        let remedy = "use 2 to 64 of a to z, 0 to 9, point and hyphen";
        return refuse("that is no name of signing in", remedy);
    }
    if put.full_name.trim().is_empty() || put.full_name.chars().any(char::is_control) {
        return refuse("the person's full name is missing", "send `full_name`");
    }
    let Some(roles) = roles_of(&put.roles) else {
        return refuse(
            "one of the roles is none",
            "send roles as this request's form names them",
        );
    };
    if put
        .kinds
        .iter()
        .any(|kind| DocumentType::parse(kind).is_err())
    {
        return refuse(
            "one of the types is no document type",
            "send types as documents have them",
        );
    }
    match access::unfit(&roles, put.until.is_some()) {
        Some(Unfit::AdministratorReads) => {
            return refuse(
                "an administrator runs the machine and reads no documents",
                "give the other roles to another account",
            );
        }
        Some(Unfit::AuditorWithoutEnd) => {
            return refuse("an auditor's access has an end", "send `until`");
        }
        None => {}
    }
    if put
        .branches
        .iter()
        .any(|branch| branch.trim().is_empty() || branch.len() > 64)
    {
        return refuse(
            "one of the branches is none",
            "send branches as documents have them",
        );
    }
    Ok(())
}

/// The roles of those words; none where one is no role.
fn roles_of(words: &[String]) -> Option<Vec<PersonRole>> {
    words.iter().map(|word| PersonRole::parse(word)).collect()
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    pub(crate) token: i64,
    pub(crate) title: String,
    /// Who answers for it.
    pub(crate) person: String,
    pub(crate) roles: Vec<String>,
    pub(crate) made_at: String,
    pub(crate) expires_at: String,
    pub(crate) revoked_at: Option<String>,
}

impl From<ledger::Token> for Token {
    fn from(token: ledger::Token) -> Self {
        Self {
            token: token.id,
            title: token.title,
            person: token.person,
            roles: token.roles,
            made_at: token.made_at.to_string(),
            expires_at: token.expires_at.to_string(),
            revoked_at: token.revoked_at.map(|at: Timestamp| at.to_string()),
        }
    }
}

/// List tokens
#[utoipa::path(get, path = "/tokens", tag = "people", responses((status = 200, body = [Token])))]
pub(crate) async fn tokens(State(office): State<Arc<Office>>) -> Answer<Json<Vec<Token>>> {
    let tokens = office.ledger().tokens().await?;
    Ok(Json(tokens.into_iter().map(Token::from).collect()))
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTokenAsked {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    /// Who answers for it: it can do no more than that person.
    #[schema(max_length = 64)]
    pub(crate) person: String,
    /// What it may do of what the person may.
    pub(crate) roles: Vec<String>,
    /// How many days it lets in, up to 366.
    #[schema(minimum = 1, maximum = 366)]
    pub(crate) days: i64,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenMade {
    pub(crate) token: i64,
    /// What is sent as Authorization: Bearer. It is said once.
    pub(crate) secret: String,
    pub(crate) expires_at: String,
}

/// Make a token
#[utoipa::path(
    post, path = "/tokens", tag = "people", request_body = NewTokenAsked,
    responses((status = 201, body = TokenMade), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem))
)]
pub(crate) async fn make_token(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<NewTokenAsked>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    if !(1..=LONGEST_DAYS).contains(&asked.days) {
        return Err(Problem::refused(
            "a token lets in for 1 to 366 days",
            "send fewer",
        ));
    }
    if asked.title.trim().is_empty() {
        return Err(Problem::refused(
            "a token says what it is for",
            "send `title`",
        ));
    }
    if asked.roles.is_empty() || roles_of(&asked.roles).is_none() {
        return Err(Problem::refused(
            "one of the roles is none",
            "send roles of the person",
        ));
    }
    let key = secrets::new_key().map_err(|why| Problem::fault(&why))?;
    let secret = format!("{}{key}", secrets::TOKEN_PREFIX);
    let expires_at = clock::now()
        .checked_add(SignedDuration::from_hours(24 * asked.days))
        .map_err(|why| Problem::fault(&why))?;
    let new = NewToken {
        key: secrets::kept(&secret),
        title: asked.title,
        person: asked.person,
        roles: asked.roles,
        expires_at,
    };
    let token = office.ledger().put_token(&new, &caller.actor()).await?;
    let made = TokenMade {
        token,
        secret,
        expires_at: expires_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Withdraw a token
#[utoipa::path(
    delete, path = "/tokens/{token}", tag = "people",
    params(("token" = i64, Path, description = "the token")),
    responses((status = 204, description = "withdrawn"), (status = 404, body = Problem))
)]
pub(crate) async fn revoke(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(token): At<i64>,
) -> Answer<StatusCode> {
    match office.ledger().revoke_token(token, &caller.actor()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::unknown("token")),
    }
}
