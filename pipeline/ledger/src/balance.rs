//! The page ledger: for every station and day, what came in and what became of it. It only counts;
//! whether the sums are right is said by [`DayBalance::differences`], from figures that were
//! written by different steps: submissions by receiving, objects by storing, pages by reading,
//! documents by separating.

use crate::database::{Row, params};
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use model::StationName;
use std::collections::BTreeMap;

/// What a station sent on one day (UTC), and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayBalance {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// The station.
    pub station: StationName,
    /// Its files.
    pub files: FileCounts,
    /// Their pages.
    pub pages: PageCounts,
}

/// Files of a station and day. Each is done, parked or waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Submissions, repeats included.
    pub received: u64,
    /// Those whose original the ledger knows as an object of the store.
    pub stored: u64,
    /// Those that brought bytes which had come before.
    pub repeats: u64,
    /// Nothing is left to do.
    pub done: u64,
    /// A person is needed.
    pub parked: u64,
    /// Something is still to be done.
    pub waiting: u64,
    /// Those of which nothing is left but that they came: their documents were disposed of.
    pub disposed: u64,
}

/// Pages of a station and day. Each was read, is blank, separates documents, or failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// Pages that the files have, as their own structure says.
    pub received: u64,
    /// Pages with text.
    pub read: u64,
    /// Pages with nothing on them.
    pub blank: u64,
    /// Separator sheets.
    pub separator: u64,
    /// Pages that could not be read.
    pub failed: u64,
    /// Pages with text or failed pages, of files that became documents, that no document has.
    pub astray: u64,
}

impl DayBalance {
    /// What does not add up, in words; nothing when all does.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        let FileCounts {
            received,
            stored,
            done,
            parked,
            waiting,
            ..
        } = self.files;
        if received != stored {
            found.push(format!(
                "{received} files were received, {stored} are stored"
            ));
        }
        if received != done + parked + waiting {
            found.push(format!(
                "{received} files were received, {} are accounted for",
                done + parked + waiting
            ));
        }
        let pages = self.pages;
        let accounted = pages.read + pages.blank + pages.separator + pages.failed;
        if pages.received != accounted {
            found.push(format!(
                "{} pages came in, {accounted} are accounted for",
                pages.received
            ));
        }
        if pages.astray > 0 {
            found.push(format!("{} pages are in no document", pages.astray));
        }
        found
    }
}

impl Ledger {
    /// The balance of every station and day with submissions in `from..until`, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn balance(
        &self,
        from: Timestamp,
        until: Timestamp,
        station: Option<&StationName>,
    ) -> Result<Vec<DayBalance>, LedgerError> {
        let (from, until) = (from.as_millisecond(), until.as_millisecond());
        let station = station.map_or("", StationName::as_str);
        let mut session = self.read().await?;
        let files = session.rows(FILES, params![from, until, station]).await?;
        let pages = session.rows(PAGES, params![from, until, station]).await?;
        let mut days: BTreeMap<(i64, StationName), DayBalance> = BTreeMap::new();
        for row in &files {
            let day = of_row(&mut days, row)?;
            day.files = file_counts(row)?;
            day.pages.received = row.count("pages")?;
        }
        for row in &pages {
            let day = of_row(&mut days, row)?;
            let count: u64 = row.count("pages")?;
            day.pages.astray += row.count::<u64>("astray")?;
            match row.text("kind")?.as_str() {
                "text" => day.pages.read += count,
                "blank" => day.pages.blank += count,
                "separator" => day.pages.separator += count,
                // A kind that this program does not know is no page read.
                _ => day.pages.failed += count,
            }
        }
        Ok(days.into_values().collect())
    }
}

/// The key of an original follows from its hash, and is the primary key of its object.
const FILES: &str = "SELECT station, received_at / 86400000 AS day, count(*) AS received,
        CAST(sum(CASE WHEN objects.key IS NULL AND NOT EXISTS (SELECT 1 FROM disposal_items
            WHERE disposal_items.state = 'disposed' AND document LIKE coalesce(repeat_of, submissions.id) || '-%') THEN 0 ELSE 1 END) AS BIGINT) AS stored,
        CAST(sum(CASE WHEN repeat_of IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS repeats,
        CAST(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS BIGINT) AS done,
        CAST(sum(CASE WHEN state = 'parked' THEN 1 ELSE 0 END) AS BIGINT) AS parked,
        CAST(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END) AS BIGINT) AS waiting,
        CAST(sum(CASE WHEN disposed_at IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS disposed,
        CAST(sum(coalesce(pages, 0)) AS BIGINT) AS pages
     FROM submissions LEFT JOIN objects
        ON objects.key = 'orig/' || substr(submissions.sha256, 1, 2) || '/' || submissions.sha256
     WHERE received_at >= $1 AND received_at < $2 AND ($3 = '' OR station = $3)
     GROUP BY station, received_at / 86400000";

const PAGES: &str = "SELECT station, received_at / 86400000 AS day, pages.kind, count(*) AS pages,
        CAST(sum(CASE WHEN pages.document IS NULL AND submissions.state = 'done'
            AND pages.kind IN ('text', 'failed')
            AND NOT EXISTS (SELECT 1 FROM rescans WHERE rescans.submission = pages.submission AND rescans.number = pages.number)
            AND EXISTS (SELECT 1 FROM documents WHERE documents.submission = submissions.id) THEN 1 ELSE 0 END) AS BIGINT) AS astray
     FROM pages JOIN submissions ON submissions.id = pages.submission
     WHERE received_at >= $1 AND received_at < $2 AND ($3 = '' OR station = $3)
     GROUP BY station, received_at / 86400000, pages.kind";

fn of_row<'a>(
    days: &'a mut BTreeMap<(i64, StationName), DayBalance>,
    row: &Row,
) -> Result<&'a mut DayBalance, LedgerError> {
    let day = row.integer("day")?;
    let station = row.parsed("station", StationName::parse)?;
    let key = (day, station.clone());
    Ok(days.entry(key).or_insert_with(|| DayBalance {
        day,
        station,
        files: FileCounts::default(),
        pages: PageCounts::default(),
    }))
}

fn file_counts(row: &Row) -> Result<FileCounts, LedgerError> {
    Ok(FileCounts {
        received: row.count("received")?,
        stored: row.count("stored")?,
        repeats: row.count("repeats")?,
        done: row.count("done")?,
        parked: row.count("parked")?,
        waiting: row.count("waiting")?,
        disposed: row.count("disposed")?,
    })
}
