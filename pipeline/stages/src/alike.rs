//! The same paper scanned again: pages that look alike are proposed by the ledger, and their words
//! decide. Copies of one form look alike too, but not one number on them is the same.

use crate::StageError;
use crate::runner::Runner;
use crate::stored::{StoredPages, get};
use archive::Key;
use model::{Finding, Page, Severity, SubmissionId, Word};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Pages of a document that are looked at: one that was scanned twice shows it on the first.
const LOOKED_AT: usize = 3;
/// Pages that are compared with each.
const COMPARED: usize = 5;
/// Share of words that the same paper has in common when it is read twice.
const SAME_WORDS: f64 = 0.8;
/// Share of numbers.
const SAME_NUMBERS: f64 = 0.8;

impl Runner {
    /// What there is to say of pages that came before on another scan of the same paper.
    pub(crate) async fn scanned_before(
        &self,
        submission: SubmissionId,
        pages: &[Page],
    ) -> Result<Option<Finding>, StageError> {
        let ledger = &self.node.ledger;
        let mut found: BTreeMap<SubmissionId, Vec<u32>> = BTreeMap::new();
        let mut read: HashMap<SubmissionId, Vec<Page>> = HashMap::new();
        let printed = pages.iter().filter_map(|p| Some((p, p.sheet.print?)));
        for (page, print) in printed.take(LOOKED_AT) {
            for alike in ledger.pages_like(print, submission, COMPARED).await? {
                let others = match read.entry(alike.submission) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => free.insert(self.pages_of(alike.submission).await?),
                };
                let other = others.iter().find(|other| other.number == alike.number);
                if other.is_some_and(|other| same_paper(&page.words, &other.words)) {
                    found.entry(alike.submission).or_default().push(page.number);
                    break;
                }
            }
        }
        Ok(found.into_iter().next().map(|(before, pages)| Finding {
            rule: "scanned_before".into(),
            severity: Severity::Warning,
            message: format!(
                "{} of its pages look and read like pages of submission {before}: the same paper \
                 may have been scanned twice",
                pages.len()
            ),
            fields: Vec::new(),
            page: pages.first().copied(),
            place: None,
        }))
    }

    /// The pages of a submission as last read; none where they are not there.
    async fn pages_of(&self, id: SubmissionId) -> Result<Vec<Page>, StageError> {
        let Some(version) = crate::rescan::newest_pages(&self.node.ledger, id).await? else {
            return Ok(Vec::new());
        };
        let stored: StoredPages = get(self.node.store.as_ref(), &Key::pages(id, version)).await?;
        Ok(stored.pages)
    }
}

/// Whether two readings are of one paper: nearly all words, and nearly all numbers.
fn same_paper(one: &[Word], other: &[Word]) -> bool {
    let all = |_: &str| true;
    let number = |word: &str| word.chars().filter(char::is_ascii_digit).count() >= 2;
    in_common(one, other, all) >= SAME_WORDS && in_common(one, other, number) >= SAME_NUMBERS
}

/// Twice the words in common by the words in all; 1 where there are none.
fn in_common(one: &[Word], other: &[Word], which: impl Fn(&str) -> bool) -> f64 {
    let count = |words: &[Word]| {
        let mut counted: HashMap<String, usize> = HashMap::new();
        for word in words.iter().filter(|word| which(&word.text)) {
            let letters = word.text.chars().filter(|c| c.is_alphanumeric());
            let plain: String = letters.flat_map(char::to_lowercase).collect();
            if plain.chars().count() >= 2 {
                *counted.entry(plain).or_default() += 1;
            }
        }
        counted
    };
    let (one, other) = (count(one), count(other));
    let all: usize = one.values().chain(other.values()).sum();
    let common: usize = one
        .iter()
        .map(|(word, n)| *n.min(other.get(word).unwrap_or(&0)))
        .sum();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page has fewer than 2^52 words"
    )]
    if all == 0 {
        1.0
    } else {
        2.0 * common as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::same_paper;
    use model::{Place, Word};

    fn words(text: &str) -> Vec<Word> {
        let word = |text: &str| Word {
            text: text.into(),
            place: Place::default(),
            confidence: 0.9,
            line: 0,
            block: 0,
            alternatives: Vec::new(),
        };
        text.split(' ').map(word).collect()
    }

    const FORM: &str = "Umowa kredytu nr 12345/2026 zawarta w Łodzi dnia 12.05.2026 między Bankiem \
                        a Anną Nowak PESEL 44051401359 kwota 31000,00 zł rata 812,40 zł";

    #[test]
    fn one_paper_read_twice_is_the_same_and_another_on_the_same_form_is_not() {
        let again = FORM
            .replace("Łodzi", "Lodzi")
            .replace("Bankiem", "Bankiern");
        assert!(same_paper(&words(FORM), &words(&again)));
        let other = FORM
            .replace("12345/2026", "99887/2026")
            .replace("44051401359", "02070803628")
            .replace("31000,00", "8500,00")
            .replace("812,40", "244,18");
        assert!(!same_paper(&words(FORM), &words(&other)));
    }
}
