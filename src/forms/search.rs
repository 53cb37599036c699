//! What a search found, as JSON and as CSV: command line, API and desk say it alike.

use search::{Facets, Hit, Results};
use serde::Serialize;

/// What a search found.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    total: usize,
    hits: &'a [Hit],
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<&'a Facets>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    widened: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    relaxed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(results: &'a Results, with_facets: bool) -> Self {
        Self {
            total: results.total,
            hits: &results.hits,
            facets: with_facets.then_some(&results.facets),
            widened: results.widened,
            relaxed: results.relaxed,
            suggestion: results.suggestion.as_deref(),
        }
    }
}

/// The head of the CSV: comma-separated, UTF-8 (RFC 4180).
pub(crate) fn csv_head() -> String {
    "id,type,title,agreement_number,agreement_date,borrower_name,credit_amount,currency,branch,\
     station,pages,score,snippet\r\n"
        .to_owned()
}

/// Appends a hit as a row.
pub(crate) fn csv_row(hit: &Hit, text: &mut String) {
    let field = |value: &Option<String>| value.clone().unwrap_or_default();
    let pages: Vec<String> = hit.pages.iter().map(u32::to_string).collect();
    let cells = [
        hit.id.to_string(),
        hit.kind.to_string(),
        hit.title.clone(),
        field(&hit.fields.agreement_number),
        field(&hit.fields.agreement_date),
        field(&hit.fields.borrower_name),
        field(&hit.fields.credit_amount),
        field(&hit.fields.currency),
        field(&hit.branch),
        hit.station.clone(),
        pages.join(" "),
        hit.score.to_string(),
        plain(&hit.snippet),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell that no spreadsheet takes for a formula: what a scan says must not run.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

/// A snippet for a terminal: the hits between brackets, one line.
pub(crate) fn plain(snippet: &str) -> String {
    let text = snippet
        .replace("<mark>", "[")
        .replace("</mark>", "]")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{plain, quoted};

    #[test]
    fn snippets_read_on_a_terminal() {
        assert_eq!(
            plain("a &#60;b&#62;\n <mark>kredyt</mark>u &#38;#60;"),
            "a <b> [kredyt]u &#60;"
        );
    }

    #[test]
    fn cells_are_safe_in_a_spreadsheet() {
        for (cell, expected) in [
            ("Kowalski", "Kowalski"),
            ("„Łoś”, sp. z o.o.", "\"„Łoś”, sp. z o.o.\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
            ("-5", "\"'-5\""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }
}
