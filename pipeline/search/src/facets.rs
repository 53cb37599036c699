//! Counting what the found documents are filed under.

use serde::Serialize;
use std::collections::BTreeMap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
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

/// The fields counted, in the order of [`Facets`].
const COUNTED: [&str; 5] = ["kind", "branch", "station", "state", "class"];

/// Values listed of each: more do not fit a screen.
const LISTED: usize = 50;

/// Counts while the engine searches.
pub(crate) struct FacetCounter;

pub(crate) struct SegmentCounter {
    texts: Vec<Option<(StrColumn, Vec<u64>)>>,
    years: Option<Column<u64>>,
    by_year: BTreeMap<u64, u64>,
}

/// The counts of one segment.
#[derive(Default)]
pub(crate) struct Counts {
    texts: [BTreeMap<String, u64>; COUNTED.len()],
    years: BTreeMap<u64, u64>,
}

impl Collector for FacetCounter {
    type Fruit = Facets;
    type Child = SegmentCounter;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCounter> {
        let columns = segment.fast_fields();
        let text = |name: &&str| {
            let column = columns.str(name)?;
            Ok(column.map(|column| {
                let counts = vec![0; column.num_terms()];
                (column, counts)
            }))
        };
        Ok(SegmentCounter {
            texts: COUNTED
                .iter()
                .map(text)
                .collect::<tantivy::Result<Vec<_>>>()?,
            years: columns.column_opt::<u64>("year")?,
            by_year: BTreeMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Counts>>) -> tantivy::Result<Facets> {
        let mut all = Counts::default();
        for counts in segments {
            let counts = counts?;
            for (sum, part) in all.texts.iter_mut().zip(counts.texts) {
                for (name, count) in part {
                    *sum.entry(name).or_default() += count;
                }
            }
            for (year, count) in counts.years {
                *all.years.entry(year).or_default() += count;
            }
        }
        let [types, branches, stations, states, classes] = all.texts.map(listed);
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
    type Fruit = tantivy::Result<Counts>;

    fn collect(&mut self, document: DocId, _: Score) {
        for (column, counts) in self.texts.iter_mut().flatten() {
            for ordinal in column.ords().values_for_doc(document) {
                let at = usize::try_from(ordinal).expect("an ordinal of a column in memory");
                counts[at] += 1;
            }
        }
        if let Some(years) = &self.years {
            for year in years.values_for_doc(document) {
                *self.by_year.entry(year).or_default() += 1;
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Counts> {
        let mut counts = Counts {
            years: self.by_year,
            ..Counts::default()
        };
        for (text, out) in self.texts.into_iter().zip(&mut counts.texts) {
            let Some((column, ordinals)) = text else {
                continue;
            };
            for (ordinal, count) in (0..).zip(ordinals).filter(|(_, count)| *count > 0) {
                let mut name = String::new();
                column.ord_to_str(ordinal, &mut name)?;
                out.insert(name, count);
            }
        }
        Ok(counts)
    }
}
