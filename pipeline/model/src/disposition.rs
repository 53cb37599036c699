//! What to do about a failure: the one question every error of the pipeline answers.

/// What the runner does with work that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The attempt counts; try again after a while.
    Retry,
    /// Trying again will not help: a person has to look.
    Park,
    /// A dependency is away and nobody is to blame: wait, the attempt does not count.
    Pause,
}
