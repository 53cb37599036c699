//! How a list of results looks: for people, and as CSV for a spreadsheet.

use search::{Facets, Hit, Results};
use std::fmt::Write as _;

/// Counts shown of each kind.
const COUNTS: usize = 8;

/// The list for a terminal.
pub(super) fn list(results: &Results, offset: usize) -> anyhow::Result<String> {
    let mut text = String::new();
    for hit in &results.hits {
        let pages: Vec<String> = hit.pages.iter().map(u32::to_string).collect();
        let pages = match pages.is_empty() {
            true => String::new(),
            false => format!("  p. {}", pages.join(", ")),
        };
        writeln!(text, "{}  {}{}{pages}", hit.id, hit.title, about(hit))?;
        let snippet = plain(&hit.snippet);
        if !snippet.is_empty() {
            writeln!(text, "    {snippet}")?;
        }
    }
    if let Some(suggestion) = &results.suggestion {
        writeln!(text, "czy chodziło o: {suggestion}")?;
    }
    if results.relaxed {
        writeln!(
            text,
            "no document has all of these words: those that have most of them are shown"
        )?;
    }
    if results.widened {
        writeln!(
            text,
            "little was found: words near those typed were searched for, too"
        )?;
    }
    let shown = results.hits.len();
    match results.total {
        0 => writeln!(text, "nothing found")?,
        1 => writeln!(text, "1 document")?,
        total if total > offset + shown => {
            writeln!(
                text,
                "{} to {} of {total} documents; the next: --offset {}",
                offset + 1,
                offset + shown,
                offset + shown
            )?;
        }
        total => writeln!(text, "{total} documents")?,
    }
    Ok(text)
}

/// Date and amount, where they were read.
fn about(hit: &Hit) -> String {
    let mut about = String::new();
    if let Some(date) = &hit.fields.agreement_date {
        about.push_str("  ");
        about.push_str(date);
    }
    if let Some(amount) = &hit.fields.credit_amount {
        let currency = hit.fields.currency.as_deref().unwrap_or_default();
        about.push_str(&format!("  {amount} {currency}"));
    }
    about.trim_end().to_owned()
}

/// The counts for a terminal, one kind a line.
pub(super) fn counts(facets: &Facets) -> anyhow::Result<String> {
    let named = |counts: &[(String, u64)]| {
        let shown = counts.iter().take(COUNTS);
        shown
            .map(|(name, count)| format!("{name} {count}"))
            .collect::<Vec<_>>()
    };
    let years = facets.years.iter().take(COUNTS);
    let years = years
        .map(|(year, count)| format!("{year}: {count}"))
        .collect();
    let mut text = String::new();
    for (kind, counts) in [
        ("type", named(&facets.types)),
        ("branch", named(&facets.branches)),
        ("year", years),
        ("station", named(&facets.stations)),
        ("status", named(&facets.states)),
        ("class", named(&facets.classes)),
    ] {
        if !counts.is_empty() {
            writeln!(text, "  by {kind}: {}", counts.join(", "))?;
        }
    }
    Ok(text)
}

/// The head of the CSV: comma-separated, UTF-8 (RFC 4180).
pub(super) fn csv_head() -> String {
    "id,type,title,agreement_number,agreement_date,borrower_name,credit_amount,currency,branch,\
     station,pages,score,snippet\r\n"
        .to_owned()
}

/// Appends a hit as a row.
pub(super) fn csv_row(hit: &Hit, text: &mut String) {
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
fn plain(snippet: &str) -> String {
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
