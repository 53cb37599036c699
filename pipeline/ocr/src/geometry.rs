//! From the page as given to the image that is read, and back: turn, scale, level.
//!
//! Reading happens on a turned, scaled and levelled copy; every place is brought back, so that
//! nobody outside this crate ever sees a coordinate of that copy.

use model::{Place, Turn};

/// How the image that is read was made from the page as given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Geometry {
    /// Size of the page as given, in pixels.
    pub(crate) given: (u32, u32),
    /// The turn that was applied first.
    pub(crate) turn: Turn,
    /// Then it was scaled by these factors, across and down.
    pub(crate) scale: (f64, f64),
    /// Then it was turned by these degrees clockwise about its middle, keeping its size.
    pub(crate) levelled: f64,
    /// Size of the image that is read, in pixels.
    pub(crate) read: (u32, u32),
}

impl Geometry {
    /// Where a rectangle of the image that is read lies on the page as given: the smallest upright
    /// rectangle around it, cut off at the page's edges.
    pub(crate) fn bring_back(&self, place: Place) -> Place {
        let (sin, cos) = self.levelled.to_radians().sin_cos();
        let middle = (f64::from(self.read.0) / 2.0, f64::from(self.read.1) / 2.0);
        let corners = [
            (place.x, place.y),
            (place.right(), place.y),
            (place.x, place.bottom()),
            (place.right(), place.bottom()),
        ];
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for (x, y) in corners {
            let (dx, dy) = (f64::from(x) - middle.0, f64::from(y) - middle.1);
            let across = (dx * cos + dy * sin + middle.0) / self.scale.0;
            let down = (dy * cos - dx * sin + middle.1) / self.scale.1;
            low = (low.0.min(across), low.1.min(down));
            high = (high.0.max(across), high.1.max(down));
        }
        let upright = self.turn.size(self.given.0, self.given.1);
        let (x, right) = within(low.0, high.0, upright.0);
        let (y, bottom) = within(low.1, high.1, upright.1);
        self.turn.inverse().apply(
            Place::new(x, y, right - x, bottom - y),
            upright.0,
            upright.1,
        )
    }
}

/// An interval rounded to whole pixels and cut to `0..limit`, at least one pixel long.
fn within(low: f64, high: f64, limit: u32) -> (u32, u32) {
    let edge = |value: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the page"
        )]
        let pixels = value.round().clamp(0.0, f64::from(limit)) as u32;
        pixels
    };
    let (low, high) = (edge(low).min(limit.saturating_sub(1)), edge(high));
    (low, high.max(low + 1).min(limit))
}

#[cfg(test)]
mod tests {
    use super::Geometry;
    use model::{Place, Turn};
    use proptest::prelude::*;

    #[test]
    fn a_turned_and_scaled_word_comes_back_exactly() {
        let geometry = Geometry {
            given: (1000, 600),
            turn: Turn::Right,
            scale: (2.0, 2.0),
            levelled: 0.0,
            read: (1200, 2000),
        };
        // Top left of what is read: the bottom left of the page as it lay before the turn.
        assert_eq!(
            geometry.bring_back(Place::new(0, 0, 100, 40)),
            Place::new(0, 550, 20, 50)
        );
    }

    proptest! {
        #[test]
        fn a_place_comes_back_within_the_page_and_near_its_middle(
            x in 300u32..1500, y in 300u32..2500, w in 1u32..200, h in 1u32..60,
            turn in 0u16..4, levelled in -5.0f64..5.0, factor in 0.5f64..2.0,
        ) {
            let turn = Turn::try_from(turn * 90).unwrap();
            let read = (2000, 3000);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test's size")]
            let upright = ((2000.0 / factor).round() as u32, (3000.0 / factor).round() as u32);
            let given = turn.inverse().size(upright.0, upright.1);
            let scale = (2000.0 / f64::from(upright.0), 3000.0 / f64::from(upright.1));
            let geometry = Geometry { given, turn, scale, levelled, read };
            let back = geometry.bring_back(Place::new(x, y, w, h));
            prop_assert!(back.is_within(given.0, given.1));

            // Forward again: turn, scale, level; the middle must land where it was.
            let there = turn.apply(back, given.0, given.1);
            let middle = (
                (f64::from(there.x) + f64::from(there.w) / 2.0) * scale.0 - 1000.0,
                (f64::from(there.y) + f64::from(there.h) / 2.0) * scale.1 - 1500.0,
            );
            let (sin, cos) = levelled.to_radians().sin_cos();
            let level = (middle.0 * cos - middle.1 * sin + 1000.0, middle.0 * sin + middle.1 * cos + 1500.0);
            prop_assert!((level.0 - f64::from(x) - f64::from(w) / 2.0).abs() <= 2.0 * scale.0.max(1.0));
            prop_assert!((level.1 - f64::from(y) - f64::from(h) / 2.0).abs() <= 2.0 * scale.1.max(1.0));
        }
    }
}
