//! A whole ledger as rows of JSON: read in one snapshot while nodes work, written into another
//! ledger of either kind in one transaction, and compared there table by table before it counts.
//!
//! Backup, restore and the move from SQLite to PostgreSQL are all this one thing. Sums are not
//! carried over but counted anew, and the nodes' signs of life stay behind: they are about now.

mod loading;
mod tables;

pub use loading::{Loading, Onto};

use crate::database::{Param, Session};
use crate::{Ledger, LedgerError};
use model::{Digest, Digester};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tables::{TABLES, Table};

/// The version of the form of an [`Inventory`] and of the rows it counts.
pub const TRANSFER_FORMAT: u32 = 1;

/// Rows that are read and written at a time.
const BATCH: i64 = 500;

/// What a ledger holds: how many rows in each table, and a hash of them in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// [`TRANSFER_FORMAT`].
    pub format: u32,
    /// The form of the ledger, as its migrations count it.
    pub ledger_form: i64,
    /// By table.
    pub tables: BTreeMap<String, TableSum>,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// How many.
    pub rows: u64,
    /// SHA-256 over their values in the order of their keys, the same in both databases.
    pub sha256: Digest,
}

impl Inventory {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }
}

/// Some rows of one table, each a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The table.
    pub table: &'static str,
    /// One object a row, on one line.
    pub rows: Vec<String>,
}

/// A ledger being read as it was at one moment, however long that takes.
pub struct Snapshot {
    reading: Reading,
}

impl Ledger {
    /// Begins to read everything, as it is now. Nodes work on meanwhile.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn snapshot(&self) -> Result<Snapshot, LedgerError> {
        self.sequence().await?;
        let session = self.read().await?.without_haste();
        Ok(Snapshot {
            reading: Reading::new(session),
        })
    }
}

impl Snapshot {
    /// The next rows, tables in an order in which they can be written; none at the end.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn next(&mut self) -> Result<Option<Batch>, LedgerError> {
        self.reading.next().await
    }

    /// What was read.
    #[must_use]
    pub fn inventory(self) -> Inventory {
        self.reading.sums.finish()
    }
}

/// Reads table after table in pages by key.
pub(crate) struct Reading {
    session: Session,
    at: usize,
    key: Option<[Param; 2]>,
    sums: Sums,
}

impl Reading {
    fn new(session: Session) -> Self {
        Self {
            session,
            at: 0,
            key: None,
            sums: Sums::default(),
        }
    }

    async fn next(&mut self) -> Result<Option<Batch>, LedgerError> {
        while let Some(table) = TABLES.get(self.at) {
            self.sums.begin(table.name);
            let [one, two] = self.key.clone().unwrap_or_else(|| table.before_all());
            let rows = self
                .session
                .rows(table.select, vec![one, two, Param::from(BATCH)])
                .await?;
            let Some(last) = rows.last() else {
                (self.at, self.key) = (self.at + 1, None);
                continue;
            };
            self.key = Some(table.key_of(last)?);
            let mut lines = Vec::with_capacity(rows.len());
            for row in &rows {
                let values = table.values_of(row)?;
                self.sums.add(table.name, &table.canonical(&values));
                lines.push(crate::writing::json(&values)?);
            }
            return Ok(Some(Batch {
                table: table.name,
                rows: lines,
            }));
        }
        Ok(None)
    }

    /// Reads to the end for the sums alone.
    async fn sum(mut self) -> Result<(Session, Inventory), LedgerError> {
        while self.next().await?.is_some() {}
        Ok((self.session, self.sums.finish()))
    }
}

/// Counts and hashes in the making.
#[derive(Default)]
struct Sums(BTreeMap<&'static str, (u64, Digester)>);

impl Sums {
    fn begin(&mut self, table: &'static str) {
        self.0.entry(table).or_default();
    }

    fn add(&mut self, table: &'static str, row: &str) {
        let (rows, digester) = self.0.entry(table).or_default();
        *rows += 1;
        digester.update(row.as_bytes());
        digester.update(b"\n");
    }

    fn finish(self) -> Inventory {
        let tables = self.0.into_iter().map(|(table, (rows, digester))| {
            let sha256 = digester.finish();
            (table.to_owned(), TableSum { rows, sha256 })
        });
        Inventory {
            format: TRANSFER_FORMAT,
            ledger_form: crate::migration::newest(),
            tables: tables.collect(),
        }
    }
}

/// The tables that are carried over, with their columns: for the test that none is forgotten.
#[must_use]
pub fn transferred() -> BTreeMap<&'static str, Vec<&'static str>> {
    let columns = |table: &Table| table.columns.iter().map(|column| column.0).collect();
    TABLES
        .iter()
        .map(|table| (table.name, columns(table)))
        .collect()
}
