//! Packages: what was given to whom and on which basis, how far one is that is being made, and the form
//! in which one is asked for.

use super::form::{Form, said};
use super::frame::{Frame, page};
use super::{back, seal_of};
use crate::server::api::packages as api;
use crate::server::asked::{Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{Html, Redirect};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "packages.html", config = "src/server/desk/askama.toml")]
struct PackagesPage {
    f: Frame,
    packages: Vec<(String, api::PackageShown)>,
    /// Recipients with their bases, as `recipient.basis`.
    entitled: Vec<(String, String)>,
    ids: Vec<String>,
    query: String,
}

/// What a package is to be of.
#[derive(Deserialize)]
pub(crate) struct Of {
    /// Documents, sealed.
    #[serde(default)]
    on: Option<String>,
    /// A search, sealed.
    #[serde(default, rename = "in")]
    within: Option<String>,
}

/// The register, and the form.
pub(crate) async fn show(
    office: State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    With(of): With<Of>,
) -> Answer<Html<String>> {
    let seal = seal_of(&caller)?.clone();
    let Json(all) = api::recipients(State(Arc::clone(&office)), caller.clone()).await?;
    let Json(packages) = api::list(office, caller).await?;
    let packages = packages
        .into_iter()
        .map(|package| (f.at(&package.requested_at), package));
    let entitled = all.into_iter().map(|pair| {
        let code = format!("{}.{}", pair.recipient, pair.basis);
        (
            code,
            format!("{} – {}", pair.recipient_text, pair.basis_text),
        )
    });
    page(&PackagesPage {
        packages: packages.collect(),
        entitled: entitled.collect(),
        ids: match of.on {
            Some(sealed) => seal.open(&sealed)?,
            None => Vec::new(),
        },
        query: match of.within {
            Some(sealed) => seal.open::<super::search::Asked>(&sealed)?.q,
            None => String::new(),
        },
        f,
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    query: String,
    #[serde(default)]
    id: Vec<String>,
    entitled: String,
    purpose: String,
    #[serde(default)]
    profile: String,
}

pub(crate) async fn ask(
    office: State<Arc<Office>>,
    caller: Caller,
    Form(form): Form<Asked>,
) -> Answer<Redirect> {
    let (recipient, basis) = form.entitled.split_once('.').ok_or_else(|| {
        Problem::bad(
            "the recipient is none of the list",
            "choose one of the list",
        )
    })?;
    let asked = api::PackageAsked {
        query: said(form.query).filter(|_| form.id.is_empty()),
        documents: form.id,
        recipient: recipient.to_owned(),
        basis: basis.to_owned(),
        purpose: form.purpose,
        profile: match form.profile.as_str() {
            "transfer" => api::PackageProfile::Transfer,
            _ => api::PackageProfile::Authority,
        },
    };
    let (_, Json(_)) = api::ask(office, caller, Body(asked)).await?;
    Ok(back("/packages", "package"))
}
