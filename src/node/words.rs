//! The bank's own words for searching, from the file that the configuration names.

use crate::config::Config;
use anyhow::Context as _;
use search::analysis::Words;
use std::fs;
use std::sync::Arc;

/// The bank's own words; none where no file is named.
///
/// # Errors
/// When the file cannot be read or understood; names the line.
pub(crate) fn load_words(config: &Config) -> anyhow::Result<Arc<Words>> {
    let Some(path) = &config.search.words else {
        return Ok(Arc::default());
    };
    let text = fs::read_to_string(path)
        .with_context(|| format!("`search.words`: {} cannot be read", path.display()))?;
    let words = Words::parse(&text)
        .with_context(|| format!("`search.words`: {} cannot be understood", path.display()))?;
    Ok(Arc::new(words))
}
