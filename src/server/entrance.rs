//! Who comes in, and what of it the door knows: a session's cookie or a token becomes a [`Caller`] with
//! rights; every route says what it needs, and what it does not say is refused.

use super::desk::Seal;
use super::office::Office;
use super::problem::{Answer, Problem};
use super::secrets::{TOKEN_PREFIX, kept};
use crate::clock;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger::{Actor, SessionTerm, User, UserState};
use model::{Digest, DocumentType};
use records::access::{Permission, PersonRole, Rights};
use ring::hmac;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// What a session seals its addresses with; of a token nothing.
    pub(crate) seal: Option<Seal>,
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

    /// The token's number, of a machine.
    const fn token(&self) -> Option<i64> {
        match self.by {
            Means::Token(id) => Some(id),
            Means::Session(_) => None,
        }
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
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    let (mut request, proof) = match with_proof(request).await {
        Ok(read) => read,
        Err(problem) => return problem.into_response(),
    };
    let (method, headers) = (request.method(), request.headers());
    match caller_of(&office, method, headers, proof.as_deref()).await {
        Ok(caller) => {
            let who = match &caller {
                Some(caller) => Who::Caller(caller.name.clone(), caller.token()),
                None => Who::From(source_of(&office, request.extensions(), request.headers())),
            };
            if let Err(wait) = office.pace.pass(who, Instant::now()) {
                return too_fast(wait).into_response();
            }
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
        }
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

/// Whose pace a request counts for: a person's, a token's, or that of the network of whoever has not
/// said who they are.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Caller(String, Option<i64>),
    From(Digest),
}

fn too_fast(wait: Duration) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "requests come faster than one caller may send them",
        "wait for the time in Retry-After",
    )
    .again_after(wait)
}

/// A request and the proof that it shows: in its header, or in the field `proof` of a page's form.
async fn with_proof(request: Request) -> Answer<(Request, Option<String>)> {
    let (header, is_form) = {
        let said = |name: &str| {
            let value = request.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let is_form = said("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        (said(PROOF), is_form)
    };
    if header.is_some() || !is_form || request.method().is_safe() {
        return Ok((request, header));
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, super::LARGEST_BODY).await.map_err(|_| {
        let detail = "the request's body is too large";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail, "send less at once")
    })?;
    let proof = std::str::from_utf8(&body).ok().and_then(|form| {
        let fields = form.split('&').filter_map(|field| field.split_once('='));
        // The proof is hexadecimal: nothing of it is written otherwise in a form.
        fields
            .filter(|(name, _)| *name == "proof")
            .map(|(_, value)| value.to_owned())
            .next()
    });
    Ok((Request::from_parts(parts, Body::from(body)), proof))
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

async fn caller_of(
    office: &Office,
    method: &Method,
    headers: &HeaderMap,
    proof: Option<&str>,
) -> Answer<Option<Caller>> {
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
        let Some(token) = office
            .ledger()
            .token(kept(token.ok_or_else(unknown)?))
            .await?
        else {
            return Err(unknown());
        };
        let user = able(office, &token.person).await?.ok_or_else(unknown)?;
        let roles = roles_of(&token.roles);
        return Ok(Some(Caller {
            rights: rights_of(&user).within(&roles),
            name: user.name,
            by: Means::Token(token.id),
            proof: None,
            seal: None,
            must_change: false,
        }));
    }
    let Some(shown) = cookie(headers, cookie_name(office)) else {
        return Ok(None);
    };
    let key = kept(shown);
    let Some(session) = office.ledger().session(key, term(office)).await? else {
        return Ok(None);
    };
    let Some(user) = able(office, &session.person).await? else {
        return Ok(None);
    };
    if !method.is_safe() {
        check_proof(shown, headers, proof)?;
    }
    Ok(Some(Caller {
        must_change: user.change_secret,
        rights: rights_of(&user),
        name: user.name,
        by: Means::Session(key),
        proof: Some(proof_of(shown)),
        seal: Seal::of(shown),
    }))
}

/// A person who may come in today.
pub(crate) async fn able(office: &Office, name: &str) -> Answer<Option<User>> {
    let today = records::day_of(clock::now(), &office.parts.schedule);
    let user = office.ledger().user(name).await?;
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
pub(crate) fn term(office: &Office) -> SessionTerm {
    let server = &office.parts.config.server;
    SessionTerm {
        idle: Duration::from_secs(u64::from(server.session_idle_minutes) * 60),
        whole: Duration::from_secs(u64::from(server.session_hours) * 3600),
    }
}

/// The cookie's name. Under TLS browsers keep it from other hosts and from plain connections.
pub(crate) fn cookie_name(office: &Office) -> &'static str {
    if office.is_secure() {
        "__Host-kartoteka"
    } else {
        "kartoteka"
    }
}

impl Office {
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

/// Whether a browser says that a request comes from our own pages, or says nothing of it.
pub(crate) fn is_own_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin")
}

fn check_proof(session: &str, headers: &HeaderMap, proof: Option<&str>) -> Answer<()> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, session.as_bytes());
    let proof = proof.and_then(bytes_of);
    let proven = proof.is_some_and(|tag| hmac::verify(&key, PROVEN, &tag).is_ok());
    if is_own_site(headers) && proven {
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

pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// What is kept of where a request comes from: the hash of its network, /24 or /64.
pub(crate) fn source_of(office: &Office, more: &Extensions, headers: &HeaderMap) -> Digest {
    let address = more
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |from| from.0.ip());
    let address = forwarded(office, address, headers).unwrap_or(address);
    let network: Vec<u8> = match address.to_canonical() {
        IpAddr::V4(address) => address.octets()[..3].to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    };
    Digest::of(&network)
}

/// Where a request came from before the trusted proxies that handed it on: the last hop that is none
/// of them.
fn forwarded(office: &Office, from: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let trusted = &office.parts.config.server.proxies;
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
