//! What is on the disk: commits, crashes, replacement, purge, rebuild.

use crate::shelf::{Paper, id, index_of};
use search::analysis::Words;
use search::{Index, Query, SearchError};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

fn total(index: &Index, query: &str) -> usize {
    let query = Query::parse(query).unwrap();
    index.search(&query, 10, 0).unwrap().total
}

#[test]
fn a_commit_is_seen_at_once_and_a_reopened_index_knows_its_number() {
    let (dir, index) = index_of(&[Paper::new(1, &["umowa"])]);
    let mut writer = index.writer().unwrap();
    Paper::new(2, &["umowa"]).put(&mut writer);
    assert_eq!(total(&index, "umowa"), 1);
    writer.commit(42).unwrap();
    assert_eq!(total(&index, "umowa"), 2);
    Paper::new(3, &["umowa"]).put(&mut writer);
    drop((writer, index));
    let index = Index::open(dir.path()).unwrap();
    assert_eq!((index.seq().unwrap(), index.documents()), (42, 2));
}

#[test]
fn a_document_put_again_is_there_once() {
    let (_dir, index) = index_of(&[Paper::new(1, &["pierwsza"])]);
    let mut writer = index.writer().unwrap();
    Paper::new(1, &["druga"]).put(&mut writer);
    Paper::new(1, &["trzecia"]).put(&mut writer);
    writer.commit(2).unwrap();
    assert_eq!((total(&index, "*"), total(&index, "pierwsza")), (1, 0));
    let hit = &index.search(&Query::all(), 1, 0).unwrap().hits[0];
    assert_eq!(hit.snippet, "trzecia");
    writer.remove(id(1)).unwrap();
    writer.remove(id(7)).unwrap();
    writer.commit(3).unwrap();
    assert_eq!(total(&index, "*"), 0);
    assert!(!index.contains(id(1)).unwrap());
}

#[test]
fn counts_follow_what_is_there() {
    let elsewhere = |number, branch| Paper {
        branch,
        ..Paper::new(number, &["umowa"])
    };
    let (_dir, index) = index_of(&[
        elsewhere(1, "Kraków 3"),
        elsewhere(2, "Kraków 3"),
        elsewhere(3, "Łódź"),
    ]);
    let branches = || {
        let found = index.search(&Query::parse("umowa").unwrap(), 1, 0).unwrap();
        found.facets.branches
    };
    let expected = |counts: &[(&str, u64)]| -> Vec<(String, u64)> {
        let counts = counts.iter();
        counts.map(|(name, n)| ((*name).to_owned(), *n)).collect()
    };
    assert_eq!(branches(), expected(&[("Kraków 3", 2), ("Łódź", 1)]));
    let mut writer = index.writer().unwrap();
    elsewhere(1, "Łódź").put(&mut writer);
    writer.remove(id(2)).unwrap();
    writer.commit(2).unwrap();
    assert_eq!(branches(), expected(&[("Łódź", 2)]));
    writer.purge().unwrap();
    assert_eq!(branches(), expected(&[("Łódź", 2)]));
}

/// The names of the files in a folder.
fn names(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

/// Whether a word stands in any term dictionary of the index's files. They are automata: looking
/// for its bytes in the files would find nothing in any case.
fn is_term(word: &str, engine: &Path) -> bool {
    let index = tantivy::Index::open_in_dir(engine).unwrap();
    let searcher = index.reader().unwrap().searcher();
    let fields = searcher
        .schema()
        .fields()
        .filter(|(_, field)| field.is_indexed());
    let fields: Vec<_> = fields.map(|(field, _)| field).collect();
    searcher.segment_readers().iter().any(|segment| {
        fields.iter().any(|&field| {
            let inverted = segment.inverted_index(field).unwrap();
            let mut terms = inverted.terms().stream().unwrap();
            let mut found = false;
            while terms.advance() {
                found |= String::from_utf8_lossy(terms.key()).contains(word);
            }
            found
        })
    })
}

#[test]
fn after_a_purge_no_word_is_left_on_the_disk() {
    let word = "qzxjvwkyhb";
    let (dir, index) = index_of(&[
        Paper::new(1, &["zwykła umowa"]),
        Paper::new(2, &[word]).with("borrower_name", "Qzxjvwkyhb"),
    ]);
    let engine = dir.path().join("g1/engine");
    let shelf = dir.path().join("g1/texts/shelf-000000");
    let second = |bytes: &[u8]| -> usize {
        let mut records = bytes.windows(4).enumerate();
        records.rfind(|(_, window)| window == b"KTXT").unwrap().0
    };
    let (before, text) = (names(&engine), std::fs::read(&shelf).unwrap());
    let record = second(&text);
    assert!(is_term(word, &engine));
    let mut writer = index.writer().unwrap();
    writer.remove(id(2)).unwrap();
    writer.commit(2).unwrap();
    assert_eq!(total(&index, word), 0);
    assert!(
        is_term(word, &engine),
        "removing alone leaves the word: this test proves something"
    );
    writer.purge().unwrap();
    assert!(!is_term(word, &engine));
    let segments = |names: &BTreeSet<String>| -> BTreeSet<String> {
        let names = names.iter().filter(|name| name.len() > 32);
        names.map(|name| name[..32].to_owned()).collect()
    };
    let after = names(&engine);
    assert!(
        segments(&before).is_disjoint(&segments(&after)),
        "{after:?}"
    );
    let purged = std::fs::read(&shelf).unwrap();
    assert_eq!(&purged[..record], &text[..record]);
    assert!(
        purged[record + 8..].iter().all(|&byte| byte == 0),
        "the text is still there"
    );
    assert_eq!((total(&index, "umowa"), index.seq().unwrap()), (1, 2));
    Paper::new(3, &["następna umowa"]).put(&mut writer);
    writer.commit(3).unwrap();
    assert_eq!(total(&index, "umowa"), 2);
}

#[test]
fn there_is_one_writer() {
    let (_dir, index) = index_of(&[]);
    let _writer = index.writer().unwrap();
    assert!(matches!(index.writer(), Err(SearchError::Locked(_))));
}

#[test]
fn a_rebuilt_index_takes_the_place_of_the_old() {
    let (dir, index) = index_of(&[Paper::new(1, &["stara umowa"])]);
    let mut old_writer = index.writer().unwrap();
    let mut rebuild = index.rebuild().unwrap();
    assert!(matches!(index.rebuild(), Err(SearchError::Locked(_))));
    Paper::new(2, &["nowa umowa"]).put(rebuild.writer());
    rebuild.writer().commit(9).unwrap();
    assert_eq!(total(&index, "stara"), 1);
    rebuild.finish().unwrap();
    assert_eq!((total(&index, "stara"), total(&index, "nowa")), (0, 1));
    assert!(matches!(
        old_writer.commit(10),
        Err(SearchError::Superseded)
    ));
    assert!(!dir.path().join("g1").exists());
    drop((old_writer, index));
    let index = Index::open(dir.path()).unwrap();
    assert_eq!((index.seq().unwrap(), total(&index, "nowa")), (9, 1));
}

#[test]
fn an_index_of_another_analysis_asks_to_be_made_again() {
    let (dir, index) = index_of(&[Paper::new(1, &["umowa"])]);
    drop(index);
    let meta = dir.path().join("g1/engine/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    let (before, fingerprint) = text.split_once("pl-2-").unwrap();
    let changed = format!("{before}pl-2-000000000000{}", &fingerprint[12..]);
    std::fs::write(&meta, changed).unwrap();
    let error = Index::open(dir.path()).err().unwrap();
    assert!(matches!(error, SearchError::NeedsRebuild { .. }), "{error}");
    let mut rebuild = Index::rebuild_in(dir.path(), Arc::default()).unwrap();
    Paper::new(1, &["umowa"]).put(rebuild.writer());
    rebuild.writer().commit(5).unwrap();
    let index = rebuild.finish().unwrap();
    assert_eq!(total(&index, "umowa"), 1);
    assert_eq!(Index::open(dir.path()).unwrap().seq().unwrap(), 5);
}

#[test]
fn new_words_make_an_index_that_is_searched_until_it_is_replaced() {
    let (dir, index) = index_of(&[Paper::new(1, &["pozew frankowiczów o raty"])]);
    assert_eq!(total(&index, "frankowicz"), 1, "by its stem or nearness");
    drop(index);
    let words = Arc::new(Words::parse("frankowicz: frankowiczów frankowiczami").unwrap());
    let index = Index::open_with(dir.path(), Arc::clone(&words)).unwrap();
    assert!(index.is_outdated());
    assert_eq!(total(&index, "rata"), 1);
    assert!(matches!(
        index.writer(),
        Err(SearchError::NeedsRebuild { .. })
    ));
    let mut rebuild = index.rebuild().unwrap();
    Paper::new(1, &["pozew frankowiczów o raty"]).put(rebuild.writer());
    rebuild.writer().commit(1).unwrap();
    let index = rebuild.finish().unwrap();
    assert!(!index.is_outdated());
    let query = Query::parse("frankowiczami").unwrap();
    let found = index.search(&query, 10, 0).unwrap();
    assert!(
        found.total == 1 && !found.widened,
        "the list says whose form it is"
    );
}

#[test]
fn another_process_may_replace_the_index() {
    let (dir, index) = index_of(&[Paper::new(1, &["stara umowa"])]);
    let mut writer = index.writer().unwrap();
    // Another handle on the same folder is what another process has.
    let other = Index::open(dir.path()).unwrap();
    let mut rebuild = other.rebuild().unwrap();
    Paper::new(2, &["nowa umowa"]).put(rebuild.writer());
    rebuild.writer().commit(9).unwrap();
    rebuild.finish().unwrap();
    assert_eq!((total(&index, "stara"), total(&index, "nowa")), (0, 1));
    assert!(writer.is_superseded().unwrap());
    assert!(matches!(writer.commit(10), Err(SearchError::Superseded)));
    drop(writer);
    assert_eq!(index.writer().unwrap().commit(10).ok(), Some(()));
    assert_eq!(index.seq().unwrap(), 10);
}

#[test]
fn another_handle_finds_what_was_committed_after_it_was_opened() {
    let (dir, index) = index_of(&[Paper::new(1, &["umowa stara"])]);
    let server = Index::open(dir.path()).unwrap();
    assert_eq!(total(&server, "umowa"), 1);
    let mut writer = index.writer().unwrap();
    // A new version of the first, whose text until now is erased, and another.
    Paper::new(1, &["umowa poprawiona"]).put(&mut writer);
    Paper::new(2, &["umowa nowa"]).put(&mut writer);
    writer.commit(9).unwrap();
    assert_eq!((total(&server, "stara"), total(&server, "nowa")), (0, 1));
    let query = Query::parse("poprawiona").unwrap();
    let found = server.search(&query, 10, 0).unwrap();
    assert!(
        found.hits[0].snippet.contains("poprawiona"),
        "{:?}",
        found.hits
    );
}

#[test]
fn a_purge_that_is_due_is_still_due_after_a_crash() {
    let (dir, index) = index_of(&[Paper::new(1, &["umowa"]), Paper::new(2, &["qzxjvwkyhb"])]);
    let mut writer = index.writer().unwrap();
    writer.dispose(id(7)).unwrap();
    assert!(!writer.is_purge_due(), "there was nothing of it");
    writer.dispose(id(2)).unwrap();
    writer.commit(2).unwrap();
    drop((writer, index));
    let index = Index::open(dir.path()).unwrap();
    let mut writer = index.writer().unwrap();
    assert!(writer.is_purge_due());
    writer.purge().unwrap();
    assert!(!writer.is_purge_due());
    assert!(!is_term("qzxjvwkyhb", &dir.path().join("g1/engine")));
    drop((writer, index));
    let index = Index::open(dir.path()).unwrap();
    assert!(!index.writer().unwrap().is_purge_due());
    assert_eq!((index.documents(), index.seq().unwrap()), (1, 2));
}
