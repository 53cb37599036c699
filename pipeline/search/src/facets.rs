//! Counting what the found documents are filed under.

use crate::filing::{Cabinet, Filings, NAMED};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// How many of the found documents there are of each kind, most first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// By document type.
    pub types: Vec<(String, u64)>,
    /// By branch.
    pub branches: Vec<(String, u64)>,
    /// By station.
    pub stations: Vec<(String, u64)>,
    /// By state.
    pub states: Vec<(String, u64)>,
    /// By retention class.
    pub classes: Vec<(String, u64)>,
    /// By year of the agreement.
    pub years: Vec<(u64, u64)>,
}

/// Values listed of each: more do not fit a screen.
const LISTED: usize = 50;

/// Counts while the engine searches.
pub(crate) struct FacetCounter<'c> {
    pub(crate) cabinet: &'c Cabinet,
}

pub(crate) struct SegmentCounter {
    filings: Arc<Filings>,
    /// How many documents of each filing were found.
    found: Vec<u32>,
}

/// The counts of one segment, the columns in the order of [`NAMED`].
#[derive(Default)]
pub(crate) struct Counts {
    named: [BTreeMap<String, u64>; NAMED.len()],
    years: BTreeMap<u64, u64>,
}

impl Collector for FacetCounter<'_> {
    type Fruit = Facets;
    type Child = SegmentCounter;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCounter> {
        let filings = self.cabinet.filings(segment)?;
        Ok(SegmentCounter {
            found: vec![0; filings.len()],
            filings,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Facets> {
        let mut all = Counts::default();
        for counts in segments {
            for (sum, part) in all.named.iter_mut().zip(counts.named) {
                for (name, count) in part {
                    *sum.entry(name).or_default() += count;
                }
            }
            for (year, count) in counts.years {
                *all.years.entry(year).or_default() += count;
            }
        }
        let [types, branches, stations, states, classes] = all.named.map(listed);
        Ok(Facets {
            types,
            branches,
            stations,
            states,
            classes,
            years: listed(all.years),
        })
    }
}

/// Most first, equal ones by name.
fn listed<N: Ord>(counts: BTreeMap<N, u64>) -> Vec<(N, u64)> {
    let mut listed: Vec<(N, u64)> = counts.into_iter().collect();
    listed.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    listed.truncate(LISTED);
    listed
}

impl SegmentCollector for SegmentCounter {
    type Fruit = Counts;

    fn collect(&mut self, document: DocId, _: Score) {
        self.found[self.filings.of(document)] += 1;
    }

    fn harvest(self) -> Counts {
        let mut counts = Counts::default();
        let Counts { named, years } = &mut counts;
        self.filings.counted(
            &self.found,
            |column, name, count| {
                named[column].insert(name.to_owned(), count);
            },
            |year, count| *years.entry(year).or_default() += count,
        );
        counts
    }
}
