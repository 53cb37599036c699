//! Pages in, a document out: the order of the steps, and nothing else.

use crate::binding::{Bound, Ground, bind, examples, excluded};
use crate::candidates;
use crate::checks;
use crate::confidence;
use crate::label::Terms;
use crate::layout::Flow;
use crate::parties::{self, Found};
use crate::recognise::{language, recognise};
use crate::schedule;
use crate::schema::{Kind, Schemas, TypeSchema};
use crate::securities;
use crate::signing;
use jiff::civil::Date;
use model::{
    Document, Evidence, Field, FieldStatus, FieldValue, Finding, Language, Page, PageKind, Place,
    Severity, Value,
};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a document's pages say: its type, its fields with their evidence, and what its checks found.
///
/// Never fails: a page that could not be read gives no words, a value that does not fit gives a
/// finding. `scanned_on` is the day of the scan; an agreement cannot be younger.
///
/// A fault of this crate costs one document its fields and says so; it ends no program.
#[must_use]
pub fn understand(pages: &[&Page], schemas: &Schemas, scanned_on: Date) -> Document {
    // Nothing is shared with what is given up.
    let work = AssertUnwindSafe(|| understood(pages, schemas, scanned_on));
    catch_unwind(work).unwrap_or_else(|_| not_understood(pages, schemas))
}

/// A document that a person has to look at, since understanding it failed.
fn not_understood(pages: &[&Page], schemas: &Schemas) -> Document {
    let other = schemas.types.iter().find(|t| t.kind.as_str() == "other");
    let kind = other.or(schemas.types.first());
    Document {
        kind: kind.expect("schemas have types").kind.clone(),
        confidence: 0.0,
        pages: pages.iter().map(|page| page.number).collect(),
        language: Language::Pl,
        fields: BTreeMap::new(),
        findings: vec![Finding {
            rule: "not_understood".into(),
            severity: Severity::Error,
            message: "understanding these pages failed: a fault of the program, not of the scan; \
                      reprocess after an upgrade, or enter the fields by hand"
                .into(),
            fields: Vec::new(),
            page: pages.first().map(|page| page.number),
            place: None,
        }],
    }
}

fn understood(pages: &[&Page], schemas: &Schemas, scanned_on: Date) -> Document {
    let texts: Vec<&Page> = pages
        .iter()
        .filter(|p| p.kind == PageKind::Text)
        .copied()
        .collect();
    let flow = Flow::of(&texts);
    let terms = Terms::of(&flow);
    let language = language(&flow);
    let found = parties::parties(&flow, schemas);
    let (kind, sureness) = recognise(&flow, &terms, schemas, parties::borrower(&found));
    let examples = examples(&flow, &terms, schemas);
    let excluded = excluded(&terms, schemas);
    let mut candidates = candidates::all(&flow);
    candidates.retain(|candidate| {
        let zones = examples
            .iter()
            .filter(|(zone, _)| zone.contains(&candidate.span.start));
        !zones
            .into_iter()
            .any(|(_, kinds)| kinds.contains(&candidate.kind))
    });
    let ground = Ground {
        flow: &flow,
        terms: &terms,
        schemas,
        kind,
        candidates: &candidates,
        scanned_on,
        examples: &examples,
        excluded: &excluded,
    };
    let bound = bind(&ground);
    let mut fields = BTreeMap::new();
    for tie in &bound {
        add_bound(&ground, &mut fields, tie);
    }
    commonest_currency(&ground, &mut fields);
    add_parties(&ground, &mut fields, found);
    securities::add(&ground, &mut fields, &bound);
    signing::add(&ground, &mut fields, &bound);
    schedule::add(&ground, &mut fields);
    refer(&schemas.types[kind], schemas, &mut fields);
    let mut document = Document {
        kind: schemas.types[kind].kind.clone(),
        confidence: round(sureness),
        pages: pages.iter().map(|page| page.number).collect(),
        language,
        fields,
        findings: Vec::new(),
    };
    document.findings = checks::run(
        &document,
        &schemas.types[kind],
        schemas,
        scanned_on,
        (&flow, &texts),
    );
    confidence::settle(&mut document, &schemas.calibration);
    document
}

/// A paper that must name the agreement it belongs to names it as its own and as the original.
fn refer(schema: &TypeSchema, schemas: &Schemas, fields: &mut BTreeMap<String, Field>) {
    let index = |name: &str| schemas.field(name).map(|(index, _)| index);
    let original = index("original_agreement_number");
    let takes = original.is_some_and(|index| schema.fields.contains(&index));
    let refers = takes && !matches!(schema.kind.as_str(), "annex" | "repayment_schedule");
    let own = index("agreement_number").is_some_and(|index| schema.fields.contains(&index));
    if takes
        && own
        && !refers
        && !fields.contains_key("agreement_number")
        && let Some(number) = fields.get("original_agreement_number").cloned()
    {
        fields.insert("agreement_number".into(), number);
    }
    if takes
        && !refers
        && !fields.contains_key("original_agreement_number")
        && let Some(number) = fields.get("agreement_number").cloned()
    {
        fields.insert("original_agreement_number".into(), number);
    }
}

fn add_bound(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, tie: &Bound) {
    let schema = &ground.schemas.fields[tie.field];
    let number = matches!(
        schema.kind,
        Kind::Months | Kind::Count | Kind::Days | Kind::Day
    );
    let value = match tie.value.parse() {
        Ok(whole) if number => Value::Number(whole),
        _ => Value::Text(tie.value.clone()),
    };
    let confidence = confidence::of_tie(ground, tie);
    let Some(entry) = field_value(
        ground.flow,
        value,
        tie.span.clone(),
        confidence,
        tie.repaired,
    ) else {
        return;
    };
    let evidence = Evidence {
        label: tie
            .label
            .as_ref()
            .map(|span| ground.flow.text(span))
            .unwrap_or_default(),
        label_place: label_place(ground.flow, tie.label.as_ref(), entry.page),
        rule: tie.rule.to_owned(),
        score: round(tie.score),
    };
    if let (Kind::Money, Some(currency)) = (schema.kind, tie.unit) {
        add_currency(fields, currency, &entry, &schema.name);
    }
    push(
        fields,
        &schema.name,
        schema.many,
        FieldValue {
            evidence: Some(evidence),
            ..entry
        },
    );
}

/// The currency of the agreement is the currency of its principal amount.
fn add_currency(
    fields: &mut BTreeMap<String, Field>,
    currency: &str,
    amount: &FieldValue,
    name: &str,
) {
    if !matches!(name, "credit_amount" | "total_credit_amount") || fields.contains_key("currency") {
        return;
    }
    let evidence = Evidence {
        label: name.to_owned(),
        label_place: None,
        rule: "unit".into(),
        score: 1.0,
    };
    let value = Value::Text(currency.to_owned());
    let entry = FieldValue {
        value,
        evidence: Some(evidence),
        ..amount.clone()
    };
    fields.insert("currency".into(), Field::One(entry));
}

/// Where no amount of the credit has a currency beside it: the one that all amounts of the document have.
fn commonest_currency(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>) {
    let wanted = ground.schemas.field("currency").map(|(index, _)| index);
    let wanted = wanted.is_some_and(|at| {
        ground.wants(at) || ground.schemas.types[ground.kind].required.contains(&at)
    });
    if !wanted || fields.contains_key("currency") {
        return;
    }
    let mut written = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Money && c.unit.is_some());
    let Some(first) = written.next() else { return };
    if written.any(|c| c.unit != first.unit) {
        return;
    }
    let value = Value::Text(first.unit.unwrap_or_default().to_owned());
    let Some(mut entry) = field_value(ground.flow, value, first.span.clone(), 0.9, false) else {
        return;
    };
    entry.evidence = Some(Evidence {
        label: String::new(),
        label_place: None,
        rule: "only_currency".into(),
        score: 0.9,
    });
    fields.insert("currency".into(), Field::One(entry));
}

fn add_parties(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, mut found: Vec<Found>) {
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.span.start.cmp(&b.span.start))
    });
    let allowed = &ground.schemas.types[ground.kind].fields;
    let mut best: BTreeMap<&str, Vec<Found>> = BTreeMap::new();
    for entry in found {
        let Some((index, schema)) = ground.schemas.field(entry.field) else {
            continue;
        };
        if !allowed.contains(&index) {
            continue;
        }
        let known = best.entry(entry.field).or_default();
        let repeated = known.iter().any(|k| k.value == entry.value);
        if !repeated && (known.is_empty() || schema.many || known.len() < 3) {
            known.push(entry);
        }
    }
    let known: BTreeSet<&str> = best.keys().copied().collect();
    for (name, entries) in best {
        let many = ground
            .schemas
            .field(name)
            .is_some_and(|(_, schema)| schema.many);
        let several = !many && is_list(name);
        // A second co-borrower is one only beside a borrower: else the list is of both.
        let several = several && first_found(name, &known);
        let more = if several {
            more_of(&entries)
        } else {
            Vec::new()
        };
        if !more.is_empty() {
            let first = entries.into_iter().take(1);
            for entry in first.chain(more) {
                add_party(ground, fields, name, true, entry, 0.0);
            }
            continue;
        }
        let rival = if many {
            0.0
        } else {
            entries.get(1).map_or(0.0, |e| e.score)
        };
        let take = if many { entries.len() } else { 1 };
        for entry in entries.into_iter().take(take) {
            add_party(ground, fields, name, many, entry, rival);
        }
    }
}

/// Fields of parties of whom there may be several.
fn is_list(name: &str) -> bool {
    name.starts_with("co_borrower_") || name.starts_with("surety_")
}

/// How sure a further co-borrower or surety must be.
const FURTHER: f64 = 0.7;

/// Whether the borrower has what a list of co-borrowers is of.
fn first_found(name: &str, known: &BTreeSet<&str>) -> bool {
    name.strip_prefix("co_")
        .is_none_or(|first| known.contains(first))
}

/// The further values of a list of parties: other people than the first, with numbers of their own.
fn more_of(entries: &[Found]) -> Vec<Found> {
    let sure = |entry: &&Found| entry.sound && entry.own && entry.score >= FURTHER;
    entries.iter().skip(1).filter(sure).cloned().collect()
}

fn add_party(
    ground: &Ground<'_>,
    fields: &mut BTreeMap<String, Field>,
    name: &str,
    many: bool,
    entry: Found,
    rival: f64,
) {
    if name.starts_with("lender_") && imprint(ground, &entry) {
        return;
    }
    let confidence = confidence::of_party(ground.flow, &entry, rival);
    let value = if name == "representatives" {
        let mut parts = BTreeMap::from([("name".to_owned(), Value::Text(entry.value.clone()))]);
        if let Some(office) = &entry.office {
            parts.insert("role".into(), Value::Text(office.clone()));
        }
        Value::Parts(parts)
    } else {
        Value::Text(entry.value.clone())
    };
    let Some(mut field) = field_value(ground.flow, value, entry.span, confidence, entry.repaired)
    else {
        return;
    };
    field.evidence = Some(Evidence {
        label: entry
            .label
            .as_ref()
            .map(|span| ground.flow.text(span))
            .unwrap_or_default(),
        label_place: label_place(ground.flow, entry.label.as_ref(), field.page),
        rule: "party".into(),
        score: round(entry.score),
    });
    push(fields, name, many, field);
}

/// Whether a value stands in the imprint at the foot of a page of a paper that needs no lender: the
/// letterhead's data, not the document's.
fn imprint(ground: &Ground<'_>, entry: &Found) -> bool {
    let lender = ground.schemas.field("lender_name").map(|(index, _)| index);
    if lender.is_some_and(|index| ground.schemas.types[ground.kind].required.contains(&index)) {
        return false;
    }
    ground
        .flow
        .frame(&entry.span)
        .is_some_and(|(sheet, frame)| frame.top > ground.flow.sheets[sheet].height * 0.9)
}

/// A value with what is written for it and where; none where the span holds no word.
pub(crate) fn field_value(
    flow: &Flow,
    value: Value,
    span: std::ops::Range<usize>,
    confidence: f64,
    repaired: bool,
) -> Option<FieldValue> {
    let (page, place) = flow.place(&span)?;
    Some(FieldValue {
        value,
        text: flow.text(&span),
        page,
        place,
        confidence,
        status: FieldStatus::Review,
        repaired,
        evidence: None,
    })
}

fn label_place(flow: &Flow, label: Option<&std::ops::Range<usize>>, page: u32) -> Option<Place> {
    flow.place(label?)
        .filter(|(on, _)| *on == page)
        .map(|(_, place)| place)
}

/// Adds a value: alone, or to its list.
pub(crate) fn push(
    fields: &mut BTreeMap<String, Field>,
    name: &str,
    many: bool,
    value: FieldValue,
) {
    if !many {
        fields.entry(name.to_owned()).or_insert(Field::One(value));
        return;
    }
    match fields
        .entry(name.to_owned())
        .or_insert_with(|| Field::Many(Vec::new()))
    {
        Field::Many(values) => values.push(value),
        Field::One(_) => {}
    }
}

/// Three decimals are more than a score can mean.
pub(crate) fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::understood;
    use crate::Schemas;
    use crate::layout::page_of_text;
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static SCHEMAS: LazyLock<Schemas> =
        LazyLock::new(|| Schemas::built_in().expect("the built-in schemas are sound"));

    /// What agreements are made of, in pieces that may stand beside each other in any order.
    const PIECES: &str = "\
        Bank Wiślany S.A. Spółka Akcyjna sp. z o.o. „ ” „DĄBEK” Jan Janem Kowalski Kowalskim \
        Maria Pani Panem i oraz a w PESEL 85072311276 KRS 0000025237 NIP 526-020-86-28 \
        zwanym dalej „Kredytobiorcą”, Kredytobiorca: Kredytobiorca 1 2 Bankiem UMOWA kredytu \
        nr 12/2020/K z dnia 5 maja 2020 r. kwota Kwota 10.000,00 zł do na 12 miesięcy rat \
        7,5 % RRSO marża 2,10 p.p. WIBOR 3M ul. Długa 7/3, 00-950 Warszawa § 1. ( ) - — , . \
        ; : | Nazwisko: Imię: Razem ﬁ ąę";

    fn line() -> impl Strategy<Value = String> {
        let word = (
            prop::sample::select(PIECES.split(' ').collect::<Vec<_>>()),
            prop::sample::select(&[" ", "  ", "      "][..]),
        );
        prop::collection::vec(word, 0..12).prop_map(|words| {
            words
                .iter()
                .map(|(word, gap)| format!("{word}{gap}"))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(160))]

        /// Whatever stands on a page, it is understood in some way, and twice in the same way.
        #[test]
        fn any_page_is_understood(lines in prop::collection::vec(line(), 0..24)) {
            let page = page_of_text(&lines.join("\n"));
            let today = date(2026, 11, 25);
            let document = understood(&[&page], &SCHEMAS, today);
            prop_assert_eq!(document, understood(&[&page], &SCHEMAS, today));
        }
    }
}
