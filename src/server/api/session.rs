//! Signing in and out, and what people choose for themselves: password and second factor.

use crate::clock;
use crate::server::asked::Body;
use crate::server::entrance::{Caller, Means, able, cookie_name, proof_of, source_of, term};
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use crate::server::secrets;
use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use ledger::{Actor, Trying, User};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The person's name of signing in.
    #[schema(max_length = 100)]
    pub(crate) name: String,
    /// The password.
    #[schema(max_length = 1024)]
    pub(crate) password: String,
    /// The second factor's six digits, where the person has one.
    #[schema(max_length = 10)]
    pub(crate) code: Option<String>,
}

/// Who is signed in, and what they may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// The person's name of signing in.
    pub(crate) name: String,
    /// The person's roles.
    pub(crate) roles: Vec<&'static str>,
    /// The branches whose documents are seen; all of them when none is named.
    pub(crate) branches: Vec<String>,
    /// The types of document that are seen; all of them when none is named.
    pub(crate) kinds: Vec<String>,
    /// Whether the password has to be changed before anything else.
    pub(crate) must_change_password: bool,
    /// What every change has to show as X-Kartoteka-Proof; none for tokens.
    pub(crate) proof: Option<String>,
}

impl Session {
    fn of(caller: &Caller) -> Self {
        Self {
            name: caller.name.clone(),
            roles: caller.rights.roles().map(|role| role.as_str()).collect(),
            branches: caller.rights.branches().iter().cloned().collect(),
            kinds: caller
                .rights
                .kinds()
                .iter()
                .map(ToString::to_string)
                .collect(),
            must_change_password: caller.must_change,
            proof: caller.proof.clone(),
        }
    }
}

/// Sign in
///
/// The answer sets the session's cookie. Whoever guesses has to wait, and nobody else.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = SignIn,
    responses(
        (status = 201, description = "signed in", body = Session),
        (status = 401, description = "name, password or code do not fit", body = Problem),
        (status = 429, description = "too many tries", body = Problem),
    )
)]
pub(crate) async fn sign_in(
    State(office): State<Arc<Office>>,
    parts: Parts,
    Body(asked): Body<SignIn>,
) -> Answer<impl IntoResponse> {
    if asked.name.len() > 100 || asked.password.len() > secrets::LONGEST {
        return Err(unfit());
    }
    let source = source_of(&office, &parts.extensions, &parts.headers);
    // One at a time from here on: tries that run side by side are counted all the same.
    let _turn = office
        .hashing
        .acquire()
        .await
        .map_err(|_| Problem::busy())?;
    if let Trying::Wait(wait) = office.ledger().may_try(&asked.name, source).await? {
        return Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many tries to sign in failed from here",
            "wait for the time in Retry-After",
        )
        .again_after(wait));
    }
    let user = able(&office, &asked.name).await?;
    let (password, hash) = (
        asked.password,
        user.as_ref().and_then(|user| user.secret.clone()),
    );
    let fits = office
        .aside(move |_| Ok(secrets::fits(&password, hash.as_deref())))
        .await?;
    let proven = match &user {
        Some(user) if fits => second_factor(&office, user, asked.code.as_deref()).await?,
        _ => Factor::Wrong,
    };
    let user = match (user, proven) {
        (Some(user), Factor::Right) => user,
        (Some(_), Factor::Missing) => {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "the second factor's code is missing",
                "send it as `code`",
            ));
        }
        (user, _) => {
            office
                .ledger()
                .sign_in_failed(&asked.name, source, user.is_some())
                .await?;
            return Err(unfit());
        }
    };
    office
        .ledger()
        .sign_in_succeeded(&user.name, source)
        .await?;
    let key = secrets::new_key().map_err(|why| Problem::fault(&why))?;
    let actor = Actor::person(&user.name);
    let kept = secrets::kept(&key);
    office
        .ledger()
        .open_session(kept, term(&office), &actor)
        .await?;
    let caller = came_in(user, &key, kept);
    let cookie = set_cookie(&office, &key, term(&office).whole.as_secs())?;
    Ok((
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        Json(Session::of(&caller)),
    ))
}

/// Who has just signed in.
fn came_in(user: User, key: &str, kept: model::Digest) -> Caller {
    Caller {
        rights: crate::server::entrance::rights_of(&user),
        must_change: user.change_secret,
        name: user.name,
        by: Means::Session(kept),
        proof: Some(proof_of(key)),
        seal: None,
    }
}

/// What the second factor shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Factor {
    /// It is right, or there is none.
    Right,
    Missing,
    Wrong,
}

async fn second_factor(office: &Office, user: &User, code: Option<&str>) -> Answer<Factor> {
    let Some(factor) = &user.second_factor else {
        return Ok(Factor::Right);
    };
    let Some(code) = code else {
        return Ok(Factor::Missing);
    };
    let seconds = u64::try_from(clock::now().as_second()).unwrap_or(0);
    let Some(step) = secrets::factor_step(factor, code, seconds) else {
        return Ok(Factor::Wrong);
    };
    let fresh = office.ledger().use_factor_step(&user.name, step).await?;
    Ok(if fresh { Factor::Right } else { Factor::Wrong })
}

fn unfit() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "name, password or code do not fit",
        "try again, or ask an administrator for a one-time password",
    )
}

fn set_cookie(office: &Office, key: &str, seconds: u64) -> Answer<HeaderValue> {
    let secure = if office.is_secure() { "; Secure" } else { "" };
    let name = cookie_name(office);
    let cookie =
        format!("{name}={key}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(|why| Problem::fault(&why))
}

/// Say who is signed in
#[utoipa::path(
    get, path = "/session", tag = "session",
    responses((status = 200, body = Session), (status = 401, body = Problem))
)]
pub(crate) async fn who(caller: Caller) -> Json<Session> {
    Json(Session::of(&caller))
}

/// Sign out
#[utoipa::path(
    delete, path = "/session", tag = "session",
    responses((status = 204, description = "signed out"), (status = 401, body = Problem))
)]
pub(crate) async fn sign_out(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<impl IntoResponse> {
    if let Means::Session(key) = caller.by {
        office.ledger().close_session(key, &caller.actor()).await?;
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, set_cookie(&office, "", 0)?);
    Ok((StatusCode::NO_CONTENT, headers))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password until now.
    #[schema(max_length = 1024)]
    pub(crate) current: String,
    /// The password from now on: at least 12 characters.
    #[schema(min_length = 12, max_length = 1024)]
    pub(crate) new: String,
}

/// Change one's password
///
/// Every other session of the person is over.
#[utoipa::path(
    put, path = "/session/password", tag = "session", request_body = NewPassword,
    responses(
        (status = 204, description = "changed"),
        (status = 401, description = "nobody is signed in", body = Problem),
        (status = 403, description = "the current password does not fit", body = Problem),
        (status = 422, description = "the new one is too easy", body = Problem),
    )
)]
pub(crate) async fn change_password(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<NewPassword>,
) -> Answer<StatusCode> {
    let user = proven(&office, &caller, &asked.current).await?;
    secrets::check_choice(&asked.new, &user.name)?;
    if asked.new == asked.current {
        return Err(Problem::refused(
            "it is the password until now",
            "choose another",
        ));
    }
    let new = asked.new;
    let hash = office
        .aside(move |_| secrets::hash(&new).map_err(|why| Problem::fault(&why)))
        .await?;
    let user = User {
        secret: Some(hash),
        change_secret: false,
        ..user
    };
    office.ledger().put_user(&user, &caller.actor()).await?;
    let Means::Session(key) = caller.by else {
        return Ok(StatusCode::NO_CONTENT);
    };
    office
        .ledger()
        .close_other_sessions(&user.name, Some(key))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person who is signed in, having shown the password once more.
async fn proven(office: &Arc<Office>, caller: &Caller, password: &str) -> Answer<User> {
    if !matches!(caller.by, Means::Session(_)) {
        let detail = "a token does not stand for a person here";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail, "sign in"));
    }
    let _turn = office
        .hashing
        .acquire()
        .await
        .map_err(|_| Problem::busy())?;
    let user = able(office, &caller.name)
        .await?
        .ok_or_else(|| Problem::unknown("person"))?;
    let (password, hash) = (password.to_owned(), user.secret.clone());
    let fits = office
        .aside(move |_| Ok(secrets::fits(&password, hash.as_deref())))
        .await?;
    if fits {
        return Ok(user);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "the current password does not fit",
        "try again",
    ))
}

/// A second factor that is to be set up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFactor {
    /// The password, once more.
    #[schema(max_length = 1024)]
    pub(crate) password: String,
    /// The key that was given before, with `code`: that proves that the device has it.
    #[schema(max_length = 64)]
    pub(crate) key: Option<String>,
    /// What the device shows for that key.
    #[schema(max_length = 10)]
    pub(crate) code: Option<String>,
}

/// The key of a second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct Factoring {
    /// The key in base 32 (RFC 6238: SHA-1, six digits, 30 seconds), for the device.
    pub(crate) key: String,
    /// Whether it is asked for from now on.
    pub(crate) in_force: bool,
}

/// Set up a second factor
///
/// Asked without `key`, it gives a new one; asked again with the key and the code that the device
/// shows, it is in force.
#[utoipa::path(
    put, path = "/session/second-factor", tag = "session", request_body = NewFactor,
    responses(
        (status = 200, body = Factoring),
        (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 422, description = "the code is not that of the key", body = Problem),
    )
)]
pub(crate) async fn set_factor(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<NewFactor>,
) -> Answer<Json<Factoring>> {
    let user = proven(&office, &caller, &asked.password).await?;
    let Some(key) = asked.key else {
        let key = secrets::new_factor().map_err(|why| Problem::fault(&why))?;
        return Ok(Json(Factoring {
            key,
            in_force: false,
        }));
    };
    let seconds = u64::try_from(clock::now().as_second()).unwrap_or(0);
    let code = asked.code.unwrap_or_default();
    let Some(step) = secrets::factor_step(&key, &code, seconds) else {
        return Err(Problem::refused(
            "the code is not that of the key",
            "check the device's clock, and send the code that it shows now",
        ));
    };
    let user = User {
        second_factor: Some(key.clone()),
        ..user
    };
    office.ledger().put_user(&user, &caller.actor()).await?;
    office.ledger().use_factor_step(&user.name, step).await?;
    Ok(Json(Factoring {
        key,
        in_force: true,
    }))
}
