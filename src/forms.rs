//! The JSON forms that the command line and the server share, so that both say the same.

pub(crate) mod search;
pub(crate) mod status;
