//! `kartoteka search`: finds documents by what is remembered of them.

mod saved;
mod table;

use super::{Exit, print};
use crate::config::Config;
use crate::forms::search::Shown;
use crate::forms::search::{csv_head, csv_row};
use crate::node::{self, DataDir};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use model::DocumentId;
use saved::Saved;
use search::{Access, Index, MAX_LIMIT, MAX_OFFSET, Query, QueryError, Request, Results};

/// Find documents
///
/// Words in any inflection and without accents, "phrases", -not, OR, prefix*, and fields:
/// kwota:10000..50000, data:2021-03..2021-06, typ:, oddział:, pesel:, umowa:, stan:, stacja: (in
/// English amount:, date:, type: …). `*` finds all.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka search 'umowa kredytu hipotecznego'\n  kartoteka \
                        search 'kowalski kwota:200000..500000' --json | jq .hits\n  kartoteka search \
                        'typ:aneks data:2024' --csv > aneksy.csv\n  kartoteka search --save \
                        duże-hipoteki 'typ:hipoteczny kwota:>1mln'\n  kartoteka search --saved \
                        duże-hipoteki"
)]
pub(crate) struct Arguments {
    /// What is looked for
    #[arg(value_name = "QUERY", required_unless_present_any = ["similar", "saved", "list_saved"])]
    query: Vec<String>,
    /// As JSON, for scripts
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// The whole list of results as CSV, for a spreadsheet: every hit unless --limit says less
    #[arg(long)]
    csv: bool,
    /// Most hits that are shown [default: 10]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Hits to leave out in front: the next page
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// The order
    #[arg(long, value_enum, default_value_t = Sort::Relevance)]
    sort: Sort,
    /// Count the found documents by type, branch, year, station, status and class
    #[arg(long)]
    facets: bool,
    /// Documents like this one, in place of a query
    #[arg(long, value_name = "ID", conflicts_with_all = ["query", "saved", "save"])]
    similar: Option<String>,
    /// Keep the query under a name, then search
    #[arg(long, value_name = "NAME", requires = "query")]
    save: Option<String>,
    /// Search with a kept query; with a QUERY besides, both must fit
    #[arg(long, value_name = "NAME", conflicts_with = "save")]
    saved: Option<String>,
    /// List the kept queries
    #[arg(long, conflicts_with_all = ["query", "saved", "save", "similar"])]
    list_saved: bool,
}

/// The orders, as they are asked for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    /// Best first
    Relevance,
    /// Received last, first
    Newest,
    /// By the agreement's date, latest first
    Date,
    /// By the amount, largest first
    Amount,
}

/// Hits shown unless asked otherwise.
const SHOWN: usize = 10;

pub(super) fn search(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let mut saved = Saved::open(&config.data)?;
    if arguments.list_saved {
        print::out(&saved.listed());
        return Ok(Exit::Done);
    }
    let index = Index::open_with(&DataDir::index(&config.data), node::load_words(config)?)
        .context(
            "the index cannot be used: `kartoteka run` or `kartoteka reindex` makes it anew",
        )?;
    if index.is_outdated() {
        print::note(
            "the index was made by another analysis and may miss words: `kartoteka run` or \
             `kartoteka reindex` makes it anew",
        );
    }
    if let Some(id) = &arguments.similar {
        let id = DocumentId::parse(id).with_context(|| format!("`{id}` is no document"))?;
        anyhow::ensure!(index.contains(id)?, "the index has no document {id}");
        let limit = arguments.limit.unwrap_or(SHOWN).min(MAX_LIMIT);
        let results = index.similar(id, Access::all(), limit)?;
        return show(arguments, &results);
    }
    let typed = typed(arguments, &saved)?;
    let query = match Query::parse(&typed) {
        Ok(query) => query,
        Err(error) => {
            print::note(&pointed(&typed, &error));
            return Ok(Exit::Refused);
        }
    };
    if let Some(name) = &arguments.save {
        saved.keep(name, &typed)?;
        print::note(&format!("kept: kartoteka search --saved {name}"));
    }
    let request = Request {
        query: &query,
        typed: &typed,
        access: Access::all(),
        sort: match arguments.sort {
            Sort::Relevance => search::Sort::Relevance,
            Sort::Newest => search::Sort::Newest,
            Sort::Date => search::Sort::AgreementDate,
            Sort::Amount => search::Sort::Amount,
        },
        limit: arguments.limit.unwrap_or(SHOWN).min(MAX_LIMIT),
        offset: arguments.offset,
    };
    if arguments.csv {
        export(&index, request, arguments.limit)?;
        return Ok(Exit::Done);
    }
    show(arguments, &index.find(&request)?)
}

/// What is searched for: what was typed, what was kept, or both.
fn typed(arguments: &Arguments, saved: &Saved) -> anyhow::Result<String> {
    let typed = arguments.query.join(" ");
    let Some(name) = &arguments.saved else {
        anyhow::ensure!(
            !arguments.query.is_empty(),
            "nothing to search for: type a word, or `*` for everything"
        );
        return Ok(typed);
    };
    let kept = saved.query(name).with_context(|| {
        format!("no query is kept as `{name}`: `kartoteka search --list-saved` lists them")
    })?;
    Ok(match typed.trim() {
        "" => kept.to_owned(),
        typed => format!("({kept}) ({typed})"),
    })
}

/// The query with its fault pointed at.
fn pointed(typed: &str, error: &QueryError) -> String {
    let shown: String = typed
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let (before, marked) = (" ".repeat(error.at), "^".repeat(error.length.clamp(1, 80)));
    format!("the query cannot be understood: {error}\n  {shown}\n  {before}{marked}")
}

fn show(arguments: &Arguments, results: &Results) -> anyhow::Result<Exit> {
    if arguments.csv {
        let mut text = csv_head();
        results.hits.iter().for_each(|hit| csv_row(hit, &mut text));
        print::out(&text);
    } else if arguments.json {
        print::json_pretty(&Shown::of(results, arguments.facets))?;
    } else {
        print::out(&table::list(results, arguments.offset)?);
        if arguments.facets {
            print::out(&table::counts(&results.facets)?);
        }
    }
    Ok(Exit::Done)
}

/// Prints the list of results as CSV, page by page.
fn export(index: &Index, request: Request<'_>, limit: Option<usize>) -> anyhow::Result<()> {
    print::out(&csv_head());
    let end = limit.map_or(MAX_OFFSET, |limit| request.offset.saturating_add(limit));
    let mut offset = request.offset;
    loop {
        let results = index.find(&Request {
            limit: MAX_LIMIT.min(end.saturating_sub(offset)),
            offset,
            ..request.clone()
        })?;
        let mut text = String::new();
        results.hits.iter().for_each(|hit| csv_row(hit, &mut text));
        offset += results.hits.len();
        if !text.is_empty() {
            print::out(&text);
        }
        if results.hits.is_empty() || offset >= end.min(results.total) {
            if limit.is_none() && offset < results.total {
                print::note(&format!(
                    "{offset} of {} documents are in the list: narrow the query for the others",
                    results.total
                ));
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pointed;
    use search::Query;

    #[test]
    fn a_fault_is_pointed_at() {
        let typed = "kowalski kwota:dużo";
        let error = Query::parse(typed).unwrap_err();
        let shown = pointed(typed, &error);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[1..],
            ["  kowalski kwota:dużo", "                 ^^^^"]
        );
    }
}
