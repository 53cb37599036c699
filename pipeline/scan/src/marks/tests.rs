//! Marks are found as they are printed, turned, askew and worn; and nothing else is one.

use super::{marks, page_print};
use model::{Bitmap, Mark, Patch, Pixels, Place, Symbology, Turn};
use proptest::prelude::*;
use rxing::{BarcodeFormat, MultiFormatWriter, Writer as _};

/// A white A4 page in gray.
struct Paper {
    dpi: u32,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Paper {
    fn new(dpi: u32) -> Self {
        let (width, height) = (dpi * 827 / 100, dpi * 1169 / 100);
        Self {
            dpi,
            width,
            height,
            bytes: vec![245; (width * height) as usize],
        }
    }

    /// Fills a rectangle given in thousandths of an inch.
    fn ink(mut self, [x, y, w, h]: [u32; 4]) -> Self {
        let pixels = |mils: u32| mils * self.dpi / 1000;
        for row in pixels(y)..pixels(y + h).min(self.height) {
            for column in pixels(x)..pixels(x + w).min(self.width) {
                self.bytes[(row * self.width + column) as usize] = 20;
            }
        }
        self
    }

    /// Four bars across the top.
    fn patch(self, widths: [u32; 4]) -> Self {
        let mut y = 400;
        widths.into_iter().fold(self, |paper, thick| {
            let paper = paper.ink([2_500, y, 2_500, thick]);
            y += thick + 80;
            paper
        })
    }

    /// A code with its top left corner so many inches from the page's, a module so many pixels.
    fn code(mut self, format: BarcodeFormat, text: &str, at: [u32; 2], module: u32) -> Self {
        let modules = MultiFormatWriter.encode(text, &format, 0, 0).unwrap();
        let rows = if modules.height() == 1 {
            self.dpi / 2
        } else {
            modules.height() * module
        };
        for y in 0..rows {
            for x in 0..modules.width() * module {
                let row = if modules.height() == 1 { 0 } else { y / module };
                if modules.get(x / module, row) {
                    let (x, y) = (at[0] * self.dpi + x, at[1] * self.dpi + y);
                    self.bytes[(y * self.width + x) as usize] = 20;
                }
            }
        }
        self
    }

    fn turned(self) -> Self {
        let (width, height) = (self.height, self.width);
        let mut bytes = vec![245; self.bytes.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                let (to_x, to_y) = (self.height - 1 - y, x);
                bytes[(to_y * width + to_x) as usize] = self.bytes[(y * self.width + x) as usize];
            }
        }
        Self {
            dpi: self.dpi,
            width,
            height,
            bytes,
        }
    }

    fn askew(self) -> Self {
        let mut bytes = vec![245; self.bytes.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                // About three degrees.
                let from_y = y + x / 20;
                if from_y < self.height {
                    bytes[(y * self.width + x) as usize] =
                        self.bytes[(from_y * self.width + x) as usize];
                }
            }
        }
        Self { bytes, ..self }
    }

    fn bitmap(self) -> Bitmap {
        Bitmap::new(self.width, self.height, Pixels::Gray(self.bytes)).unwrap()
    }

    fn marks(self) -> model::Sheet {
        let dpi = [self.dpi; 2];
        marks(&self.bitmap(), dpi)
    }
}

const N: u32 = 80;
const W: u32 = 200;

#[test]
fn patch_codes_are_read_at_any_resolution_turned_and_askew() {
    for (widths, patch) in [
        ([N, W, N, W], Patch::T),
        ([W, N, W, N], Patch::Two),
        ([W, W, N, N], Patch::Three),
    ] {
        for dpi in [100, 150, 200, 300] {
            let sheet = Paper::new(dpi).patch(widths).marks();
            assert_eq!((sheet.patch, sheet.unclear), (Some(patch), vec![]), "{dpi}");
        }
        let askew = Paper::new(200).patch(widths).askew().marks();
        assert_eq!(askew.patch, Some(patch), "askew");
    }
    // Read from the right: T is 2 and both part documents, 3 stays 3.
    let turned = |widths| Paper::new(200).patch(widths).turned().marks().patch;
    assert!(matches!(turned([N, W, N, W]), Some(Patch::T | Patch::Two)));
    assert_eq!(turned([W, W, N, N]), Some(Patch::Three));
}

#[test]
fn bars_that_are_no_code_are_unclear_and_codes_that_part_nothing_are_nothing() {
    let unclear = Paper::new(200).patch([N, 120, N, W]).marks();
    assert_eq!((unclear.patch, unclear.unclear), (None, vec![Mark::Patch]));
    for steering in [[W, N, N, W], [N, W, W, N]] {
        let sheet = Paper::new(200).patch(steering).marks();
        assert!(sheet.is_empty(), "{sheet:?}");
    }
}

#[test]
fn a_table_is_no_patch_code() {
    let table = (0..20).fold(Paper::new(200), |paper, n| {
        paper.ink([1_000, 1_000 + n * 250, 6_000, 15])
    });
    assert!(table.marks().is_empty());
    let bars = (0..9).fold(Paper::new(200), |paper, n| {
        paper.ink([1_000, 1_000 + n * 160, 6_000, 80])
    });
    assert!(bars.marks().is_empty(), "a striped page");
}

#[test]
fn codes_are_read_with_what_they_say() {
    for (format, symbology, module) in [
        (BarcodeFormat::CODE_128, Symbology::Code128, 3),
        (BarcodeFormat::CODE_39, Symbology::Code39, 2),
        (BarcodeFormat::QR_CODE, Symbology::Qr, 6),
        (BarcodeFormat::DATA_MATRIX, Symbology::DataMatrix, 8),
    ] {
        let text = "KT1%B0421%X17";
        let sheet = Paper::new(200).code(format, text, [1, 3], module).marks();
        let found: Vec<_> = sheet
            .codes
            .iter()
            .map(|c| (c.symbology, c.text.as_str()))
            .collect();
        assert_eq!(found, [(symbology, text)], "{symbology:?}");
        assert_eq!(sheet.unclear, [], "{symbology:?}");
        let place = sheet.codes[0].place;
        assert!(place.x > 180 && place.y > 550, "{symbology:?} {place:?}");
    }
}

#[test]
fn a_row_of_bars_that_says_nothing_is_unclear() {
    let mut paper = Paper::new(200);
    for n in 0..40 {
        paper = paper.ink([1_000 + n * 60 + n % 3 * 10, 3_000, 25, 600]);
    }
    let sheet = paper.marks();
    assert_eq!((sheet.codes, sheet.unclear), (vec![], vec![Mark::Bars]));
}

/// Lines of dashes, as words look from afar.
fn words(shift: u32) -> Paper {
    let mut paper = Paper::new(100);
    for line in 0..30 {
        for word in 0..(3 + line * 7 % 5) {
            let x = 1_000 + word * 900 + line * 37 % 200;
            paper = paper.ink([x, 1_000 + shift + line * 300, 500 + line * 13 % 300, 90]);
        }
    }
    paper
}

#[test]
fn the_same_paper_looks_the_same_turned_or_moved_and_another_does_not() {
    let area = |y: u32| Place::new(100, 100 + y, 700, 960);
    let first = page_print(&words(0).bitmap(), area(0), Turn::None);
    let moved = page_print(&words(40).bitmap(), area(4), Turn::None);
    assert!(first.distance(moved) <= 4, "{}", first.distance(moved));
    let bitmap = words(0).turned().bitmap();
    let turned = Place::new(bitmap.width() - 100 - 960, 100, 960, 700);
    let turned = page_print(&bitmap, turned, Turn::Left);
    assert!(first.distance(turned) <= 4, "{}", first.distance(turned));
    let other = Paper::new(100).ink([1_000, 1_000, 3_000, 9_000]);
    let other = page_print(&other.bitmap(), area(0), Turn::None);
    assert!(first.distance(other) > 10, "{}", first.distance(other));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn noise_is_no_mark(seed in any::<u64>(), width in 1u32..300, height in 1u32..300) {
        let mut state = seed | 1;
        let bytes = (0..width * height).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u8::try_from(state >> 56).unwrap()
        });
        let image = Bitmap::new(width, height, Pixels::Gray(bytes.collect())).unwrap();
        let sheet = marks(&image, [200, 100]);
        prop_assert!(sheet.patch.is_none() && sheet.codes.is_empty(), "{:?}", sheet);
    }
}
