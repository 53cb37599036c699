//! Who comes in, and what of it the door knows: a session's cookie or a token becomes a [`Caller`] with
//! rights; every route says what it needs, and what it does not say is refused.

use super::desk::Desk;
use super::problem::{Answer, Problem};
use super::secrets::{TOKEN_PREFIX, kept};
use crate::clock;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger::{Actor, SessionTerm, User, UserState};
use model::{Digest, DocumentType};
use records::access::{Permission, PersonRole, Rights};
use ring::hmac;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The header that proves that a request of a session was not forged by another site.
pub(crate) const PROOF: &str = "x-kartoteka-proof";

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The person, or the one who answers for a token.
    pub(crate) name: String,
    pub(crate) rights: Rights,
    pub(crate) by: Means,
    /// What a session shows with each change it asks for; of a token nothing.
    pub(crate) proof: Option<String>,
    /// Whether the password was given by somebody else: nothing but changing it is allowed.
    pub(crate) must_change: bool,
}

/// What somebody came in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A session, by the hash of its key.
    Session(Digest),
    /// A token, by its number.
    Token(i64),
}

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        Actor::person(&self.name)
    }

    /// Refuses whoever may not.
    pub(crate) fn needs(&self, permission: Permission) -> Answer<()> {
        if self.must_change {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "your password was given to you by somebody else",
                "choose one of your own first: PUT /api/v1/session/password",
            ));
        }
        if self.rights.may(permission) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("your roles do not let you {}", permission.as_str()),
            "ask an administrator for a role that does",
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

fn nobody() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "nobody is signed in",
        "sign in with POST /api/v1/session, or send a token as Authorization: Bearer",
    )
}

/// Finds out who sends a request and hands it on; what is wrong with what was shown is refused here,
/// what is missing where it is needed.
pub(crate) async fn identify(
    State(desk): State<Arc<Desk>>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller_of(&desk, request.method(), request.headers()).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

/// The permission that a route needs, asked of whoever comes to it.
pub(crate) async fn guard(
    State(permission): State<Permission>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = match request.extensions().get::<Caller>() {
        Some(caller) => caller.needs(permission),
        None => Err(nobody()),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn caller_of(desk: &Desk, method: &Method, headers: &HeaderMap) -> Answer<Option<Caller>> {
    if let Some(shown) = headers.get(header::AUTHORIZATION) {
        let token = shown
            .to_str()
            .ok()
            .and_then(|shown| shown.strip_prefix("Bearer "))
            .filter(|token| token.starts_with(TOKEN_PREFIX));
        let unknown = || {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "the token is none of ours, is over or was withdrawn",
                "ask an administrator for a new one",
            )
        };
        let Some(token) = desk
            .ledger()
            .token(kept(token.ok_or_else(unknown)?))
            .await?
        else {
            return Err(unknown());
        };
        let user = able(desk, &token.person).await?.ok_or_else(unknown)?;
        let roles = roles_of(&token.roles);
        return Ok(Some(Caller {
            rights: rights_of(&user).within(&roles),
            name: user.name,
            by: Means::Token(token.id),
            proof: None,
            must_change: false,
        }));
    }
    let Some(shown) = cookie(headers, cookie_name(desk)) else {
        return Ok(None);
    };
    let key = kept(shown);
    let Some(session) = desk.ledger().session(key, term(desk)).await? else {
        return Ok(None);
    };
    let Some(user) = able(desk, &session.person).await? else {
        return Ok(None);
    };
    if !method.is_safe() {
        check_proof(shown, headers)?;
    }
    Ok(Some(Caller {
        must_change: user.change_secret,
        rights: rights_of(&user),
        name: user.name,
        by: Means::Session(key),
        proof: Some(proof_of(shown)),
    }))
}

/// A person who may come in today.
pub(crate) async fn able(desk: &Desk, name: &str) -> Answer<Option<User>> {
    let today = records::day_of(clock::now(), &desk.parts.schedule);
    let user = desk.ledger().user(name).await?;
    Ok(user.filter(|user| {
        user.state == UserState::Active && user.until.is_none_or(|until| today <= until)
    }))
}

fn roles_of(words: &[String]) -> Vec<PersonRole> {
    words
        .iter()
        .filter_map(|word| PersonRole::parse(word))
        .collect()
}

/// What a person may do. Words that are no role or type give nothing.
pub(crate) fn rights_of(user: &User) -> Rights {
    let kinds = user
        .kinds
        .iter()
        .filter_map(|kind| DocumentType::parse(kind).ok());
    Rights::new(roles_of(&user.roles), user.branches.iter().cloned(), kinds)
}

/// How long a session lasts.
pub(crate) fn term(desk: &Desk) -> SessionTerm {
    let server = &desk.parts.config.server;
    SessionTerm {
        idle: std::time::Duration::from_secs(u64::from(server.session_idle_minutes) * 60),
        whole: std::time::Duration::from_secs(u64::from(server.session_hours) * 3600),
    }
}

/// The cookie's name. Under TLS browsers keep it from other hosts and from plain connections.
pub(crate) fn cookie_name(desk: &Desk) -> &'static str {
    if desk.is_secure() {
        "__Host-kartoteka"
    } else {
        "kartoteka"
    }
}

impl Desk {
    /// Whether browsers reach it by TLS: its own, or that of a proxy before it.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_tls || self.parts.config.server.behind_tls
    }
}

/// What the proof is over: the session's own key signs it, so every node makes the same one, and
/// whoever cannot read the cookie cannot make it.
const PROVEN: &[u8] = b"kartoteka: this comes from our own pages";

/// The proof of a session, by what its browser keeps.
pub(crate) fn proof_of(key: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), PROVEN);
    tag.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn check_proof(session: &str, headers: &HeaderMap) -> Answer<()> {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own_site = said("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let key = hmac::Key::new(hmac::HMAC_SHA256, session.as_bytes());
    let proof = said(PROOF).and_then(bytes_of);
    let proven = proof.is_some_and(|tag| hmac::verify(&key, PROVEN, &tag).is_ok());
    if own_site && proven {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "the request does not show that it comes from our own pages",
        "send X-Kartoteka-Proof as GET /api/v1/session says it",
    ))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// What is kept of where a request comes from: the hash of its network, /24 or /64.
pub(crate) fn source_of(desk: &Desk, parts: &Parts) -> Digest {
    let address = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |from| from.0.ip());
    let address = forwarded(desk, address, &parts.headers).unwrap_or(address);
    let network: Vec<u8> = match address.to_canonical() {
        IpAddr::V4(address) => address.octets()[..3].to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    };
    Digest::of(&network)
}

/// Where a request came from before the trusted proxies that handed it on: the last hop that is none
/// of them.
fn forwarded(desk: &Desk, from: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let trusted = &desk.parts.config.server.proxies;
    if !trusted.contains(&from) {
        return None;
    }
    let hops = headers.get_all("x-forwarded-for");
    let hops: Vec<IpAddr> = hops
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|hop| !trusted.contains(hop))
}
