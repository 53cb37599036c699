//! What the documents of a segment are filed under, kept in memory for counting.
//!
//! Counting a million found documents by six columns each would take longer than finding them. A
//! segment never changes, and its documents share few *filings* (one type, branch, station …
//! together): so each document is given the number of its filing once, and counting found documents
//! is one addition a document. Four bytes a document; made when a segment is first searched, and
//! dropped with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};

/// The columns of text that are counted.
pub(crate) const NAMED: [&str; 5] = ["kind", "branch", "station", "state", "class"];
/// The column of numbers that is counted.
const YEAR: &str = "year";

/// One value of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Value {
    /// The column's place in [`NAMED`] and the value's in that column.
    Named(usize, usize),
    Year(u64),
}

/// The filings of one segment.
pub(crate) struct Filings {
    /// The filing of each document.
    of: Vec<u32>,
    filings: Vec<Vec<Value>>,
    names: [Vec<String>; NAMED.len()],
}

impl Filings {
    fn of_segment(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let mut named: [Option<StrColumn>; NAMED.len()] = Default::default();
        let mut names: [Vec<String>; NAMED.len()] = Default::default();
        for ((column, names), name) in named.iter_mut().zip(&mut names).zip(NAMED) {
            *column = columns.str(name)?;
            if let Some(column) = column {
                *names = values_of(column)?;
            }
        }
        let years = columns.column_opt::<u64>(YEAR)?;
        let mut numbers: HashMap<Vec<Value>, u32, foldhash::fast::RandomState> = HashMap::default();
        let mut of = Vec::with_capacity(segment.max_doc() as usize);
        let mut filing = Vec::new();
        for document in 0..segment.max_doc() {
            filing.clear();
            add_values(&named, years.as_ref(), document, &mut filing);
            let number = match numbers.get(&filing) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(numbers.len()).expect("no more than documents");
                    numbers.insert(filing.clone(), number);
                    number
                }
            };
            of.push(number);
        }
        let mut filings = vec![Vec::new(); numbers.len()];
        for (filing, number) in numbers {
            filings[number as usize] = filing;
        }
        Ok(Self { of, filings, names })
    }

    /// How many filings there are.
    pub(crate) const fn len(&self) -> usize {
        self.filings.len()
    }

    /// The filing of a document.
    pub(crate) fn of(&self, document: DocId) -> usize {
        self.of[document as usize] as usize
    }

    /// Tells the values of filings of which so many documents were found, and how many have each.
    pub(crate) fn counted<'f>(
        &'f self,
        found: &[u32],
        mut named: impl FnMut(usize, &'f str, u64),
        mut year: impl FnMut(u64, u64),
    ) {
        let mut by_name = NAMED.map(|_| Vec::new());
        for (counts, names) in by_name.iter_mut().zip(&self.names) {
            counts.resize(names.len(), 0);
        }
        for (filing, &count) in self
            .filings
            .iter()
            .zip(found)
            .filter(|(_, count)| **count > 0)
        {
            for value in filing {
                match *value {
                    Value::Named(column, at) => by_name[column][at] += u64::from(count),
                    Value::Year(number) => year(number, u64::from(count)),
                }
            }
        }
        for (column, (counts, names)) in by_name.iter().zip(&self.names).enumerate() {
            for (name, &count) in names.iter().zip(counts).filter(|(_, count)| **count > 0) {
                named(column, name, count);
            }
        }
    }
}

fn values_of(column: &StrColumn) -> tantivy::Result<Vec<String>> {
    let mut names = Vec::with_capacity(column.num_terms());
    for ordinal in 0..column.num_terms() as u64 {
        let mut name = String::new();
        column.ord_to_str(ordinal, &mut name)?;
        names.push(name);
    }
    Ok(names)
}

fn add_values(
    named: &[Option<StrColumn>],
    years: Option<&Column<u64>>,
    document: DocId,
    filing: &mut Vec<Value>,
) {
    for (at, column) in named.iter().enumerate() {
        let Some(column) = column else { continue };
        for ordinal in column.ords().values_for_doc(document) {
            let ordinal = usize::try_from(ordinal).expect("an ordinal of a column in memory");
            filing.push(Value::Named(at, ordinal));
        }
    }
    let years = years.map(|years| years.values_for_doc(document));
    filing.extend(years.into_iter().flatten().map(Value::Year));
}

/// The filings of every segment that is searched.
#[derive(Default)]
pub(crate) struct Cabinet {
    segments: Mutex<HashMap<SegmentId, Arc<Filings>>>,
}

impl Cabinet {
    /// The filings of a segment.
    pub(crate) fn filings(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Filings>> {
        let id = segment.segment_id();
        if let Some(filings) = self.lock().get(&id) {
            return Ok(Arc::clone(filings));
        }
        let filings = Arc::new(Filings::of_segment(segment)?);
        self.lock().insert(id, Arc::clone(&filings));
        Ok(filings)
    }

    /// Makes the filings of what is searched from now on, and drops those of what is not.
    pub(crate) fn keep(&self, searcher: &Searcher) -> tantivy::Result<()> {
        let segments = searcher.segment_readers();
        for segment in segments {
            self.filings(segment)?;
        }
        self.lock()
            .retain(|id, _| segments.iter().any(|segment| segment.segment_id() == *id));
        Ok(())
    }

    /// Whatever a panic left here is whole: filings are added and dropped, never changed.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SegmentId, Arc<Filings>>> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
