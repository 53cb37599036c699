//! The list of documents for a spreadsheet: UTF-8 with a byte order mark, `;` between the columns,
//! as spreadsheets with Polish settings open it.

use super::Item;
use std::fmt::Write as _;

const HEAD: &str = "\u{feff}lp;dokument;rodzaj;nazwa;numer umowy;data umowy;stron;przyjęto;plik źródłowy;\
                    do sprawdzenia;uwagi;wersja zapisu;plik w paczce;bajtów;sha256\r\n";

/// The list.
pub(crate) fn index_csv(items: &[Item]) -> String {
    let mut text = HEAD.to_owned();
    for (number, item) in items.iter().enumerate() {
        let Item {
            document,
            version,
            kind,
            title,
            agreement_number,
            agreement_date,
            pages,
            received_at,
            file_name,
            to_review,
            findings,
            original,
            ..
        } = item;
        let review = if *to_review { "tak" } else { "nie" };
        let cells = [
            (number + 1).to_string(),
            document.to_string(),
            cell(kind),
            cell(title),
            cell(agreement_number),
            cell(agreement_date),
            pages.to_string(),
            received_at.to_string(),
            cell(file_name),
            review.to_owned(),
            cell(&findings.join(", ")),
            version.to_string(),
            cell(&original.path),
            original.bytes.to_string(),
            original.sha256.to_string(),
        ];
        let _ = write!(text, "{}\r\n", cells.join(";"));
    }
    text
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection).
fn cell(value: &str) -> String {
    let value: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let safe = match value.starts_with(['=', '+', '-', '@']) {
        true => format!("'{value}"),
        false => value,
    };
    match safe.contains([';', '"']) {
        true => format!("\"{}\"", safe.replace('"', "\"\"")),
        false => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_no_formula_is_left() {
        for (value, expected) in [
            ("KK/12/2021", "KK/12/2021"),
            ("a;b\"c", "\"a;b\"\"c\""),
            ("=1+1", "'=1+1"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(cell(value), expected);
        }
    }
}
