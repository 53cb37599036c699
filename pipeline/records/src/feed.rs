//! The feed of the core banking system: rows of a CSV file that say what happened to which
//! agreement. Parsing only; a row is never guessed, it fits or it is listed.
//!
//! The form: UTF-8, a header naming `agreement_number`, `event`, `date` (`2026-03-31`) and, where
//! there is one, `evidence`; separated by `;` or `,`; quotes as usual.

use crate::EventKind;
use jiff::civil::Date;

/// A feed has at most this many bytes: some ten million rows.
pub const MAX_FEED_BYTES: u64 = 1 << 30;

/// A row that says what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The agreement, as the core banking system writes it.
    pub agreement_number: String,
    /// What happened.
    pub kind: EventKind,
    /// On which day.
    pub day: Date,
    /// What proves it there: a posting's number.
    pub evidence: String,
}

/// A line that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Why, in words.
    pub why: String,
}

/// Parses a feed: each line after the header is a row or a reason. A later day than `today` is a
/// reason.
///
/// # Errors
/// When the header lacks a column.
pub fn parse(text: &str, today: Date) -> Result<Vec<Result<Row, Rejected>>, Rejected> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().enumerate().map(|(n, line)| (n + 1, line));
    let header = lines.next().map_or("", |(_, line)| line);
    let separator = if header.contains(';') { ';' } else { ',' };
    let names = split(header, separator).unwrap_or_default();
    let column = |name: &str| names.iter().position(|n| n.trim() == name);
    let needed = |name: &str| {
        column(name).ok_or_else(|| Rejected {
            line: 1,
            why: format!("the header has no column `{name}`"),
        })
    };
    let columns = Columns {
        agreement: needed("agreement_number")?,
        event: needed("event")?,
        date: needed("date")?,
        evidence: column("evidence"),
    };
    let rows = lines.filter(|(_, line)| !line.trim().is_empty());
    Ok(rows
        .map(|(line, text)| {
            columns
                .row(line, text, separator, today)
                .map_err(|why| Rejected { line, why })
        })
        .collect())
}

struct Columns {
    agreement: usize,
    event: usize,
    date: usize,
    evidence: Option<usize>,
}

impl Columns {
    fn row(&self, line: usize, text: &str, separator: char, today: Date) -> Result<Row, String> {
        let cells = split(text, separator).ok_or("a quote is not closed")?;
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let agreement = cell(self.agreement);
        if agreement.is_empty() {
            return Err("it names no agreement".into());
        }
        let kind = EventKind::parse(cell(self.event)).map_err(|e| e.to_string())?;
        let date = cell(self.date);
        let day: Date = date
            .parse()
            .map_err(|_| format!("`{date}` is no day as 2026-03-31"))?;
        if day > today {
            return Err(format!("{day} has not come yet"));
        }
        Ok(Row {
            line,
            agreement_number: agreement.to_owned(),
            kind,
            day,
            evidence: self.evidence.map_or("", cell).to_owned(),
        })
    }
}

/// The cells of a line; none when a quote is left open.
fn split(line: &str, separator: char) -> Option<Vec<String>> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            c if c == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::{parse, split};
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn every_line_is_a_row_or_a_reason() {
        let text = "\u{feff}agreement_number;event;date;evidence\n\
            KK/1/2020;settled;2026-03-31;\"post \"\"7\"\"; 12\"\n\
            ;settled;2026-03-31;x\nKK/2;paid;2026-03-31;x\nKK/3;settled;31.03.2026;x\n\
            KK/4;settled;2027-01-01;x\n\nKK/5;settled;2026-01-01;\"open\n";
        let rows = parse(text, date(2026, 11, 25)).unwrap();
        assert_eq!(rows.len(), 6);
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.line, first.evidence.as_str()), (2, "post \"7\"; 12"));
        let whys: Vec<String> = rows[1..]
            .iter()
            .map(|r| r.clone().unwrap_err().why)
            .collect();
        for (why, expected) in
            whys.iter()
                .zip(["no agreement", "paid", "31.03.2026", "not come", "quote"])
        {
            assert!(why.contains(expected), "{why}");
        }
        assert!(parse("agreement_number,date\n", date(2026, 1, 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s).{0,200}") {
            let _ = parse(&text, date(2026, 1, 1));
            let _ = split(&text, ';');
        }
    }
}
