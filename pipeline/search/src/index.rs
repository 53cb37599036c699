//! The index on the disk: opening, replacing, following commits.
//!
//! `DIR/current` names the generation in use, `DIR/g<number>/` holds it: `engine/` (the inverted
//! index) and `texts/` (see `texts`). A changed analysis or schema makes a new generation beside
//! the old, filled by the caller from the ledger's change log, and put in its place by one rename.
//! Every commit carries the change log's number it has seen, so that whoever follows knows where
//! to go on. The index holds nothing that cannot be made again; it never repairs itself silently.
//!
//! `current` is the one truth about which generation is searched, for every process: a search looks
//! there first, and a writer before it commits, so that an index made anew by another process takes
//! over while this one runs.

use crate::analysis::{Analyzer, Dictionary, Words};
use crate::error::SearchError;
use crate::filing::Cabinet;
use crate::schema::{self, Fields, SCHEMA_VERSION};
use crate::texts::{Pointer, Texts, sync_folder};
use crate::writer::Writer;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;
use tantivy::{Executor, IndexReader, ReloadPolicy};

/// The version of the commit's payload.
const PAYLOAD_FORMAT: u32 = 1;

/// What a commit says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) format: u32,
    /// The last change of the ledger's log that is in the index.
    pub(crate) seq: u64,
    /// The analysis that made the terms.
    pub(crate) analyzer: String,
    /// The schema's version.
    pub(crate) schema: u32,
    /// Where the texts end.
    pub(crate) texts_end: Pointer,
    /// Whether words of documents that were disposed of are still on the disk.
    #[serde(default)]
    pub(crate) purge_due: bool,
}

impl Payload {
    pub(crate) fn new(seq: u64, texts_end: Pointer, words: &Words) -> Self {
        Self {
            format: PAYLOAD_FORMAT,
            seq,
            analyzer: Analyzer::version(words),
            schema: SCHEMA_VERSION,
            texts_end,
            purge_due: false,
        }
    }

    /// How an index with this payload can be used by a program that makes it in the wanted way.
    fn fitness(&self, wanted: &Self) -> Fitness {
        if self.format != wanted.format || self.schema != wanted.schema {
            Fitness::Useless
        } else if self.analyzer == wanted.analyzer {
            Fitness::Whole
        } else if self.analyzer.contains(Dictionary::fingerprint()) {
            // Lemmas mean the same, so nothing wrong is found; some words may not be.
            Fitness::Outdated
        } else {
            Fitness::Useless
        }
    }
}

/// How well an index on the disk fits this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fitness {
    /// It is what this program would make.
    Whole,
    /// It can be searched until the one made anew takes its place, and not be written.
    Outdated,
    /// It cannot be understood.
    Useless,
}

/// One state of the index in its own folder.
pub(crate) struct Generation {
    pub(crate) number: u64,
    pub(crate) dir: PathBuf,
    pub(crate) engine: tantivy::Index,
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) texts: Arc<Texts>,
    /// What the searched documents are filed under.
    pub(crate) cabinet: Cabinet,
    /// Searches several segments at the same time.
    pub(crate) executor: Executor,
    fitness: Fitness,
    /// Which commit the reader sees.
    seen: Mutex<Option<Mark>>,
}

/// What tells one commit from another: the file of a commit takes the place of the one before.
type Mark = (u64, SystemTime);

/// An index, open for searching. Cheap to clone; clones see the same index.
#[derive(Clone)]
pub struct Index {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    words: Arc<Words>,
    generation: RwLock<Arc<Generation>>,
    /// Analyzers not in use, with the words they remember.
    analyzers: Mutex<Vec<Analyzer>>,
}

impl Index {
    /// Opens the index in a folder, or begins an empty one there.
    ///
    /// # Errors
    /// [`SearchError::NeedsRebuild`] when it was made otherwise or is damaged: then
    /// [`Index::rebuild_in`] begins the one that takes its place. When the folder is on a network
    /// file system, or cannot be used.
    pub fn open(dir: &Path) -> Result<Self, SearchError> {
        Self::open_with(dir, Arc::default())
    }

    /// The same, with the bank's own words.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn open_with(dir: &Path, words: Arc<Words>) -> Result<Self, SearchError> {
        fs::create_dir_all(dir).map_err(SearchError::at(dir))?;
        refuse_network(dir)?;
        let generation = match current(dir)? {
            Some(_) => Generation::open_current(dir, &words)?,
            None => {
                let generation = Generation::create(dir, 1, &words)?;
                set_current(dir, 1)?;
                generation
            }
        };
        Ok(Self::with(dir, generation, words))
    }

    fn with(dir: &Path, generation: Generation, words: Arc<Words>) -> Self {
        Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                words,
                generation: RwLock::new(Arc::new(generation)),
                analyzers: Mutex::default(),
            }),
        }
    }

    /// The last change of the ledger's log that is in the index; 0 in an empty one.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn seq(&self) -> Result<u64, SearchError> {
        Ok(self.generation().payload()?.seq)
    }

    /// How many documents can be found.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.generation().reader.searcher().num_docs()
    }

    /// Whether the index was made by another analysis: it finds nothing wrong, but may miss words,
    /// and is only searched until one made anew takes its place.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.generation().fitness == Fitness::Outdated
    }

    /// The one writer.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while there is another, in whatever process;
    /// [`SearchError::NeedsRebuild`] for an outdated index.
    pub fn writer(&self) -> Result<Writer, SearchError> {
        let generation = self.generation();
        if generation.fitness != Fitness::Whole {
            return Err(SearchError::NeedsRebuild {
                dir: self.shared.dir.clone(),
                reason: "it was made by another analysis".into(),
            });
        }
        let number = generation.number;
        Writer::open(self.clone(), generation, number)
    }

    /// Sees what a writer of another process has committed, and an index that was made anew; a
    /// writer of this process shows its own commits at once.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn reload(&self) -> Result<(), SearchError> {
        self.follow()?;
        self.generation().reload()
    }

    /// Sees what another handle on the folder did, of this process or another: it committed, or it put
    /// an index made anew in the place of this one.
    pub(crate) fn follow(&self) -> Result<(), SearchError> {
        let in_use = self.generation();
        if current(&self.shared.dir)?.is_some_and(|number| number > in_use.number) {
            self.go_over_to(Generation::open_current(
                &self.shared.dir,
                &self.shared.words,
            )?);
            return Ok(());
        }
        in_use.freshen()
    }

    fn go_over_to(&self, generation: impl Into<Arc<Generation>>) {
        let place = self.shared.generation.write();
        *place.unwrap_or_else(PoisonError::into_inner) = generation.into();
    }

    /// The generation that every process searches.
    pub(crate) fn current(&self) -> Result<Option<u64>, SearchError> {
        current(&self.shared.dir)
    }

    pub(crate) fn words(&self) -> &Words {
        &self.shared.words
    }

    /// An analyzer that knows the bank's own words.
    pub(crate) fn analyzer(&self) -> Analyzer {
        Analyzer::with(Arc::clone(&self.shared.words))
    }

    /// Begins a new index beside this one, which is searched on until the new one takes its place.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while another rebuild runs.
    pub fn rebuild(&self) -> Result<Rebuild, SearchError> {
        let words = Arc::clone(&self.shared.words);
        Rebuild::begin(&self.shared.dir, words, Some(self.clone()))
    }

    /// Begins a new index beside one that cannot be opened, or where there is none.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while another rebuild runs.
    pub fn rebuild_in(dir: &Path, words: Arc<Words>) -> Result<Rebuild, SearchError> {
        fs::create_dir_all(dir).map_err(SearchError::at(dir))?;
        refuse_network(dir)?;
        Rebuild::begin(dir, words, None)
    }

    pub(crate) fn generation(&self) -> Arc<Generation> {
        let shared = self.shared.generation.read();
        Arc::clone(&shared.unwrap_or_else(PoisonError::into_inner))
    }

    /// Lends an analyzer and keeps what it remembers.
    pub(crate) fn with_analyzer<T>(&self, work: impl FnOnce(&mut Analyzer) -> T) -> T {
        let lock = || {
            let analyzers = self.shared.analyzers.lock();
            analyzers.unwrap_or_else(PoisonError::into_inner)
        };
        let idle = lock().pop();
        let mut analyzer = idle.unwrap_or_else(|| self.analyzer());
        analyzer.forget_if_full();
        let done = work(&mut analyzer);
        lock().push(analyzer);
        done
    }
}

/// A new index in the making, beside the one in use.
pub struct Rebuild {
    index: Index,
    writer: Writer,
    replaces: Option<Index>,
    /// Held, so that there is one rebuild at a time.
    _lock: File,
}

impl Rebuild {
    fn begin(dir: &Path, words: Arc<Words>, replaces: Option<Index>) -> Result<Self, SearchError> {
        let lock = lock(dir)?;
        // What `current` cannot tell is replaced like any other.
        let current = current(dir).ok().flatten().unwrap_or(0);
        remove_others(dir, current)?;
        let generation = Generation::create(dir, current + 1, &words)?;
        let index = Index::with(dir, generation, words);
        Ok(Self {
            writer: Writer::open(index.clone(), index.generation(), current)?,
            index,
            replaces,
            _lock: lock,
        })
    }

    /// The new index, as far as it is filled.
    #[must_use]
    pub const fn index(&self) -> &Index {
        &self.index
    }

    /// Where the documents go.
    pub const fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// Puts the new index in the place of the old one and removes that. Whoever holds the old
    /// [`Index`] searches the new one from here on; the old one's writer gets
    /// [`SearchError::Superseded`].
    ///
    /// # Errors
    /// When the file system refuses; the old index is in use then.
    pub fn finish(self) -> Result<Index, SearchError> {
        let Self {
            index,
            writer,
            replaces,
            _lock,
        } = self;
        writer.close()?;
        let generation = index.generation();
        set_current(&index.shared.dir, generation.number)?;
        if let Some(old) = &replaces {
            old.go_over_to(Arc::clone(&generation));
        }
        remove_others(&index.shared.dir, generation.number)?;
        Ok(replaces.unwrap_or(index))
    }
}

impl Generation {
    fn path(dir: &Path, number: u64) -> PathBuf {
        dir.join(format!("g{number}"))
    }

    fn create(dir: &Path, number: u64, words: &Words) -> Result<Self, SearchError> {
        let path = Self::path(dir, number);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(SearchError::at(&path))?;
        }
        let engine_dir = path.join("engine");
        fs::create_dir_all(&engine_dir).map_err(SearchError::at(&engine_dir))?;
        let (schema, _) = schema::schema();
        let engine = tantivy::Index::create_in_dir(&engine_dir, schema)?;
        let mut writer = crate::writer::engine_writer(&engine, &path)?;
        let mut commit = writer.prepare_commit()?;
        let payload = Payload::new(0, Pointer::default(), words);
        commit.set_payload(&serde_json::to_string(&payload).expect("a payload is JSON"));
        commit.commit()?;
        drop(writer);
        sync_folder(&path)?;
        Self::open(dir, number, words)
    }

    /// The generation in use. Another process may put a new one in its place between the look at
    /// its number and the opening: then the new one is opened.
    fn open_current(dir: &Path, words: &Words) -> Result<Self, SearchError> {
        let mut number = current(dir)?.unwrap_or(1);
        loop {
            let opened = Self::open(dir, number, words);
            let now = current(dir)?.unwrap_or(1);
            if opened.is_ok() || now == number {
                return opened;
            }
            number = now;
        }
    }

    fn open(dir: &Path, number: u64, words: &Words) -> Result<Self, SearchError> {
        let path = Self::path(dir, number);
        let rebuild = |reason: String| SearchError::NeedsRebuild {
            dir: dir.to_owned(),
            reason,
        };
        let engine = tantivy::Index::open_in_dir(path.join("engine"))
            .map_err(|error| rebuild(error.to_string()))?;
        schema::register(&engine);
        let (schema, fields) = schema::schema();
        let payload = payload(&engine).map_err(|error| rebuild(error.to_string()))?;
        let wanted = Payload::new(payload.seq, payload.texts_end, words);
        let fitness = payload.fitness(&wanted);
        if fitness == Fitness::Useless || engine.schema() != schema {
            return Err(rebuild(format!(
                "it was made by analysis {} and schema {}, this program has {} and {}",
                payload.analyzer, payload.schema, wanted.analyzer, wanted.schema
            )));
        }
        let reader = engine
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|error: tantivy::TantivyError| rebuild(error.to_string()))?;
        let seen = mark_of(&path);
        reader.reload()?;
        Ok(Self {
            number,
            engine,
            reader,
            fields,
            seen: Mutex::new(seen),
            texts: Arc::new(Texts::open(path.join("texts"))?),
            cabinet: Cabinet::default(),
            executor: Executor::multi_thread(search_threads(), "search-")?,
            fitness,
            dir: path,
        })
    }

    pub(crate) fn payload(&self) -> Result<Payload, SearchError> {
        payload(&self.engine)
    }

    /// Sees what was committed last.
    pub(crate) fn reload(&self) -> Result<(), SearchError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.reload_as(&mut seen)
    }

    /// Sees what was committed since it looked last. While one search looks, others go on with what
    /// they see.
    fn freshen(&self) -> Result<(), SearchError> {
        let Ok(mut seen) = self.seen.try_lock() else {
            return Ok(());
        };
        if *seen == mark_of(&self.dir) {
            return Ok(());
        }
        self.reload_as(&mut seen)
    }

    fn reload_as(&self, seen: &mut Option<Mark>) -> Result<(), SearchError> {
        // A commit after the look is seen by the next one.
        let mark = mark_of(&self.dir);
        self.reader.reload()?;
        self.cabinet.keep(&self.reader.searcher())?;
        *seen = mark;
        Ok(())
    }
}

/// The mark of the newest commit of a generation; none where the folder cannot be looked at.
fn mark_of(dir: &Path) -> Option<Mark> {
    let commit = fs::metadata(dir.join("engine/meta.json")).ok()?;
    Some((commit.ino(), commit.modified().ok()?))
}

/// Threads of one search: more than a few wait for each other.
fn search_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4))
}

fn payload(engine: &tantivy::Index) -> Result<Payload, SearchError> {
    let payload = engine.load_metas()?.payload.unwrap_or_default();
    serde_json::from_str(&payload).map_err(|error| {
        let error = tantivy::TantivyError::InvalidArgument(format!("the payload: {error}"));
        SearchError::Engine(error)
    })
}

/// The generation in use; none where there is no index yet.
fn current(dir: &Path) -> Result<Option<u64>, SearchError> {
    let path = dir.join("current");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(SearchError::at(&path))?,
    };
    let number = text.trim_end().strip_prefix('g').map(str::parse);
    match number {
        Some(Ok(number)) => Ok(Some(number)),
        _ => Err(SearchError::NeedsRebuild {
            dir: dir.to_owned(),
            reason: "`current` names no generation".into(),
        }),
    }
}

fn set_current(dir: &Path, number: u64) -> Result<(), SearchError> {
    let (path, new) = (dir.join("current"), dir.join("current.new"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&new)?;
        writeln!(file, "g{number}")?;
        file.sync_all()?;
        fs::rename(&new, &path)
    };
    write().map_err(SearchError::at(&path))?;
    sync_folder(dir)
}

/// Removes generations that are not in use: a rebuild that never finished, or the one replaced.
fn remove_others(dir: &Path, kept: u64) -> Result<(), SearchError> {
    for entry in fs::read_dir(dir).map_err(SearchError::at(dir))? {
        let entry = entry.map_err(SearchError::at(dir))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix('g'));
        let number = number.and_then(|number| number.parse::<u64>().ok());
        if number.is_some_and(|number| number != kept) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(SearchError::at(&path))?;
        }
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, SearchError> {
    let path = dir.join("rebuild.lock");
    let file = File::create(&path).map_err(SearchError::at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SearchError::Locked(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(SearchError::at(&path)(error)),
    }
}

/// Refuses file systems on which a lock of one machine is unknown to another.
fn refuse_network(dir: &Path) -> Result<(), SearchError> {
    /// NFS, CIFS, SMB2, SMB, Ceph, AFS, from `statfs(2)`.
    const NETWORK: [u32; 6] = [
        0x6969,
        0xFF53_4D42,
        0xFE53_4D42,
        0x517B,
        0x00C3_6400,
        0x5346_414F,
    ];
    let kind = rustix::fs::statfs(dir).map_err(|error| SearchError::at(dir)(error.into()))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "magic numbers have 32 bits"
    )]
    let magic = kind.f_type as u32;
    if NETWORK.contains(&magic) {
        return Err(SearchError::NetworkFileSystem(dir.to_owned()));
    }
    Ok(())
}
