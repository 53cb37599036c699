//! `kartoteka search`: finds documents by what is remembered of them.

use super::{Exit, print};
use crate::config::Config;
use crate::node::{self, DataDir};
use anyhow::Context as _;
use clap::Args;
use search::{Index, MAX_LIMIT, Query, Results};
use serde::Serialize;
use std::fmt::Write as _;

/// Find documents
///
/// Words in any inflection and without accents, "phrases", -not, OR, prefix*, and fields:
/// kwota:10000..50000, data:2021-03..2021-06, typ:, oddział:, pesel:, umowa:, stan:, stacja: (in
/// English amount:, date:, type: …). `*` finds all.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka search 'umowa kredytu hipotecznego'\n  kartoteka \
                        search 'kowalski kwota:200000..500000' --json | jq .hits"
)]
pub(crate) struct Arguments {
    /// What is looked for
    #[arg(required = true, value_name = "QUERY")]
    query: Vec<String>,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    /// Most hits that are shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
}

/// The JSON form of the contract.
#[derive(Serialize)]
struct Shown<'a> {
    total: usize,
    hits: &'a [search::Hit],
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

pub(super) fn search(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let typed = arguments.query.join(" ");
    let query = match Query::parse(&typed) {
        Ok(query) => query,
        Err(error) => {
            print::note(&format!("the query cannot be understood: {error}"));
            return Ok(Exit::Refused);
        }
    };
    let index = Index::open(&DataDir::index(&config.data))
        .context("the index cannot be used: `kartoteka run` makes it anew")?;
    let results = index.search(&query, arguments.limit.min(MAX_LIMIT), 0)?;
    if arguments.json {
        let Results {
            total,
            hits,
            suggestion,
            ..
        } = &results;
        print::json_pretty(&Shown {
            total: *total,
            hits,
            suggestion: suggestion.as_deref(),
        })?;
    } else {
        print::out(&list(&results)?);
    }
    Ok(Exit::Done)
}

fn list(results: &Results) -> anyhow::Result<String> {
    let mut text = String::new();
    for hit in &results.hits {
        let pages: Vec<String> = hit.pages.iter().map(u32::to_string).collect();
        let pages = match pages.is_empty() {
            true => String::new(),
            false => format!("  p. {}", pages.join(", ")),
        };
        writeln!(text, "{}  {}{pages}", hit.id, hit.title)?;
        let snippet = plain(&hit.snippet);
        if !snippet.is_empty() {
            writeln!(text, "    {snippet}")?;
        }
    }
    if let Some(suggestion) = &results.suggestion {
        writeln!(text, "czy chodziło o: {suggestion}")?;
    }
    let shown = results.hits.len();
    match results.total {
        0 => writeln!(text, "nothing found")?,
        total if total > shown => writeln!(text, "{shown} of {total} documents")?,
        total => writeln!(text, "{total} documents")?,
    }
    Ok(text)
}

/// A snippet for a terminal: the hits between brackets, one line.
fn plain(snippet: &str) -> String {
    let text = snippet
        .replace("<mark>", "[")
        .replace("</mark>", "]")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn snippets_read_on_a_terminal() {
        assert_eq!(
            plain("a &lt;b&gt;\n <mark>kredyt</mark>u &amp;lt;"),
            "a <b> [kredyt]u &lt;"
        );
    }
}
