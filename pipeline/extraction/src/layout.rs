//! The pages' words as one running text that knows where each letter stands.
//!
//! Reading order is the reader's; what is added is what a person sees besides the words: which
//! gaps part cells, where a word was hyphenated, and every word's rectangle on the upright page
//! in text heights, so that distance means the same on a fax and on a 600-dpi scan.

mod cells;

use crate::text::plain;
use model::{Page, Place};
use std::ops::Range;

/// A rectangle on the upright, level page, in text heights of that page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The part of the lower rectangle's height that both share, 0 to 1.
    pub(crate) fn beside(self, other: Self) -> f64 {
        let shared = self.bottom.min(other.bottom) - self.top.max(other.top);
        shared.max(0.0) / self.height().min(other.height()).max(0.1)
    }

    /// Whether both share some width.
    pub(crate) fn above_or_below(self, other: Self) -> bool {
        self.right.min(other.right) > self.left.max(other.left)
    }
}

/// A word in the running text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The page's number in the submission.
    pub(crate) page: u32,
    /// The page's index in the flow.
    pub(crate) sheet: usize,
    /// As displayed.
    pub(crate) place: Place,
    /// As read.
    pub(crate) frame: Frame,
    /// Its characters in the flow.
    pub(crate) span: Range<usize>,
    /// The reader's confidence.
    pub(crate) confidence: f64,
}

/// A line of words.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Index of the page in the flow.
    pub(crate) sheet: usize,
    /// Its characters in the flow.
    pub(crate) span: Range<usize>,
    /// Its rectangle.
    pub(crate) frame: Frame,
    /// Median height of its words in text heights of the page.
    pub(crate) height: f64,
}

/// Measures of a page in the flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    /// Width in text heights.
    pub(crate) width: f64,
    /// Height in text heights.
    pub(crate) height: f64,
    /// Where its characters end in the flow.
    pub(crate) to: usize,
}

/// The running text of a document.
///
/// Words are parted by a space, cells of a line by a tab, lines by `\n`, blocks by `\u{b}`, pages
/// by `\u{c}`. The three texts have the same length, counted in characters.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// As written.
    pub(crate) chars: Vec<char>,
    /// Plain ASCII, case kept.
    pub(crate) cased: String,
    /// Plain ASCII in lower case.
    pub(crate) folded: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Line>,
    pub(crate) sheets: Vec<Sheet>,
    /// The token of each character; `usize::MAX` for what parts them.
    owner: Vec<usize>,
}

impl Flow {
    /// The running text of pages.
    pub(crate) fn of(pages: &[&Page]) -> Self {
        let mut flow = Self::default();
        for (sheet, page) in pages.iter().enumerate() {
            flow.push_page(page, sheet);
        }
        flow.cased = flow.chars.iter().map(|c| plain(*c)).collect();
        flow.folded = flow.cased.to_ascii_lowercase();
        flow
    }

    fn push_page(&mut self, page: &Page, sheet: usize) {
        let upright = Upright::of(page);
        let mut first = true;
        for read in cells::reading_order(page, |word| upright.frame(word.place)) {
            match read.opens {
                cells::Opens::Word => self.separate(' '),
                cells::Opens::Wrap => self.end_line(&read.word.text, ' '),
                cells::Opens::Cell => self.separate('\t'),
                cells::Opens::Line | cells::Opens::Block => {
                    let mark = match read.opens {
                        _ if first => '\u{c}',
                        cells::Opens::Block => '\u{b}',
                        _ => '\n',
                    };
                    self.end_line(&read.word.text, mark);
                    self.lines.push(Line {
                        sheet,
                        span: self.chars.len()..0,
                        frame: read.frame,
                        height: 1.0,
                    });
                }
            }
            first = false;
            self.push_word(page.number, sheet, read.word, read.frame);
        }
        self.sheets.push(Sheet {
            width: upright.width,
            height: upright.height,
            to: self.chars.len(),
        });
    }

    fn push_word(&mut self, page: u32, sheet: usize, word: &model::Word, frame: Frame) {
        let start = self.chars.len();
        let text = word.text.trim();
        for c in text.chars() {
            match c {
                'ﬁ' => self.chars.extend(['f', 'i']),
                'ﬂ' => self.chars.extend(['f', 'l']),
                c if c.is_whitespace() => self.chars.push(' '),
                c => self.chars.push(c),
            }
        }
        let span = start..self.chars.len();
        self.owner.resize(self.chars.len(), self.tokens.len());
        self.tokens.push(Token {
            page,
            sheet,
            place: word.place,
            frame,
            span: span.clone(),
            confidence: word.confidence,
        });
        if let Some(line) = self.lines.last_mut() {
            line.span.end = span.end;
            line.frame = line.frame.union(frame);
            let heights = self
                .tokens
                .iter()
                .rev()
                .take_while(|t| t.span.start >= line.span.start);
            line.height = median(heights.map(|t| t.frame.height()).collect()).unwrap_or(1.0);
        }
    }

    /// Ends a line before `next`; a word hyphenated at its end is joined to what follows.
    fn end_line(&mut self, next: &str, separator: char) {
        if self.chars.is_empty() {
            return;
        }
        let [.., before, last] = self.chars[..] else {
            return self.separate(separator);
        };
        let next = next.chars().next().unwrap_or(' ');
        let hyphen = matches!(last, '-' | '‐' | '\u{ad}') && before.is_lowercase();
        if separator == '\u{c}' || !(hyphen || last == '/') {
            self.separate(separator);
        } else if hyphen && next.is_lowercase() {
            self.drop_last();
        } else if !(next.is_uppercase() || last == '/' && next.is_alphanumeric()) {
            self.separate(separator);
        }
    }

    /// Takes the hyphen off the end of a line.
    fn drop_last(&mut self) {
        self.chars.pop();
        self.owner.pop();
        if let Some(token) = self.tokens.last_mut() {
            token.span.end -= 1;
        }
        if let Some(line) = self.lines.last_mut() {
            line.span.end -= 1;
        }
    }

    fn separate(&mut self, separator: char) {
        self.chars.push(separator);
        self.owner.push(usize::MAX);
    }

    /// What is written in a span, on one line.
    pub(crate) fn text(&self, span: &Range<usize>) -> String {
        let text: String = self
            .chars
            .get(span.clone())
            .unwrap_or_default()
            .iter()
            .collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The words that a span touches.
    pub(crate) fn tokens_of(&self, span: &Range<usize>) -> &[Token] {
        let owners = self.owner.get(span.clone()).unwrap_or_default();
        let mut known = owners.iter().filter(|owner| **owner != usize::MAX);
        let Some(first) = known.next() else {
            return &[];
        };
        let last = known.next_back().unwrap_or(first);
        &self.tokens[*first..=*last]
    }

    /// The rectangle of a span on the page where it begins, as displayed, with the page's number.
    pub(crate) fn place(&self, span: &Range<usize>) -> Option<(u32, Place)> {
        let tokens = self.tokens_of(span);
        let page = tokens.first()?.page;
        let places = tokens.iter().filter(|t| t.page == page).map(|t| t.place);
        Place::union_of(places).map(|place| (page, place))
    }

    /// The rectangle of a span on the upright page where it begins, with the page's index.
    pub(crate) fn frame(&self, span: &Range<usize>) -> Option<(usize, Frame)> {
        let tokens = self.tokens_of(span);
        let sheet = tokens.first()?.sheet;
        let frames = tokens.iter().filter(|t| t.sheet == sheet).map(|t| t.frame);
        frames.reduce(Frame::union).map(|frame| (sheet, frame))
    }

    /// The least confidence of the words in a span.
    pub(crate) fn confidence(&self, span: &Range<usize>) -> f64 {
        self.tokens_of(span)
            .iter()
            .map(|t| t.confidence)
            .fold(1.0, f64::min)
    }

    /// The index of the page that a character stands on.
    pub(crate) fn sheet_at(&self, at: usize) -> usize {
        self.sheets
            .partition_point(|sheet| sheet.to <= at)
            .min(self.sheets.len().saturating_sub(1))
    }

    /// The line that a character stands in.
    pub(crate) fn line_at(&self, at: usize) -> Option<&Line> {
        let index = self.lines.partition_point(|line| line.span.end <= at);
        self.lines.get(index)
    }
}

/// How a page as displayed maps to the upright, level page in text heights.
struct Upright {
    turn: model::Turn,
    size: (u32, u32),
    stretch: f64,
    slope: f64,
    unit: f64,
    width: f64,
    height: f64,
}

impl Upright {
    fn of(page: &Page) -> Self {
        let stretch = match page.dpi {
            [across, down] if across > 0 && down > 0 => f64::from(across) / f64::from(down),
            _ => 1.0,
        };
        let mut upright = Self {
            turn: page.rotation,
            size: (page.width, page.height),
            stretch,
            slope: page.skew.to_radians().tan(),
            unit: 1.0,
            width: 0.0,
            height: 0.0,
        };
        let heights = page
            .words
            .iter()
            .filter(|w| w.text.chars().any(char::is_alphanumeric));
        let heights = heights.map(|w| upright.frame(w.place).height()).collect();
        upright.unit = median(heights).unwrap_or(40.0).max(1.0);
        let (width, height) = (f64::from(page.width), f64::from(page.height) * stretch);
        let turned = page.rotation.size(1, 2) == (2, 1);
        let (width, height) = if turned {
            (height, width)
        } else {
            (width, height)
        };
        upright.width = width / upright.unit;
        upright.height = height / upright.unit;
        upright
    }

    fn frame(&self, place: Place) -> Frame {
        let turned = self.turn.apply(place, self.size.0, self.size.1);
        let sideways = self.turn.size(1, 2) == (2, 1);
        let (across, down) = if sideways {
            (self.stretch, 1.0)
        } else {
            (1.0, self.stretch)
        };
        let left = f64::from(turned.x) * across;
        let right = f64::from(turned.right()) * across;
        let level = (left + right) / 2.0 * self.slope;
        Frame {
            left: left / self.unit,
            top: (f64::from(turned.y) * down - level) / self.unit,
            right: right / self.unit,
            bottom: (f64::from(turned.bottom()) * down - level) / self.unit,
        }
    }
}

/// The middle one of some numbers.
pub(crate) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
impl Flow {
    /// A page of plain text in a made-up fixed pitch: 20 by 30 pixels a character, 45 a line; a
    /// blank line begins a block.
    pub(crate) fn from_text(text: &str) -> Self {
        Self::of(&[&page_of_text(text)])
    }
}

/// A page of plain text in a made-up fixed pitch, for tests.
#[cfg(test)]
pub(crate) fn page_of_text(text: &str) -> Page {
    use model::{PageKind, TextSource, Turn, Word};
    let (mut words, mut block) = (Vec::new(), 0);
    for (row, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            block += 1;
        }
        let row = u32::try_from(row).unwrap();
        let mut column = 0;
        for word in line.split(' ') {
            let length = u32::try_from(word.chars().count()).unwrap();
            if !word.is_empty() {
                words.push(Word {
                    text: word.to_owned(),
                    place: Place::new(column * 20 + 100, row * 45 + 100, length * 20, 30),
                    confidence: 0.9,
                    line: row,
                    block,
                    alternatives: Vec::new(),
                });
            }
            column += length + 1;
        }
    }
    Page {
        number: 1,
        width: 2480,
        height: 3508,
        dpi: [300, 300],
        rotation: Turn::None,
        skew: 0.0,
        kind: PageKind::Text,
        source: TextSource::Ocr,
        quality: model::Quality::default(),
        text: text.to_owned(),
        words,
        sheet: model::Sheet::default(),
        failure: None,
    }
}
