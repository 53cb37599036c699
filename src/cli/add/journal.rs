//! What of a list is in already: a run that was ended goes on where it was, and the same list again
//! brings nothing twice.
//!
//! A line a step, each synced before the next is taken: `begun KEY ID` before a file is copied,
//! `done KEY ID` after it is in. A begun one is taken again under the identity it had, and what was
//! received under that is not received a second time.

use anyhow::Context as _;
use model::{Digest, SubmissionId};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// What became of the files of lists.
pub(super) struct Journal {
    file: File,
    known: HashMap<Digest, (SubmissionId, bool)>,
}

/// Where a listed file stands.
pub(super) enum Standing {
    /// Not seen yet, or begun under this identity.
    Open(Option<SubmissionId>),
    /// In.
    Done,
}

impl Journal {
    /// Opens the journal of a data directory, or begins it.
    pub(super) fn open(data: &Path) -> anyhow::Result<Self> {
        let path = data.join("lists.log");
        let cannot = || format!("{} cannot be read and written", path.display());
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            read => Ok(read.unwrap_or_default()),
        };
        let text = text.with_context(cannot)?;
        // A last line without its end was never relied on.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut known = HashMap::new();
        for line in text[..whole].lines() {
            let mut words = line.split(' ');
            let step = words.next();
            let key = words.next().and_then(|word| Digest::parse(word).ok());
            let id = words.next().and_then(|word| SubmissionId::parse(word).ok());
            let (Some(key), Some(id)) = (key, id) else {
                anyhow::bail!("{}: `{line}` is no step of a list", path.display());
            };
            known.insert(key, (id, step == Some("done")));
        }
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).open(&path);
        let file = file.with_context(cannot)?;
        file.set_len(whole as u64).with_context(cannot)?;
        Ok(Self { file, known })
    }

    pub(super) fn standing(&self, key: &Digest) -> Standing {
        match self.known.get(key) {
            Some((_, true)) => Standing::Done,
            Some(&(id, false)) => Standing::Open(Some(id)),
            None => Standing::Open(None),
        }
    }

    pub(super) fn begin(&mut self, key: Digest, id: SubmissionId) -> anyhow::Result<()> {
        self.write("begun", key, id)?;
        self.known.insert(key, (id, false));
        Ok(())
    }

    pub(super) fn end(&mut self, key: Digest, id: SubmissionId) -> anyhow::Result<()> {
        self.write("done", key, id)?;
        self.known.insert(key, (id, true));
        Ok(())
    }

    fn write(&mut self, step: &str, key: Digest, id: SubmissionId) -> anyhow::Result<()> {
        let written = self
            .file
            .write_all(format!("{step} {key} {id}\n").as_bytes())
            .and_then(|()| self.file.sync_data());
        written.context("the journal of lists cannot be written")
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, Standing};
    use model::{Digest, SubmissionId};
    use std::fs;

    #[test]
    fn a_torn_line_is_as_if_it_had_not_been_written() {
        let data = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| Digest::of(name.as_bytes()));
        let id = SubmissionId::from_parts(1, 2);
        let mut journal = Journal::open(data.path()).unwrap();
        journal.begin(a, id).unwrap();
        journal.end(a, id).unwrap();
        journal.begin(b, id).unwrap();
        let path = data.path().join("lists.log");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}done {b}")).unwrap();
        let mut journal = Journal::open(data.path()).unwrap();
        assert!(matches!(journal.standing(&a), Standing::Done));
        assert!(matches!(journal.standing(&b), Standing::Open(Some(known)) if known == id));
        journal.end(b, id).unwrap();
        let journal = Journal::open(data.path()).unwrap();
        assert!(matches!(journal.standing(&b), Standing::Done));
    }
}
