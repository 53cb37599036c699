//! How many pixels make an inch: what the file says where that can be true, otherwise an estimate
//! from the size of ordinary paper. Never zero.

/// Millimetres in an inch, exactly (ISO 31-1).
pub(crate) const MM_PER_INCH: f64 = 25.4;

/// Long side of A4 in inches (ISO 216: 297 mm).
const A4_LONG_SIDE: f64 = 297.0 / MM_PER_INCH;
/// Longest side, in inches, believed of a page that claims a screen's resolution: A2 has 23.4.
const LONGEST_AT_SCREEN_RESOLUTION: f64 = 20.0;
/// Below this many dots an inch it is a screen's resolution, written by software that knew none.
const SCREEN_DPI: f64 = 101.0;
/// Shortest long side, in inches, believed of an image with as many pixels as a page has.
const SHORTEST_PAGE: f64 = 3.0;
/// Pixels on the long side from which an image is as detailed as a scanned page.
const PAGE_PIXELS: u32 = 1_500;
/// Resolutions that scanners have.
const COMMON: [f64; 9] = [
    75.0, 100.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0, 1200.0,
];
/// How far an estimate may be from a common resolution to be taken for it: letter paper, 11 inches
/// long, is 6 % shorter than A4.
const NEAR: f64 = 0.065;

/// Dots an inch across and down of a page of `width` × `height` pixels, of which the file says
/// `declared`.
pub(crate) fn dpi(declared: Option<[f64; 2]>, width: u32, height: u32) -> [u32; 2] {
    match declared {
        Some(declared) if is_credible(declared, width, height) => declared.map(rounded),
        _ => [estimate(width, height); 2],
    }
}

/// Whether paper of that size is scanned at that resolution.
pub(crate) fn is_credible([x, y]: [f64; 2], width: u32, height: u32) -> bool {
    let in_range = |dpi: f64| (40.0..=4800.0).contains(&dpi);
    if !in_range(x) || !in_range(y) || x / y > 3.0 || y / x > 3.0 {
        return false;
    }
    let inches = (f64::from(width) / x).max(f64::from(height) / y);
    let too_large = x.min(y) < SCREEN_DPI && inches > LONGEST_AT_SCREEN_RESOLUTION;
    let too_small = width.max(height) >= PAGE_PIXELS && inches < SHORTEST_PAGE;
    !too_large && !too_small
}

/// The resolution at which the image would be an A4 page.
fn estimate(width: u32, height: u32) -> u32 {
    let dpi = f64::from(width.max(height)) / A4_LONG_SIDE;
    let near = |common: &f64| (dpi / common - 1.0).abs() <= NEAR;
    rounded(
        COMMON
            .into_iter()
            .find(near)
            .unwrap_or(dpi)
            .clamp(50.0, 1200.0),
    )
}

/// A float as whole dots; at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits"
)]
pub(crate) fn rounded(dpi: f64) -> u32 {
    dpi.round().clamp(1.0, 100_000.0) as u32
}

#[cfg(test)]
mod tests {
    use super::dpi;

    #[test]
    fn a_lying_resolution_is_replaced() {
        let check = |declared, (width, height), expected| {
            assert_eq!(dpi(declared, width, height), expected, "{declared:?}");
        };
        check(Some([300.0, 300.0]), (2480, 3508), [300, 300]);
        check(Some([299.999, 299.999]), (2480, 3508), [300, 300]);
        check(Some([204.0, 98.0]), (1728, 1145), [204, 98]);
        check(Some([72.0, 72.0]), (2480, 3508), [300, 300]);
        check(Some([96.0, 96.0]), (2550, 3300), [300, 300]);
        check(Some([72.0, 72.0]), (595, 842), [72, 72]);
        check(Some([1.0, 1.0]), (1654, 2339), [200, 200]);
        check(Some([0.0, 0.0]), (4960, 7016), [600, 600]);
        check(Some([f64::NAN, 300.0]), (2480, 3508), [300, 300]);
        check(Some([2400.0, 2400.0]), (2480, 3508), [300, 300]);
        check(Some([300.0, 300.0]), (9933, 14043), [300, 300]);
        check(None, (2480, 3508), [300, 300]);
        check(None, (10, 10), [50, 50]);
        check(None, (30_000, 30_000), [1200, 1200]);
    }
}
