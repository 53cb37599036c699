//! Expected against scanned: what the bank concluded and which papers each product requires,
//! compared with what there is. The page ledger cannot see what was never scanned; this can.

use crate::cli::{Exit, print};
use anyhow::Context as _;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use jiff::civil::Date;
use ledger::Ledger;
use model::DocumentType;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Ages by which what is missing is summed up, in days: up to a day, a week, a month, and more.
const AGES: [(i32, &str); 4] = [(1, "0-1"), (7, "2-7"), (30, "8-30"), (i32::MAX, "over 30")];

/// What the files say.
#[derive(Debug, Default)]
struct Expected {
    agreements: Vec<Agreement>,
    /// The papers that each product requires.
    papers: BTreeMap<String, BTreeSet<DocumentType>>,
}

/// A concluded agreement.
#[derive(Debug)]
struct Agreement {
    number: String,
    product: String,
    branch: String,
    concluded_on: Date,
}

#[derive(Serialize)]
struct Shown {
    format: u32,
    agreements: usize,
    complete: usize,
    missing: Vec<Missing>,
}

/// An agreement with papers that are not there.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Missing {
    branch: String,
    agreement_number: String,
    product: String,
    concluded_on: Date,
    days: i32,
    papers: Vec<String>,
}

/// Lists what is missing; ends with 1 if anything is.
pub(super) async fn expected(
    ledger: &Ledger,
    files: &[PathBuf],
    today: Date,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let expected = read(files)?;
    let mut wanted: HashMap<String, BTreeSet<DocumentType>> = expected
        .agreements
        .iter()
        .map(|agreement| (plain(&agreement.number), BTreeSet::new()))
        .collect();
    ledger
        .papers(|paper| {
            if let Some(there) = wanted.get_mut(&plain(&paper.agreement)) {
                there.insert(paper.kind);
            }
        })
        .await?;
    let missing = missing(&expected, &wanted, today);
    let complete = expected.agreements.len() - missing.len();
    if as_json {
        print::json_pretty(&Shown {
            format: 1,
            agreements: expected.agreements.len(),
            complete,
            missing,
        })?;
        return Ok(if complete == expected.agreements.len() {
            Exit::Done
        } else {
            Exit::Refused
        });
    }
    show(&missing);
    print::out(&format!(
        "\n{} agreements concluded, {complete} have all their papers, {} do not",
        expected.agreements.len(),
        missing.len()
    ));
    Ok(if missing.is_empty() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn missing(
    expected: &Expected,
    there: &HashMap<String, BTreeSet<DocumentType>>,
    today: Date,
) -> Vec<Missing> {
    let nothing = BTreeSet::new();
    let mut missing: Vec<Missing> = expected
        .agreements
        .iter()
        .filter_map(|agreement| {
            let required = expected.papers.get(&agreement.product).unwrap_or(&nothing);
            let there = there.get(&plain(&agreement.number)).unwrap_or(&nothing);
            let papers: Vec<String> = required
                .difference(there)
                .map(ToString::to_string)
                .collect();
            let days = (today - agreement.concluded_on).get_days();
            (!papers.is_empty()).then(|| Missing {
                branch: agreement.branch.clone(),
                agreement_number: agreement.number.clone(),
                product: agreement.product.clone(),
                concluded_on: agreement.concluded_on,
                days,
                papers,
            })
        })
        .collect();
    missing.sort_by(|a, b| {
        (&a.branch, b.days, &a.agreement_number).cmp(&(&b.branch, a.days, &b.agreement_number))
    });
    missing
}

/// A number without its punctuation: it is written in as many ways as there are systems.
fn plain(number: &str) -> String {
    let letters = number.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_uppercase).collect()
}

/// Reads every file; a folder stands for the CSV files in it.
fn read(files: &[PathBuf]) -> anyhow::Result<Expected> {
    let mut expected = Expected::default();
    for file in files {
        if !file.is_dir() {
            take(&mut expected, file)?;
            continue;
        }
        let entries = std::fs::read_dir(file);
        let entries = entries.with_context(|| format!("{} cannot be listed", file.display()))?;
        let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        inside.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
        inside.sort();
        for path in inside {
            take(&mut expected, &path)?;
        }
    }
    let unknown: BTreeSet<&str> = expected
        .agreements
        .iter()
        .map(|agreement| agreement.product.as_str())
        .filter(|product| !expected.papers.contains_key(*product))
        .collect();
    anyhow::ensure!(
        unknown.is_empty(),
        "no file says which papers these products require: {}",
        unknown.into_iter().collect::<Vec<_>>().join(", ")
    );
    Ok(expected)
}

/// Takes a table of concluded agreements, or one of the papers that products require: its columns
/// say which it is.
fn take(expected: &mut Expected, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    add(expected, &text).with_context(|| format!("in {}", file.display()))
}

fn add(expected: &mut Expected, text: &str) -> anyhow::Result<()> {
    let mut rows = model::rows(text).into_iter();
    let header = rows.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|column| column == name);
    let (number, product) = (column("agreement_number"), column("product"));
    if let (Some(product), Some(paper)) = (product, column("paper")) {
        for (row, line) in rows.zip(2..) {
            let cell = |at: usize| row.get(at).map_or("", String::as_str);
            let kind = DocumentType::parse(cell(paper));
            let kind = kind.with_context(|| format!("row {line}"))?;
            let papers = expected.papers.entry(cell(product).to_owned());
            papers.or_default().insert(kind);
        }
        return Ok(());
    }
    let (Some(number), Some(product), Some(branch), Some(concluded_on)) =
        (number, product, column("branch"), column("concluded_on"))
    else {
        anyhow::bail!(
            "the columns are neither agreement_number, product, branch, concluded_on nor product, \
             paper"
        );
    };
    for (row, line) in rows.zip(2..) {
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        let day: Date = cell(concluded_on)
            .parse()
            .with_context(|| format!("row {line}: `{}` is no day", cell(concluded_on)))?;
        anyhow::ensure!(!plain(cell(number)).is_empty(), "row {line} has no number");
        expected.agreements.push(Agreement {
            number: cell(number).to_owned(),
            product: cell(product).to_owned(),
            branch: cell(branch).to_owned(),
            concluded_on: day,
        });
    }
    Ok(())
}

fn show(missing: &[Missing]) {
    if missing.is_empty() {
        return;
    }
    let mut table = table([
        "branch",
        "agreement",
        "product",
        "concluded on",
        "days",
        "missing",
    ]);
    for item in missing {
        table.add_row([
            item.branch.clone(),
            item.agreement_number.clone(),
            item.product.clone(),
            item.concluded_on.to_string(),
            item.days.to_string(),
            item.papers.join(", "),
        ]);
    }
    if let Some(days) = table.column_mut(4) {
        days.set_cell_alignment(CellAlignment::Right);
    }
    print::out(&table.trim_fmt());
    let mut sums: BTreeMap<&str, [usize; AGES.len()]> = BTreeMap::new();
    for item in missing {
        let age = AGES.iter().position(|(most, _)| item.days <= *most);
        let papers = item.papers.len();
        sums.entry(&item.branch).or_default()[age.unwrap_or(AGES.len() - 1)] += papers;
    }
    let [a, b, c, d] = AGES.map(|(_, name)| name);
    let mut ages = self::table(["branch, by days", a, b, c, d, ""]);
    for (branch, counts) in sums {
        let counts = counts.map(|count| count.to_string());
        ages.add_row(std::iter::once(branch.to_owned()).chain(counts));
    }
    print::out("");
    print::out(&ages.trim_fmt());
}

fn table(header: [&str; 6]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    table
}

#[cfg(test)]
mod tests {
    use super::{Expected, add, missing, plain};
    use jiff::civil::date;
    use model::DocumentType;
    use std::collections::{BTreeSet, HashMap};

    #[test]
    fn what_is_missing_is_what_the_product_requires_and_nobody_scanned() {
        let mut expected = Expected::default();
        add(
            &mut expected,
            "product;paper\nKG;consumer_credit_agreement\nKG;annex\n",
        )
        .unwrap();
        let agreements = "agreement_number;product;branch;concluded_on\n\
                          KG/1/2026;KG;0421;2026-11-01\nKG/2/2026;KG;0421;2026-11-20\n";
        add(&mut expected, agreements).unwrap();
        let kinds = |names: &[&str]| -> BTreeSet<DocumentType> {
            names
                .iter()
                .map(|n| DocumentType::parse(n).unwrap())
                .collect()
        };
        let both = kinds(&["consumer_credit_agreement", "annex"]);
        let there = HashMap::from([
            (plain("KG-1-2026"), kinds(&["annex"])),
            (plain("kg/2/2026"), both),
        ]);
        let found = missing(&expected, &there, date(2026, 11, 25));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].agreement_number, "KG/1/2026");
        assert_eq!(found[0].papers, ["consumer_credit_agreement"]);
        assert_eq!(found[0].days, 24);
        assert_eq!(
            missing(&expected, &HashMap::new(), date(2026, 11, 25)).len(),
            2
        );
    }

    #[test]
    fn a_table_of_something_else_is_refused() {
        for wrong in [
            "a;b\n1;2\n",
            "agreement_number;product;branch;concluded_on\nKG/1;KG;1;wczoraj\n",
            "product;paper\nKG;Umowa Kredytu\n",
        ] {
            assert!(add(&mut Expected::default(), wrong).is_err(), "{wrong}");
        }
    }
}
