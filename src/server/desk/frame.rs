//! What stands around every page: who is signed in, in which language and look, where one can go; and
//! how values are written for people.

use super::words::{Words, with};
use crate::server::entrance::{Caller, cookie};
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Html;
use fluent_bundle::FluentArgs;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{DocumentId, DocumentType, Language};
use records::access::Permission;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;

/// The cookie of a person's language.
pub(crate) const LANGUAGE: &str = "kartoteka-language";
/// The cookie of light or dark.
pub(crate) const LOOK: &str = "kartoteka-look";
/// The cookie of the search that one comes back to.
pub(crate) const LAST_SEARCH: &str = "kartoteka-search";

/// What stands around a page.
pub(crate) struct Frame {
    words: &'static Words,
    schemas: Arc<extraction::Schemas>,
    zone: TimeZone,
    caller: Option<Caller>,
    /// `light`, `dark`, or as the machine has it.
    pub(crate) look: &'static str,
    /// The page's own address, to come back to.
    pub(crate) path: String,
    /// What was just done, in words.
    pub(crate) said: Option<String>,
    /// The document whose review may be taken back.
    pub(crate) undo: Option<String>,
    last_search: Option<String>,
}

/// A place to go.
pub(crate) struct Way {
    pub(crate) to: String,
    pub(crate) title: String,
    pub(crate) here: bool,
}

impl FromRequestParts<Arc<Office>> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        office: &Arc<Office>,
    ) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned();
        Ok(Self::new(office, caller, &parts.headers, &parts.uri))
    }
}

impl Frame {
    pub(crate) fn new(
        office: &Office,
        caller: Option<Caller>,
        headers: &HeaderMap,
        address: &axum::http::Uri,
    ) -> Self {
        let words = Words::of(language_of(headers));
        let query = address.query().unwrap_or_default();
        let said = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("said="))
            .and_then(|name| words.find(&format!("said-{name}"), &FluentArgs::new()));
        Self {
            words,
            schemas: Arc::clone(&office.parts.schemas),
            zone: office.parts.schedule.zone().clone(),
            caller,
            look: match cookie(headers, LOOK) {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "auto",
            },
            path: address.path().to_owned(),
            said,
            undo: query
                .split('&')
                .find_map(|pair| pair.strip_prefix("undo="))
                .and_then(|id| DocumentId::parse(id).ok())
                .map(|id| id.to_string()),
            last_search: cookie(headers, LAST_SEARCH)
                .filter(|sealed| {
                    sealed
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
                })
                .map(str::to_owned),
        }
    }

    /// A text by its name.
    pub(crate) fn t(&self, name: &str) -> String {
        self.words.say(name, &FluentArgs::new())
    }

    /// A text with a number in it.
    pub(crate) fn tn(&self, name: &str, n: impl Count) -> String {
        self.words.say(name, &with("n", n.count()))
    }

    /// A text with something in it.
    pub(crate) fn tx(&self, name: &str, x: impl Display) -> String {
        self.words.say(name, &with("x", x.to_string()))
    }

    /// A text with two things in it.
    pub(crate) fn txy(&self, name: &str, x: impl Display, y: impl Display) -> String {
        let mut values = with("x", x.to_string());
        values.set("y", y.to_string());
        self.words.say(name, &values)
    }

    /// A text that goes on with a word of the program's own: `stage-` and `recognise`. The word itself
    /// where there is no such text.
    pub(crate) fn of(&self, beginning: &str, word: impl Display) -> String {
        let word = word.to_string();
        self.words
            .find(&format!("{beginning}-{word}"), &FluentArgs::new())
            .unwrap_or_else(|| word.replace('_', " "))
    }

    /// What a field is called.
    pub(crate) fn field(&self, name: &str) -> String {
        self.of("field", name)
    }

    /// What a document's type is called, by its word.
    pub(crate) fn kind(&self, kind: impl Display) -> String {
        let word = kind.to_string();
        match DocumentType::parse(&word) {
            Ok(kind) => self.schemas.title(&kind, self.words.language).to_owned(),
            Err(_) => word,
        }
    }

    /// Every type of document, by its word, in the order of what they are called.
    pub(crate) fn kinds(&self) -> Vec<(String, String)> {
        let kinds = self.schemas.types();
        let mut kinds: Vec<(String, String)> = kinds
            .map(|kind| (kind.to_string(), self.kind(kind)))
            .collect();
        kinds.sort_by_key(|(_, title)| title.to_lowercase());
        kinds
    }

    /// A text of the program's own that is English.
    pub(crate) fn translated(&self, english: impl Display) -> String {
        self.words.translated(&english.to_string())
    }

    /// What is wrong and what to do, in one line above a form.
    pub(crate) fn wrong(&self, problem: &Problem) -> String {
        let detail = self.translated(problem.detail());
        format!("{detail}; {}", self.translated(problem.remedy()))
    }

    /// Where the style is.
    pub(crate) fn style(&self) -> &'static str {
        &super::ADDRESSES[0]
    }

    /// Where the script is.
    pub(crate) fn script(&self) -> &'static str {
        &super::ADDRESSES[1]
    }

    pub(crate) const fn code(&self) -> &'static str {
        self.words.code()
    }

    pub(crate) const fn language(&self) -> Language {
        self.words.language
    }

    /// The person's name of signing in.
    pub(crate) fn person(&self) -> Option<&str> {
        self.caller.as_ref().map(|caller| caller.name.as_str())
    }

    /// What every form of this session shows.
    pub(crate) fn proof(&self) -> &str {
        let proof = self
            .caller
            .as_ref()
            .and_then(|caller| caller.proof.as_deref());
        proof.unwrap_or_default()
    }

    /// Whether the person may do something.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.caller
            .as_ref()
            .is_some_and(|caller| !caller.must_change && caller.rights.may(permission))
    }

    /// Where the person can go.
    pub(crate) fn ways(&self) -> Vec<Way> {
        use Permission as P;
        let search = match &self.last_search {
            Some(sealed) => format!("/search/{sealed}"),
            None => "/search".to_owned(),
        };
        // Where it leads, what it is called, who may go, and what belongs to it.
        let all: [(&str, &str, &[Permission], &[&str]); 8] = [
            (
                &search,
                "way-search",
                &[P::Search],
                &["/search", "/documents"],
            ),
            ("/review", "way-review", &[P::Correct], &["/review"]),
            (
                "/stations",
                "way-stations",
                &[P::SeeStations],
                &["/stations", "/submissions"],
            ),
            (
                "/records",
                "way-records",
                &[P::SeeHolds, P::SeeDisposals],
                &["/records", "/holds", "/disposals"],
            ),
            ("/packages", "way-packages", &[P::Disclose], &["/packages"]),
            (
                "/overview",
                "way-overview",
                &[P::SeeStations],
                &["/overview"],
            ),
            (
                "/people",
                "way-people",
                &[P::ManagePeople],
                &["/people", "/tokens"],
            ),
            ("/audit", "way-audit", &[P::ReadAudit], &["/audit"]),
        ];
        let is_below = |beginning: &&str| {
            let rest = self.path.strip_prefix(*beginning);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        all.iter()
            .filter(|(_, _, any, _)| any.iter().any(|permission| self.may(*permission)))
            .map(|(to, title, _, below)| Way {
                to: (*to).to_owned(),
                title: self.t(title),
                here: below.iter().any(is_below),
            })
            .collect()
    }

    /// An amount as people of this language write it: `31 000,00 PLN`.
    pub(crate) fn money(&self, amount: impl Display, currency: impl Display) -> String {
        let (amount, currency) = (amount.to_string(), currency.to_string());
        let (whole, cents) = amount.split_once('.').unwrap_or((&amount, ""));
        let (thousands, point) = match self.words.language {
            Language::Pl => ('\u{a0}', ','),
            Language::En => (',', '.'),
        };
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return format!("{amount} {currency}").trim_end().to_owned();
        }
        let mut written = String::new();
        for (n, digit) in whole.chars().enumerate() {
            if n > 0 && (whole.len() - n) % 3 == 0 {
                written.push(thousands);
            }
            written.push(digit);
        }
        if !cents.is_empty() {
            written.push(point);
            written.push_str(cents);
        }
        format!("{written} {currency}").trim_end().to_owned()
    }

    /// A whole number, its thousands parted.
    pub(crate) fn number(&self, n: impl Count) -> String {
        self.money(n.count(), "")
    }

    /// A value of a field as people of this language write it.
    pub(crate) fn value(&self, name: &str, value: &model::Value, currency: &str) -> String {
        use extraction::Wanted;
        match (self.schemas.wanted(name), value) {
            (Wanted::Amount, model::Value::Text(text)) => self.money(text, currency),
            (Wanted::Day, model::Value::Text(text)) => match text.parse::<Date>() {
                Ok(day) => self.day(day),
                Err(_) => text.clone(),
            },
            (Wanted::Decimal, model::Value::Text(text)) => match self.words.language {
                Language::Pl => text.replace('.', ","),
                Language::En => text.clone(),
            },
            (Wanted::Choice, value) => self.of("option", value),
            (Wanted::Identifier, model::Value::Text(text)) => grouped(text),
            (_, model::Value::Parts(parts)) => {
                let said = parts.iter().map(|(part, value)| {
                    let value = match part.as_str() {
                        "amount" => self.money(value, currency),
                        _ => self.of("option", value),
                    };
                    format!("{}: {value}", self.of("page", part))
                });
                said.collect::<Vec<_>>().join(", ")
            }
            (_, value) => value.to_string(),
        }
    }

    /// A value as a person types it into a form.
    pub(crate) fn typed(&self, name: &str, value: &model::Value) -> String {
        use extraction::Wanted;
        match (self.schemas.wanted(name), value) {
            (Wanted::Amount, value) => self.money(value, "").replace('\u{a0}', " "),
            (Wanted::Decimal | Wanted::Day, value) => self.value(name, value, ""),
            (_, value) => value.to_string(),
        }
    }

    /// A day: `16.04.2025`.
    pub(crate) fn day(&self, day: impl Day) -> String {
        let day = day.date();
        match self.words.language {
            Language::Pl => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
            Language::En => day.to_string(),
        }
    }

    /// A day of this year: `16.04`.
    pub(crate) fn short_day(&self, day: Date) -> String {
        match self.words.language {
            Language::Pl => format!("{:02}.{:02}", day.day(), day.month()),
            Language::En => format!("{:02}-{:02}", day.month(), day.day()),
        }
    }

    /// A moment, in the bank's own time.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.zone.clone());
        format!(
            "{} {:02}:{:02}",
            self.day(at.date()),
            at.hour(),
            at.minute()
        )
    }

    /// A moment that is written down in UTC (RFC 3339).
    pub(crate) fn at(&self, written: impl Display) -> String {
        let written = written.to_string();
        written
            .parse()
            .map_or(written, |at: Timestamp| self.moment(at))
    }

    /// A share of 1 in percent.
    pub(crate) fn percent(&self, share: f64) -> String {
        let written = format!("{:.1}", share * 100.0);
        match self.words.language {
            Language::Pl => format!("{}\u{a0}%", written.replace('.', ",")),
            Language::En => format!("{written}%"),
        }
    }
}

/// An account or a long number in groups of four, as people read it aloud.
fn grouped(text: &str) -> String {
    if text.len() < 20 || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    let (head, rest) = text.split_at(text.len() % 4);
    let mut groups: Vec<&str> = Vec::new();
    if !head.is_empty() {
        groups.push(head);
    }
    let mut rest = rest;
    while !rest.is_empty() {
        let (group, after) = rest.split_at(4);
        groups.push(group);
        rest = after;
    }
    groups.join(" ")
}

/// A day, however many references away.
pub(crate) trait Day {
    /// The day.
    fn date(&self) -> Date;
}

impl Day for Date {
    fn date(&self) -> Date {
        *self
    }
}

impl<T: Day + ?Sized> Day for &T {
    fn date(&self) -> Date {
        (**self).date()
    }
}

/// A number of things.
pub(crate) trait Count {
    /// The number.
    fn count(&self) -> u64;
}

macro_rules! counts {
    ($($kind:ty),*) => { $(impl Count for $kind {
        fn count(&self) -> u64 { u64::try_from(*self).unwrap_or(0) }
    })* };
}
counts!(u32, u64, usize, i64);

impl<T: Count + ?Sized> Count for &T {
    fn count(&self) -> u64 {
        (**self).count()
    }
}

/// The language that a person chose, or else that their browser asks for; Polish where neither says.
fn language_of(headers: &HeaderMap) -> Language {
    match cookie(headers, LANGUAGE) {
        Some("pl") => return Language::Pl,
        Some("en") => return Language::En,
        _ => {}
    }
    let asked = headers.get(header::ACCEPT_LANGUAGE);
    let asked = asked
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let known = asked.split(',').find_map(|part| {
        let name = part.split([';', '-']).next()?.trim();
        match name {
            "pl" => Some(Language::Pl),
            "en" => Some(Language::En),
            _ => None,
        }
    });
    known.unwrap_or_default()
}

/// A page as it goes out.
pub(crate) fn page(page: &impl askama::Template) -> Answer<Html<String>> {
    match page.render() {
        Ok(html) => Ok(Html(html)),
        Err(why) => Err(Problem::fault(&why)),
    }
}

/// The branches and types of a person's rights, as the ledger's queue asks for them.
pub(crate) fn limits(caller: &Caller) -> (&BTreeSet<String>, &BTreeSet<DocumentType>) {
    (caller.rights.branches(), caller.rights.kinds())
}
