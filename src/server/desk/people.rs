//! Administration: who may come in, and what machines come in with. One-time passwords and tokens are
//! shown once, on the page that answers.

use super::back;
use super::form::{Form, said};
use super::frame::{Frame, page};
use crate::server::api::people as api;
use crate::server::asked::{At, Body};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::PersonRole;
use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// A secret that is shown once.
struct Secret {
    of: String,
    secret: String,
    is_token: bool,
}

#[derive(Template)]
#[template(path = "people.html", config = "src/server/desk/askama.toml")]
struct PeoplePage {
    f: Frame,
    people: Vec<api::Person>,
    tokens: Vec<(String, api::Token)>,
    roles: Vec<&'static str>,
    secret: Option<Secret>,
    wrong: Option<String>,
}

async fn people_page(
    office: &Arc<Office>,
    f: Frame,
    secret: Option<Secret>,
    wrong: Option<String>,
) -> Answer<Html<String>> {
    let people = api::list(State(Arc::clone(office))).await?.0;
    let tokens = api::tokens(State(Arc::clone(office))).await?.0;
    page(&PeoplePage {
        people,
        tokens: tokens
            .into_iter()
            .filter(|token| token.revoked_at.is_none())
            .map(|token| (f.at(&token.expires_at), token))
            .collect(),
        roles: PersonRole::ALL.iter().map(|role| role.as_str()).collect(),
        secret,
        wrong,
        f,
    })
}

/// Who may come in.
pub(crate) async fn list(State(office): State<Arc<Office>>, f: Frame) -> Answer<Html<String>> {
    people_page(&office, f, None, None).await
}

/// A person.
#[derive(Deserialize)]
pub(crate) struct Person {
    name: String,
    full_name: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    branches: String,
    #[serde(default)]
    kinds: String,
    #[serde(default)]
    until: String,
}

fn listed(text: &str) -> Vec<String> {
    let parts = text.split([',', ' ', ';']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What was wrong is said on the page; what is the server's fault goes on.
async fn answered(
    office: &Arc<Office>,
    f: Frame,
    done: Answer<Option<Secret>>,
) -> Answer<Response> {
    match done {
        Ok(None) => Ok(back("/people", "person").into_response()),
        Ok(Some(secret)) => Ok(people_page(office, f, Some(secret), None)
            .await?
            .into_response()),
        Err(problem) if problem.status().is_client_error() => {
            let wrong = f.wrong(&problem);
            let page = people_page(office, f, None, Some(wrong)).await?;
            Ok((problem.status(), page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Lets a person in, or changes what the person may do.
pub(crate) async fn put(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let until = said(form.until)
        .map(|day| day.parse())
        .transpose()
        .map_err(|_| Problem::bad("the day is none", "choose a day of the calendar"))?;
    let asked = api::PersonPut {
        name: form.name.trim().to_lowercase(),
        full_name: form.full_name,
        roles: form.role,
        branches: listed(&form.branches),
        kinds: listed(&form.kinds),
        until,
        active: true,
        reset: false,
    };
    let done = given(&office, caller, asked).await;
    answered(&office, f, done).await
}

async fn given(
    office: &Arc<Office>,
    caller: Caller,
    asked: api::PersonPut,
) -> Answer<Option<Secret>> {
    let of = asked.name.clone();
    let given = api::put(State(Arc::clone(office)), caller, Body(asked))
        .await?
        .0;
    Ok(given.one_time_password.map(|secret| Secret {
        of,
        secret,
        is_token: false,
    }))
}

/// What is to be done with a person's account.
#[derive(Deserialize)]
pub(crate) struct Change {
    name: String,
    act: String,
}

/// Gives a new one-time password, or lets a person in no longer or again.
pub(crate) async fn change(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    Form(form): Form<Change>,
) -> Answer<Response> {
    let user = office.ledger().user(&form.name).await?;
    let user = user.ok_or_else(|| Problem::unknown("person"))?;
    let asked = api::PersonPut {
        name: user.name,
        full_name: user.full_name,
        roles: user.roles,
        branches: user.branches,
        kinds: user.kinds,
        until: user.until,
        active: match form.act.as_str() {
            "disable" => false,
            "enable" => true,
            _ => user.state == ledger::UserState::Active,
        },
        reset: form.act == "reset",
    };
    let done = given(&office, caller, asked).await;
    answered(&office, f, done).await
}

/// A token.
#[derive(Deserialize)]
pub(crate) struct NewToken {
    title: String,
    person: String,
    #[serde(default)]
    role: Vec<String>,
    days: i64,
}

/// Makes a token for a machine.
pub(crate) async fn make_token(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    Form(form): Form<NewToken>,
) -> Answer<Response> {
    let of = form.title.clone();
    let asked = api::NewTokenAsked {
        title: form.title,
        person: form.person,
        roles: form.role,
        days: form.days,
    };
    let made = api::make_token(State(Arc::clone(&office)), caller, Body(asked)).await;
    let done = made.map(|(_, made)| {
        Some(Secret {
            of,
            secret: made.secret.clone(),
            is_token: true,
        })
    });
    answered(&office, f, done).await
}

pub(crate) async fn revoke(
    office: State<Arc<Office>>,
    caller: Caller,
    At(token): At<i64>,
) -> Answer<Redirect> {
    api::revoke(office, caller, At(token)).await?;
    Ok(back("/people#tokens", "revoked"))
}
