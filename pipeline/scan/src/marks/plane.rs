//! A page in gray, no finer than is needed, and its lines as runs of ink and paper.

use super::luma;
use model::Bitmap;

/// Share of paper's brightness below which a pixel is ink.
const INK: f64 = 0.55;

/// A page in gray.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Dots per inch across and down.
    pub(super) dpi: [f64; 2],
    /// Pixels of the page that one of these stands for, across and down.
    pub(super) step: [u32; 2],
    /// One byte a pixel, row by row; 0 is black.
    pub(super) bytes: Vec<u8>,
    /// What is darker than this is ink.
    threshold: u8,
}

/// Which way lines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// From left to right, one below the other.
    Across,
    /// From top to bottom, one beside the other.
    Down,
}

/// A run of pixels that are all ink or all paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) ink: bool,
    pub(super) from: usize,
    pub(super) length: usize,
}

impl Plane {
    /// The image at no less than `wanted` dots per inch where it has as many.
    pub(super) fn of(image: &Bitmap, dpi: [u32; 2], wanted: u32) -> Self {
        let step = dpi.map(|dpi| (dpi / wanted).max(1));
        let (width, height) = (image.width() / step[0], image.height() / step[1]);
        let mut bytes = Vec::with_capacity(width as usize * height as usize);
        let pixels = step[0] * step[1];
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0;
                for j in 0..step[1] {
                    for i in 0..step[0] {
                        sum += u32::from(luma(image, x * step[0] + i, y * step[1] + j));
                    }
                }
                bytes.push(u8::try_from(sum / pixels).unwrap_or(u8::MAX));
            }
        }
        let threshold = threshold(&bytes);
        Self {
            width: width as usize,
            height: height as usize,
            dpi: [0, 1].map(|axis| f64::from(dpi[axis]) / f64::from(step[axis])),
            step,
            bytes,
            threshold,
        }
    }

    pub(super) fn is_ink(&self, x: usize, y: usize) -> bool {
        self.bytes[y * self.width + x] < self.threshold
    }

    /// Whether a pixel of a line is ink.
    pub(super) fn ink_on(&self, lines: Lines, line: usize, at: usize) -> bool {
        match lines {
            Lines::Across => self.is_ink(at, line),
            Lines::Down => self.is_ink(line, at),
        }
    }

    /// How many lines there are, and how long they are.
    pub(super) fn size(&self, lines: Lines) -> (usize, usize) {
        match lines {
            Lines::Across => (self.height, self.width),
            Lines::Down => (self.width, self.height),
        }
    }

    /// Dots per inch along the lines, and from line to line.
    pub(super) fn scale(&self, lines: Lines) -> (f64, f64) {
        match lines {
            Lines::Across => (self.dpi[0], self.dpi[1]),
            Lines::Down => (self.dpi[1], self.dpi[0]),
        }
    }

    /// A line as runs.
    pub(super) fn runs(&self, lines: Lines, line: usize) -> Vec<Run> {
        let (_, length) = self.size(lines);
        let mut runs: Vec<Run> = Vec::new();
        for at in 0..length {
            let ink = self.ink_on(lines, line, at);
            match runs.last_mut() {
                Some(run) if run.ink == ink => run.length += 1,
                _ => runs.push(Run {
                    ink,
                    from: at,
                    length: 1,
                }),
            }
        }
        runs
    }
}

/// Paper is what most of a page is; ink is clearly darker.
fn threshold(bytes: &[u8]) -> u8 {
    let mut histogram = [0usize; 256];
    for &byte in bytes {
        histogram[usize::from(byte)] += 1;
    }
    let mut seen = 0;
    let middle = (0u8..=255).find(|&level| {
        seen += histogram[usize::from(level)];
        2 * seen >= bytes.len()
    });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a byte is a byte"
    )]
    let threshold = (f64::from(middle.unwrap_or(u8::MAX)) * INK) as u8;
    threshold.max(1)
}
