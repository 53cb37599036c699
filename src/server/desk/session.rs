//! Coming in and going out, one's own password and second factor, language and look; and what is said
//! when something cannot be done.

use super::back;
use super::form::{Form, said};
use super::frame::{Frame, LANGUAGE, LOOK, page};
use crate::server::api::session as api;
use crate::server::asked::{Body, With};
use crate::server::entrance::{Caller, is_own_site};
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use askama::Template;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// How long a choice of language or look is kept, in seconds.
const YEAR: u32 = 365 * 24 * 3_600;

#[derive(Template)]
#[template(path = "problem.html", config = "src/server/desk/askama.toml")]
struct ProblemPage {
    f: Frame,
    detail: String,
    remedy: String,
    status: u16,
}

/// What is wrong and what to do, as a page.
pub(crate) fn problem(f: Frame, problem: &Problem) -> Answer<Html<String>> {
    page(&ProblemPage {
        detail: f.translated(problem.detail()),
        remedy: f.translated(problem.remedy()),
        status: problem.status().as_u16(),
        f,
    })
}

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/server/desk/askama.toml")]
struct SignInPage {
    f: Frame,
    to: String,
    name: String,
    wrong: Option<String>,
    wants_code: bool,
}

/// Where somebody was going.
#[derive(Deserialize)]
pub(crate) struct Going {
    #[serde(default)]
    to: String,
}

/// An address of ours, or the first page.
fn own(to: &str) -> &str {
    let plain = to
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b));
    if to.starts_with('/') && !to.starts_with("//") && plain {
        to
    } else {
        "/"
    }
}

/// The page on which one signs in.
pub(crate) async fn door(f: Frame, With(going): With<Going>) -> Answer<Response> {
    if f.person().is_some() {
        return Ok(Redirect::to(own(&going.to)).into_response());
    }
    let page = page(&SignInPage {
        to: own(&going.to).to_owned(),
        name: String::new(),
        wrong: None,
        wants_code: false,
        f,
    })?;
    Ok(page.into_response())
}

/// What the page sends.
#[derive(Deserialize)]
pub(crate) struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    to: String,
}

pub(crate) async fn sign_in(
    office: State<Arc<Office>>,
    f: Frame,
    parts: Parts,
    Form(form): Form<SignIn>,
) -> Answer<Response> {
    if !is_own_site(&parts.headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "the request does not show that it comes from our own pages",
            "sign in on our own page",
        ));
    }
    let name = form.name.trim().to_lowercase();
    let asked = api::SignIn {
        name: name.clone(),
        password: form.password,
        code: said(form.code),
    };
    match api::sign_in(office, parts, Body(asked)).await {
        Ok(answer) => {
            let mut response = Redirect::to(own(&form.to)).into_response();
            take_cookies(&mut response, &answer.into_response());
            Ok(response)
        }
        Err(problem) if problem.status().is_client_error() => {
            let wants_code = problem.detail().contains("second factor");
            let page = page(&SignInPage {
                to: own(&form.to).to_owned(),
                name,
                wrong: Some(f.translated(problem.detail())),
                wants_code,
                f,
            })?;
            Ok((problem.status(), page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

pub(crate) async fn sign_out(office: State<Arc<Office>>, caller: Caller) -> Answer<Response> {
    let answer = api::sign_out(office, caller).await?.into_response();
    let mut response = Redirect::to("/sign-in").into_response();
    take_cookies(&mut response, &answer);
    Ok(response)
}

/// Gives the cookies of one answer to another.
fn take_cookies(to: &mut Response, from: &Response) {
    for cookie in from.headers().get_all(header::SET_COOKIE) {
        to.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
}

/// The page on which a person's day begins.
pub(crate) async fn home(f: Frame, caller: Caller) -> Redirect {
    if caller.must_change {
        return Redirect::to("/me");
    }
    Redirect::to(if f.may(Permission::Search) {
        "/search"
    } else if f.may(Permission::SeeSubmissions) {
        "/stations"
    } else {
        "/overview"
    })
}

#[derive(Template)]
#[template(path = "me.html", config = "src/server/desk/askama.toml")]
struct MePage {
    f: Frame,
    full_name: String,
    roles: Vec<String>,
    branches: Vec<String>,
    must_change: bool,
    has_factor: bool,
    /// A new second factor's key, to be put into the device.
    key: Option<String>,
    wrong: Option<String>,
}

async fn me_page(
    office: &Office,
    f: Frame,
    caller: &Caller,
    key: Option<String>,
    wrong: Option<String>,
) -> Answer<Html<String>> {
    let user = office.ledger().user(&caller.name).await?;
    let user = user.ok_or_else(|| Problem::unknown("person"))?;
    page(&MePage {
        roles: user.roles.iter().map(|role| f.of("role", role)).collect(),
        full_name: user.full_name,
        branches: user.branches,
        must_change: caller.must_change,
        has_factor: user.second_factor.is_some(),
        key,
        wrong,
        f,
    })
}

/// One's own page.
pub(crate) async fn me(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
) -> Answer<Html<String>> {
    me_page(&office, f, &caller, None, None).await
}

/// A new password, twice.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    current: String,
    new: String,
    again: String,
}

pub(crate) async fn change_password(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    Form(form): Form<NewPassword>,
) -> Answer<Response> {
    let wrong = if form.new == form.again {
        let asked = api::NewPassword {
            current: form.current,
            new: form.new,
        };
        match api::change_password(State(Arc::clone(&office)), caller.clone(), Body(asked)).await {
            Ok(_) => return Ok(back("/me", "password").into_response()),
            Err(problem) if problem.status().is_client_error() => f.wrong(&problem),
            Err(problem) => return Err(problem),
        }
    } else {
        f.t("password-differs")
    };
    let page = me_page(&office, f, &caller, None, Some(wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A second factor, in two steps.
#[derive(Deserialize)]
pub(crate) struct NewFactor {
    password: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    code: String,
}

pub(crate) async fn set_factor(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    Form(form): Form<NewFactor>,
) -> Answer<Response> {
    let key = said(form.key);
    let asked = api::NewFactor {
        password: form.password,
        key: key.clone(),
        code: said(form.code),
    };
    match api::set_factor(State(Arc::clone(&office)), caller.clone(), Body(asked)).await {
        Ok(given) if given.in_force => Ok(back("/me", "factor").into_response()),
        Ok(given) => {
            let page = me_page(&office, f, &caller, Some(given.key.clone()), None).await?;
            Ok(page.into_response())
        }
        Err(problem) if problem.status().is_client_error() => {
            let wrong = Some(f.translated(problem.detail()));
            let page = me_page(&office, f, &caller, key, wrong).await?;
            Ok((problem.status(), page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A choice of language or of light and dark.
#[derive(Deserialize)]
pub(crate) struct Look {
    #[serde(default)]
    language: String,
    #[serde(default)]
    look: String,
    #[serde(default)]
    to: String,
}

/// Remembers a choice, of whoever makes it.
pub(crate) async fn look(Form(chosen): Form<Look>) -> Answer<Response> {
    let mut response = Redirect::to(own(&chosen.to)).into_response();
    let mut set = |name: &str, value: &str| -> Answer<()> {
        let cookie = format!("{name}={value}; Path=/; SameSite=Strict; HttpOnly; Max-Age={YEAR}");
        let cookie = HeaderValue::from_str(&cookie).map_err(|why| Problem::fault(&why))?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(())
    };
    if matches!(chosen.language.as_str(), "pl" | "en") {
        set(LANGUAGE, &chosen.language)?;
    }
    if matches!(chosen.look.as_str(), "auto" | "light" | "dark") {
        set(LOOK, &chosen.look)?;
    }
    Ok(response)
}
