//! The audit log, newest first: who did and read what, and when.

use super::frame::{Frame, page};
use crate::server::asked::With;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::Answer;
use ::records::access::Permission;
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use ledger::READ;
use serde::Deserialize;
use std::sync::Arc;

/// Events of one page.
const SHOWN: u32 = 100;

/// Which events.
#[derive(Deserialize)]
pub(crate) struct Which {
    /// Those before this number; the newest unless given.
    #[serde(default)]
    before: Option<u64>,
    /// Of this person, where one is named.
    #[serde(default)]
    subject: Option<String>,
}

struct Event {
    seq: u64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    /// Where the subject can be seen.
    to: Option<String>,
    detail: String,
}

#[derive(Template)]
#[template(path = "log.html", config = "src/server/desk/askama.toml")]
struct LogPage {
    f: Frame,
    events: Vec<Event>,
    earlier: Option<u64>,
    newest: u64,
    subject: String,
}

/// Shows the log.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    With(which): With<Which>,
) -> Answer<Html<String>> {
    let newest = office.ledger().newest_event().await?;
    let before = which.before.unwrap_or(newest + 1).min(newest + 1);
    let first = before.saturating_sub(u64::from(SHOWN) + 1);
    let detail = format!("events before {before} at the desk");
    office.tell(&caller, READ, "audit log", &detail).await?;
    let limit = u32::try_from(before - first).unwrap_or(SHOWN);
    let subject = which.subject.unwrap_or_default();
    let found = if subject.is_empty() {
        let found = office.ledger().events_since(first, limit).await?;
        let events = found.into_iter().filter(|event| event.seq < before);
        events
            .map(|event| Event {
                seq: event.seq,
                at: f.moment(event.at),
                actor: event.actor,
                action: f.of("action", event.event.action.replace(' ', "-")),
                to: address(&event.event.subject),
                subject: event.event.subject,
                detail: event.event.detail,
            })
            .rev()
            .collect()
    } else {
        let history = office.ledger().history(&subject).await?;
        let entries = history.into_iter().rev().map(|entry| Event {
            seq: 0,
            at: f.at(&entry.at),
            actor: entry.actor,
            action: f.of("action", entry.action.replace(' ', "-")),
            to: address(&subject),
            subject: subject.clone(),
            detail: entry.detail,
        });
        entries.collect()
    };
    page(&LogPage {
        events: found,
        earlier: (subject.is_empty() && first > 0).then_some(first + 1),
        newest,
        subject,
        f,
    })
}

/// Where a subject can be seen.
fn address(subject: &str) -> Option<String> {
    if let Some(file) = subject.strip_prefix("credit_file:") {
        return Some(format!("/files/{file}"));
    }
    if let Some(disposal) = subject.strip_prefix("disposal:") {
        return Some(format!("/disposals/{disposal}"));
    }
    let id = model::DocumentId::parse(subject).ok()?;
    Some(format!("/documents/{id}"))
}
