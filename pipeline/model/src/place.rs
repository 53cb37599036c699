//! Where something stands on a page: rectangles in pixels, and quarter turns between a page as it
//! lies and a page as it is read.

use serde::{Deserialize, Serialize};

/// A word's rectangle: pixels of the page as displayed in the original, origin at the top left.
///
/// Serialised as `[x, y, w, h]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "[u32; 4]", into = "[u32; 4]")]
pub struct Place {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Place {
    /// A rectangle from its left and top edge, width and height.
    #[must_use]
    pub const fn new(x: u32, y: u32, w: u32, h: u32) -> Self {
        Self { x, y, w, h }
    }

    /// The first column right of the rectangle.
    #[must_use]
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.w)
    }

    /// The first row below the rectangle.
    #[must_use]
    pub const fn bottom(self) -> u32 {
        self.y.saturating_add(self.h)
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            w: self.right().max(other.right()) - x,
            h: self.bottom().max(other.bottom()) - y,
        }
    }

    /// The smallest rectangle that holds all of them; none for an empty run.
    pub fn union_of(places: impl IntoIterator<Item = Self>) -> Option<Self> {
        places.into_iter().reduce(Self::union)
    }

    /// Whether the rectangle lies within a page of that size.
    #[must_use]
    pub const fn is_within(self, width: u32, height: u32) -> bool {
        self.right() <= width && self.bottom() <= height
    }
}

/// A rectangle of one page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Counted from 1.
    pub page: u32,
    /// In pixels of the page as displayed.
    pub place: Place,
}

impl Area {
    /// A rectangle of that page.
    #[must_use]
    pub const fn new(page: u32, place: Place) -> Self {
        Self { page, place }
    }
}

impl From<[u32; 4]> for Place {
    fn from([x, y, w, h]: [u32; 4]) -> Self {
        Self { x, y, w, h }
    }
}

impl From<Place> for [u32; 4] {
    fn from(p: Place) -> Self {
        [p.x, p.y, p.w, p.h]
    }
}

/// A quarter turn clockwise, by which a page as displayed has to be turned to stand upright.
///
/// Serialised as degrees: `0`, `90`, `180`, `270`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Turn {
    /// Upright as it lies.
    #[default]
    None,
    /// 90° clockwise.
    Right,
    /// 180°.
    Half,
    /// 270° clockwise.
    Left,
}

impl Turn {
    /// Degrees clockwise.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Half => 180,
            Self::Left => 270,
        }
    }

    /// The turn that undoes this one.
    #[must_use]
    pub const fn inverse(self) -> Self {
        match self {
            Self::Right => Self::Left,
            Self::Left => Self::Right,
            other => other,
        }
    }

    /// The size of a page of `width` × `height` after the turn.
    #[must_use]
    pub const fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::None | Self::Half => (width, height),
            Self::Right | Self::Left => (height, width),
        }
    }

    /// Where a rectangle of a page of `width` × `height` (before the turn) lies after it.
    #[must_use]
    pub const fn apply(self, place: Place, width: u32, height: u32) -> Place {
        let Place { x, y, w, h } = place;
        let from_right = width.saturating_sub(place.right());
        let from_bottom = height.saturating_sub(place.bottom());
        match self {
            Self::None => place,
            Self::Right => Place::new(from_bottom, x, h, w),
            Self::Half => Place::new(from_right, from_bottom, w, h),
            Self::Left => Place::new(y, from_right, h, w),
        }
    }
}

impl TryFrom<u16> for Turn {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Self, String> {
        match degrees {
            0 => Ok(Self::None),
            90 => Ok(Self::Right),
            180 => Ok(Self::Half),
            270 => Ok(Self::Left),
            other => Err(format!("{other} degrees is no quarter turn")),
        }
    }
}

impl From<Turn> for u16 {
    fn from(turn: Turn) -> Self {
        turn.degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Turn};
    use proptest::prelude::*;

    #[test]
    fn a_turn_moves_corners_as_paper_does() {
        // A word at the top left of a 100 × 200 page.
        let word = Place::new(10, 20, 30, 5);
        assert_eq!(
            Turn::Right.apply(word, 100, 200),
            Place::new(175, 10, 5, 30)
        );
        assert_eq!(Turn::Half.apply(word, 100, 200), Place::new(60, 175, 30, 5));
        assert_eq!(Turn::Left.apply(word, 100, 200), Place::new(20, 60, 5, 30));
    }

    proptest! {
        #[test]
        fn a_turn_and_its_inverse_cancel(
            x in 0u32..500, y in 0u32..500, w in 0u32..500, h in 0u32..500, degrees in 0u16..4
        ) {
            let turn = Turn::try_from(degrees * 90).unwrap();
            let place = Place::new(x, y, w, h);
            let (width, height) = turn.size(1000, 1200);
            let there = turn.apply(place, 1000, 1200);
            prop_assert!(there.is_within(width, height));
            prop_assert_eq!(turn.inverse().apply(there, width, height), place);
        }
    }
}
