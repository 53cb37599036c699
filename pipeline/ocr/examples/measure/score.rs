//! How well a page was read: words in any order, letters in reading order, § signs.

#![expect(clippy::cast_precision_loss, reason = "counts of words and letters")]

use std::collections::HashMap;

/// The head of the table that [`Score::row`] fills.
pub(crate) const HEAD: &str = "profile                  pages    s/page       F1   recall      CER     blank turned         §";

/// What is summed up over the pages of a profile.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) pages: usize,
    pub(crate) seconds: f64,
    pub(crate) truth_words: usize,
    pub(crate) read_words: usize,
    pub(crate) common_words: usize,
    pub(crate) letters: usize,
    pub(crate) edits: usize,
    pub(crate) blanks: usize,
    pub(crate) words_on_blanks: usize,
    pub(crate) turned_wrong: usize,
    pub(crate) signs: usize,
    pub(crate) signs_read: usize,
}

impl Score {
    /// Sums up.
    pub(crate) fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.seconds += other.seconds;
        self.truth_words += other.truth_words;
        self.read_words += other.read_words;
        self.common_words += other.common_words;
        self.letters += other.letters;
        self.edits += other.edits;
        self.blanks += other.blanks;
        self.words_on_blanks += other.words_on_blanks;
        self.turned_wrong += other.turned_wrong;
        self.signs += other.signs;
        self.signs_read += other.signs_read;
    }

    /// One line of the table under [`HEAD`].
    pub(crate) fn row(&self, name: &str) -> String {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let f1 =
            200.0 * self.common_words as f64 / (self.truth_words + self.read_words).max(1) as f64;
        format!(
            "{name:24} {:5} {:8.3} {f1:8.2} {:8.2} {:8.2} {:4}/{:<4} {:6} {:4}/{:<4}",
            self.pages,
            self.seconds / self.pages.max(1) as f64,
            share(self.common_words, self.truth_words),
            share(self.edits, self.letters),
            self.words_on_blanks,
            self.blanks,
            self.turned_wrong,
            self.signs_read,
            self.signs,
        )
    }
}

/// Text as it is compared: one kind of space, quote and dash.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '„' | '”' | '“' | '«' | '»' | '″' => '"',
            '’' | '‘' | '′' => '\'',
            '–' | '—' | '−' | '‑' => '-',
            '\u{ad}' => ' ',
            other => other,
        })
        .collect();
    // Dotted leaders are no text: however many dots are read, nobody looks for them.
    let text = text.replace("..", "…").replace("….", "…").replace("…", " ");
    let is_dots = |word: &&str| word.chars().all(|c| c == '.' || c == '_');
    text.split_whitespace()
        .filter(|word| !is_dots(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// How well `read` is `truth`.
pub(crate) fn judge(truth: &str, read: &str) -> Score {
    let (truth, read) = (plain(truth), plain(read));
    let mut left: HashMap<&str, usize> = HashMap::new();
    truth
        .split(' ')
        .filter(|w| !w.is_empty())
        .for_each(|word| *left.entry(word).or_default() += 1);
    let mut common = 0;
    for word in read.split(' ') {
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    let count = |text: &str| text.split(' ').filter(|w| !w.is_empty()).count();
    let signs = truth.matches('§').count();
    Score {
        pages: 1,
        truth_words: count(&truth),
        read_words: count(&read),
        common_words: common,
        letters: truth.chars().count(),
        edits: if truth.is_empty() {
            0
        } else {
            distance(&truth, &read)
        },
        signs,
        signs_read: signs.min(read.matches('§').count()),
        ..Score::default()
    }
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
