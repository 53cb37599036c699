//! The one place that asks what time it is. Everything else takes time as an argument.

use jiff::Timestamp;

/// The wall clock, handed to whoever needs one.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that the others are handed"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
