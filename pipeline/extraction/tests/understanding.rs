//! Extraction as a whole: pages of words in, a document out, on agreements written for the purpose.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod pages;

use extraction::{Schemas, Separation, separate, understand};
use jiff::civil::date;
use model::{Document, Page, PageKind, Severity, Turn, Value};
use pages::of_text as page;
use std::sync::LazyLock;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::built_in().unwrap());

const AGREEMENT: &str = "\
UMOWA O KREDYT KONSUMENCKI NR KG/2024/000123

zawarta w dniu 15 marca 2024 r. w Krakowie pomiędzy:
Bank Przykładowy S.A. z siedzibą w Warszawie, ul. Prosta 1, 00-001 Warszawa, KRS 0000123456,
NIP 856-734-62-15, kapitał zakładowy 100 000 000,00 zł, zwanym dalej „Bankiem”, reprezentowanym
przez Annę Nowak – Dyrektor Oddziału,
a Panem Janem Kowalskim, zamieszkałym: ul. Długa 5/7, 31-001 Kraków, PESEL 44051401359,
legitymującym się dowodem osobistym ABC 123458, zwanym dalej „Kredytobiorcą”.

§ 1. Kwota kredytu
1. Całkowita kwota kredytu wynosi 10 000,00 zł (słownie: dziesięć tysięcy złotych).
2. Kredytu udziela się na okres 12 miesięcy. Ostateczny termin spłaty: 15.03.2025 r.
3. Wypłata nastąpi w dniu 15.03.2024 r. na rachunek 61 1090 1014 0000 0712 1981 2874.

§ 2. Koszty
1. Stopa oprocentowania kredytu jest stała i wynosi 10,00% w stosunku rocznym.
2. Całkowity koszt kredytu wynosi 549,91 zł.
3. Całkowita kwota do zapłaty wynosi 10 549,91 zł.
4. Rzeczywista roczna stopa oprocentowania (RRSO) wynosi 10,47%.
5. Kredyt spłacany jest w 12 równych ratach po 879,16 zł. Pierwsza rata płatna 15.04.2024 r.
6. Odsetki za opóźnienie wynoszą 22,50% w stosunku rocznym.

§ 3. Odstąpienie
Kredytobiorca może odstąpić od umowy w terminie 14 dni od dnia jej zawarcia.
";

fn read(text: &str) -> Document {
    understand(&[&page(1, text)], &SCHEMAS, date(2026, 1, 1))
}

fn value(document: &Document, field: &str) -> Option<String> {
    document
        .fields
        .get(field)
        .map(|f| f.values()[0].value.to_string())
}

#[test]
fn an_agreement_gives_its_fields() {
    let document = read(AGREEMENT);
    assert_eq!(document.kind.as_str(), "consumer_credit_agreement");
    for (field, expected) in [
        ("agreement_number", "KG/2024/000123"),
        ("agreement_date", "2024-03-15"),
        ("agreement_place", "Kraków"),
        ("lender_name", "Bank Przykładowy S.A."),
        ("lender_krs", "0000123456"),
        ("lender_nip", "8567346215"),
        ("borrower_name", "Jan Kowalski"),
        ("borrower_pesel", "44051401359"),
        ("borrower_id_document", "ABC123458"),
        ("borrower_address", "ul. Długa 5/7, 31-001 Kraków"),
        ("total_credit_amount", "10000.00"),
        ("amount_in_words", "dziesięć tysięcy złotych"),
        ("currency", "PLN"),
        ("term_months", "12"),
        ("final_repayment_date", "2025-03-15"),
        ("disbursement_date", "2024-03-15"),
        ("disbursement_account", "61109010140000071219812874"),
        ("interest_rate", "10.00"),
        ("interest_type", "fixed"),
        ("total_cost", "549.91"),
        ("total_amount_payable", "10549.91"),
        ("rrso", "10.47"),
        ("instalment_count", "12"),
        ("instalment_amount", "879.16"),
        ("first_instalment_date", "2024-04-15"),
        ("overdue_rate", "22.50"),
        ("withdrawal_days", "14"),
    ] {
        assert_eq!(
            value(&document, field).as_deref(),
            Some(expected),
            "{field}"
        );
    }
    let errors = document
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{:#?}", document.findings);
}

#[test]
fn a_value_shows_where_it_stands_and_why() {
    let document = read(AGREEMENT);
    let rrso = &document.fields["rrso"].values()[0];
    let word = page(1, AGREEMENT)
        .words
        .into_iter()
        .find(|w| w.text == "10,47%.")
        .unwrap();
    assert_eq!((rrso.page, rrso.place), (1, word.place));
    let evidence = rrso.evidence.as_ref().unwrap();
    assert!(
        evidence.label.contains("RRSO") || evidence.label.contains("stopa"),
        "{evidence:?}"
    );
}

/// An agreement with one thing spoiled, and the check that must say so.
fn check(from: &str, to: &str, rule: &str) {
    assert!(AGREEMENT.contains(from), "{from}");
    let document = read(&AGREEMENT.replace(from, to));
    let found = document
        .findings
        .iter()
        .find(|f| f.rule == rule && f.severity == Severity::Error);
    assert!(found.is_some(), "{rule} on {to}: {:#?}", document.findings);
}

#[test]
fn spoiled_agreements_are_found_out() {
    check("44051401359", "44051401354", "check_digits");
    check("0712 1981 2874", "0712 1981 2870", "check_digits");
    check("dziesięć tysięcy", "jedenaście tysięcy", "words_digits");
    check("10 549,91 zł", "10 594,91 zł", "amount_plus_cost");
    check("10,47%", "9,12%", "rrso_recomputed");
    check("22,50%", "25,50%", "overdue_maximum");
    check("wynosi 10,00%", "wynosi 19,00%", "interest_maximum");
    check(
        "płatna 15.04.2024",
        "płatna 15.04.2026",
        "instalments_in_order",
    );
    check("15 marca 2024", "15 marca 2027", "date_not_after_scan");
}

#[test]
fn a_page_that_is_not_there_is_found_out() {
    let first = page(1, &format!("{AGREEMENT}\nstrona 1 z 3"));
    let last = page(2, "podpis Kredytobiorcy\nstrona 3 z 3");
    let document = understand(&[&first, &last], &SCHEMAS, date(2026, 1, 1));
    let found = document.findings.iter().find(|f| f.rule == "missing_pages");
    assert_eq!(found.map(|f| f.severity), Some(Severity::Error));
    let whole = [page(1, "Umowa\nstrona 1 z 2"), page(2, "strona 2 z 2")];
    let document = understand(&[&whole[0], &whole[1]], &SCHEMAS, date(2026, 1, 1));
    assert!(document.findings.iter().all(|f| f.rule != "missing_pages"));
}

#[test]
fn what_the_law_asks_for_is_listed_item_by_item() {
    let document = read(AGREEMENT);
    let item = |number: &str| {
        let item = document
            .findings
            .iter()
            .find(|f| f.rule == "statutory_items" && f.message.contains(&format!("{number} ")));
        item.map(|f| f.severity)
    };
    assert_eq!(item("art. 30 ust. 1 pkt 4"), Some(Severity::Info));
    assert_eq!(item("art. 30 ust. 1 pkt 20"), Some(Severity::Warning));
}

#[test]
fn types_are_told_by_their_titles() {
    for (text, kind) in [
        (
            "ANEKS NR 1\ndo umowy kredytu hipotecznego nr 12/2020",
            "annex",
        ),
        (
            "HARMONOGRAM SPŁAT\ndo umowy o kredyt nr 12/2020",
            "repayment_schedule",
        ),
        (
            "UMOWA POŻYCZKI NR 7/2021\nPożyczkodawca udziela",
            "loan_agreement",
        ),
        (
            "LOAN AGREEMENT\nbetween the Lender and the Borrower",
            "loan_agreement",
        ),
        (
            "UMOWA KREDYTU OBROTOWEGO NR 4/2021",
            "corporate_credit_agreement",
        ),
        (
            "DEKLARACJA WEKSLOWA\ndo weksla in blanco",
            "bill_of_exchange_declaration",
        ),
        (
            "OŚWIADCZENIE O PODDANIU SIĘ EGZEKUCJI",
            "enforcement_statement",
        ),
        ("Przepis na ciasto drożdżowe\nmąka, mleko, drożdże", "other"),
    ] {
        assert_eq!(read(text).kind.as_str(), kind, "{text}");
    }
}

#[test]
fn a_turned_page_reads_the_same() {
    let mut turned = page(1, AGREEMENT);
    for word in &mut turned.words {
        word.place = Turn::Right.apply(word.place, 2480, 3508);
    }
    (turned.width, turned.height, turned.rotation) = (3508, 2480, Turn::Left);
    let document = understand(&[&turned], &SCHEMAS, date(2026, 1, 1));
    let upright = read(AGREEMENT);
    for (name, field) in &upright.fields {
        let values = |f: &model::Field| {
            f.values()
                .iter()
                .map(|v| v.value.clone())
                .collect::<Vec<Value>>()
        };
        assert_eq!(
            document.fields.get(name).map(values),
            Some(values(field)),
            "{name}"
        );
    }
}

#[test]
fn pages_without_words_make_an_empty_document() {
    let mut blank = page(1, "");
    blank.kind = PageKind::Blank;
    let document = understand(&[&blank], &SCHEMAS, date(2026, 1, 1));
    assert_eq!(document.kind, model::DocumentType::other());
    assert!(document.fields.is_empty());
}

#[test]
fn a_file_is_split_only_where_a_document_clearly_opens() {
    let first = format!("{AGREEMENT}\nstrona 1 z 2");
    let second = "Dalszy ciąg umowy o kredyt.\nstrona 2 z 2";
    let annex = "ANEKS NR 1\n\ndo umowy kredytu nr KG/2024/000123\nzawarty w dniu 1 maja 2024 r.\n\nstrona 1 z 1";
    let pages = [page(1, &first), page(2, second), page(3, annex)];
    assert_eq!(parted(&pages), [vec![1, 2], vec![3]]);
    let mut separator = page(2, "");
    separator.kind = PageKind::Separator;
    let pages = [page(1, second), separator, page(3, second)];
    assert_eq!(parted(&pages), [vec![1], vec![3]]);
}

fn parted(pages: &[Page]) -> Vec<Vec<u32>> {
    let separated = separate(pages, &SCHEMAS, &Separation::default());
    separated.parts.into_iter().map(|part| part.pages).collect()
}
