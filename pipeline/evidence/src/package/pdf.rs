//! The cover and the list of documents, for a person.

use super::{Item, Statement};
use print::{Align, Column, Listing};

/// Most exceptions that the cover lists; the others are in `statement.json`.
const SHOWN: usize = 40;

/// The cover with the statement of completeness, the list, and what checks found.
pub(crate) fn index_pdf(statement: &Statement, items: &[Item]) -> Vec<u8> {
    let columns = vec![
        Column::new("lp.", 28.0, Align::Right),
        Column::new("Dokument", 142.0, Align::Left),
        Column::new("Rodzaj", 140.0, Align::Left),
        Column::new("Numer umowy", 92.0, Align::Left),
        Column::new("Data", 56.0, Align::Left),
        Column::new("Str.", 26.0, Align::Right),
        Column::new("SHA-256 (początek)", 80.0, Align::Left),
        Column::new("Uwagi", 198.0, Align::Left),
    ];
    let listing = Listing {
        title: "Oświadczenie o kompletności i spis dokumentów".into(),
        facts: facts(statement),
        notes: notes(statement),
        list_title: "Spis dokumentów".into(),
        columns,
        rows: rows(items),
        footer: statement.package.clone(),
    };
    listing.to_pdf()
}

/// What the package is.
fn facts(statement: &Statement) -> Vec<(String, String)> {
    let index = statement.index;
    let searched = match index.index {
        Some(followed) => format!(
            "indeks uwzględniał zmianę nr {followed}; najnowsza w rejestrze: nr {}",
            index.ledger
        ),
        None => format!(
            "lista wprost; najnowsza zmiana w rejestrze: nr {}",
            index.ledger
        ),
    };
    let mut facts = vec![
        ("Paczka".to_owned(), statement.package.clone()),
        ("Przekazuje".into(), statement.sender.clone()),
        ("Odbiorca".into(), statement.recipient.text.clone()),
        ("Podstawa prawna".into(), statement.basis.text.clone()),
        ("Cel".into(), statement.purpose.clone()),
        (
            "Data żądania (UTC)".into(),
            statement.requested_at.to_string(),
        ),
        ("Szukano".into(), statement.query.clone()),
        ("Stan przeszukania".into(), searched),
    ];
    if let Some(log) = &statement.checkpoint {
        let state = format!("{} zdarzeń, korzeń {}", log.size, log.root);
        facts.push(("Dziennik zdarzeń".into(), state));
    }
    facts
}

/// What was found, given and not given, and what the package lacks.
fn notes(statement: &Statement) -> Vec<String> {
    let missing = statement.exceptions.len();
    let mut notes = vec![format!(
        "Dokumentów znaleziono: {}; przekazano: {}; nie przekazano: {missing}.",
        statement.found, statement.given
    )];
    for exception in statement.exceptions.iter().take(SHOWN) {
        let (document, reason) = (&exception.document, exception.reason.pl());
        notes.push(format!("– {document}: {reason}. {}", exception.detail));
    }
    if missing > SHOWN {
        notes.push(format!(
            "– i {} dalszych: zob. statement.json",
            missing - SHOWN
        ));
    }
    notes.push(match statement.unread.len() {
        0 => "Wszystkie przyjęte pliki były w tej chwili odczytane i dały się przeszukać.".into(),
        count => format!(
            "Przyjętych plików, których w tej chwili nie odczytano, więc nie dały się przeszukać: \
             {count}. Ich numery: zob. statement.json."
        ),
    });
    notes.extend(statement.leaves_out.iter().cloned());
    notes.push("Jak sprawdzić paczkę: zob. VERIFY.md i verify.sh w jej katalogu głównym.".into());
    notes
}

/// A row for each document.
fn rows(items: &[Item]) -> Vec<Vec<String>> {
    let rows = items.iter().enumerate();
    rows.map(|(number, item)| {
        let mut remarks = item.findings.join(", ");
        if item.to_review {
            remarks = match remarks.is_empty() {
                true => "do sprawdzenia".into(),
                false => format!("do sprawdzenia: {remarks}"),
            };
        }
        vec![
            (number + 1).to_string(),
            item.document.to_string(),
            item.title.clone(),
            item.agreement_number.clone(),
            item.agreement_date.clone(),
            item.pages.to_string(),
            item.original.sha256.to_string().chars().take(16).collect(),
            remarks,
        ]
    })
    .collect()
}
