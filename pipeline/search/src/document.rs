//! From an [`Entry`] to what the engine indexes.

use crate::analysis::{
    Analyzer, NEXT_POSITION, Reading, SAME_POSITION, Token, fold, paper_number, push_guessed,
    spots, suspects, tokens,
};
use crate::entry::{Entry, OtherReading};
use crate::query::{IdentifierKind, Label};
use crate::readings::other_readings;
use crate::schema::Fields;
use crate::texts::Pointer;
use jiff::civil::Date;
use model::{Digest, Language, Value};
use tantivy::TantivyDocument;

/// Positions left empty between the title and the text, so that no phrase runs from one into the
/// other.
const GAP: usize = 16;

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
    out.add_text(fields.literal, terms.literal);
    out.add_text(fields.key, terms.key);
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

/// Terms of the text, packed.
struct Terms {
    /// The number by which the analyzer tells this document's words from those before.
    document: u64,
    lemma: String,
    /// Each word once: where it stands is the lemmas' business.
    literal: String,
    key: String,
    number: String,
}

impl Terms {
    fn of(analyzer: &mut Analyzer, entry: &Entry<'_>) -> Self {
        let reading = reading(entry.language);
        let length = entry.pages.iter().map(|page| page.text.len()).sum();
        let mut terms = Self {
            document: analyzer.next_document(),
            lemma: String::with_capacity(length),
            literal: String::with_capacity(length / 2),
            key: String::new(),
            number: String::new(),
        };
        for text in key_texts(entry) {
            for token in tokens(text) {
                let from = terms.lemma.len();
                terms.word(&token, &[], reading, analyzer);
                terms.key.push_str(&terms.lemma[from..]);
            }
            terms.number_text(text);
            terms.lemma.extend([NEXT_POSITION; GAP]);
        }
        for page in &entry.pages {
            let tokens = tokens(&page.text);
            for token in &tokens {
                terms.word(token, &page.readings, reading, analyzer);
            }
            let numbers = spots(&page.text, &tokens).into_iter();
            for spot in numbers.chain(suspects(&page.text, &tokens)) {
                push(&mut terms.number, &spot.term);
            }
        }
        terms.identifiers(entry);
        terms
    }

    /// A word as it was read and, at the same position, what it may be instead.
    fn word(
        &mut self,
        token: &Token<'_>,
        readings: &[OtherReading],
        reading: Reading,
        analyzer: &mut Analyzer,
    ) {
        let word = analyzer.analysed(&token.word, reading);
        self.lemma.push_str(&word.terms);
        self.lemma.push_str(&word.guessed);
        if word.is_new_to(self.document) {
            // A number stands among the lemmas as it is; here it would only be a rare term more.
            if !word.folded.bytes().all(|b| b.is_ascii_digit()) {
                push(&mut self.literal, &word.folded);
            }
            for guess in &word.guesses {
                push(&mut self.literal, &fold(guess));
            }
        }
        let others = other_readings(readings, token);
        if !others.is_empty() {
            let mut known = [&*word.terms, &*word.guessed].concat();
            for other in &others {
                let other = analyzer.analysed(other, reading);
                push(&mut self.literal, &other.folded);
                let mut guessed = String::new();
                push_guessed(&mut guessed, &known, &other.terms);
                self.lemma.push_str(&guessed);
                known.push_str(&guessed);
            }
        }
        self.lemma.push(NEXT_POSITION);
    }

    fn number_text(&mut self, text: &str) {
        for spot in spots(text, &tokens(text)) {
            push(&mut self.number, &spot.term);
        }
    }

    fn identifiers(&mut self, entry: &Entry<'_>) {
        for (name, field) in entry.fields {
            for (end, kind) in IDENTIFIERS {
                if !name.ends_with(end) {
                    continue;
                }
                for value in field.values() {
                    let value = value.value.to_string();
                    push(&mut self.number, &identifier_term(kind, &value));
                    self.number_text(&value);
                }
            }
        }
        let id = identifier_term(IdentifierKind::Id, &entry.id.to_string());
        push(&mut self.number, &id);
    }
}

fn push(packed: &mut String, terms: &str) {
    packed.push_str(terms);
    packed.push(NEXT_POSITION);
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
