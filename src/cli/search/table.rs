//! How a list of results looks for people on a terminal.

use crate::forms::search::plain;
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
