//! Words in a row, each in any of its readings.
//!
//! The engine's phrases have one term a place. A form that belongs to several lemmas would need a
//! phrase for every combination, each going through the same documents and the same positions once
//! more. Here a place has all its terms: a document is looked at once.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// How much dearer it is to look at positions than to find a document.
const POSITIONS_COST: u32 = 10;

/// Finds the documents in which one term of each place stands behind one of the place before.
#[derive(Clone, Debug)]
pub(crate) struct RowQuery {
    places: Vec<Vec<Term>>,
}

impl RowQuery {
    /// The terms of each place, in the row's order; all of one field.
    pub(crate) const fn new(places: Vec<Vec<Term>>) -> Self {
        Self { places }
    }
}

impl Query for RowQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let similarity = match scoring {
            EnableScoring::Disabled { .. } => None,
            EnableScoring::Enabled {
                statistics_provider: statistics,
                ..
            } => {
                // A row is as rare as the most frequent reading of its words makes it.
                let mut frequent = Vec::with_capacity(self.places.len());
                for terms in &self.places {
                    let mut most = None;
                    for term in terms {
                        let having = statistics.doc_freq(term)?;
                        if most.is_none_or(|(had, _)| having > had) {
                            most = Some((having, term));
                        }
                    }
                    frequent.extend(most.map(|(_, term)| term.clone()));
                }
                match frequent.is_empty() {
                    true => None,
                    false => Some(Bm25Weight::for_terms(statistics, &frequent)?),
                }
            }
        };
        Ok(Box::new(RowWeight {
            places: self.places.clone(),
            similarity,
        }))
    }
}

struct RowWeight {
    places: Vec<Vec<Term>>,
    /// None where nobody asks for scores.
    similarity: Option<Bm25Weight>,
}

impl RowWeight {
    /// None where a place has no term that the segment knows.
    fn row(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Option<RowScorer>> {
        let Some(field) = self.places.iter().flatten().next().map(Term::field) else {
            return Ok(None);
        };
        let index = segment.inverted_index(field)?;
        let mut places = Vec::with_capacity(self.places.len());
        for (terms, behind) in self.places.iter().rev().zip(0..) {
            let mut postings = Vec::with_capacity(terms.len());
            for term in terms {
                let read = index.read_postings(term, IndexRecordOption::WithFreqsAndPositions);
                postings.extend(read.map_err(TantivyError::from)?);
            }
            if postings.is_empty() {
                return Ok(None);
            }
            places.push(Place { postings, behind });
        }
        places.sort_by_key(Place::documents);
        let lengths = match self.similarity {
            Some(_) => segment.get_fieldnorms_reader(field)?,
            None => FieldNormReader::constant(segment.max_doc(), 1),
        };
        let similarity = self.similarity.as_ref();
        let mut row = RowScorer {
            similarity: similarity.map(|similarity| similarity.boost_by(boost)),
            lengths,
            places,
            document: 0,
            times: 0,
            ends: Vec::new(),
            other_ends: Vec::new(),
        };
        row.find(0);
        Ok(Some(row))
    }
}

impl Weight for RowWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(match self.row(segment, boost)? {
            Some(row) => Box::new(row),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, segment: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        if let Some(mut row) = self.row(segment, 1.0)?
            && row.seek(document) == document
        {
            return Ok(Explanation::new("words in a row", row.score()));
        }
        Err(TantivyError::InvalidArgument(
            "the document does not have the row".into(),
        ))
    }
}

/// One place of the row in one segment.
struct Place {
    /// Where each of its terms stands.
    postings: Vec<SegmentPostings>,
    /// How many places come behind it.
    behind: u32,
}

impl Place {
    fn documents(&self) -> u32 {
        let each = self.postings.iter().map(DocSet::size_hint);
        each.fold(0, u32::saturating_add)
    }

    /// The first document from there on that has one of the terms.
    fn seek(&mut self, target: DocId) -> DocId {
        let mut first = TERMINATED;
        for postings in &mut self.postings {
            let mut document = postings.doc();
            if document < target {
                document = postings.seek(target);
            }
            first = first.min(document);
        }
        first
    }

    /// Where rows would end that have a term of this place in a document, in order.
    fn ends(&mut self, document: DocId, ends: &mut Vec<u32>) {
        ends.clear();
        let mut terms = 0;
        for postings in &mut self.postings {
            if postings.doc() == document {
                postings.append_positions_with_offset(self.behind, ends);
                terms += 1;
            }
        }
        if terms > 1 {
            ends.sort_unstable();
            ends.dedup();
        }
    }
}

/// Goes through the documents of a segment that have the row.
struct RowScorer {
    similarity: Option<Bm25Weight>,
    lengths: FieldNormReader,
    /// The rarest first.
    places: Vec<Place>,
    document: DocId,
    /// How often the row stands in the document.
    times: u32,
    ends: Vec<u32>,
    other_ends: Vec<u32>,
}

impl RowScorer {
    /// Goes to the first document from there on that has the row.
    fn find(&mut self, target: DocId) -> DocId {
        let mut candidate = target;
        self.document = loop {
            candidate = match self.having_all(candidate) {
                TERMINATED => break TERMINATED,
                document => document,
            };
            self.times = self.count(candidate);
            if self.times > 0 {
                break candidate;
            }
            candidate += 1;
        };
        self.document
    }

    /// The first document from there on that has a term of every place.
    fn having_all(&mut self, target: DocId) -> DocId {
        let mut candidate = target;
        'rest: while candidate < TERMINATED {
            for place in &mut self.places {
                let document = place.seek(candidate);
                if document > candidate {
                    candidate = document;
                    continue 'rest;
                }
            }
            return candidate;
        }
        TERMINATED
    }

    /// How often the row stands in a document that has a term of every place.
    fn count(&mut self, document: DocId) -> u32 {
        let (rarest, others) = self.places.split_first_mut().expect("a row has places");
        rarest.ends(document, &mut self.ends);
        for place in others {
            place.ends(document, &mut self.other_ends);
            keep_common(&mut self.ends, &self.other_ends);
            if self.ends.is_empty() {
                return 0;
            }
        }
        u32::try_from(self.ends.len()).expect("positions have 32 bits")
    }
}

/// Keeps what both have; both are in order.
fn keep_common(kept: &mut Vec<u32>, others: &[u32]) {
    let mut others = others.iter().copied().peekable();
    kept.retain(|&one| {
        while others.next_if(|&other| other < one).is_some() {}
        others.peek() == Some(&one)
    });
}

impl DocSet for RowScorer {
    fn advance(&mut self) -> DocId {
        match self.document {
            TERMINATED => TERMINATED,
            document => self.find(document + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.document >= target {
            return self.document;
        }
        self.find(target)
    }

    fn doc(&self) -> DocId {
        self.document
    }

    fn size_hint(&self) -> u32 {
        self.places.first().map_or(0, Place::documents) / POSITIONS_COST
    }

    fn cost(&self) -> u64 {
        let documents = self.places.first().map_or(0, Place::documents);
        u64::from(documents) * u64::from(POSITIONS_COST) * self.places.len() as u64
    }
}

impl Scorer for RowScorer {
    fn score(&mut self) -> Score {
        let length = self.lengths.fieldnorm_id(self.document);
        let similarity = self.similarity.as_ref();
        similarity.map_or(1.0, |similarity| similarity.score(length, self.times))
    }
}

#[cfg(test)]
mod tests {
    use super::keep_common;

    #[test]
    fn what_both_have_is_kept() {
        for (kept, others, expected) in [
            (&[1, 4, 9][..], &[0, 4, 5, 9, 12][..], &[4, 9][..]),
            (&[1, 4], &[], &[]),
            (&[], &[1], &[]),
            (&[7], &[7], &[7]),
        ] {
            let mut kept = kept.to_vec();
            keep_common(&mut kept, others);
            assert_eq!(kept, expected);
        }
    }
}
