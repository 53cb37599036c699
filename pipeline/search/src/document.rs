//! From an [`Entry`] to what the engine indexes.

mod terms;

use crate::analysis::{Analyzer, Reading, SAME_POSITION, paper_number, tokens};
use crate::entry::Entry;
use crate::query::{IdentifierKind, Label};
use crate::schema::{Fields, NEXT_TERM};
use crate::texts::Pointer;
use jiff::civil::Date;
use model::{Digest, Language, Value};
use tantivy::TantivyDocument;
use terms::Terms;

/// Which fields carry which kind of identifier: the end of the field's name.
const IDENTIFIERS: [(&str, IdentifierKind); 9] = [
    ("pesel", IdentifierKind::Pesel),
    ("nip", IdentifierKind::Nip),
    ("regon", IdentifierKind::Regon),
    ("krs", IdentifierKind::Krs),
    ("account", IdentifierKind::Account),
    ("agreement_number", IdentifierKind::Agreement),
    ("application_number", IdentifierKind::Agreement),
    ("client_number", IdentifierKind::Client),
    ("land_register_number", IdentifierKind::LandRegister),
];

/// The amounts that `kwota:` means.
const AMOUNTS: [&str; 2] = ["credit_amount", "total_credit_amount"];

/// How words of a document in a language are read.
pub(crate) const fn reading(language: Language) -> Reading {
    match language {
        Language::Pl => Reading::Polish,
        Language::En => Reading::English,
    }
}

/// An identifier's term of its kind, from its whole or its beginning.
pub(crate) fn identifier_term(kind: IdentifierKind, value: &str) -> String {
    let mark = match kind {
        IdentifierKind::Pesel => "pesel",
        IdentifierKind::Nip => "nip",
        IdentifierKind::Regon => "regon",
        IdentifierKind::Krs => "krs",
        IdentifierKind::Account => "account",
        IdentifierKind::Agreement => "agreement",
        IdentifierKind::Client => "client",
        IdentifierKind::LandRegister => "land",
        IdentifierKind::Id => "id",
    };
    let number = paper_number(value);
    let number = match kind {
        IdentifierKind::Account => number.strip_prefix("P1").unwrap_or(&number),
        _ => &number,
    };
    format!("{mark}={number}")
}

/// A word's term among labels of one kind.
pub(crate) fn label_term(label: Label, term: &str) -> String {
    let mark = match label {
        Label::Type => 't',
        Label::Branch => 'b',
        Label::Station => 's',
        Label::Class => 'c',
    };
    format!("{mark}{term}")
}

/// A day as the number `yyyymmdd`.
pub(crate) fn day_number(day: Date) -> u64 {
    let part = |value: i16| u64::try_from(value).unwrap_or(0);
    part(day.year()) * 10_000 + part(day.month().into()) * 100 + part(day.day().into())
}

/// What the engine indexes of an entry whose text lies at a pointer.
pub(crate) fn document(
    fields: &Fields,
    analyzer: &mut Analyzer,
    entry: &Entry<'_>,
    text_at: Pointer,
) -> TantivyDocument {
    let mut out = TantivyDocument::new();
    let terms = Terms::of(analyzer, entry);
    out.add_text(fields.id, entry.id.to_string());
    out.add_text(fields.lemma, terms.lemma);
    out.add_text(fields.key, terms.key);
    out.add_text(fields.literal, terms.literal);
    out.add_text(fields.number, terms.number);
    out.add_text(fields.label, labels(analyzer, entry));
    out.add_text(fields.kind, entry.kind.as_str());
    out.add_text(fields.station, entry.station);
    for (field, value) in [(fields.branch, entry.branch), (fields.class, entry.class)] {
        if let Some(value) = value {
            out.add_text(field, value);
        }
    }
    for state in &entry.states {
        out.add_text(fields.state, state.as_str());
    }
    for amount in amounts(entry) {
        out.add_u64(fields.amount, amount);
    }
    if let Some(day) = agreement_date(entry) {
        out.add_u64(fields.date, day_number(day));
        out.add_u64(fields.year, day_number(day) / 10_000);
    }
    let received = entry.received_at.as_millisecond();
    out.add_u64(fields.received, u64::try_from(received).unwrap_or(0));
    out.add_u64(fields.tie, tie(entry));
    out.add_u64(fields.text_at, text_at.0);
    out
}

/// The document's place among those of one moment: the same however often it is indexed.
fn tie(entry: &Entry<'_>) -> u64 {
    let digest = Digest::of(entry.id.to_string().as_bytes());
    let (first, _) = digest
        .as_bytes()
        .split_first_chunk()
        .expect("a digest has 32 bytes");
    u64::from_le_bytes(*first)
}

fn push(packed: &mut String, term: &str) {
    packed.push_str(term);
    packed.push(NEXT_TERM);
}

/// The title and the names of the parties.
fn key_texts<'e>(entry: &'e Entry<'_>) -> impl Iterator<Item = &'e str> {
    let named = entry.fields.iter();
    let named = named.filter(|(name, _)| name.ends_with("_name") || name.ends_with("_number"));
    let values = named.flat_map(|(_, field)| field.values());
    let texts = values.filter_map(|value| match &value.value {
        Value::Text(text) => Some(text.as_str()),
        Value::Number(_) | Value::Parts(_) => None,
    });
    std::iter::once(entry.title).chain(texts)
}

fn labels(analyzer: &mut Analyzer, entry: &Entry<'_>) -> String {
    let mut packed = String::new();
    let titles = entry.kind_titles.iter().map(|&title| (Label::Type, title));
    let rest = [
        (Label::Type, Some(entry.kind.as_str())),
        (Label::Branch, entry.branch),
        (Label::Station, Some(entry.station)),
        (Label::Class, entry.class),
    ];
    let rest = rest.into_iter().filter_map(|(l, text)| Some((l, text?)));
    for (label, text) in titles.chain(rest) {
        for token in tokens(text) {
            for term in analyzer
                .terms(&token.word, Reading::Query)
                .split(SAME_POSITION)
            {
                push(&mut packed, &label_term(label, term));
            }
        }
    }
    packed
}

fn amounts(entry: &Entry<'_>) -> Vec<u64> {
    let fields = AMOUNTS.iter().filter_map(|name| entry.fields.get(*name));
    let values = fields.flat_map(|field| field.values());
    let mut amounts: Vec<u64> = values
        .filter_map(|value| minor_units(&value.value))
        .collect();
    amounts.sort_unstable();
    amounts.dedup();
    amounts
}

/// Hundredths of a canonical amount; none where the value is no amount.
fn minor_units(value: &Value) -> Option<u64> {
    let Value::Text(text) = value else {
        return None;
    };
    let money = model::Money::parse(text, model::Currency::PLN).ok()?;
    u64::try_from(money.minor()).ok()
}

fn agreement_date(entry: &Entry<'_>) -> Option<Date> {
    let field = entry.fields.get("agreement_date")?;
    match &field.values().first()?.value {
        Value::Text(text) => text.parse().ok(),
        Value::Number(_) | Value::Parts(_) => None,
    }
}
