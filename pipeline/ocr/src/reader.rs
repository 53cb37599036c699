//! The reader: models loaded once, then page after page.

use crate::binding::{self, Engine, ImageError, Pix, Recognised, Start, silence};
use crate::clock::Until;
use crate::confusions::repair_confusions;
use crate::polish::repair_signs;
use crate::prepare::{Legible, Prepared, prepare};
use crate::quality::{Measured, judge};
use crate::reading_order::{Item, OrderedLine, order};
use crate::second_look::{
    Spotted, read_the_rest, read_unsure_words, spotted, without_lines_that_run_down,
};
use crate::sift::sift;
use crate::spaces::part_at_spaces;
use model::{Bitmap, PageKind, Place, Quality, Turn, Word};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tesseract::PageSegMode;
use thiserror::Error;

/// One page, read.
#[derive(Clone, Debug, PartialEq)]
pub struct PageReading {
    /// The turn that makes the page as given stand upright.
    pub rotation: Turn,
    /// Degrees by which the upright page's lines run off the level, clockwise positive.
    pub skew: f64,
    /// Text or blank.
    pub kind: PageKind,
    /// How well it reads, and why not better.
    pub quality: Quality,
    /// In reading order; places in pixels of the image as given.
    pub words: Vec<Word>,
    /// The lines in reading order, joined by `\n`.
    pub text: String,
}

/// The reader could not be started.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReaderError {
    /// A language's model is not in the folder.
    #[error("no model for {} in {models}: install the package tesseract-ocr-{}", missing.join(", "), missing.join(" tesseract-ocr-"))]
    MissingModel {
        /// The folder that was searched.
        models: String,
        /// The languages without a model.
        missing: Vec<String>,
    },
    /// The engine refused the models.
    #[error("the models in {models} for {languages} cannot be used: {reason}")]
    Refused {
        /// The folder.
        models: String,
        /// The languages asked for.
        languages: String,
        /// What the engine says.
        reason: String,
    },
}

/// A page could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// The image could not be worked on.
    #[error("the page's image cannot be prepared: {0}")]
    Image(String),
    /// The time limit passed before the first word was read.
    #[error("the page's deadline of {} s passed before anything was read", .0.as_secs_f64())]
    Deadline(Duration),
}

impl From<ImageError> for ReadError {
    fn from(error: ImageError) -> Self {
        Self::Image(error.to_string())
    }
}

/// A warm reader of pages. Everything it needs from disk is loaded when it is made.
pub struct Reader {
    /// By languages, each loaded once however many orders ask for it.
    engines: Vec<(String, Engine)>,
    /// What was asked for, as indices into `engines`.
    orders: Vec<Order>,
    /// Which of the orders is read in.
    chosen: usize,
}

/// The order in which languages are tried on a page.
#[derive(Clone, Copy)]
struct Order {
    /// Reads every page, with the first language: all languages at once cost a fifth more.
    first: usize,
    /// Reads what the first language leaves unsure, with the others; none where there is one.
    other: Option<usize>,
}

/// Settings of the engine: its complaints go nowhere, white-on-black is handled before it, and a
/// column of list numbers is not a line of text that runs down.
const VARIABLES: [(&str, &str); 3] = [
    ("debug_file", "/dev/null"),
    ("tessedit_do_invert", "0"),
    ("textord_tabfind_vertical_text", "0"),
];

impl Reader {
    /// Loads the models of `orders` (each as `pol+eng`, at least one) from the folder `models`; the
    /// first order is read in until another is chosen.
    ///
    /// After this nothing more is read from disk, so that the worker can be fenced in.
    ///
    /// # Errors
    /// When a model is missing or the engine refuses it.
    pub fn new(models: &Path, orders: &[impl AsRef<str>]) -> Result<Self, ReaderError> {
        silence();
        let mut reader = Self {
            engines: Vec::new(),
            orders: Vec::new(),
            chosen: 0,
        };
        for languages in orders {
            let (first, others) = match languages.as_ref().split_once('+') {
                Some((first, others)) => (first, Some(others)),
                None => (languages.as_ref(), None),
            };
            let first = reader.load(models, first)?;
            let other = others
                .map(|others| reader.load(models, others))
                .transpose()?;
            let other = other.filter(|&other| other != first);
            reader.orders.push(Order { first, other });
        }
        Ok(reader)
    }

    /// Loads the models of languages unless they are loaded; which engine has them.
    fn load(&mut self, models: &Path, languages: &str) -> Result<usize, ReaderError> {
        let loaded = self.engines.iter().position(|(name, _)| name == languages);
        if let Some(loaded) = loaded {
            return Ok(loaded);
        }
        let missing = missing_models(models, languages);
        if !missing.is_empty() {
            return Err(ReaderError::MissingModel {
                models: models.display().to_string(),
                missing,
            });
        }
        let refused = |reason: Start| ReaderError::Refused {
            models: models.display().to_string(),
            languages: languages.to_owned(),
            reason: reason.to_string(),
        };
        let engine = Engine::start(models, languages, &VARIABLES).map_err(refused)?;
        self.engines.push((languages.to_owned(), engine));
        Ok(self.engines.len() - 1)
    }

    /// From now on pages are read in that order of languages, counted as they were given; one that
    /// was not given is the first.
    pub fn choose(&mut self, order: usize) {
        self.chosen = if order < self.orders.len() { order } else { 0 };
    }

    /// The engines of the chosen order.
    fn chosen(&mut self) -> (&mut Engine, Option<&mut Engine>) {
        let Order { first, other } = self.orders[self.chosen];
        match other {
            None => (&mut self.engines[first].1, None),
            Some(other) => {
                let (low, high) = self.engines.split_at_mut(first.max(other));
                let (low, high) = (&mut low[first.min(other)].1, &mut high[0].1);
                if first < other {
                    (low, Some(high))
                } else {
                    (high, Some(low))
                }
            }
        }
    }

    /// Reads one page.
    ///
    /// `dpi` is the image's resolution across and down. Reaching `deadline`, in seconds of the
    /// processor, keeps what was read and says so in the quality.
    ///
    /// # Errors
    /// When the image cannot be prepared, or the deadline passed before the first word.
    pub fn read(
        &mut self,
        image: &Bitmap,
        dpi: [u32; 2],
        deadline: Duration,
    ) -> Result<PageReading, ReadError> {
        let until = Until::after(deadline);
        let (engine, _) = self.chosen();
        let prepared = prepare(image, dpi, &mut |strip| legible(engine, strip, until))?;
        if !prepared.has_ink {
            return Ok(finish(&prepared, &Found::default()));
        }
        let Found {
            mut words,
            unread,
            cut_short,
            ..
        } = self.look(&prepared, until)?;
        if cut_short && words.is_empty() {
            return Err(ReadError::Deadline(deadline));
        }
        // Signs first: what a § was read as may be a shape that is sifted out.
        let lines = in_order(&words, &prepared);
        repair_signs(&prepared.ink, &mut words, &lines)?;
        part_at_spaces(&prepared.ink, &mut words)?;
        sift(&mut words);
        let lines = in_order(&words, &prepared);
        repair_confusions(&mut words, &lines);
        Ok(finish(
            &prepared,
            &Found {
                words,
                lines,
                unread,
                cut_short,
            },
        ))
    }

    /// Reads the level page: once whole, then what was passed over or is unsure.
    fn look(&mut self, prepared: &Prepared, until: Until) -> Result<Found, ImageError> {
        let (mut engine, mut other) = self.chosen();
        let first = whole(engine, prepared, until);
        let mut words = spotted(without_lines_that_run_down(first.words, prepared.letter));
        if let Some(other) = &mut other {
            if is_in_another_language(&words) {
                let second = whole(other, prepared, until);
                let second = spotted(without_lines_that_run_down(second.words, prepared.letter));
                if sureness(&second) > sureness(&words) {
                    // Names stay in the first language, whatever the page is written in.
                    words = second;
                    read_unsure_words(engine, prepared, &mut words, until)?;
                    std::mem::swap(&mut engine, other);
                }
            } else {
                read_unsure_words(other, prepared, &mut words, until)?;
            }
        }
        let unread = read_the_rest(engine, prepared, &mut words, until)?;
        engine.clear();
        if let Some(other) = other {
            other.clear();
        }
        Ok(Found {
            words,
            lines: Vec::new(),
            unread,
            cut_short: first.cut_short,
        })
    }
}

/// Reads a whole page.
fn whole(engine: &mut Engine, prepared: &Prepared, until: Until) -> Recognised {
    let (width, height) = prepared.geometry.read;
    engine.set_image(&prepared.ink, READING_DPI);
    let page = Place::new(0, 0, width, height);
    engine.recognise(page, PageSegMode::PsmAuto, until)
}

/// Share of long words that were read without being sure, from which a page is tried in the other
/// languages: a clean page in the first language has 3 to 10 %, one in another 30 % and more.
const FOREIGN: f64 = 0.2;

/// Fewer long words than this say nothing of the language.
const FEWEST_LONG_WORDS: usize = 12;

/// Words that no other language of the pages here has, and that one word in six of English is.
const ENGLISH: [&str; 12] = [
    "the", "of", "and", "for", "with", "this", "shall", "which", "from", "by", "is", "any",
];

/// Share of these words from which a page is tried in the other languages.
const ENGLISH_SHARE: f64 = 0.08;

/// Whether so many words are unsure, or English, that the page may be in another language.
fn is_in_another_language(words: &[Spotted]) -> bool {
    let long: Vec<&Spotted> = words.iter().filter(|word| is_long(word)).collect();
    let unsure = long.iter().filter(|word| word.confidence < 0.8).count() as f64;
    let english = words
        .iter()
        .filter(|word| ENGLISH.contains(&word.text.as_str()))
        .count() as f64;
    long.len() >= FEWEST_LONG_WORDS
        && (unsure >= FOREIGN * long.len() as f64 || english >= ENGLISH_SHARE * words.len() as f64)
}

fn is_long(word: &Spotted) -> bool {
    word.text.chars().filter(|c| c.is_alphabetic()).count() >= 4
}

/// Mean confidence by letters, and how much was read: both count.
fn sureness(words: &[Spotted]) -> f64 {
    let letters = |word: &Spotted| word.text.chars().filter(|c| c.is_alphanumeric()).count() as f64;
    words
        .iter()
        .map(|word| letters(word) * word.confidence.powi(4))
        .sum()
}

fn in_order(words: &[Spotted], prepared: &Prepared) -> Vec<OrderedLine> {
    let items: Vec<Item> = words
        .iter()
        .map(|word| Item {
            place: word.place,
            line: word.line,
        })
        .collect();
    order(&items, &prepared.rules)
}

/// What reading found on the level page.
#[derive(Default)]
struct Found {
    words: Vec<Spotted>,
    lines: Vec<OrderedLine>,
    /// Ink the size of words that gave none.
    unread: Vec<Place>,
    cut_short: bool,
}

/// A word's width, with its space, in heights of a letter.
const LETTERS_A_WORD: u32 = 5;

/// The resolution told to Tesseract: letters are brought to the size they have at 300 dpi.
pub(crate) const READING_DPI: i32 = 300;

/// How well an image reads as it lies.
fn legible(engine: &mut Engine, image: &Pix, until: Until) -> Legible {
    engine.set_image(image, READING_DPI);
    let part = Place::new(0, 0, image.width(), image.height());
    let words = engine
        .recognise(part, PageSegMode::PsmSingleBlock, until)
        .words;
    engine.clear();
    let weights = words.iter().filter_map(|word| {
        let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count() as f64;
        (word.text.chars().count() > 1).then_some((letters, letters * word.confidence))
    });
    let (letters, sure) = weights.fold((0.0, 0.0), |sum, word| (sum.0 + word.0, sum.1 + word.1));
    Legible {
        letters,
        confidence: if letters > 0.0 { sure / letters } else { 0.0 },
    }
}

/// Puts what was read into the form others use.
fn finish(prepared: &Prepared, found: &Found) -> PageReading {
    let (mut words, mut text) = (
        Vec::with_capacity(found.words.len()),
        Vec::with_capacity(found.lines.len()),
    );
    for (number, line) in found.lines.iter().enumerate() {
        let here: Vec<&Spotted> = line
            .items
            .iter()
            .map(|&index| &found.words[index])
            .collect();
        text.push(
            here.iter()
                .map(|word| word.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        );
        words.extend(here.into_iter().map(|word| Word {
            text: word.text.clone(),
            place: prepared.geometry.bring_back(word.place),
            confidence: word.confidence,
            line: u32::try_from(number).unwrap_or(u32::MAX),
            block: line.block,
            alternatives: word.alternatives.clone(),
        }));
    }
    let seen = measured(prepared, found, &words);
    PageReading {
        rotation: prepared.rotation,
        skew: prepared.skew,
        kind: if words.is_empty() && !seen.ink_without_words {
            PageKind::Blank
        } else {
            PageKind::Text
        },
        quality: judge(&seen),
        words,
        text: text.join("\n"),
    }
}

/// What the verdict on the page's quality rests on.
fn measured(prepared: &Prepared, found: &Found, words: &[Word]) -> Measured {
    let (width, height) = prepared.geometry.given;
    let at_edge = |place: Place| {
        place.x < 3 || place.y < 3 || place.right() + 3 > width || place.bottom() + 3 > height
    };
    let overlap = |a: Place, b: Place| {
        a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
    };
    let letter = prepared.letter;
    Measured {
        letter: f64::from(letter) / prepared.geometry.scale.1,
        contrast: prepared.paper.as_ref().map(|paper| paper.contrast),
        grain: prepared.paper.as_ref().map(|paper| paper.grain),
        edge: prepared.faults.edge,
        unread_words: (found.unread.iter())
            .filter(|place| place.h >= letter)
            .map(|place| f64::from(place.w) / f64::from(LETTERS_A_WORD * letter.max(1)))
            .sum(),
        specks: prepared.specks,
        skew: prepared.skew,
        cut_words: words.iter().filter(|word| at_edge(word.place)).count(),
        folded: prepared.folded,
        show_through: prepared.shows_through(),
        ink_without_words: found
            .unread
            .iter()
            .any(|p| p.w >= 3 * letter && p.h >= letter),
        ink_over_text: prepared
            .coloured
            .iter()
            .any(|&ink| words.iter().any(|word| overlap(ink, word.place))),
        confidences: words.iter().map(|word| word.confidence).collect(),
        cut_short: found.cut_short,
    }
}

/// The version of the Tesseract library that is linked in.
#[must_use]
pub fn engine_version() -> String {
    binding::engine_version()
}

/// The languages of `languages` (as `pol+eng`) that have no model in the folder `models`, each once.
#[must_use]
pub fn missing_models(models: &Path, languages: &str) -> Vec<String> {
    let asked: BTreeSet<&str> = languages.split('+').collect();
    let is_missing = |language: &&str| !models.join(format!("{language}.traineddata")).is_file();
    let missing = asked.into_iter().filter(is_missing);
    missing.map(str::to_owned).collect()
}

/// The folder where distributions put Tesseract's models, if one of them exists here.
#[must_use]
pub fn default_models() -> Option<PathBuf> {
    const USUAL: [&str; 5] = [
        "/usr/share/tesseract-ocr/5/tessdata",
        "/usr/share/tesseract-ocr/4.00/tessdata",
        "/usr/share/tessdata",
        "/usr/share/tesseract/tessdata",
        "/usr/local/share/tessdata",
    ];
    USUAL
        .iter()
        .map(PathBuf::from)
        .find(|folder| folder.is_dir())
}
